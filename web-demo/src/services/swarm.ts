/** A swarm of small networks: one call infers them all, once for every frame that the page asks for. */
import { loadRuntime, type NeuralRuntime, type PoolStats, type Swarm } from '@sasi/wasm-performance';
import { clockStep } from './environment.js';

export interface SwarmState {
  readonly variant: string;
  readonly agents: number;
  readonly parameters: number;
  readonly pool: PoolStats;
  /** A few more than the pool has room for: where the slider ends. */
  readonly most: number;
}

export interface SwarmFrame {
  readonly agents: number;
  /** agents × 2, each 0 to 1: colour and size. */
  readonly outputs: Float32Array;
  /** Milliseconds for one inference of all agents: the mean of `calls` of them, so many that the clock can tell. */
  readonly inference: number;
  readonly calls: number;
  /** Milliseconds for what stands around it in each frame: the inputs of all agents, and a copy of the outputs. */
  readonly copying: number;
}

/** Where the pointer is over the grid, 0 to 1 in both directions; null when it is not. */
export type Pointer = { readonly x: number; readonly y: number } | null;

const layers = [7, 12, 2] as const;
const [inputs, hidden, outputs] = layers;
const parameters = (inputs + 1) * hidden + (hidden + 1) * outputs;
const memoryLimit = 8 * 1024 * 1024;
/** The share of the common ancestor in each agent's weights. */
const likeness = 0.72;
/** A time below so many steps of the clock is not trusted; nor is more than this spent to get one, in milliseconds. */
const trustedSteps = 20;
const longestMeasurement = 3;

export function swarmService() {
  let runtime: NeuralRuntime | undefined;
  let flock: Flock | undefined;
  let most = 0;
  let shortest = 0;

  function state(): SwarmState {
    return {
      variant: runtime!.variant,
      agents: flock!.agents,
      parameters,
      pool: runtime!.memory.stats(),
      most,
    };
  }

  return {
    async open(agents: number): Promise<SwarmState> {
      if (runtime === undefined) {
        shortest = Math.min(trustedSteps * clockStep(), longestMeasurement);
        const loaded = await loadRuntime({ memoryLimit });
        const { available } = loaded.memory.stats();
        flock = new Flock(loaded, agents);
        const perAgent = (available - loaded.memory.stats().available) / agents;
        most = Math.ceil((available / perAgent) * 1.12);
        runtime = loaded;
      }
      return state();
    },
    /**
     * Rejects with `POOL_EXHAUSTED`; then the agents from before are built again from their seed: there is no room for
     * both at a time.
     */
    resize(agents: number): SwarmState {
      const before = flock!.agents;
      flock!.dispose();
      try {
        flock = new Flock(runtime!, agents);
      } catch (error) {
        flock = new Flock(runtime!, before);
        throw error;
      }
      return state();
    },
    frame(time: number, pointer: Pointer): SwarmFrame {
      const start = performance.now();
      flock!.look(time, pointer);
      let calls = 0;
      let elapsed = 0;
      const begin = performance.now();
      do {
        flock!.infer();
        calls++;
        elapsed = performance.now() - begin;
      } while (elapsed < shortest);
      const end = performance.now();
      const outputs = flock!.outputs();
      const copying = begin - start + (performance.now() - end);
      return { agents: flock!.agents, outputs, inference: elapsed / calls, calls, copying };
    },
  };
}

/** The swarm with its inputs and outputs in the pool, so that an inference copies nothing. */
class Flock {
  readonly agents: number;
  readonly #columns: number;
  readonly #swarm: Swarm;
  readonly #inputs;
  readonly #outputs;

  constructor(runtime: NeuralRuntime, agents: number) {
    this.agents = agents;
    this.#columns = columnsFor(agents);
    const made: Disposable[] = [];
    try {
      const config = { agents, layers: layers, activation: 'tanh', output: 'sigmoid', seed: 7 } as const;
      this.#swarm = runtime.createSwarm(config);
      made.push(this.#swarm);
      makeRelated(this.#swarm);
      this.#inputs = runtime.memory.float32(agents * inputs);
      made.push(this.#inputs);
      this.#outputs = runtime.memory.float32(agents * outputs);
    } catch (error) {
      for (const one of made) (one as unknown as { dispose(): void }).dispose();
      throw error;
    }
  }

  /** What each agent sees now. */
  look(time: number, pointer: Pointer): void {
    const { agents } = this;
    const columns = this.#columns;
    const rows = Math.ceil(agents / columns);
    const view = this.#inputs.view;
    const before = this.#outputs.view;
    const turn = time / 1000;
    const at = pointer ?? { x: 0.5 + 0.35 * Math.cos(turn * 0.4), y: 0.5 + 0.35 * Math.sin(turn * 0.55) };
    for (let agent = 0; agent < agents; agent++) {
      const column = agent % columns;
      const row = (agent - column) / columns;
      const x = (column + 0.5) / columns;
      const y = (row + 0.5) / rows;
      const dx = x - at.x;
      const dy = y - at.y;
      const near = 1 / (1 + 24 * (dx * dx + dy * dy));
      const left = before[(column > 0 ? agent - 1 : agent) * outputs]!;
      const above = before[(row > 0 ? agent - columns : agent) * outputs]!;
      const start = agent * inputs;
      view[start] = 3 * Math.sin(6 * (x + y) + turn);
      view[start + 1] = 3 * Math.cos(7 * (x - y) - turn * 0.7);
      view[start + 2] = 4 * dx * near;
      view[start + 3] = 4 * dy * near;
      view[start + 4] = 4 * near;
      view[start + 5] = left + above - 1;
      view[start + 6] = 1;
    }
  }

  infer(): void {
    this.#swarm.runAll(this.#inputs, this.#outputs);
  }

  outputs(): Float32Array {
    return this.#outputs.toArray();
  }

  dispose(): void {
    this.#swarm.dispose();
    this.#inputs.dispose();
    this.#outputs.dispose();
  }
}

/** Blends a common ancestor into every agent: each stays itself, and together they make a picture. */
function makeRelated(swarm: Swarm): void {
  const ancestor = swarm.network(swarm.agents[0]!);
  for (const agent of swarm.agents.slice(1)) {
    const network = swarm.network(agent);
    network.blend(ancestor, likeness);
    network.dispose();
  }
  ancestor.dispose();
}

/** A grid that is about 1.6 times as wide as it is high. */
export function columnsFor(agents: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(agents * 1.6)));
}
