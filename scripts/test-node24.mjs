// npm run test:node24: the API tests on Node 24, which the npm package `node` brings. Run npm test first: it builds.
//
// Kept apart from npm test for its time, and because it fetches another Node.

import { mkdirSync } from 'node:fs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { nodeTestFiles } from './lib/typescript.mjs';

const VERSION = '24.9.0';

main(async () => {
  const folder = inRoot('build/node24');
  mkdirSync(folder, { recursive: true });
  // Its install script chooses the package of this platform.
  await run('npm', ['install', '--no-save', '--prefix', folder, `node@${VERSION}`], { output: 'inherit' });
  const node = inRoot('build/node24/node_modules/node/bin/node');
  await run(node, ['--enable-source-maps', '--test', ...nodeTestFiles()], {
    output: 'inherit',
    timeout: 15 * 60_000,
  });
});
