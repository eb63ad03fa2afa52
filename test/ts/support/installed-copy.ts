/**
 * The package as an application has it: copied into the node_modules of a folder of its own, outside the checkout, so
 * that nothing is found there but what a test installs beside it.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromRoot } from './paths.js';

export interface InstalledCopy {
  /** The application's folder. */
  readonly folder: string;
  remove(): void;
}

/** `files`: more of them, by their path in the application's folder. `packages`: installed from the checkout too. */
export function installedCopy(
  files: Readonly<Record<string, string>> = {},
  packages: readonly string[] = [],
): InstalledCopy {
  const folder = mkdtempSync(join(tmpdir(), 'sasi-wasm-performance-'));
  const own = join(folder, 'node_modules/@sasi/wasm-performance');
  cpSync(fromRoot('dist'), join(own, 'dist'), { recursive: true });
  cpSync(fromRoot('package.json'), join(own, 'package.json'));
  for (const name of packages) {
    cpSync(fromRoot(`node_modules/${name}`), join(folder, 'node_modules', name), { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
