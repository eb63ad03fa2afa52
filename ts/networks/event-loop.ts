/**
 * Lets long work share the thread: it runs in slices, and between two slices the event loop has its turn
 * (timers, input, rendering). No `node:` import, nothing that outlives `close`.
 */
import type { Clock } from '../metrics/clock.js';

/**
 * A slice ends when its next step would probably pass this many milliseconds. The promise is 16 (one frame
 * of a 60 Hz screen) or one step; the rest is margin for a step that takes longer than those before it.
 */
const sliceBudget = 10;

interface Host {
  setImmediate?(callback: () => void): unknown;
  MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
  setTimeout?(callback: () => void, milliseconds: number): unknown;
  readonly process?: { readonly versions?: { readonly node?: string } };
}
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
  close(): void;
}

// Captured once: a test runner's fake timers, installed later, would otherwise stop every training.
const host = globalThis as unknown as Host;
const setImmediate = host.setImmediate?.bind(globalThis);
const MessageChannel = host.MessageChannel;
// A bare engine has none, and no event loop to be left free either.
const setTimeout = host.setTimeout?.bind(globalThis) ?? ((callback: () => void) => callback());
// Node hands a port up to a thousand messages before its timers run: under Jest's jsdom, which hides
// setImmediate, a message would be no turn at all.
const hasMessageTasks = MessageChannel !== undefined && host.process?.versions?.node === undefined;

/** One run of sliced work. Call `stepDone` after each step, await `turn` when it says so, and `close` at the end. */
export class TimeSlices {
  readonly #clock: Clock;
  #sliceStart: number;
  #stepStart: number;
  readonly #turns = openTurns();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sliceStart = clock();
    this.#stepStart = this.#sliceStart;
  }

  /** True when the slice is used up: the event loop must have its turn before the next step. */
  stepDone(): boolean {
    const now = this.#clock();
    const step = now - this.#stepStart;
    this.#stepStart = now;
    return now - this.#sliceStart + step > sliceBudget;
  }

  /** Resolves after the event loop had its turn; a new slice begins. */
  async turn(): Promise<void> {
    await this.#turns.next();
    this.#sliceStart = this.#clock();
    this.#stepStart = this.#sliceStart;
  }

  close(): void {
    this.#turns.close();
  }
}

interface Turns {
  next(): Promise<void>;
  close(): void;
}

function openTurns(): Turns {
  if (setImmediate !== undefined) {
    return { next: () => new Promise((resolve) => void setImmediate(resolve)), close: () => {} };
  }
  // Browsers: a message is a task of its own, without the 4 ms that nested timers are held back.
  if (hasMessageTasks) return channelTurns(new MessageChannel!());
  return { next: () => new Promise((resolve) => void setTimeout(resolve, 0)), close: () => {} };
}

function channelTurns(channel: { readonly port1: Port; readonly port2: Port }): Turns {
  const { port1, port2 } = channel;
  return {
    next: () =>
      new Promise((resolve) => {
        port1.onmessage = () => resolve();
        port2.postMessage(null);
      }),
    // An open port would keep a process alive.
    close: () => {
      port1.onmessage = null;
      port1.close();
      port2.close();
    },
  };
}
