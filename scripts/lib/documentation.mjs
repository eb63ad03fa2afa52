// What is made of the declarations and their comments: the report of the public API, and the site.

import { CommandError } from './errors.mjs';
import { npmBinary, ROOT } from './paths.mjs';
import { run } from './run.mjs';

/** Compares the committed report with the declarations in dist. A change that is meant is taken by npm run api:update. */
export async function checkApiReport() {
  const { code, output } = await run(npmBinary('api-extractor'), ['run'], { cwd: ROOT, check: false });
  if (code === 0) return;
  throw new CommandError(
    `${output}\nthe public API is not what api/wasm-performance.api.md says; if that is meant: npm run api:update`,
  );
}

export function updateApiReport() {
  return run(npmBinary('api-extractor'), ['run', '--local'], { cwd: ROOT });
}

/** Into build/docs. A link that leads nowhere, or a type that the site cannot name, fails. */
export function buildSite() {
  return run(npmBinary('typedoc'), [], { cwd: ROOT });
}
