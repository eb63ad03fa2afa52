/** Checks of arguments that every layer needs, and how a message shows a value. */
import { InvalidArgumentError } from './errors.js';

/** Refuses a key that would be ignored: most often a typing mistake, or an option of another optimizer. */
export function assertKnownKeys(what: string, given: object, known: readonly string[]): void {
  if (given === null || typeof given !== 'object') {
    throw new InvalidArgumentError(
      `${what}: expected an object with ${known.join(', ')}, got ${show(given)}`,
    );
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`${what}: unknown option '${unknown}'; known are ${known.join(', ')}`);
  }
}

/**
 * A value as a message shows it: short, and never a surprise of its own `toString`. Of an array there are the first
 * elements, without what is in them: it may hold itself, or a data set.
 */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) {
    const first = value.slice(0, 17);
    return `[${first.map((item, i) => (i > 15 || Array.isArray(item) ? '...' : show(item))).join(', ')}]`;
  }
  return Object(value) === value ? Object.prototype.toString.call(value) : String(value);
}

/** The kernels take sizes as u32; memory ends long before that. */
const largestSize = 0xffff_ffff;

export function assertSize(operation: string, name: string, value: number, most = largestSize): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new InvalidArgumentError(`${operation}: ${name} is ${show(value)}; give a whole number, 0 or more`);
}

/** Whether `value` is a typed array of that class, of any realm. */
export function hasTag(value: unknown, tag: string): boolean {
  return (
    ArrayBuffer.isView(value) && (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === tag
  );
}
