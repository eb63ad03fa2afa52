/**
 * What both bridges share: how they get a module, what they check, and what they count. A bridge never attaches to a
 * runtime by itself: only `initialize` does that.
 */
import { InvalidArgumentError, ShapeMismatchError, WasmPerformanceError } from '../core/errors.js';
import { systemClock } from '../metrics/clock.js';
import type { HealthIssue } from '../metrics/health.js';
import { failureOf } from '../modules/failure.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { isFloat32Array } from '../ops/vec.js';
import { isVectorBuild } from '../performance/build-contents.js';
import { type LayerOptions, layerConfig, loadingSource } from '../performance/layer-options.js';
import type { WasmModuleConfig } from '../performance/module-config.js';
import { moduleIssues, statsOf } from '../performance/module-health.js';
import { RuntimeAttachment } from '../performance/runtime-attachment.js';

/** What a bridge is made with. */
export interface BridgeOptions extends LayerOptions {
  /** The most elements of an array. Default 999 823. */
  readonly maxArraySize?: number;
}

const defaultMaxArraySize = 999_823;

/** Sums since `initialize`. */
interface BridgeCounts {
  readonly operations: number;
  /** Milliseconds of the last operation, copies in and out included. */
  readonly lastTime: number;
  readonly busyTime: number;
  /** Milliseconds of `busyTime` in which a kernel ran. */
  readonly kernelTime: number;
  readonly elements: number;
}

const nothingCounted: BridgeCounts = { operations: 0, lastTime: 0, busyTime: 0, kernelTime: 0, elements: 0 };

export class BridgeCore {
  readonly config: WasmModuleConfig;
  readonly attachment: RuntimeAttachment;
  readonly maxArraySize: number;
  readonly #notInitialized: string;
  #counts = nothingCounted;
  #kernelTime = 0;
  /** What a kernel of the operation under way threw. */
  #failure: unknown;

  /** `notInitialized` is the text of that error. Throws `INVALID_ARGUMENT`. */
  constructor(name: string, notInitialized: string, options: BridgeOptions) {
    this.config = layerConfig(options);
    const { maxArraySize = defaultMaxArraySize } = options;
    if (!(typeof maxArraySize === 'number' && maxArraySize >= 0)) {
      throw new InvalidArgumentError(
        `${name}: maxArraySize is ${String(maxArraySize)}; give a number of elements, or Infinity`,
      );
    }
    this.maxArraySize = maxArraySize;
    this.#notInitialized = notInitialized;
    this.attachment = new RuntimeAttachment(name, loadingSource(this.config), this.config.enableProfiling);
  }

  async initialize(): Promise<boolean> {
    try {
      await this.attachment.initialize();
      return true;
    } catch {
      return false;
    }
  }

  /** The module in use. Throws `NOT_INITIALIZED`. */
  get loaded(): LoadedModule {
    // After a trap, found by this bridge or by somebody who shares the runtime, another one is under way.
    const loaded = this.attachment.find();
    if (loaded === undefined) throw new WasmPerformanceError('NOT_INITIALIZED', this.#notInitialized);
    return loaded;
  }

  get isSimd(): boolean {
    return isVectorBuild(this.attachment.runtime?.variant);
  }

  get counts(): BridgeCounts {
    return this.#counts;
  }

  /** Bytes of the memory limit that the module and live blocks take, and the limit; both 0 without a module. */
  get memory(): { readonly used: number; readonly limit: number } {
    const { runtime } = this.attachment;
    const stats = runtime && statsOf(runtime);
    return stats === undefined
      ? { used: 0, limit: 0 }
      : { used: stats.reserved + stats.used, limit: stats.limit };
  }

  issues(): readonly HealthIssue[] {
    const { attachment, config } = this;
    return moduleIssues(attachment.current, [attachment.recorder], {
      thresholds: config.healthThresholds,
      traps: attachment.traps,
      missing: this.#notInitialized,
    });
  }

  /**
   * Runs and counts one operation on `inputs`, which it checks: a call that is refused is one that failed. `work` calls
   * its kernels through `kernel`. A kernel that fails comes out as `WASM function error: …`.
   */
  operation<T>(name: string, inputs: readonly Float32Array[], work: (loaded: LoadedModule) => T): T {
    // First whether there is a module: that is what SASI asks of an uninitialised bridge.
    const { loaded } = this;
    const { recorder } = this.attachment;
    const meter = recorder.meter(name);
    const start = meter.begin();
    this.#kernelTime = 0;
    this.#failure = undefined;
    try {
      let elements = 0;
      for (const input of inputs) {
        this.#check(input);
        elements += input.length;
      }
      const result = this.attachment.run(loaded, () => work(loaded));
      meter.end(start, elements);
      this.#count(recorder.profiling === false ? 0 : systemClock() - start, elements);
      return result;
    } catch (error) {
      meter.fail(start);
      throw error === this.#failure ? functionError(error) : error;
    }
  }

  /** A call into the module, timed by itself. */
  kernel<T>(work: () => T): T {
    const { profiling } = this.attachment.recorder;
    const start = profiling === false ? 0 : systemClock();
    try {
      return work();
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      if (profiling !== false) this.#kernelTime += systemClock() - start;
    }
  }

  resetCounts(): void {
    this.#counts = nothingCounted;
    this.attachment.recorder.reset();
  }

  cleanup(): void {
    this.attachment.detach();
    this.resetCounts();
  }

  /** Throws unless `values` is a Float32Array, of whichever realm, that is not too long. */
  #check(values: Float32Array): void {
    if (!isFloat32Array(values)) throw new InvalidArgumentError('Input must be a valid Float32Array');
    if (values.length <= this.maxArraySize) return;
    throw new ShapeMismatchError(
      `Array size ${values.length} exceeds maximum allowed size ${this.maxArraySize}`,
    );
  }

  #count(time: number, elements: number): void {
    const { operations, busyTime, kernelTime, elements: before } = this.#counts;
    this.#counts = {
      operations: operations + 1,
      lastTime: time,
      busyTime: busyTime + time,
      kernelTime: kernelTime + this.#kernelTime,
      elements: before + elements,
    };
  }
}

/** What the operation refused says so itself; a kernel that was stopped, or is none of ours, is told as such. */
function functionError(cause: unknown): unknown {
  const { code, message } = failureOf(cause);
  if (code !== undefined && code !== 'TRAPPED') return cause;
  const text = `WASM function error: ${message}`;
  return code === undefined ? new Error(text, { cause }) : new WasmPerformanceError(code, text, { cause });
}
