/** Checks of single arguments that several files here need. Each throws `INVALID_ARGUMENT` and says what to do. */
import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';

export { assertKnownKeys, show } from '../core/arguments.js';

/** A whole number from `least` on; `most` is what the ABI can carry. */
export function assertWholeNumber(what: string, value: number, least: number, most = 0x7fff_ffff): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    const range = `from ${least} to ${most}`;
    throw new InvalidArgumentError(`${what} is ${show(value)}: expected a whole number ${range}`);
  }
}

/** A number that is finite as the f32 that the kernels get, and for which `holds` is then true. */
export function assertNumber(
  what: string,
  value: number,
  wanted: string,
  holds: (x: number) => boolean,
): void {
  const rounded = typeof value === 'number' ? Math.fround(value) : Number.NaN;
  if (!Number.isFinite(rounded) || !holds(rounded)) {
    throw new InvalidArgumentError(`${what} is ${show(value)}: expected a number ${wanted}`);
  }
}

/** What a number may be: how a message says it, and whether one is. The last arguments of `assertNumber`. */
export type Rule = readonly [wanted: string, holds: (x: number) => boolean];
export const positive: Rule = ['> 0', (x) => x > 0];
export const notNegative: Rule = ['≥ 0', (x) => x >= 0];
export const belowOne: Rule = ['in [0, 1)', (x) => x >= 0 && x < 1];
export const betweenZeroAndOne: Rule = ['between 0 and 1', (x) => x > 0 && x < 1];

export function assertBoolean(what: string, value: boolean): void {
  if (typeof value !== 'boolean') {
    throw new InvalidArgumentError(`${what} is ${show(value)}: expected true or false`);
  }
}

/** The value itself, when it is one of `names`. */
export function oneOf<Name extends string>(what: string, value: unknown, names: readonly Name[]): Name {
  const name = names.find((candidate) => candidate === value);
  if (name === undefined) {
    throw new InvalidArgumentError(`${what} is ${show(value)}: expected one of ${names.join(', ')}`);
  }
  return name;
}

/** The halves in which the ABI takes a seed. */
export interface Seed {
  readonly low: number;
  readonly high: number;
}

/** Splits a seed of 53 bits. */
export function seedHalves(what: string, seed: number): Seed {
  assertWholeNumber(what, seed, 0, Number.MAX_SAFE_INTEGER);
  return { low: seed >>> 0, high: Math.floor(seed / 0x1_0000_0000) };
}
