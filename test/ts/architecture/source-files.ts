/** The sources that the architecture tests read. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromRoot } from '../support/paths.js';

export interface SourceFile {
  /** From the checkout's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The files below a folder whose names end so. */
export function sourceFiles(folder: string, endings: readonly string[]): SourceFile[] {
  return readdirSync(fromRoot(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((full) => ({ path: full.slice(fromRoot('.').length), text: readFileSync(full, 'utf8') }));
}

/** Without comments, so that a word in one is not taken for code. Strings are left alone. */
export function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
