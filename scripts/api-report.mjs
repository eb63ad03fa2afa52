// npm run api:update: takes the public API as it is now into the committed report, which npm test compares with it.
// `node scripts/api-report.mjs` compares only.

import { checkApiReport, updateApiReport } from './lib/documentation.mjs';
import { main } from './lib/main.mjs';
import { buildTypeScript } from './lib/typescript.mjs';

main(async () => {
  await buildTypeScript('ts');
  if (process.argv[2] === 'update') await updateApiReport();
  else await checkApiReport();
});
