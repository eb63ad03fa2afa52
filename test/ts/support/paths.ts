/** Where the checkout is, seen from the compiled tests in build/test/ts/…. */
import { fileURLToPath } from 'node:url';

const root = new URL('../../../../', import.meta.url);

export function fromRoot(path: string): string {
  return fileURLToPath(new URL(path, root));
}

export function rootUrl(path: string): URL {
  return new URL(path, root);
}
