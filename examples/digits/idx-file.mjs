// @ts-check
/**
 * Reads IDX files, the format in which the MNIST digits are published (LeCun, Cortes, Burges 1998):
 * two zero bytes, the element type, the number of dimensions, each dimension as a big-endian u32,
 * then the elements. Only unsigned bytes are read; the digits hold nothing else.
 */
import { readFileSync } from 'node:fs';

const unsignedByte = 0x08;

/** A file that is missing, truncated or not what it should be; its message is for the user. */
export class DataFileError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'DataFileError';
  }
}

/**
 * The elements of an IDX file of bytes. Throws `DataFileError` when the file cannot be read, is of
 * another type, or has other dimensions than `expected`.
 * @param {string} path
 * @param {readonly number[]} expected the dimensions, outermost first
 * @returns {Uint8Array}
 */
export function readIdxBytes(path, expected) {
  const file = readFile(path);
  const headerBytes = 4 + 4 * expected.length;
  if (file.length < headerBytes) {
    throw new DataFileError(`${path}: ${file.length} bytes, too short for an IDX header of ${headerBytes}`);
  }
  const header = new DataView(file.buffer, file.byteOffset, headerBytes);
  const magic = header.getUint32(0);
  const wantedMagic = (unsignedByte << 8) | expected.length;
  if (magic !== wantedMagic) {
    throw new DataFileError(
      `${path}: magic number ${hex(magic)}, expected ${hex(wantedMagic)}${gzipHint(file)}`,
    );
  }
  const dimensions = expected.map((_, index) => header.getUint32(4 + 4 * index));
  if (dimensions.some((dimension, index) => dimension !== expected[index])) {
    throw new DataFileError(
      `${path}: holds ${dimensions.join('×')} elements, expected ${expected.join('×')}`,
    );
  }
  const elements = expected.reduce((product, dimension) => product * dimension, 1);
  if (file.length !== headerBytes + elements) {
    throw new DataFileError(
      `${path}: ${file.length} bytes, expected ${headerBytes + elements}; is it truncated?`,
    );
  }
  return file.subarray(headerBytes);
}

/** @param {string} path */
function readFile(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataFileError(`cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** @param {Uint8Array} file */
function gzipHint(file) {
  return file[0] === 0x1f && file[1] === 0x8b ? ' (the file is gzipped: unpack it first)' : '';
}

/** @param {number} value */
function hex(value) {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
