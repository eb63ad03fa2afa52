/**
 * Gives back the memory of agents that the program has forgotten, when the pool has no room without it.
 *
 * A FinalizationRegistry alone does not do it. Weights lie in the pool, which the engine accounts for as one buffer: an
 * agent that is forgotten puts no pressure on the JavaScript heap, so the collector may never run; and where it does,
 * the callback comes in a later turn of the event loop, too late for the creation that needs the room now. So two
 * things happen here, both before the creation returns:
 *
 * 1. The engine is given a reason to collect (see `pressure`).
 * 2. WeakRefs tell who has died. What a WeakRef is made for, or gives by `deref`, stays alive until the running job
 *    ends (ECMA-262, KeepDuringJob); and a whole chain of `await`s can be one job. So none is made for an agent: an
 *    agent holds a witness whose WeakRef was made in an earlier job, and one that was looked at gets another witness.
 */
import { systemClock, wasmApi } from '../core/environment.js';
import { WasmPerformanceError } from '../core/errors.js';
import type { Network } from '../networks/types.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

/** What a WeakRef watches in place of an agent. */
interface Witness {
  /** Of the agent that holds it. */
  lifeline: Lifeline | undefined;
}

/** To be held by an agent, and by nobody else: its memory is given back when this was collected. */
export interface Lifeline {
  witness: Witness;
  readonly holding: Holding;
}

/** What is known of an agent without keeping it alive. */
interface Holding {
  readonly memory: AgentMemory;
  readonly network: Network;
  witness: WeakRef<Witness>;
}

const host = globalThis as { readonly Bun?: { gc?(synchronously: boolean): unknown } };

const mebibyte = 2 ** 20;
type Step = () => unknown;
const times = (count: number, step: Step): Step[] => new Array<Step>(count).fill(step);
const buffer = (bytes: number): Step => {
  return () => new ArrayBuffer(bytes);
};

/**
 * What is done, one after the other, until the engine has collected. Nobody keeps what is made, and none of its pages
 * is ever touched: the 2.6 GiB of all buffers are address space. Measured on Linux, with nearly empty heaps and with
 * heaps of 60 MB:
 * - Firefox 153 collects at the second or third buffer: 1 to 9 ms.
 * - WebKitGTK 2.50 collects at the fourth to ninth; but within one job more are needed each time, in the end more than
 *   there are. It has few places for memories of WebAssembly, though, and collects at once to have one: at the seventh
 *   at most, 1 to 3 ms, each time.
 * - V8 (Node 20, Node 24, Chromium 156) collects at the second buffer, or begins to mark in slices, for which a running
 *   job leaves no time; then it collects at once when its hard limit is passed, at the 11th to 18th: 5 to 20 ms in a
 *   small heap, 120 to 180 ms in one of 60 MB.
 * - Where its limit is higher, an allocation that fails makes V8 collect, four times over; which is why these come
 *   last. The first fails in Node; Chromium and the others refuse it for its length. The second is the longest that
 *   Chromium tries; Firefox and WebKit refuse it.
 * - Bun would fill each buffer with zeros, but can be asked.
 */
const pressure: readonly Step[] = [
  () => host.Bun?.gc?.(true),
  ...times(10, buffer(64 * mebibyte)),
  ...times(8, () => wasmApi && new wasmApi.Memory({ initial: 0 })),
  ...times(8, buffer(256 * mebibyte)),
  buffer(2 ** 52),
  buffer(2 ** 35 - 1),
];
/** The first may have been one of young objects alone, as in V8 15 (Deno 2.9). */
const enoughCollections = 3;
/** Milliseconds after which no further step is taken. */
const longestPressure = 1000;

/**
 * In vain is what a program pays that tries again and again with a pool full of living agents. Three times in a row it
 * may, so that it can drop an agent and try again; then it must have waited for that many times what the last took.
 */
const fruitlessInARow = 3;
const pauseFactor = 10;

/** One job can watch as many: each agent made in it, and in each search all that live and the canaries. 60 bytes each. */
const witnesses = 512;

interface Prepared {
  readonly witness: Witness;
  readonly reference: WeakRef<Witness>;
}

function prepare(): Prepared {
  const witness: Witness = { lifeline: undefined };
  return { witness, reference: new WeakRef(witness) };
}

/** Oldest first. */
const prepared: Prepared[] = Array.from({ length: witnesses }, prepare);
/** How many of them may have been made in the job that runs. */
let unripe = witnesses;

/** The oldest one. It is replaced at once, so that the next job has as many. */
function takePrepared(): Prepared {
  unripe = Math.min(unripe + 1, witnesses);
  prepared.push(prepare());
  return prepared.shift()!;
}

