// npm run test:browsers: the tests in Chromium, Firefox and WebKit. Run npm test or npm run build first: they use what
// it builds. `npm run test:browsers -- FILE …` runs some of the files, BROWSERS=firefox some of the browsers.

import { browserTestFiles, runBrowserTests } from './lib/browser-tests.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpBrowsers } from './setup/setup.mjs';

main(async () => {
  const files = process.argv.slice(2);
  await setUpBrowsers(new Stages(process.stdout));
  await runBrowserTests(files.length > 0 ? files : browserTestFiles());
});
