// @ts-check
/** One row of the table: every contender's result is checked, then all are timed in interleaved rounds. */

import { quantile } from './statistics.mjs';

/** @import { Accuracy } from '../data/check.mjs' */
/** @import { Answer, Worker } from './protocol.mjs' */
/** @import { Measured } from './results.mjs' */
/** @import { Cell, Entry } from '../suites/types.mjs' */
/** @import { Workers } from './workers.mjs' */

/**
 * @typedef {object} Sampling
 * @property {number} time milliseconds of one sample, at least
 * @property {number} rounds
 */
/** @typedef {{ entry: Entry, worker: Worker, wrong?: Measured, accuracy?: Accuracy, samples: number[] }} Runner */

/** The engine's own limit stands beside the others, in the same rounds. @param {Cell} cell @returns {Entry[]} */
export function entriesOf(cell) {
  if (cell.limit === undefined) return [...cell.entries];
  const task = { operation: /** @type {const} */ ('limit'), ...cell.limit };
  return [...cell.entries, { id: 'limit', options: { name: 'limit' }, task }];
}

/**
 * @param {Cell} cell
 * @param {Workers} workers
 * @param {Sampling} sampling
 * @returns {Promise<Record<string, Measured>>} by the contender's id
 */
export async function measureCell(cell, workers, { time, rounds }) {
  const sampling = { time, rounds: cell.rounds ?? rounds };
  if (cell.task.operation === 'load') return measureLoads(cell, cell.task.part, workers, sampling.rounds);
  /** @type {Record<string, Measured>} */
  const results = {};
  /** @type {Runner[]} */
  const runners = [];
  for (const entry of entriesOf(cell)) {
    const found = await begin(cell, entry, workers, sampling);
    if ('samples' in found) runners.push(found);
    else results[entry.id] = found.none;
  }
  for (let round = 0; round < sampling.rounds; round++) {
    // Each round begins with the next one, so that a drift of the machine meets all alike.
    for (let turn = 0; turn < runners.length; turn++) {
      const runner = runners[(round + turn) % runners.length];
      if (runner === undefined || results[runner.entry.id] !== undefined) continue;
      const answer = await runner.worker.ask({ kind: 'sample', time: sampling.time });
      if (answer.kind === 'sampled') runner.samples.push(answer.cost);
      else results[runner.entry.id] = fail(runner.entry, runner.worker, workers, answer);
    }
  }
  for (const { entry, worker, wrong, accuracy, samples } of runners) {
    if (results[entry.id] !== undefined) continue;
    results[entry.id] = wrong
      ? { ...wrong, uncounted: order(samples).median }
      : { status: 'measured', samples, ...order(samples), ...(accuracy && { accuracy }) };
    await workers.done(entry, worker);
  }
  return results;
}

/**
 * Every sample in a process of its own.
 * @param {Cell} cell
 * @param {'import' | 'start'} part
 * @param {Workers} workers
 * @param {number} rounds
 * @returns {Promise<Record<string, Measured>>}
 */
async function measureLoads(cell, part, workers, rounds) {
  /** @type {Record<string, Measured>} */
  const results = {};
  /** @type {Record<string, number[]>} */
  const samples = {};
  for (let round = 0; round < rounds; round++) {
    for (const entry of cell.entries) {
      if (results[entry.id] !== undefined || round >= (entry.rounds ?? rounds)) continue;
      // What is not there is asked for once.
      const loaded = round === 0 ? await workers.get(entry) : undefined;
      if (loaded !== undefined && 'missing' in loaded) {
        results[entry.id] = without('missing', loaded.missing);
        continue;
      }
      const answer = await workers.cold(entry, part);
      if (answer.kind === 'sampled') samples[entry.id] = [...(samples[entry.id] ?? []), answer.cost];
      else results[entry.id] = without('failed', answer.kind === 'failed' ? answer.reason : answer.kind);
    }
  }
  for (const [id, costs] of Object.entries(samples)) {
    results[id] ??= { status: 'measured', samples: costs, ...order(costs) };
  }
  return results;
}

/** @typedef {{ none: Measured }} None */

/**
 * @param {Cell} cell
 * @param {Entry} entry
 * @param {Workers} workers
 * @param {Sampling} sampling
 * @returns {Promise<Runner | None>}
 */
async function begin(cell, entry, workers, { time }) {
  const loaded = await workers.get(entry);
  if ('missing' in loaded) return { none: without('missing', loaded.missing) };
  const { worker } = loaded;
  const prepared = await worker.ask({ kind: 'prepare', task: entry.task ?? cell.task });
  if (prepared.kind === 'prepared' || (prepared.kind === 'wrong' && prepared.accuracy !== undefined)) {
    // One that measures by itself, and once, finds its own way.
    if (cell.rounds === 1) return { entry, worker, samples: [] };
    const calibrated = await worker.ask({ kind: 'calibrate', time });
    if (calibrated.kind !== 'sampled') return { none: fail(entry, worker, workers, calibrated) };
    const { accuracy } = prepared;
    const wrong =
      prepared.kind === 'wrong'
        ? { wrong: { ...without('wrong', prepared.reason), ...(accuracy && { accuracy }) } }
        : {};
    return { entry, worker, samples: [], ...wrong, ...(accuracy && { accuracy }) };
  }
  if (prepared.kind === 'unsupported') {
    await workers.done(entry, worker);
    return { none: without('unsupported') };
  }
  if (prepared.kind === 'wrong') {
    await workers.done(entry, worker);
    return { none: without('wrong', prepared.reason) };
  }
  return { none: fail(entry, worker, workers, prepared) };
}

/** @param {Entry} entry @param {Worker} worker @param {Workers} workers @param {Answer} answer */
function fail(entry, worker, workers, answer) {
  workers.drop(entry, worker);
  return without('failed', answer.kind === 'failed' ? answer.reason : `answered ${answer.kind}`);
}

/** @param {Measured['status']} status @param {string} [reason] @returns {Measured} */
const without = (status, reason) => ({
  status,
  ...(reason === undefined ? {} : { reason }),
  samples: [],
  median: null,
  p5: null,
  p95: null,
});

/** @param {readonly number[]} samples */
function order(samples) {
  return { median: quantile(samples, 0.5), p5: quantile(samples, 0.05), p95: quantile(samples, 0.95) };
}
