// npm run docs: the site of the API, in build/docs.

import { buildSite } from './lib/documentation.mjs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';

main(async () => {
  await buildSite();
  process.stdout.write(`${inRoot('build/docs/index.html')}\n`);
});
