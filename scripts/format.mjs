// npm run format: lays out every source file, and repairs what the linter can repair safely.

import { clangFormat, repairWithBiome } from './lib/lint.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpFormatters } from './setup/setup.mjs';

main(async () => {
  const stages = new Stages(process.stdout);
  await setUpFormatters(stages);
  await stages.loud('TypeScript, JavaScript, JSON', repairWithBiome);
  await stages.loud('C++', () => clangFormat('repair'));
});
