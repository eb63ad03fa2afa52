/**
 * A module that somebody else wrote, beside one of ours: an operation goes to it only after it reproduced the golden
 * values, everything else goes to ours. So a module may be wrong or unfinished, and results are right all the same.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { isTooLarge, resultFault } from './call-checks.js';
import { failureOf } from './failure.js';
import { type GoldenVerdict, goldenVerdicts } from './golden-operations.js';
import { withinTime } from './load-timeout.js';
import type {
  LoadedModule,
  ModuleDefinition,
  ModuleImplementation,
  ModuleLoadOptions,
  ModuleProvider,
  ModuleRoute,
  ModuleSelectionEntry,
} from './module-definition.js';
import {
  type ModuleOperationName,
  type ModuleOperations,
  moduleOperationNames,
} from './module-operations.js';

/** The smallest limit that a runtime takes. */
const smallestRuntime = 2 * 1024 * 1024;

/** Loads the module that serves what another one does not; its name is noted with it. */
export type LoadBase = (
  options: ModuleLoadOptions,
  note: (entry: ModuleSelectionEntry) => void,
) => Promise<{ readonly name: string; readonly loaded: LoadedModule }>;

/** `definition` as the selection takes it. `loadBase` loads what serves the rest. */
export function adaptedModule(definition: ModuleDefinition, loadBase: LoadBase): ModuleProvider {
  const { name, description = name, version = 'unknown', capabilities = [], loadPriority = 25 } = definition;
  const own = definition.memoryRequirement ?? 0;
  return {
    name,
    description,
    version,
    capabilities,
    memoryRequirement: own + smallestRuntime,
    loadPriority,
    isAvailable: (options) => isAvailable(definition, options),
    async load(options, note) {
      const implementation = await withinTime(
        `module '${name}'`,
        options,
        async (own) => definition.load(own),
        discard,
      );
      try {
        const verdicts = goldenVerdicts(implementation);
        assertAnyAccepted(name, verdicts);
        const memoryLimit = options.memoryLimit - own;
        // What the module beside it passed over is told, what it took is told as the reason below.
        const base = await loadBase({ ...options, memoryLimit }, (entry) => {
          if (!entry.accepted) note(entry);
        }).catch((error: unknown) => {
          const { message, ...code } = failureOf(error);
          const reason = `what would serve the rest beside it could not be loaded: ${message}`;
          note({ candidate: name, accepted: false, ...code, reason });
          throw error;
        });
        const module = new AdaptedModule(name, implementation, verdicts, own, base);
        const tier = base.loaded.runtime.variant;
        note({ candidate: name, tier, accepted: true, reason: module.summary() });
        return module;
      } catch (error) {
        discard(implementation);
        throw error;
      }
    },
  };
}

function isAvailable(definition: ModuleDefinition, options: Pick<ModuleLoadOptions, 'ruvSwarm'>): boolean {
  try {
    return definition.isAvailable?.(options) !== false;
  } catch {
    return false;
  }
}

/** A module that throws while it is thrown away has nothing more to tell. */
function discard(implementation: ModuleImplementation): void {
  try {
    implementation.dispose?.();
  } catch {
    // See above.
  }
}

function assertAnyAccepted(name: string, verdicts: ReadonlyMap<ModuleOperationName, GoldenVerdict>): void {
  const all = [...verdicts];
  if (all.some(([, { accepted }]) => accepted)) return;
  const reasons = all.map(([operation, { reason }]) => `${operation}: ${reason}`).join('; ');
  throw new WasmPerformanceError(
    'SELFTEST_FAILED',
    `module '${name}' has no operation that reproduces the golden values (${reasons}); it is not used`,
  );
}

type Call<Name extends ModuleOperationName> = ModuleOperations[Name];

