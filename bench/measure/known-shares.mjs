// @ts-check
/**
 * What peers are known to reach, so that one that is driven wrongly, or measured on a busy machine, does not pass for
 * slow. A share of the engine's limit belongs to a processor and an engine: here are those of one table, and of the
 * results that this repository holds.
 */
import { existsSync } from 'node:fs';
import { readResults } from '../report/read-results.mjs';
import { inUnit } from './units.mjs';

/** @import { CellResult, Defect, EngineRun } from './results.mjs' */
/** @import { Unit } from '../suites/types.mjs' */

/**
 * Figures from one processor and one engine.
 * @typedef {object} Reference
 * @property {string} cpu part of the processor's name
 * @property {string} engine
 * @property {(cell: CellResult, peer: string, gigaflops: number) => number | undefined} cost what the peer's median
 *   may be expected to be here, in milliseconds
 */

/** Of the share that a peer is known to reach here; below, it was not measured fairly. */
const leastOfKnown = 0.8;

/**
 * The same where this processor or engine is not known. Processors share out their time differently, by up to 1.6 on
 * the two that were measured; a peer without vectors, or one whose data are copied, is slower than that.
 */
const leastOfOthers = 0.5;

/** Figures in the unit of the row, on an engine whose additions and multiplications reach 60 GFLOP/s. */
const table = {
  cpu: 'AMD EPYC',
  engine: 'node20',
  gigaflops: 60,
  figures: /** @type {Record<string, Record<string, number>>} */ ({
    'elementwise tanh 10⁴': { 'tfjs-wasm': 0.1, 'onnxruntime-web': 0.43 },
    'elementwise tanh 10⁶': { 'tfjs-wasm': 0.1, 'onnxruntime-web': 0.59 },
    'elementwise sigmoid 10⁴': { 'tfjs-wasm': 1.03, 'onnxruntime-web': 0.32 },
    'elementwise sigmoid 10⁶': { 'tfjs-wasm': 1.2, 'onnxruntime-web': 0.37 },
    'elementwise softmax 10⁴': { 'tfjs-wasm': 1.24, 'onnxruntime-web': 0.42 },
    'elementwise softmax 10⁶': { 'tfjs-wasm': 1.46, 'onnxruntime-web': 0.56 },
    'elementwise relu 10⁶': { 'tfjs-wasm': 11.4, 'onnxruntime-web': 1.9 },
    'elementwise add 10⁶': { 'tfjs-wasm': 7.4 },
    'reduce dot 10⁴': { 'tfjs-wasm': 1.0 },
    'reduce dot 10⁶': { 'tfjs-wasm': 1.1 },
    'matmul 32×32×32': { 'tfjs-wasm': 15.4, 'onnxruntime-web': 2.0 },
    'matmul 64×64×64': { 'tfjs-wasm': 34.8, 'onnxruntime-web': 18.6, 'ruv-swarm': 3.7 },
    'matmul 128×128×128': { 'tfjs-wasm': 42.0, 'onnxruntime-web': 27.4 },
    'matmul 256×256×256': { 'tfjs-wasm': 43.0, 'onnxruntime-web': 31.2, 'ruv-swarm': 2.5 },
    'matmul 512×512×512': { 'tfjs-wasm': 42.9, 'onnxruntime-web': 30.2, 'ruv-swarm': 1.7 },
    'matmul 1024×1024×1024': { 'tfjs-wasm': 42.8, 'onnxruntime-web': 33.9 },
    'networks one inference, 64-128-10': { 'tfjs-wasm': 48, 'brain.js': 14, 'ruv-swarm': 88 },
    'networks batch of 256, 64-128-10': { 'tfjs-wasm': 0.6 },
    'training 64-128-10, sigmoid, momentum, batch 32': { 'brain.js': 10.9 },
  }),
};

