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

/**
 * Milliseconds that a contender runs before it is timed. Engines begin with code that was compiled in haste, and put
 * the better one in its place when a function has run for a while: with 6 ms tfjs-wasm showed a sixth of its speed.
 * Samples of less than 5 ms, which only tests ask for, get less.
 */
const warmUp = 100;

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
    const accuracy = checkResult(await prepared.result(), referenceOf(checked), contender.bound);
    const reason = `its largest error is ${accuracy.maxError?.toPrecision(3) ?? 'not a number'}`;
    return accuracy.correct ? { kind: 'prepared', accuracy } : { kind: 'wrong', reason, accuracy };
  }

  /**
   * Warms the engine's compilers up, and finds how many iterations fill a sample.
   * @param {number} time
   */
  async #calibrate(time) {
    if (this.#prepared?.sample !== undefined) return this.#prepared.sample(time);
    const warm = performance.now() + Math.max(Math.min(warmUp, 20 * time), 2 * time);
    for (this.#iterations = 1; ; ) {
      const taken = await this.#time(this.#iterations);
      if (taken >= time && performance.now() >= warm) return taken / this.#iterations;
      // Towards the time, but at most tenfold: the first runs are slower than the later ones.
      const growth = taken > 0 ? (1.1 * time) / taken : fastest;
      this.#iterations = Math.ceil(this.#iterations * Math.min(fastest, Math.max(0.1, growth)));
    }
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

/** @param {string} message */
const firstLine = (message) => message.split('\n', 1)[0] ?? '';
