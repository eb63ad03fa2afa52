// npm run build: sets the machine up and builds everything, the tests included.

import { buildEverything } from './lib/builds.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const stages = new Stages(process.stdout);
  await buildEverything(await setUpToolchain(['native'], stages), stages);
});
