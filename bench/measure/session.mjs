// @ts-check
/**
 * One process's side of the benchmark: a single library, loaded on request, and one task at a time. It measures when
 * it is asked and does nothing in between, so that no two libraries ever run at once.
 */
import { loadContender } from '../contenders/load.mjs';
import { checkResult } from '../data/check.mjs';
import { referenceOf } from '../data/tasks.mjs';

/** @import { Contender, Prepared } from '../contenders/types.mjs' */
/** @import { Answer, Request } from './protocol.mjs' */

/** Growth of the number of iterations while their time is looked for. */
const fastest = 10;

/** Costs of slices, as parts of the best: what is news, and what no noise of a machine explains. */
const faster = 0.97;
const muchSlower = 1.5;

/** Windows in a row in which nothing changes: a single one can lie between two compilations. */
const steadyWindows = 2;

/**
 * Engines begin with code that was compiled in haste, and put the better one in its place when a function has run for
 * a while, on a thread that may compete with it for the processor: onnxruntime-web takes 0.7 s on a single core.
 * Milliseconds; where samples are so short that they are for tests only, less.
 * @param {number} time of a sample
 */
const warmUpFor = (time) => ({
  slice: Math.min(5, time),
  window: Math.min(30, 10 * time),
  most: Math.min(1500, 100 * time),
});

/** What shows that a library is ready. */
const firstTask = /** @type {const} */ ({ operation: 'unary', name: 'relu', n: 4, seed: 1 });

export class Session {
  /** @type {Contender | undefined} */
  #contender;
  /** @type {Prepared | undefined} */
  #prepared;
  #iterations = 1;

  /**
   * @param {Request} request
   * @returns {Promise<Answer>}
   */
  async answer(request) {
    try {
      return await this.#answer(request);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : undefined;
      return { kind: 'failed', reason: firstLine(failure.message), ...(code === undefined ? {} : { code }) };
    }
  }

  /** @param {Request} request @returns {Promise<Answer>} */
  async #answer(request) {
    switch (request.kind) {
      case 'load': {
        this.#contender = await loadContender(request.options, request.sources);
        return { kind: 'loaded', version: this.#contender.version };
      }
      case 'cold': {
        const started = performance.now();
        const contender = await loadContender(request.options, request.sources);
        // Some put off the start of their module until it is needed.
        const prepared = await contender.prepare(firstTask);
        await prepared?.run?.(1);
        const ready = performance.now();
        return {
          kind: 'sampled',
          cost: ready - (request.part === 'start' ? contender.importedAt : started),
        };
      }
      case 'prepare':
        return this.#prepare(request.task);
      case 'calibrate': {
        const cost = await this.#calibrate(request.time);
        return { kind: 'sampled', cost };
      }
      case 'sample':
        return { kind: 'sampled', cost: await this.#sample(request.time) };
      case 'release':
        this.#release();
        return { kind: 'released' };
    }
  }

  /** @param {import('../contenders/types.mjs').Task} task @returns {Promise<Answer>} */
  async #prepare(task) {
    this.#release();
    const contender = this.#contender;
    if (contender === undefined) throw new Error('nothing is loaded');
    const prepared = await contender.prepare(task);
    if (prepared === undefined) return { kind: 'unsupported' };
    this.#prepared = prepared;
    await prepared.run?.(1);
    const fault = await prepared.fault?.();
    if (fault !== undefined) return { kind: 'wrong', reason: fault };
    if (prepared.result === undefined) return { kind: 'prepared' };
    const checked = /** @type {import('../data/tasks.mjs').CheckedTask} */ (task);
    const reference = prepared.reference?.() ?? referenceOf(checked);
    const accuracy = checkResult(await prepared.result(), reference, contender.bound);
    const reason = `its largest error is ${accuracy.maxError?.toPrecision(3) ?? 'not a number'}`;
    return accuracy.correct ? { kind: 'prepared', accuracy } : { kind: 'wrong', reason, accuracy };
  }

  /**
   * Runs until nothing gets faster, and finds how many iterations fill a sample.
   * @param {number} time
   */
  async #calibrate(time) {
    const { run, sample } = this.#prepared ?? {};
    if (run === undefined && sample !== undefined) return sample(time);
    const { slice, window, most } = warmUpFor(time);
    const end = performance.now() + most;
    this.#iterations = 1;
    let best = Number.POSITIVE_INFINITY;
    for (let steady = 0; steady < steadyWindows && performance.now() < end; ) {
      const costs = await this.#runWindow(window, slice);
      steady = isSteady(costs, best) ? steady + 1 : 0;
      best = Math.min(best, ...costs);
    }
    this.#iterations = Math.max(1, Math.ceil(time / best));
    return best;
  }

  /** Costs of one, slice after slice. @param {number} window @param {number} slice */
  async #runWindow(window, slice) {
    /** @type {number[]} */
    const costs = [];
    const end = performance.now() + window;
    while (performance.now() < end) {
      const taken = await this.#time(this.#iterations);
      // Coarse clocks show nothing at first.
      if (taken > 0) costs.push(taken / this.#iterations);
      // Towards the slice, but at most tenfold: the first runs are slower than the later ones.
      const growth = taken > 0 ? slice / taken : fastest;
      this.#iterations = Math.ceil(this.#iterations * Math.min(fastest, Math.max(0.1, growth)));
    }
    return costs;
  }

  /** @param {number} time milliseconds */
  async #sample(time) {
    if (this.#prepared?.sample !== undefined) return this.#prepared.sample(time);
    const iterations = this.#iterations;
    return (await this.#time(iterations)) / iterations;
  }

  /** @param {number} iterations */
  async #time(iterations) {
    const start = performance.now();
    const pending = this.#prepared?.run?.(iterations);
    if (pending instanceof Promise) await pending;
    return performance.now() - start;
  }

  #release() {
    this.#prepared?.dispose?.();
    this.#prepared = undefined;
  }
}

/**
 * Nothing got faster in a window, and most of it ran at one speed: the engine was not busy with work of its own.
 * @param {readonly number[]} costs of its slices
 * @param {number} best of all slices before
 */
export function isSteady(costs, best) {
  const lowest = Math.min(...costs);
  const slow = costs.filter((cost) => cost > muchSlower * Math.min(best, lowest));
  return lowest >= faster * best && 4 * slow.length <= costs.length;
}

/** @param {string} message */
const firstLine = (message) => message.split('\n', 1)[0] ?? '';
