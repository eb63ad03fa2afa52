// @ts-check
/** Trains a small network on two spirals, watching rows that it is not trained on. */
import { loadRuntime } from '@sasi/wasm-performance';
import { spirals } from './spirals.mjs';

const runtime = await loadRuntime();
const network = runtime.createNetwork({
  layers: [2, 32, 32, 2],
  activation: 'tanh',
  output: 'softmax',
  seed: 1,
});
const report = await network.train(spirals(600), {
  epochs: 200,
  optimizer: { kind: 'adamw', learningRate: 0.01 },
  schedule: 'cosine',
  validation: 0.2,
  patience: 50,
  seed: 1,
});
const { loss, accuracy } = network.evaluate(spirals(601));
console.log(`${report.stopped} after ${report.epochs} epochs, best: ${report.bestEpoch}`);
console.log(`on other points: loss ${loss.toFixed(3)}, ${(accuracy * 100).toFixed(1)} % right`);
runtime.dispose();
