// npm run lint: both formatters and the linter, without changing a file.

import { CommandError } from './lib/errors.mjs';
import { checkWithBiome, clangFormat } from './lib/lint.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpFormatters } from './setup/setup.mjs';

main(async () => {
  const stages = new Stages(process.stdout);
  await setUpFormatters(stages);
  await stages.test('lint: TypeScript, JavaScript, JSON', checkWithBiome);
  await stages.test('format: C++', () => clangFormat('check'));
  if (stages.failed.length > 0) throw new CommandError('npm run format repairs what can be repaired');
});