/** Beyond the caches the limit is memory, whose speed has nothing to do with GFLOP/s: no measure for other processors. */
const limitedByMemory = '10⁶';

/** @param {{ suite: string, name: string }} cell */
const keyOf = ({ suite, name }) => `${suite} ${name}`;

/** The inverse of `inUnit`. @param {Unit} unit @param {number} value */
const costOf = (unit, value) =>
  'perMillisecond' in unit ? unit.perMillisecond / value : value / unit.factor;

/** @type {Reference} */
const fromTable = {
  cpu: table.cpu,
  engine: table.engine,
  cost({ suite, name, unit }, peer, gigaflops) {
    const figure = table.figures[keyOf({ suite, name })]?.[peer];
    return figure && (costOf(unit, figure) * table.gigaflops) / gigaflops;
  },
};

/** The same rows as another run has them, where it was fair to the peer. @param {string} cpu @param {EngineRun} run @returns {Reference} */
function fromRun(cpu, { engine, cells, defects }) {
  const rows = new Map(cells.map((cell) => [keyOf(cell), cell]));
  return {
    cpu,
    engine: engine.engine,
    cost(cell, peer) {
      if (table.figures[keyOf(cell)]?.[peer] === undefined) return undefined;
      const share = rows.get(keyOf(cell))?.results[peer]?.shareOfLimit;
      const limit = cell.results.limit?.median ?? null;
      if (share === undefined || limit === null) return undefined;
      if (defects.some((defect) => defect.peer === peer && defect.cell === cell.name)) return undefined;
      return limit / share;
    },
  };
}

/**
 * @param {string} file results of an earlier run, which need not be there
 * @returns {Reference[]}
 */
export function knownReferences(file) {
  if (!existsSync(file)) return [fromTable];
  const { machine, runs } = readResults(file);
  return [fromTable, ...runs.map((run) => fromRun(machine.cpu, run))];
}

/**
 * The most that a peer may take, with what figures of this processor and engine say, the stricter one. Where there are
 * none, the least that it reaches elsewhere is the measure: in this engine on other processors, or in any engine.
 * @param {readonly Reference[]} references
 * @param {CellResult} cell
 * @param {string} peer
 * @param {{ cpu: string, engine: string, gigaflops: number }} here
 * @returns {{ known: number, least: number } | undefined} the known cost, and the share of its speed that is asked for
 */
function expectation(references, cell, peer, { cpu, engine, gigaflops }) {
  const known = references.flatMap((reference) => {
    const cost = reference.cost(cell, peer, gigaflops);
    return cost === undefined ? [] : [{ reference, cost }];
  });
  const costs = (/** @type {typeof known} */ found) => found.map(({ cost }) => cost);
  const inEngine = known.filter(({ reference }) => reference.engine === engine);
  const here = inEngine.filter(({ reference }) => cpu.includes(reference.cpu));
  if (here.length > 0) return { known: Math.min(...costs(here)), least: leastOfKnown };
  const elsewhere = inEngine.length > 0 ? inEngine : known;
  if (elsewhere.length === 0 || cell.name.includes(limitedByMemory)) return undefined;
  return { known: Math.max(...costs(elsewhere)), least: leastOfOthers };
}

/**
 * Peers that are slower than they are known to be.
 * @param {CellResult} result
 * @param {readonly string[]} peers
 * @param {readonly Reference[]} references
 * @param {{ cpu: string, engine: string, gigaflops: number }} here
 * @returns {Defect[]}
 */
export function findDefects(result, peers, references, here) {
  const { name: cell, unit } = result;
  return peers.flatMap((peer) => {
    const median = result.results[peer]?.median ?? null;
    const expected = expectation(references, result, peer, here);
    if (median === null || expected === undefined || expected.least * median <= expected.known) return [];
    const { known, least } = expected;
    return [
      { cell, peer, measured: inUnit(unit, median), expected: inUnit(unit, known), least, unit: unit.name },
    ];
  });
}
