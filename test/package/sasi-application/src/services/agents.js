/** How SASI imports its bridges. */
import ProductionWasmBridge from '../utils/ProductionWasmBridge';
import { WasmBridge } from '../utils/WasmBridge';

export async function infer(inputs) {
  const bridges = [new ProductionWasmBridge(), new WasmBridge()];
  const results = [];
  for (const bridge of bridges) {
    await bridge.initialize();
    results.push({
      activated: Array.from(bridge.calculateNeuralActivation(inputs)),
      optimized: Array.from(bridge.optimizeConnections(inputs)),
      rate: bridge.processSpikeTrainData(inputs, 1000),
      efficiency: bridge.calculateMeshEfficiency(inputs, inputs),
      simd: bridge.isSIMDSupported(),
    });
    await bridge.cleanup();
  }
  return results;
}
