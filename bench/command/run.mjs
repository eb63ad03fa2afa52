// @ts-check
/** One engine's part of a run. */
import { judgeCell } from '../measure/judge.mjs';
import { fairnessOn, findDefects, withArithmetic } from '../measure/known-shares.mjs';
import { measureCell } from '../measure/measure-cell.mjs';
import { Workers } from '../measure/workers.mjs';
import { peerNames } from '../suites/entries.mjs';
import { withBaseline } from './baseline.mjs';

/** @import { Engine } from '../measure/protocol.mjs' */
/** @import { CellResult, Defect, EngineRun, Limits } from '../measure/results.mjs' */
/** @import { Cell } from '../suites/types.mjs' */
/** @import { Baseline } from './baseline.mjs' */

/**
 * @typedef {object} Plan
 * @property {Cell[]} cells
 * @property {number} time
 * @property {number} rounds
 * @property {number} seed
 * @property {string} entry of the package that is measured: its ES module, relative to its folder
 * @property {Baseline} [baseline]
 * @property {(result: CellResult) => boolean} regressed against the baseline
 * @property {string} cpu
 * @property {AbortSignal} signal
 * @property {(done: number, total: number, what: string) => void} progress
 * @property {(cells: CellResult[]) => void} suiteDone with all rows of a suite
 */

/**
 * @param {Engine} engine
 * @param {Plan} plan
 * @returns {Promise<EngineRun>}
 */
export async function runOn(engine, plan) {
  const { cells, time, rounds, seed, entry, baseline, regressed, cpu, signal, progress, suiteDone } = plan;
  const workers = new Workers(engine, ({ from }) => ({
    package:
      from === 'baseline' && baseline?.kind === 'package'
        ? new URL(baseline.entry, engine.address('baseline')).href
        : new URL(entry, engine.address('package')).href,
    peers: engine.address('peers'),
    compiled: engine.address('compiled'),
  }));
  const abort = () => workers.closeAll();
  signal.addEventListener('abort', abort);
  /** @type {CellResult[]} */
  const results = [];
  /** @type {Defect[]} */
  const defects = [];
  const fairness = fairnessOn({ cpu, engine: engine.name });
  try {
    const limits = await measureLimits(workers, { time, rounds });
    for (const [index, cell] of cells.entries()) {
      if (signal.aborted) break;
      progress(index, cells.length, `${engine.name}: ${cell.suite} ${cell.name}`);
      const measured = await measureFairly(cell, limits);
      // Whose process was ended in the middle of a row has not failed.
      if (signal.aborted) break;
      results.push(measured.result);
      defects.push(...measured.defects);
      if (cells[index + 1]?.suite !== cell.suite) {
        suiteDone(results.filter(({ suite }) => suite === cell.suite));
      }
    }
    return {
      engine: engine.description,
      limits,
      contenders: workers.contenders,
      cells: results,
      fairness,
      defects,
    };
  } finally {
    signal.removeEventListener('abort', abort);
    workers.closeAll();
  }

  /**
   * A machine that was busy for a moment gets a second chance; a peer that is driven wrongly stays slow, and so does a
   * build that became slower.
   * @param {Cell} cell
   * @param {Limits | null} limits
   */
  async function measureFairly(cell, limits) {
    const planned = baseline === undefined ? cell : withBaseline(cell, baseline);
    const first = await measure(planned, limits);
    if (signal.aborted || (first.defects.length === 0 && !regressed(first.result))) return first;
    return measure(first.defects.length === 0 ? planned : withArithmetic(planned), limits);
  }

  /** @param {Cell} cell @param {Limits | null} limits */
  async function measure(cell, limits) {
    const result = judgeCell(cell, await measureCell(cell, workers, { time, rounds }), seed);
    const here = { fairness, gigaflops: limits?.gigaflops ?? 0 };
    return { result, defects: limits === null ? [] : findDefects(cell, result, peerNames, here) };
  }
}

/** Bytes of both ends of a copy, or of what is read: in the first cache, in the second, beyond. */
const sizes = [8e3, 8e4, 8e6];

/**
 * What the engine can do at most, for the head of the report. Null where it has no WebAssembly with SIMD.
 * @param {Workers} workers
 * @param {{ time: number, rounds: number }} sampling
 * @returns {Promise<Limits | null>}
 */
async function measureLimits(workers, sampling) {
  const flops = 1e6;
  /** @param {'flops' | 'copy' | 'read'} kind @param {number} amount */
  const rate = async (kind, amount) => {
    const { limit } = await measureCell(limitCell(kind, amount), workers, sampling);
    return limit?.median == null ? null : amount / limit.median / 1e6;
  };
  const gigaflops = await rate('flops', flops);
  if (gigaflops === null) return null;
  /** @type {Record<'copy' | 'read', Record<string, number>>} */
  const bandwidths = { copy: {}, read: {} };
  for (const kind of /** @type {const} */ (['copy', 'read'])) {
    for (const size of sizes) bandwidths[kind][size] = (await rate(kind, size)) ?? 0;
  }
  return { gigaflops, ...bandwidths };
}

/** A row that nobody but the limit is in. @param {'flops' | 'copy' | 'read'} kind @param {number} amount @returns {Cell} */
const limitCell = (kind, amount) => ({
  suite: 'limit',
  name: kind,
  group: 'limit',
  entries: [],
  task: { operation: 'limit', kind, amount },
  unit: { name: 'GFLOP/s', perMillisecond: amount / 1e6 },
  limit: { kind, amount },
  requirements: [],
});
