/**
 * What both bridges share: how they get a module, what they check, and what they count. A bridge never attaches to a
 * runtime by itself: only `initialize` does that.
 */
import { show } from '../core/arguments.js';
import { InvalidArgumentError, ShapeMismatchError, WasmPerformanceError } from '../core/errors.js';
import { systemClock, timeSince } from '../metrics/clock.js';
import type { HealthIssue } from '../metrics/health.js';
import { canTell } from '../metrics/timing.js';
import { failureOf } from '../modules/failure.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { isFloat32Array } from '../ops/vec.js';
import { isVectorBuild } from '../performance/build-contents.js';
import { type LayerOptions, layerConfig, loadingSource } from '../performance/layer-options.js';
import type { WasmModuleConfig } from '../performance/module-config.js';
import { moduleIssues } from '../performance/module-health.js';
import { memoryOf } from '../performance/module-memory.js';
import { RuntimeAttachment } from '../performance/runtime-attachment.js';

/** What a bridge is made with. */
export interface BridgeOptions extends LayerOptions {
  /** The most elements of an array. Default 999 823. */
  readonly maxArraySize?: number;
}

const defaultMaxArraySize = 999_823;

/** Sums since `initialize`. */
interface BridgeCounts {
  operations: number;
  elements: number;
  /** Milliseconds of the last operation, copies in and out included. */
  lastTime: number;
  busyTime: number;
  /** Of the operations whose kernels were timed by themselves. */
  sampledTime: number;
  /** Milliseconds of `sampledTime` in which a kernel ran. */
  sampledKernelTime: number;
}

/** In so many operations the kernels of one are timed by themselves: on each it would double the cost of profiling. */
const sampleEvery = 16;

export class BridgeCore {
  readonly config: WasmModuleConfig;
  readonly attachment: RuntimeAttachment;
  readonly maxArraySize: number;
  readonly #notInitialized: string;
  #counts = nothingCounted();
  /** Of the operation under way; undefined where its kernels are not timed. */
  #kernelTime: number | undefined;
  /** What a kernel of the operation under way threw. */
  #failure: unknown;

  /** `notInitialized` is the text of that error. Throws `INVALID_ARGUMENT`. */
  constructor(name: string, notInitialized: string, options: BridgeOptions) {
    this.config = layerConfig(options);
    const { maxArraySize = defaultMaxArraySize } = options;
    if (!(typeof maxArraySize === 'number' && maxArraySize >= 0)) {
      throw new InvalidArgumentError(
        `${name}: maxArraySize is ${show(maxArraySize)}; give a number of elements, or Infinity`,
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
    if (loaded === undefined) throw this.notInitialized();
    return loaded;
  }

  notInitialized(): WasmPerformanceError {
    return new WasmPerformanceError('NOT_INITIALIZED', this.#notInitialized);
  }

  get isSimd(): boolean {
    return isVectorBuild(this.attachment.runtime?.variant);
  }

  get counts(): Readonly<BridgeCounts> {
    return this.#counts;
  }

  /**
   * Share of the time of operations in which a kernel ran, 0..1; where the clock cannot tell it, 1 after an operation; 0
   * with profiling off, where no clock is read.
   */
  get efficiency(): number {
    if (this.attachment.recorder.profiling === false) return 0;
    const { operations, sampledTime, sampledKernelTime } = this.#counts;
    return Math.min(1, canTell(sampledTime) ? sampledKernelTime / sampledTime : operations);
  }

  /** Bytes of the memory limit that the module and live blocks take, and the limit; both 0 without a module. */
  get memory(): { readonly used: number; readonly limit: number } {
    const { current } = this.attachment;
    if (current === undefined) return { used: 0, limit: 0 };
    const { reserved, used, limit } = memoryOf(current);
    return { used: reserved + used, limit };
  }

  issues(): readonly HealthIssue[] {
    const { attachment, config } = this;
    return moduleIssues(attachment.current, [attachment], {
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
    const isSampled = recorder.profiling !== false && this.#counts.operations % sampleEvery === 0;
    this.#kernelTime = isSampled ? 0 : undefined;
    this.#failure = undefined;
    try {
      let elements = 0;
      for (const input of inputs) {
        this.#check(input);
        elements += input.length;
      }
      const result = this.attachment.run(loaded, () => work(loaded));
      this.#count(meter.end(start, elements) - start, elements);
      return result;
    } catch (error) {
      this.attachment.fail(meter, start, error);
      throw error === this.#failure ? functionError(error) : error;
    }
  }

  /** A call into the module, timed by itself in an operation of the sample. */
  kernel<T>(work: () => T): T {
    const before = this.#kernelTime;
    const start = before === undefined ? 0 : systemClock();
    try {
      return work();
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      if (before !== undefined) this.#kernelTime = before + timeSince(start);
    }
  }

  /**
   * A call of a low-level function into `loaded`, by whoever took it from there. It is no operation, so it is not
   * counted; a trap retires the module all the same. Throws `NOT_INITIALIZED` when `loaded` is in use no more.
   */
  lowLevel<T>(loaded: LoadedModule, work: () => T): T {
    if (this.loaded !== loaded) {
      throw new WasmPerformanceError(
        'NOT_INITIALIZED',
        `${this.#notInitialized}: this one was replaced after a trap or a cleanup(); take the bridge's module anew`,
      );
    }
    try {
      return this.attachment.run(loaded, work);
    } catch (error) {
      throw functionError(error);
    }
  }

  resetCounts(): void {
    this.#counts = nothingCounted();
    this.attachment.reset();
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
    const counts = this.#counts;
    counts.operations++;
    counts.elements += elements;
    counts.lastTime = time;
    counts.busyTime += time;
    if (this.#kernelTime === undefined) return;
    counts.sampledTime += time;
    counts.sampledKernelTime += this.#kernelTime;
  }
}

function nothingCounted(): BridgeCounts {
  return { operations: 0, elements: 0, lastTime: 0, busyTime: 0, sampledTime: 0, sampledKernelTime: 0 };
}

const functionErrorText = 'WASM function error: ';

/**
 * What the operation refused says so itself; a kernel that was stopped, or is none of ours, is told as such: once, also
 * where an operation called a low-level function.
 */
function functionError(cause: unknown): unknown {
  const { code, message } = failureOf(cause);
  if (code !== undefined && code !== 'TRAPPED') return cause;
  if (message.startsWith(functionErrorText)) return cause;
  const text = functionErrorText + message;
  return code === undefined ? new Error(text, { cause }) : new WasmPerformanceError(code, text, { cause });
}
