/** The modules that exist in this process. */
import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';
import { builtInModules } from './built-in-modules.js';
import type { ModuleProvider } from './module-definition.js';
import { registeredModules } from './registered-modules.js';

/** By ascending `loadPriority`. */
export function knownModules(): readonly ModuleProvider[] {
  return [...builtInModules, ...registeredModules()].sort((a, b) => a.loadPriority - b.loadPriority);
}

/** The module of that name; undefined for 'auto', which is any of them. Throws `INVALID_ARGUMENT`, naming those that exist. */
export function moduleByName(name: string): ModuleProvider | undefined {
  if (name === 'auto') return undefined;
  const modules = knownModules();
  const found = modules.find((module) => module.name === name);
  if (found !== undefined) return found;
  const names = [...modules.map((module) => `'${module.name}'`), "'auto'"].join(', ');
  throw new InvalidArgumentError(`preferredModule: there is no module ${show(name)}; use one of ${names}`);
}
