/** Uses of a module that somebody else has loaded. */
import type { LoadedModule } from '../modules/module-definition.js';

/** For somebody who does not give it back himself: `release` is told that he has done with it. */
export function borrow(loaded: LoadedModule, release: () => void = () => {}): LoadedModule {
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
    release,
  };
}

/** Makes uses of a module that is given back with the last of them: who keeps it and who works with it may differ. */
export function countUses(loaded: LoadedModule): () => LoadedModule {
  let uses = 0;
  return () => {
    uses++;
    let released = false;
    return borrow(loaded, () => {
      if (released) return;
      released = true;
      uses--;
      if (uses === 0) loaded.release();
    });
  };
}
