/** What a module takes of its memory limit. */
import type { MemoryStats } from '../metrics/runtime-metrics.js';
import type { LoadedModule } from '../modules/module-definition.js';

/** Of the runtime's memory; what somebody else's module takes beside it counts as `reserved`. */
export function memoryOf({ runtime, ownMemory }: LoadedModule): MemoryStats {
  const stats = runtime.memory.stats();
  const own = ownMemory?.() ?? 0;
  return { ...stats, limit: stats.limit + own, reserved: stats.reserved + own };
}

/** Bytes of it that the module and live blocks take. */
export function memoryUsage(module: LoadedModule): number {
  const { reserved, used } = memoryOf(module);
  return reserved + used;
}
