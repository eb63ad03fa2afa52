// @ts-check
/** The columns: this package's builds, the peers, plain JavaScript. */

/** @import { Entry, Unit } from './types.mjs' */

/** @type {Entry[]} */
export const builds = [
  { id: 'simd', options: { name: 'package', variant: 'simd' } },
  { id: 'scalar', options: { name: 'package', variant: 'scalar' } },
  { id: 'js', options: { name: 'package', variant: 'js' } },
  { id: 'relaxed', options: { name: 'package', variant: 'relaxed' } },
];

/** The fastest first. */
export const buildNames = builds.map(({ id }) => id);

/** Whether a column is of the package: a build, or a way of using one, such as "simd, packed". @param {string} id */
export const isOwn = (id) => buildNames.includes(id.split(',', 1)[0] ?? '');

/** @type {Entry[]} */
export const peers = [
  { id: 'tfjs-wasm', options: { name: 'tfjs-wasm' } },
  { id: 'onnxruntime-web', options: { name: 'onnxruntime-web' } },
  { id: 'ruv-swarm', options: { name: 'ruv-swarm' } },
  { id: 'brain.js', options: { name: 'brain.js' } },
];

/** @type {Entry} */
export const javascript = { id: 'javascript', options: { name: 'javascript' }, fresh: true };

export const peerNames = peers.map(({ id }) => id);

/** Everybody who could be faster. */
export const others = [...peerNames, 'javascript'];

/** @type {Entry[]} */
export const everybody = [...builds, ...peers, javascript];

/** The same columns, each in a process of its own for this cell. @param {readonly Entry[]} entries @returns {Entry[]} */
export const afresh = (entries) => entries.map((entry) => ({ ...entry, fresh: true }));

/** @param {number} flops of one call @returns {Unit} */
export const gigaflops = (flops) => ({ name: 'GFLOP/s', perMillisecond: flops / 1e6 });

/** @param {number} elements of one call @returns {Unit} */
export const gigaelements = (elements) => ({ name: '10⁹/s', perMillisecond: elements / 1e6 });

/** @type {Unit} */
export const nanoseconds = { name: 'ns', factor: 1e6 };
/** @type {Unit} */
export const microseconds = { name: 'µs', factor: 1e3 };
