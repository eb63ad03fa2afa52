// @ts-check
/**
 * What peers are known to reach, so that one that is driven wrongly, or measured on a busy machine, does not pass for
 * slow. A call takes its overhead, which is that of JavaScript, and its arithmetic, which goes with what the engine
 * can multiply and add.
 */
import { inUnit } from './units.mjs';

/** @import { CellResult, Defect, Fairness } from './results.mjs' */
/** @import { Cell, Unit } from '../suites/types.mjs' */

/**
 * Of what a peer may be expected to reach; below, it was not measured fairly. Of rows that memory limits less is asked
 * for: machines differ in it, and so do engines in what fresh memory for a result costs.
 */
const leastHere = { least: 0.8, leastOfFunctions: 0.8, leastOfMemory: 1 / 3 };

/**
 * The same where the figures are of another processor or engine. Products of matrices are the same instructions
 * everywhere, and without vectors tfjs-wasm reaches 0.35 where a processor starts two products and two sums in each
 * cycle; what becomes of a tanh is the compiler's art: onnxruntime-web reaches 0.34 in Firefox.
 */
const leastElsewhere = { least: 0.4, leastOfFunctions: 0.3, leastOfMemory: 0.25 };

/** Overhead is JavaScript and the collection of its garbage: where that has no processor of its own, twice as much. */
const overheadAllowed = 2;

/** Figures in the unit of the row, on one thread of a machine whose additions and multiplications reach 60 GFLOP/s. */
const table = {
  cpu: 'AMD EPYC',
  engine: 'node20',
  gigaflops: 60,
  /** Milliseconds of a call on a tiny input, at least. */
  overhead: /** @type {Record<string, number>} */ ({
    'tfjs-wasm': 1.1e-3,
    'onnxruntime-web': 8e-3,
    'ruv-swarm': 0.6e-3,
  }),
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

/** Beyond the caches a call waits for memory, whose speed has nothing to do with arithmetic. */
const limitedByMemory = '10⁶';

/** The inverse of `inUnit`. @param {Unit} unit @param {number} value */
const costOf = (unit, value) =>
  'perMillisecond' in unit ? unit.perMillisecond / value : value / unit.factor;

/** Where the figures are from, or elsewhere. @param {{ cpu: string, engine: string }} where @returns {Fairness} */
export function fairnessOn({ cpu, engine }) {
  const known = cpu.includes(table.cpu) && engine === table.engine;
  return { known, ...(known ? leastHere : leastElsewhere), from: `${table.cpu}, ${table.engine}` };
}

/** The column of additions and multiplications in a row that has another limit. */
export const arithmeticColumn = 'arithmetic';

/** Of one of its calls. */
const flops = 1e6;

/** With what tells whether the machine was slow, or a peer. @param {Cell} cell @returns {Cell} */
export function withArithmetic(cell) {
  if (cell.limit?.kind === 'flops') return cell;
  const task = {
    operation: /** @type {const} */ ('limit'),
    kind: /** @type {const} */ ('flops'),
    amount: flops,
  };
  return { ...cell, entries: [...cell.entries, { id: arithmeticColumn, options: { name: 'limit' }, task }] };
}

/**
 * Additions and multiplications, 10⁹ a second, in the rounds of this row, since a busy machine slows the limit as much
 * as the peer; where they were not measured, what the run found.
 * @param {Cell} cell
 * @param {CellResult} result
 * @param {number} otherwise
 */
function gigaflopsOf({ limit }, { results }, otherwise) {
  const own = limit?.kind === 'flops' ? results.limit : results[arithmeticColumn];
  const amount = limit?.kind === 'flops' ? limit.amount : flops;
  return own?.median == null ? otherwise : amount / own.median / 1e6;
}

/** In the unit of the row. @param {{ suite: string, name: string }} row @param {string} peer @returns {number | undefined} */
export const knownFigure = ({ suite, name }, peer) => table.figures[`${suite} ${name}`]?.[peer];

/**
 * Milliseconds that a call is expected to take.
 * @param {Cell} cell
 * @param {string} peer
 * @param {number} gigaflops
 * @returns {{ overhead: number, arithmetic: number } | undefined} undefined: nothing is known of it
 */
export function expectedCost({ suite, name, unit }, peer, gigaflops) {
  const figure = knownFigure({ suite, name }, peer);
  if (figure === undefined) return undefined;
  const there = costOf(unit, figure);
  const overhead = Math.min(table.overhead[peer] ?? 0, there);
  return { overhead, arithmetic: ((there - overhead) * table.gigaflops) / gigaflops };
}

/** @param {Cell} cell @param {Fairness} fairness */
function leastOf({ name, limit }, { least, leastOfFunctions, leastOfMemory }) {
  if (name.includes(limitedByMemory)) return leastOfMemory;
  return limit?.kind === 'flops' ? least : leastOfFunctions;
}

/**
 * Peers that are slower than they are known to be.
 * @param {Cell} cell
 * @param {CellResult} result
 * @param {readonly string[]} peers
 * @param {{ fairness: Fairness, gigaflops: number }} here
 * @returns {Defect[]}
 */
export function findDefects(cell, result, peers, { fairness, gigaflops }) {
  const { name, unit } = result;
  const share = leastOf(cell, fairness);
  return peers.flatMap((peer) => {
    const median = result.results[peer]?.median ?? null;
    const cost = expectedCost(cell, peer, gigaflopsOf(cell, result, gigaflops));
    if (median === null || cost === undefined) return [];
    const { overhead, arithmetic } = cost;
    const allowed = overhead * Math.max(overheadAllowed, 1 / share) + arithmetic / share;
    if (median <= allowed) return [];
    const expected = overhead + arithmetic;
    return [
      {
        ...{ cell: name, peer, unit: unit.name },
        ...{ measured: inUnit(unit, median), expected: inUnit(unit, expected), least: expected / allowed },
      },
    ];
  });
}
