// npm run demo:build: the demo page as a static site in build/demo, from a fresh clone. Any server of files will do.

import { buildSite } from './demo/site.mjs';
import { buildWasm } from './lib/cmake.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const stages = new Stages(process.stderr);
  const { emscripten } = await setUpToolchain([], stages);
  await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
  await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));
  await stages.quiet('building the page', buildSite);
  process.stdout.write('the site is in build/demo\n');
});
