// npm run test:package: packs the package and uses it as its users do: Node, Jest, bundlers, TypeScript, Bun, Deno.
// Run npm test or npm run build first: it packs what that has built. `npm run test:package -- FILE …` runs some files.

import { main } from './lib/main.mjs';
import { packageTestFiles, preparePackage, runPackageTests } from './lib/package-tests.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpBrowsers } from './setup/setup.mjs';

main(async () => {
  const files = process.argv.slice(2);
  const stages = new Stages(process.stdout);
  await setUpBrowsers(stages);
  await preparePackage(stages);
  await runPackageTests(files.length > 0 ? files : packageTestFiles({ pages: true }));
});
