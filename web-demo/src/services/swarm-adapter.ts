/** Stands in until the runtime makes swarms itself. */
import type { Float32Block, NeuralRuntime } from '@sasi/wasm-performance';

export interface Swarm extends Disposable {
  runAll(inputs: Float32Block, out: Float32Block): unknown;
  dispose(): void;
}

export function createSwarm(
  runtime: NeuralRuntime,
  {
    agents,
    seed,
    ...config
  }: { agents: number; layers: readonly number[]; activation: 'tanh'; output: 'sigmoid'; seed: number },
): Swarm {
  const networks: ReturnType<NeuralRuntime['createNetwork']>[] = [];
  const dispose = (): void => {
    for (const network of networks) network.dispose();
  };
  try {
    for (let i = 0; i < agents; i++) networks.push(runtime.createNetwork({ ...config, seed: seed + i }));
    for (const network of networks) network.blend(networks[0]!, 0.72);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    runAll(inputs, out) {
      const all = inputs.view;
      const wide = config.layers[0]!;
      const narrow = config.layers.at(-1)!;
      for (const [i, network] of networks.entries())
        out.view.set(network.run(all.slice(i * wide, (i + 1) * wide)), i * narrow);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
