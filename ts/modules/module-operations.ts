/**
 * What a module computes for SASI's classes: arrays in, fresh arrays out, the inputs untouched. Who calls has checked
 * types and shapes. Every module answers alike within 1e-4; the ones of this package to the bit.
 */
import type { ConnectionRule } from '../ops/types.js';

/** A rule of `optimizeConnections` and its numbers; with `out` the result is written there and returned. */
export type ConnectionOptions = ConnectionRule & { readonly out?: Float32Array };

/** The operations of a module; see each. */
export interface ModuleOperations {
  /**
   * tanh(0.5·x), elementwise; NaN stays NaN, ±∞ gives ±1. With `out`, of the length of `x`, the result may be written
   * there and returned.
   */
  calculateNeuralActivation(x: Float32Array, out?: Float32Array): Float32Array;
  /** New connection weights by `rule`, as many as there are in `w`. */
  optimizeConnections(w: Float32Array, rule?: ConnectionOptions): Float32Array;
  /** a + b, elementwise, for two of one length. */
  vectorAdd(a: Float32Array, b: Float32Array): Float32Array;
  /** Σ aᵢ·bᵢ for two of one length; 0 when empty. */
  dotProduct(a: Float32Array, b: Float32Array): number;
  /** a (m×k) times b (k×n), row-major; the result is m×n. */
  matrixMultiply(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array;
  /** Spikes per second: the elements above 0.1 over a window of `windowMs` milliseconds; 0 for an empty window. */
  spikeRate(spikes: Float32Array, windowMs: number): number;
  /** mean(neurons) · mean(synapses); 0 when either is empty. */
  meshEfficiency(neurons: Float32Array, synapses: Float32Array): number;
}

/** The name of an operation. */
export type ModuleOperationName = keyof ModuleOperations;

export const moduleOperationNames = [
  'calculateNeuralActivation',
  'optimizeConnections',
  'vectorAdd',
  'dotProduct',
  'matrixMultiply',
  'spikeRate',
  'meshEfficiency',
] as const satisfies readonly ModuleOperationName[];
