/** What the loader and the benchmark need of the host, looked up when it is needed: a browser has no `process`, Node has no `document`. */

interface NodeFileSystem {
  readFileSync(file: URL | string): Uint8Array;
}
interface NodeUrl {
  pathToFileURL(path: string): URL;
}
interface NodeRequire {
  (path: string): unknown;
  resolve(specifier: string): string;
}
interface NodeModule {
  createRequire(base: string): NodeRequire;
}
interface NodeVm {
  runInThisContext(code: string): unknown;
}
interface NodeSystem {
  cpus(): readonly { readonly model: string }[];
}
interface NodeBuiltins {
  'node:fs': NodeFileSystem;
  'node:module': NodeModule;
  'node:os': NodeSystem;
  'node:url': NodeUrl;
  'node:vm': NodeVm;
}
interface Host {
  readonly process?: {
    getBuiltinModule?<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name];
    cwd?(): string;
  };
  readonly document?: unknown;
  readonly location?: { readonly href?: string };
}

const host = globalThis as Host;

/** A module of Node's own, without an import that a bundler would see; undefined elsewhere. */
function nodeBuiltin<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] | undefined {
  return host.process?.getBuiltinModule?.(name);
}

/** Reads a `file:` address or a path at once; undefined without a file system. Throws what the file system throws. */
export function readFile(file: URL | string): Uint8Array | undefined {
  return nodeBuiltin('node:fs')?.readFileSync(file);
}

/**
 * Whether a module may be compiled at once. On a page's own thread engines refuse that for all but tiny modules;
 * in Node and in workers it saves the way through another thread, which for a small module takes longer than it.
 */
export function mayCompileAtOnce(): boolean {
  return host.document === undefined;
}

/** The address that a caller meant: relative to the page, or in Node a path relative to the working directory. */
export function resolveLocation(location: string | URL): URL {
  const text = String(location);
  try {
    return new URL(text, host.location?.href);
  } catch (error) {
    const url = nodeBuiltin('node:url')?.pathToFileURL(text);
    if (url === undefined) throw error;
    return url;
  }
}

/** A file of a package that is installed beside this one, or beside the program; undefined where there is none. */
export function resolveInstalled(specifier: string): string | undefined {
  const createRequire = nodeBuiltin('node:module')?.createRequire;
  if (createRequire === undefined) return undefined;
  // Where this file is not a file of its own (a bundle that runs from memory) the program's folder alone is asked.
  const bases = [import.meta.url, `${host.process?.cwd?.()}/`];
  for (const base of bases) {
    try {
      return createRequire(base).resolve(specifier);
    } catch {
      // Not here; perhaps at the next one.
    }
  }
  return undefined;
}

/** Imports a file that `resolveInstalled` found. Bundlers are to leave the import alone: it is Node's. */
export async function importInstalled(path: string): Promise<unknown> {
  const { pathToFileURL } = nodeBuiltin('node:url')!;
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ pathToFileURL(path).href);
  } catch (error) {
    // A test runner's realm without an import() of its own, or whose require takes no ES modules.
    if (!/^ERR_(VM_|REQUIRE_ESM$)/.test(String((error as { readonly code?: unknown } | null)?.code)))
      throw error;
    return nodesOwnModule().createRequire(path)(path);
  }
}

/**
 * Node's `require`, which since 20.19 takes ES modules. In a realm of its own a test runner may give its own one under
 * the same name, but `node:vm` leads to the realm that Node started in.
 */
function nodesOwnModule(): NodeModule {
  const { process } = nodeBuiltin('node:vm')!.runInThisContext('globalThis') as Host;
  return process!.getBuiltinModule!('node:module');
}

/** The processors as the system lists them, one for each core; empty where it cannot be asked. */
export function processors(): readonly { readonly model: string }[] {
  try {
    return nodeBuiltin('node:os')?.cpus() ?? [];
  } catch {
    // A host that asks for permission.
    return [];
  }
}
