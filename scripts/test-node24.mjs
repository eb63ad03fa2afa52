// npm run test:node24: the API tests on Node 24, which the npm package `node` brings. Run npm test first: it builds.
//
// Kept apart from npm test for its time, and because it fetches another Node.

import { main } from './lib/main.mjs';
import { run } from './lib/run.mjs';
import { nodeTestFiles } from './lib/typescript.mjs';
import { installNode } from './setup/other-node.mjs';

main(async () => {
  await run(await installNode('24'), ['--enable-source-maps', '--test', ...nodeTestFiles()], {
    output: 'inherit',
    timeout: 15 * 60_000,
  });
});
