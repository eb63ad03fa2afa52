/** How often builds trapped under one owner: rebuilt after the first time, passed over after the second. */
import { WasmPerformanceError } from '../core/errors.js';
import type { VariantName } from '../core/variants.js';

const mostTraps = 2;

export class TrapRecord {
  readonly #traps = new Map<VariantName, number>();

  /** The engine stopped a kernel of this build. */
  add(tier: VariantName): void {
    this.#traps.set(tier, (this.#traps.get(tier) ?? 0) + 1);
  }

  /** Builds that are not to be loaded again. */
  get excludedTiers(): ReadonlySet<VariantName> {
    return new Set([...this.#traps].filter(([, traps]) => traps >= mostTraps).map(([tier]) => tier));
  }

  /** What happened, in a sentence; undefined where nothing did. */
  get summary(): string | undefined {
    if (this.#traps.size === 0) return undefined;
    const each = [...this.#traps].map(
      ([tier, traps]) => `${tier} ${traps} ${traps === 1 ? 'time' : 'times'}`,
    );
    return `a build trapped (${each.join(', ')}) and was rebuilt or replaced`;
  }

  clear(): void {
    this.#traps.clear();
  }
}

/** Whether `error` says that the engine stopped a kernel: the memory of that runtime may be damaged. */
export function isTrap(error: unknown): boolean {
  return error instanceof WasmPerformanceError && error.code === 'TRAPPED';
}
