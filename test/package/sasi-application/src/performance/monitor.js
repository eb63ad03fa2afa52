/** How SASI imports its performance classes: by the names of its own files, which are not here. */
import { SIMDAccelerationLayer } from './SIMDAccelerationLayer';
import { WasmModuleManager } from './WasmModuleManager';
import WasmPerformanceLayer from './WasmPerformanceLayer';

/** One layer that nobody initialises finds the runtime of the manager. */
export async function watch(inputs) {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  const layer = new WasmPerformanceLayer();
  const simd = new SIMDAccelerationLayer();
  const initialized = await manager.initialize();
  const activated = Array.from(await layer.calculateNeuralActivation(inputs));
  const result = {
    initialized,
    activated,
    sum: Array.from(simd.simdVectorAdd(inputs, inputs)),
    module: manager.getModuleStatus().module,
    tier: manager.getModuleStatus().tier,
    healthy: manager.healthCheck().status !== 'error',
    attached: layer.isWasmInitialized() && simd.isInitialized(),
  };
  layer.cleanup();
  simd.cleanup();
  await manager.cleanup();
  return result;
}
