/** The two layers of a manager, which live as long as it and work with the module that it puts to use. */
import type { OperationMetrics } from '../metrics/operation-recorder.js';
import type { Profiling } from '../metrics/runtime-metrics.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { borrow } from './borrowed-module.js';
import { type CallTotals, callTotals } from './call-totals.js';
import type { CurrentOptions } from './layer-options.js';
import { RuntimeAttachment, type RuntimeSource } from './runtime-attachment.js';
import { createManagedSimdLayer, type SIMDAccelerationLayer } from './simd-acceleration-layer.js';
import { createManagedPerformanceLayer, type WasmPerformanceLayer } from './wasm-performance-layer.js';

export class ManagedLayers {
  readonly performance: WasmPerformanceLayer;
  readonly simd: SIMDAccelerationLayer;
  readonly attachments: readonly RuntimeAttachment[];

  /** `source` is the manager. */
  constructor(source: RuntimeSource, options: CurrentOptions, profiling: Profiling) {
    const performance = new RuntimeAttachment('WasmPerformanceLayer', source, profiling);
    const simd = new RuntimeAttachment('SIMDAccelerationLayer', source, profiling);
    this.performance = createManagedPerformanceLayer(options, performance);
    this.simd = createManagedSimdLayer(options, simd);
    this.attachments = [performance, simd];
  }

  /** Of both together. */
  get calls(): CallTotals {
    return callTotals(this.attachments.map(({ recorder }) => recorder));
  }

  get operations(): Readonly<Record<string, OperationMetrics>> {
    return Object.assign({}, ...this.attachments.map(({ recorder }) => recorder.snapshot().operations));
  }

  /**
   * From now on they work with `module`. A layer that was cleaned up by itself waits for its own initialize(), unless
   * the manager is initialised.
   */
  use(module: LoadedModule, profiling: Profiling, initialized: boolean): void {
    for (const attachment of this.attachments) {
      attachment.profile(profiling);
      if (initialized || !attachment.detached) attachment.replace(borrow(module));
    }
  }

  cleanup(): void {
    this.performance.cleanup();
    this.simd.cleanup();
  }
}
