import { watch } from './performance/monitor';
import { infer } from './services/agents';

export async function run() {
  const inputs = Float32Array.of(0, 0.25, 0.5, 1);
  return { watched: await watch(inputs), inferred: await infer(inputs) };
}
