// node scripts/minify-glue.mjs <neural.js>
//
// Takes out of Emscripten's glue what nothing uses: above all a wrapper for each export of the module, since the
// loader calls the exports themselves. A bundler cannot do that: all of it stands inside one function.

import { readFileSync, writeFileSync } from 'node:fs';
import { minify } from 'terser';
import { main } from './lib/main.mjs';

main(async () => {
  const file = process.argv[2] ?? '';
  const { code } = await minify(readFileSync(file, 'utf8'), {
    module: true,
    ecma: 2020,
    compress: {
      passes: 3,
      pure_getters: true, // Reading an export does nothing.
    },
  });
  if (!code) throw new Error(`${file}: the minifier returned nothing`);
  writeFileSync(file, code);
});
