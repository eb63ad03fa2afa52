/** The types that `optimizeConnections` names. */
export type { ConnectionRuleName } from '../core/abi.js';
export type { Float32Block } from '../core/memory-pool.js';
export type { ConnectionOptions } from '../modules/module-operations.js';
export type { ConnectionRule } from '../ops/types.js';
export type { Vec } from '../ops/vec.js';
