// @ts-check
import { readFileSync } from 'node:fs';
import { UsageError } from '../command/errors.mjs';

/** @import { BenchmarkResults } from '../measure/results.mjs' */

/**
 * Throws `UsageError` for a file that this command did not write.
 * @param {string} file
 * @returns {BenchmarkResults}
 */
export function readResults(file) {
  /** @type {any} */
  let results;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isRun = (/** @type {any} */ run) =>
    typeof run?.engine?.engine === 'string' && Array.isArray(run.cells);
  const { schema, runs, machine } = results ?? {};
  if (schema !== 1 || !Array.isArray(runs) || !runs.every(isRun) || typeof machine?.cpu !== 'string') {
    throw new UsageError(`${file}: these are no results of npm run bench (schema 1)`);
  }
  return results;
}
