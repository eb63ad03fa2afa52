/** A module that is somebody else's to give back. */
import type { LoadedModule } from '../modules/module-definition.js';

/** The manager's module for a layer: only the manager gives it back. */
export function borrow(loaded: LoadedModule): LoadedModule {
  return {
    runtime: loaded.runtime,
    ops: loaded.ops,
    operations: loaded.operations,
    ...(loaded.routing === undefined ? {} : { routing: () => loaded.routing!() }),
    ...(loaded.runsOnBuild === undefined ? {} : { runsOnBuild: (name) => loaded.runsOnBuild!(name) }),
    ...(loaded.ownMemory === undefined ? {} : { ownMemory: () => loaded.ownMemory!() }),
    get disposed() {
      return loaded.disposed;
    },
    get retired() {
      return loaded.retired;
    },
    release: () => {},
  };
}
