/** A network inside the module: made from a plan, known by its address, given back once. */
import type { NetworkObject } from '../core/abi.js';
import { type Engine, owner } from '../core/engine.js';
import { InvalidArgumentError, PoolExhaustedError, WasmPerformanceError } from '../core/errors.js';
import type { Widths } from './dataset.js';
import { deleteWhenForgotten, notForgotten } from './forgotten.js';
import type { NetworkPlan } from './network-plan.js';

/** Something that must be given back before the network is: its trainers. */
interface Dependent {
  dispose(): void;
}

/** Where the numbers of one layer lie, in bytes, and how many there are, in elements. */
export interface LayerPlace {
  readonly weights: number;
  readonly biases: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** What the files of this folder share of one network; `Network` is its public face. */
export class NetworkCore {
  readonly engine: Engine;
  readonly plan: NetworkPlan;
  readonly widths: Widths;
  readonly #dependents = new Set<Dependent>();
  #object: NetworkObject | null;
  readonly #address: number;

  /** Throws `POOL_EXHAUSTED`, or `INVALID_ARGUMENT` for a network that no memory could hold. */
  constructor(engine: Engine, plan: NetworkPlan) {
    engine.assertAlive('createNetwork');
    this.engine = engine;
    this.plan = plan;
    this.widths = { inputs: plan.layers[0]!, outputs: plan.layers.at(-1)! };
    this.#object = createObject(engine, plan);
    this.#address = this.#object.address() >>> 0;
    deleteWhenForgotten(this, this.#object);
  }

  /** The live object. Throws `DISPOSED`. */
  object(operation: string): NetworkObject {
    this.engine.assertAlive(operation);
    if (this.#object === null) {
      throw new WasmPerformanceError(
        'DISPOSED',
        `${operation}: this network was disposed of; create a new one`,
      );
    }
    return this.#object;
  }

  /** The handle that the network_… exports take. Throws `DISPOSED`. */
  address(operation: string): number {
    this.object(operation);
    return this.#address;
  }

  get disposed(): boolean {
    return this.#object === null;
  }

  places(operation: string): LayerPlace[] {
    const object = this.object(operation);
    const { layers } = this.plan;
    return layers.slice(1).map((outputs, layer) => ({
      weights: object.weightsAddress(layer) >>> 0,
      biases: object.biasesAddress(layer) >>> 0,
      inputs: layers[layer]!,
      outputs,
    }));
  }

  addDependent(dependent: Dependent): void {
    this.#dependents.add(dependent);
  }

  removeDependent(dependent: Dependent): void {
    this.#dependents.delete(dependent);
  }

  dispose(): void {
    if (this.#object === null) return;
    for (const dependent of [...this.#dependents]) dependent.dispose();
    notForgotten(this);
    this.#object.delete();
    this.#object = null;
  }
}

function createObject(engine: Engine, plan: NetworkPlan): NetworkObject {
  const { objects } = engine;
  const { layers, activations, seed } = plan;
  const count = layers.length;
  // The widths, then the activations: only needed for the call.
  const scratch = engine.allocate((2 * count - 1) * 4, owner.internal);
  try {
    const codes = activations.map((name) => objects.Activation[name].value);
    engine.heapU32.set([...layers, ...codes], scratch >>> 2);
    const initializer = objects.Initializer[plan.init].value;
    const object = objects.Network.create(
      scratch,
      scratch + count * 4,
      count,
      initializer,
      seed.low,
      seed.high,
    );
    if (object !== null) return object;
    const requested = objects.Network.requiredBytes(scratch, count) >>> 0;
    if (requested === 0) {
      throw new InvalidArgumentError(
        `createNetwork: layers [${layers.join(', ')}] need more than 2 GiB, which no module can hold: use fewer or narrower layers`,
      );
    }
    throw poolShortage(engine, requested);
  } finally {
    engine.free(scratch);
  }
}

/** The error for an object that the module could not make. */
export function poolShortage(engine: Engine, requested: number): PoolExhaustedError {
  const { available, largestFree, limit } = engine.poolStats();
  return new PoolExhaustedError({ requested, available, largestFree, limit });
}
