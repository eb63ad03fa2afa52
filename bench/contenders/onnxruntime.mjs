// @ts-check
/** onnxruntime-web, single-threaded, through its WebAssembly back end. */
import { onnxGraph } from '../onnx/tasks.mjs';

/** @import { Contender, Sources } from './types.mjs' */

/**
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadOnnxRuntime({ peers }) {
  const ort = await import(new URL('onnxruntime-web/dist/ort.wasm.min.mjs', peers).href);
  const importedAt = performance.now();
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL('onnxruntime-web/dist/', peers).href;
  ort.env.logLevel = 'error';
  return {
    version: ort.env.versions?.web ?? 'unknown',
    importedAt,
    bound: 'tolerance',
    async prepare(task) {
      const graph = onnxGraph(task);
      if (graph === undefined) return undefined;
      const session = await ort.InferenceSession.create(graph.model, { executionProviders: ['wasm'] });
      const feeds = Object.fromEntries(
        Object.entries(graph.feeds).map(([name, { shape, values }]) => [
          name,
          new ort.Tensor('float32', values, shape),
        ]),
      );
      /** @type {{ y: { data: Float32Array } } | undefined} */
      let last;
      return {
        async run(/** @type {number} */ iterations) {
          for (let i = 0; i < iterations; i++) last = await session.run(feeds);
        },
        result: () => last?.y.data ?? [],
        dispose: () => session.release(),
      };
    },
  };
}
