/**
 * Modules of the user's own. Like the shared runtimes they hang on `globalThis` under a `Symbol.for` key, so that the
 * ESM entry, the CJS entry and every compat file know the same ones. Made on first use.
 */
import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';
import { adaptedModule } from './adapted-module.js';
import { besideUserModule, builtInModules } from './built-in-modules.js';
import type { ModuleDefinition, ModuleProvider } from './module-definition.js';
import { version } from './version.js';

const tableKey = Symbol.for(`@sasi/wasm-performance@${version}/modules`);

/** `preferredModule` says the first for any module, a status the second for none. */
const reservedNames: readonly string[] = ['auto', 'none'];

type Host = { [key: symbol]: Map<string, ModuleProvider> | undefined };

/** Those that were registered, in the order in which they were. */
export function registeredModules(): ModuleProvider[] {
  return [...((globalThis as Host)[tableKey]?.values() ?? [])];
}

/**
 * A module of your own joins the selection of every manager made or initialised from now on: `preferredModule` and
 * `switchModule` take its name, `'auto'` measures it, and by its `loadPriority` it stands in for others. Its
 * operations must reproduce the golden values before calls go to them. Returns a function that takes it out again
 * (where it is in use it stays so). Throws `INVALID_ARGUMENT` for a definition that is none and a name that is taken.
 */
export function registerModule(definition: ModuleDefinition): () => void {
  checkDefinition(definition);
  const { name } = definition;
  const host = globalThis as Host;
  const table = host[tableKey] ?? new Map<string, ModuleProvider>();
  if (
    reservedNames.includes(name) ||
    table.has(name) ||
    builtInModules.some((module) => module.name === name)
  ) {
    throw new InvalidArgumentError(`registerModule: the name '${name}' is taken; give another one`);
  }
  const provider = adaptedModule(definition, besideUserModule);
  host[tableKey] = table;
  table.set(name, provider);
  return () => {
    if (table.get(name) === provider) table.delete(name);
  };
}

function checkDefinition(definition: ModuleDefinition): void {
  const wrong = (what: string): never => {
    throw new InvalidArgumentError(`registerModule: ${what}`);
  };
  if (typeof definition !== 'object' || definition === null) {
    wrong(`the definition is ${show(definition)}; give an object with name and load`);
  }
  const { name, load, memoryRequirement = 0, loadPriority = 25 } = definition;
  const { description = '', version = '', capabilities = [], isAvailable } = definition;
  if (typeof name !== 'string' || name === '') wrong(`name is ${show(name)}; give a text`);
  if (typeof load !== 'function') wrong(`load is ${show(load)}; give a function`);
  if (!(Number.isSafeInteger(memoryRequirement) && memoryRequirement >= 0)) {
    wrong(`memoryRequirement is ${show(memoryRequirement)}; give a whole number of bytes, 0 or more`);
  }
  if (!Number.isFinite(loadPriority)) wrong(`loadPriority is ${show(loadPriority)}; give a number`);
  for (const [field, value] of Object.entries({ description, version })) {
    if (typeof value !== 'string') wrong(`${field} is ${show(value)}; give a text, or leave it out`);
  }
  if (!(Array.isArray(capabilities) && capabilities.every((one) => typeof one === 'string'))) {
    wrong(`capabilities is ${show(capabilities)}; give an array of texts, or leave it out`);
  }
  if (isAvailable !== undefined && typeof isAvailable !== 'function') {
    wrong(`isAvailable is ${show(isAvailable)}; give a function, or leave it out`);
  }
}
