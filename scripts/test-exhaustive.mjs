// npm run test:exhaustive: the error of every function over all 2^32 floats, on all cores. Takes a quarter of an hour
// on two, so npm test leaves it out; run it after any change in cpp/math or of an activation.
//
//   npm run test:exhaustive              all functions
//   npm run test:exhaustive -- exp log   some

import { buildNative } from './lib/cmake.mjs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  await setUpToolchain(['native'], new Stages(process.stdout));
  await buildNative('exhaustive');
  const program = inRoot('build/native/tests/native/exhaustive');
  await run(program, process.argv.slice(2), { output: 'inherit', timeout: Number.POSITIVE_INFINITY });
});
