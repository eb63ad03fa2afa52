/** A network inside the module: made from a plan, known by its address, given back once. */
import type { NetworkObject } from '../core/abi.js';
import { type Engine, owner } from '../core/engine.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { Widths } from './dataset.js';
import type { NetworkPlan } from './network-plan.js';
import { Owned } from './owned.js';
import { pieceRows } from './pieces.js';

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
export class NetworkCore extends Owned<NetworkObject> {
  readonly plan: NetworkPlan;
  readonly widths: Widths;
  readonly #dependents = new Set<Dependent>();

  /**
   * Around `object`, or a new one. Throws `POOL_EXHAUSTED`, or `INVALID_ARGUMENT` for a network that no memory could
   * hold.
   */
  constructor(engine: Engine, plan: NetworkPlan, object?: NetworkObject) {
    engine.assertAlive('createNetwork');
    super(engine, 'network', object ?? createObject(engine, plan));
    this.plan = plan;
    this.widths = { inputs: plan.layers[0]!, outputs: plan.layers.at(-1)! };
  }

  /** The outputs of `rows` rows at addresses; a status. */
  runRows(x: number, out: number, rows: number): number {
    return this.engine.abi.network_run_f32(this.handle, x, out, rows);
  }

  /** Rows of a piece, where rows do not have to lie in memory all at once. */
  get pieceRows(): number {
    return pieceRows(this.widths);
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

  protected beforeDispose(): void {
    for (const dependent of [...this.#dependents]) dependent.dispose();
  }
}

function createObject(engine: Engine, plan: NetworkPlan): NetworkObject {
  const { Initializer, Network } = engine.objects;
  const { init, seed } = plan;
  return createFromPlan(engine, plan, 'createNetwork', {
    create: (sizes, activations, count) =>
      Network.create(sizes, activations, count, Initializer[init].value, seed.low, seed.high),
    requiredBytes: (sizes, count) => Network.requiredBytes(sizes, count),
  });
}

/** How an object is made from a plan that lies in memory: addresses of the widths and of the activations. */
interface Maker<Made> {
  create(sizes: number, activations: number, count: number): Made | null;
  requiredBytes(sizes: number, count: number): number;
}

/** An object of the module that needs a plan. Throws `POOL_EXHAUSTED`, or `INVALID_ARGUMENT` beyond 2 GiB. */
export function createFromPlan<Made>(
  engine: Engine,
  { layers, activations }: NetworkPlan,
  what: string,
  maker: Maker<Made>,
): Made {
  const count = layers.length;
  // The widths, then the activations: only needed for the call.
  const scratch = engine.allocate((2 * count - 1) * 4, owner.internal);
  try {
    const codes = activations.map((name) => engine.objects.Activation[name].value);
    engine.heapU32.set([...layers, ...codes], scratch >>> 2);
    const object = maker.create(scratch, scratch + count * 4, count);
    if (object !== null) return object;
    const requested = maker.requiredBytes(scratch, count) >>> 0;
    if (requested === 0) {
      throw new InvalidArgumentError(
        `${what}: layers [${layers.join(', ')}] need more than 2 GiB: use fewer or narrower layers`,
      );
    }
    throw engine.exhausted(requested);
  } finally {
    engine.free(scratch);
  }
}