/** Of no code; to compile it is a promise that a later job resolves, on every engine and under fake timers. */
const emptyModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
let ripening: Promise<void> | undefined;

const forgotten = new FinalizationRegistry<Holding>((holding) => holding.memory.release(holding));

const memories = new WeakMap<NeuralRuntime, AgentMemory>();

/** That of all modules on `runtime`: one must find what agents of another have left. */
export function agentMemory(runtime: NeuralRuntime): AgentMemory {
  const known = memories.get(runtime);
  if (known !== undefined) return known;
  const made = new AgentMemory(runtime.variant !== 'js');
  memories.set(runtime, made);
  return made;
}

/** The agents of a runtime that hold memory. */
export class AgentMemory {
  readonly #mayCompile: boolean;
  readonly #holdings = new Set<Holding>();
  #fruitless = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** `mayCompile`: a page's policy does not forbid it. Each attempt would stand on the console. */
  constructor(mayCompile: boolean) {
    this.#mayCompile = mayCompile;
  }

  /** `network` is disposed of when what is returned was collected, at the latest when its memory is needed. */
  hold(network: Network): Lifeline {
    const { witness, reference } = takePrepared();
    const holding: Holding = { memory: this, network, witness: reference };
    const lifeline: Lifeline = { witness, holding };
    witness.lifeline = lifeline;
    this.#holdings.add(holding);
    forgotten.register(lifeline, holding);
    return lifeline;
  }

  /** Disposes of the network. Calling it again does nothing. */
  release(holding: Holding): void {
    this.#holdings.delete(holding);
    holding.network.dispose();
  }

  /** `work()`, once more if the pool had no room for it and forgotten agents had. It must change nothing before. */
  withRoom<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.makeRoom(error);
      return work();
    }
  }

  /** After an error of what needed memory: throws it, unless there is reason to try again. */
  makeRoom(error: unknown): void {
    const isShortage = error instanceof WasmPerformanceError && error.code === 'POOL_EXHAUSTED';
    if (!isShortage || !this.#releaseForgotten()) throw error;
  }

  /**
   * To be awaited at the end of what is asynchronous anyway: ends the job once many witnesses were made in it. In Node
   * all from the import of this package to its five hundredth agent may be one job, which only awaits what is there.
   */
  async ripen(): Promise<void> {
    if (unripe <= witnesses / 2 || !this.#mayCompile) return;
    ripening ??= wasmApi?.compile(emptyModule).then(
      () => {
        unripe = 0;
        ripening = undefined;
      },
      () => {
        ripening = undefined;
      },
    );
    await ripening;
  }

  /** Whether there was anything to release. */
  #releaseForgotten(): boolean {
    const begin = systemClock();
    const held = this.#holdings.size;
    if (held === 0 || begin < this.#pausedUntil) return false;
    let collections = 0;
    let canaries = dropAhead();
    for (const [index, step] of pressure.entries()) {
      press(step);
      if (canaries[index]!.deref() === undefined) {
        this.#releaseDead();
        collections++;
        canaries = dropAhead();
      }
      const isEnough = this.#holdings.size < held || collections === enoughCollections;
      if (isEnough || systemClock() - begin > longestPressure) break;
    }
    const found = this.#holdings.size < held;
    this.#fruitless = found ? 0 : this.#fruitless + 1;
    const end = systemClock();
    if (this.#fruitless >= fruitlessInARow) this.#pausedUntil = end + pauseFactor * (end - begin);
    return found;
  }

  #releaseDead(): void {
    for (const holding of this.#holdings) {
      if (!isAlive(holding)) this.release(holding);
    }
  }
}

/**
 * Witnesses that nobody holds, one for each step, since who is looked at lives on: where one is gone, the engine has
 * collected. They are made ahead, because WebKit takes what lies on the stack for a reference, and the last may.
 */
function dropAhead(): WeakRef<Witness>[] {
  return pressure.map(() => takePrepared().reference);
}

function isAlive(holding: Holding): boolean {
  const lifeline = holding.witness.deref()?.lifeline;
  if (lifeline === undefined) return false;
  // The witness that was looked at lives on until this job ends: it must no longer stand for the agent.
  lifeline.witness.lifeline = undefined;
  const { witness, reference } = takePrepared();
  witness.lifeline = lifeline;
  lifeline.witness = witness;
  holding.witness = reference;
  return true;
}

function press(step: Step): void {
  try {
    step();
  } catch {
    // An engine that had no room has collected, too.
  }
}
