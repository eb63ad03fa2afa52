// @ts-check
/** The processes of a run: one for each contender, started when it is first needed, kept as long as it is of use. */

/** @import { ContenderOptions, Sources } from '../contenders/types.mjs' */
/** @import { Answer, Engine, Worker } from './protocol.mjs' */
/** @import { Presence } from './results.mjs' */
/** @import { Entry } from '../suites/types.mjs' */

/** @typedef {{ worker: Worker, version: string } | { missing: string }} Loaded */

export class Workers {
  #engine;
  #sources;
  /** @type {Map<string, Promise<Loaded>>} */
  #kept = new Map();
  /** @type {Set<Worker>} */
  #open = new Set();
  /** By column: what became of it. @type {Record<string, Presence>} */
  contenders = {};

  /**
   * @param {Engine} engine
   * @param {(options: ContenderOptions) => Sources} sources
   */
  constructor(engine, sources) {
    this.#engine = engine;
    this.#sources = sources;
  }

  /** A process that has loaded the contender, or why there is none. @param {Entry} entry @returns {Promise<Loaded>} */
  async get(entry) {
    const known = this.contenders[entry.id]?.missing;
    // What could not be loaded once is not there: one line for it, not one in every cell.
    if (known !== undefined) return { missing: known };
    if (entry.fresh) return this.#load(entry);
    const kept = this.#kept.get(entry.id);
    if (kept !== undefined) return kept;
    const loading = this.#load(entry);
    this.#kept.set(entry.id, loading);
    return loading;
  }

  /** After a cell: what is not to be used again ends. @param {Entry} entry @param {Worker} worker */
  async done(entry, worker) {
    if (entry.fresh) this.#close(worker);
    else if ((await worker.ask({ kind: 'release' })).kind === 'failed') this.drop(entry, worker);
  }

  /** After a failure nothing is known about the process. @param {Entry} entry @param {Worker} worker */
  drop(entry, worker) {
    this.#close(worker);
    this.#kept.delete(entry.id);
  }

  closeAll() {
    for (const worker of [...this.#open]) this.#close(worker);
    this.#kept.clear();
  }

  /**
   * Asks a process that has done nothing yet, and ends it.
   * @param {Entry} entry
   * @param {'import' | 'start'} part
   * @returns {Promise<Answer>}
   */
  async cold({ options }, part) {
    const worker = await this.#start();
    try {
      return await worker.ask({ kind: 'cold', part, options, sources: this.#sources(options) });
    } finally {
      this.#close(worker);
    }
  }

  /** A process that dies, or cannot be started, answers that it failed: one contender's failure, not the run's. */
  async #start() {
    const started = await this.#engine.start().catch(dead);
    /** @type {Worker} */
    const worker = { ask: (request) => started.ask(request).catch(failed), close: () => started.close() };
    this.#open.add(worker);
    return worker;
  }

  /** @param {Worker} worker */
  #close(worker) {
    this.#open.delete(worker);
    worker.close();
  }

  /** @param {Entry} entry @returns {Promise<Loaded>} */
  async #load({ id, options }) {
    const worker = await this.#start();
    const answer = await worker.ask({ kind: 'load', options, sources: this.#sources(options) });
    if (answer.kind === 'loaded') {
      this.contenders[id] = { version: answer.version };
      return { worker, version: answer.version };
    }
    this.#close(worker);
    const missing = answer.kind === 'failed' ? answer.reason : `answered ${answer.kind}`;
    const code = answer.kind === 'failed' ? answer.code : undefined;
    this.contenders[id] = { missing, ...(code === undefined ? {} : { code }) };
    return { missing };
  }
}

/** @param {unknown} error @returns {Answer} */
const failed = (error) => ({
  kind: 'failed',
  reason: error instanceof Error ? error.message : String(error),
});

/** @param {unknown} error @returns {Worker} */
const dead = (error) => ({ ask: async () => failed(error), close() {} });
