// npm run clean: removes what the builds made. The toolchain and the npm packages stay.

import { rmSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';

for (const folder of ['build', 'dist', 'dist-cjs']) rmSync(inRoot(folder), { recursive: true, force: true });
