/** The digits of the example, through the example's own reader. */
import type { Dataset } from '@sasi/wasm-performance';
import { rootUrl } from '../support/paths.js';

interface DigitsReader {
  readDigits(
    part: 'training' | 'test',
    options?: { folder?: string; rows?: number },
  ): { inputs: Float32Array; labels: Uint8Array; rows: number };
}

export async function readDigits(part: 'training' | 'test', rows: number): Promise<Dataset> {
  const reader = (await import(rootUrl('examples/digits/mnist.mjs').href)) as DigitsReader;
  return reader.readDigits(part, { rows });
}
