/** The types that the options and the results of all five classes name: an application finds them beside each class. */
export type { VariantName } from '../core/variants.js';
export type { HealthStatus, HealthThresholds } from '../metrics/health.js';
export type { Profiling } from '../metrics/runtime-metrics.js';
export type { LocateFile } from '../modules/file-options.js';
export type { LayerOptions } from '../performance/layer-options.js';
export type { WasmModuleConfig } from '../performance/module-config.js';
