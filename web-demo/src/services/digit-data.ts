/**
 * The digits of the built site: one gzipped file, made by `npm run demo:build` from the MNIST database.
 *
 * Unpacked: "DIGITS01", rows to train on and rows to test on (u32, little-endian), then all images (784 bytes each),
 * then all labels (1 byte each), those to train on first.
 */

export interface Digits {
  readonly inputs: Float32Array;
  readonly labels: Uint8Array;
  readonly rows: number;
}

export interface DigitData {
  readonly training: Digits;
  readonly test: Digits;
}

export const pixels = 28 * 28;
const magic = 'DIGITS01';
const headerBytes = magic.length + 8;
const remedy = 'run `npm run demo:build` and serve its data/digits.bin there';

/** Throws an error that says what came instead and how to mend it. */
export async function fetchDigits(): Promise<DigitData> {
  const url = new URL('../data/digits.bin', import.meta.url);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new Error(`The digits could not be fetched from ${url.href}; ${remedy}.`, { cause });
  }
  const type = response.headers.get('content-type') ?? 'none';
  const how = `${url.href} (status ${response.status}, content type ${type})`;
  if (!response.ok) throw new Error(`The digits are not at ${how}; ${remedy}.`);
  return parse(await unpack(new Uint8Array(await response.arrayBuffer()), how), how);
}

/** A server that knows about gzip may have unpacked it already. */
async function unpack(bytes: Uint8Array<ArrayBuffer>, how: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new Error(`The digits at ${how} are damaged; ${remedy}.`, { cause });
  }
}

function parse(bytes: Uint8Array, how: string): DigitData {
  const start = String.fromCharCode(...bytes.subarray(0, magic.length));
  if (start !== magic || bytes.length < headerBytes) {
    throw new Error(`${how} begins with “${start.trim()}” and holds no digits; ${remedy}.`);
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const training = header.getUint32(magic.length, true);
  const rows = training + header.getUint32(magic.length + 4, true);
  const expected = headerBytes + rows * (pixels + 1);
  if (bytes.length !== expected) {
    throw new Error(`${how} unpacks to ${bytes.length} bytes in place of ${expected}; ${remedy}.`);
  }
  const images = bytes.subarray(headerBytes, headerBytes + rows * pixels);
  const labels = bytes.subarray(headerBytes + rows * pixels);
  return {
    training: slice(images, labels, 0, training),
    test: slice(images, labels, training, rows),
  };
}

function slice(images: Uint8Array, labels: Uint8Array, from: number, to: number): Digits {
  const inputs = new Float32Array((to - from) * pixels);
  for (let i = 0; i < inputs.length; i++) inputs[i] = images[from * pixels + i]! / 255;
  return { inputs, labels: labels.slice(from, to), rows: to - from };
}
