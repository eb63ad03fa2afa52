// Stages of a run: one line each with its seconds, and a closing table.

import { performance } from 'node:perf_hooks';
import { CommandError } from './errors.mjs';

/** @typedef {{ name: string, seconds: number, result: 'ok' | 'failed' }} StageResult */

export class Stages {
  /** @type {StageResult[]} */
  results = [];
  #stream;

  /** @param {NodeJS.WritableStream} stream where the lines go */
  constructor(stream) {
    this.#stream = stream;
  }

  /**
   * A stage whose programs are quiet: what they said is shown when they fail.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async quiet(name, work) {
    this.#stream.write(`${name} … `);
    return this.#timed(name, work, (seconds, result) => {
      this.#stream.write(result === 'ok' ? `${seconds} s\n` : `FAILED after ${seconds} s\n`);
    });
  }

  /**
   * A stage whose programs write to the terminal themselves (test runners).
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async loud(name, work) {
    this.#stream.write(`\n── ${name}\n`);
    return this.#timed(name, work, (seconds, result) => {
      this.#stream.write(`── ${name}: ${result === 'ok' ? 'passed' : 'FAILED'} in ${seconds} s\n`);
    });
  }

  /**
   * A stage whose failure the later ones do not depend on: it is noted, and the run goes on.
   * @param {string} name
   * @param {() => Promise<unknown>} work
   */
  async test(name, work) {
    try {
      await this.loud(name, work);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#stream.write(`${error.message.trimEnd()}\n`);
    }
  }

  get failed() {
    return this.results.filter(({ result }) => result === 'failed').map(({ name }) => name);
  }

  /** @param {number} totalSeconds @param {string} limit */
  table(totalSeconds, limit) {
    const rows = [...this.results, { name: 'total', seconds: totalSeconds, result: limit }];
    const width = Math.max(...rows.map(({ name }) => name.length));
    const lines = rows.map(
      ({ name, seconds, result }) => `${name.padEnd(width)} ${seconds.toFixed(1).padStart(8)} s  ${result}`,
    );
    this.#stream.write(`\n${lines.join('\n')}\n`);
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @param {(seconds: string, result: StageResult['result']) => void} report
   */
  async #timed(name, work, report) {
    const start = performance.now();
    /** @param {StageResult['result']} result */
    const done = (result) => {
      const seconds = (performance.now() - start) / 1000;
      this.results.push({ name, seconds, result });
      report(seconds.toFixed(1), result);
    };
    try {
      const value = await work();
      done('ok');
      return value;
    } catch (error) {
      done('failed');
      throw error;
    }
  }
}
