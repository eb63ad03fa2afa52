/** Which build runs here, and why: a runtime is loaded, asked and disposed of. */
import {
  type Candidate,
  detectFeatures,
  type Features,
  type LoadTime,
  loadRuntime,
} from '@sasi/wasm-performance';

export interface EnvironmentReport {
  readonly variant: string;
  readonly selection: readonly Candidate[];
  readonly loadTime: LoadTime;
  readonly features: Features;
  /** The smallest step of the clock that was seen, in milliseconds. */
  readonly clockStep: number;
}

export function environmentService() {
  return {
    async describe(): Promise<EnvironmentReport> {
      const runtime = await loadRuntime({ memoryLimit: 4 * 1024 * 1024 });
      const { variant, selection, loadTime } = runtime;
      runtime.dispose();
      return { variant, selection, loadTime, features: detectFeatures(), clockStep: clockStep() };
    },
  };
}

/** Looks at the clock until it has moved a few times; it ends after a tenth of a second at the latest. */
export function clockStep(): number {
  const begin = performance.now();
  let smallest = Number.POSITIVE_INFINITY;
  let last = begin;
  for (let moves = 0; moves < 20 && last - begin < 100; ) {
    const now = performance.now();
    if (now === last) continue;
    smallest = Math.min(smallest, now - last);
    last = now;
    moves++;
  }
  return smallest;
}