class AdaptedModule implements LoadedModule {
  readonly runtime: LoadedModule['runtime'];
  readonly ops: LoadedModule['ops'];
  readonly operations: ModuleOperations;
  readonly #name: string;
  readonly #own: ModuleImplementation;
  readonly #ownLimit: number;
  readonly #base: Awaited<ReturnType<LoadBase>>;
  readonly #routes: Map<ModuleOperationName, ModuleRoute>;
  #released = false;

  constructor(
    name: string,
    own: ModuleImplementation,
    verdicts: ReadonlyMap<ModuleOperationName, GoldenVerdict>,
    ownLimit: number,
    base: Awaited<ReturnType<LoadBase>>,
  ) {
    this.#name = name;
    this.#own = own;
    this.#ownLimit = ownLimit;
    this.#base = base;
    this.runtime = base.loaded.runtime;
    this.ops = base.loaded.ops;
    this.#routes = new Map(
      [...verdicts].map(([operation, { accepted, ...verdict }]) => [
        operation,
        { operation, servedBy: accepted ? name : base.name, ...verdict },
      ]),
    );
    const entries = moduleOperationNames.map((operation) => [operation, this.#route(operation)]);
    this.operations = Object.fromEntries(entries) as ModuleOperations;
  }

  /** Whom the operations go to, in a sentence. */
  summary(): string {
    const served = this.routing().filter(({ servedBy }) => servedBy === this.#name);
    const names = served.map(({ operation }) => operation).join(', ');
    return `it serves ${names}; ${this.#base.name} serves the rest`;
  }

  // Functions of their own, so that they may be taken off the object.
  readonly routing = (): ModuleRoute[] => [...this.#routes.values()].map((route) => ({ ...route }));

  readonly runsOnBuild = (operation: ModuleOperationName): boolean =>
    this.#routes.get(operation)!.servedBy !== this.#name;

  readonly ownMemory = (): number => {
    try {
      return this.#own.memoryUsage?.() ?? 0;
    } catch {
      return 0;
    }
  };

  get disposed(): boolean {
    return this.#base.loaded.disposed;
  }

  get retired(): boolean {
    return this.#base.loaded.retired;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#base.loaded.release();
    discard(this.#own);
  }

  #route<Name extends ModuleOperationName>(operation: Name): Call<Name> {
    const base = this.#base.loaded.operations[operation] as (...args: unknown[]) => Float32Array | number;
    const own = this.#own[operation] as typeof base | undefined;
    if (own === undefined) return base as Call<Name>;
    const call = (...args: unknown[]): Float32Array | number => {
      if (this.runsOnBuild(operation) || isUntested(operation, args) || isTooLarge(this.#own, args)) {
        return base(...args);
      }
      try {
        const result = own.apply(this.#own, args);
        const fault = resultFault(operation, args, result);
        if (fault !== undefined) {
          this.#giveUp([operation], fault);
          return base(...args);
        }
        const usage = this.ownMemory();
        if (usage > this.#ownLimit) {
          this.#giveUp(moduleOperationNames, `it takes ${usage} bytes, more than its ${this.#ownLimit}`);
        }
        // An array of the module's may be its memory, an operand, or one that it fills again on the next call, and
        // under a test runner one of another realm: the caller gets an array of its own.
        return typeof result === 'number' ? result : new Float32Array(result);
      } catch (error) {
        this.#giveUp([operation], `it threw: ${failureOf(error).message}`);
        return base(...args);
      }
    };
    return call as Call<Name>;
  }

  #giveUp(operations: readonly ModuleOperationName[], reason: string): void {
    for (const operation of operations) {
      const route = this.#routes.get(operation)!;
      if (route.servedBy === this.#name) {
        this.#routes.set(operation, { ...route, servedBy: this.#base.name, reason });
      }
    }
  }
}

/** The golden values are of the default rule: another one, or its numbers, is not asked of the module. */
function isUntested(operation: ModuleOperationName, args: readonly unknown[]): boolean {
  return operation === 'optimizeConnections' && args[1] !== undefined;
}
