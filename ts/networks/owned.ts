/** What a network, a swarm and a trainer are to the module: an object of it, known by its address, given back once. */
import type { ModuleObject } from '../core/abi.js';
import type { Engine } from '../core/engine.js';
import { WasmPerformanceError } from '../core/errors.js';
import { deleteWhenForgotten, notForgotten } from './forgotten.js';

export abstract class Owned<Inner extends ModuleObject & { address(): number }> {
  readonly engine: Engine;
  /** The handle that exports of the module take, while it lives. */
  protected readonly handle: number;
  readonly #kind: string;
  #object: Inner | null;

  /** `kind` is how messages name it. */
  constructor(engine: Engine, kind: string, object: Inner) {
    this.engine = engine;
    this.handle = object.address() >>> 0;
    this.#kind = kind;
    this.#object = object;
    deleteWhenForgotten(this, object);
  }

  /** The live object. Throws `DISPOSED`. */
  object(operation: string): Inner {
    this.engine.assertAlive(operation);
    if (this.#object === null) {
      throw new WasmPerformanceError(
        'DISPOSED',
        `${operation}: this ${this.#kind} was disposed of; create a new one`,
      );
    }
    return this.#object;
  }

  /** The handle. Throws `DISPOSED`. */
  address(operation: string): number {
    this.object(operation);
    return this.handle;
  }

  get disposed(): boolean {
    return this.#object === null;
  }

  dispose(): void {
    if (this.#object === null) return;
    this.beforeDispose();
    notForgotten(this);
    this.#object.delete();
    this.#object = null;
  }

  /** Gives back what depends on it, and tells those that know of it. */
  protected abstract beforeDispose(): void;
}
