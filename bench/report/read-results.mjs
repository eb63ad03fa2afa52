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
  if (results?.schema !== 1 || !Array.isArray(results.runs) || typeof results.machine?.cpu !== 'string') {
    throw new UsageError(`${file}: these are no results of npm run bench (schema 1)`);
  }
  return results;
}
