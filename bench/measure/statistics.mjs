// @ts-check
/** The package's own order statistics and intervals: they have one home. */

/** @type {typeof import('@sasi/wasm-performance')} */
const api = await import(new URL('../../dist/index.js', import.meta.url).href);

export const { quantile, ratioInterval, seededRandom } = api;
