/**
 * How far results may be off: the one place where the tests know it. What a function's header states about itself
 * (kMaxUlp, kLargest) is read from there, so that a test cannot promise something else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fromRoot } from './paths.js';

/** Half the distance from 1 to the next f32: what one rounding may lose, relatively. */
export const unitRoundoff = 2 ** -24;

/** Of a sum of k products, whose magnitudes sum to `magnitude`. */
export function productBound(k: number, magnitude: number): number {
  return 2 * unitRoundoff * (k + 1) * magnitude + 2 ** -149;
}

/** Of the sum of a softmax over n elements. */
export function softmaxSumBound(n: number): number {
  return n * 2 * unitRoundoff;
}

/** The distance between neighbouring f32 at the magnitude of `value`. */
export function ulp(value: number): number {
  const magnitude = Math.abs(value);
  return magnitude < 2 ** -126 ? 2 ** -149 : 2 ** (Math.floor(Math.log2(magnitude)) - 23);
}

/** Errors in ULP; 0 when both are the same infinity, or both NaN. */
export function ulpError(got: number, reference: number): number {
  if (Number.isNaN(reference)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  const rounded = Math.fround(reference);
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) {
    // The last finite number is next to infinity: one ULP apart.
    if (got === rounded) return 0;
    const nearest = Math.abs(reference) > 3.4e38 && Math.abs(got) > 3.4e38 && got * reference > 0;
    return nearest ? 1 : Number.POSITIVE_INFINITY;
  }
  return Math.abs(got - reference) / ulp(rounded);
}

/** What a header says of a function: its largest error, and up to which magnitude of the argument. */
export interface Statement {
  readonly maxUlp: number;
  readonly largest: number;
}

/** Of a function of cpp/math, by the name of its struct: 'Exp'. */
export function mathStatement(struct: string): Statement {
  const folder = fromRoot('cpp/math/');
  for (const file of readdirSync(folder)) {
    const body = structBody(readFileSync(folder + file, 'utf8'), struct);
    if (body?.text.includes('kMaxUlp')) return readStatement(body.text);
  }
  throw new Error(`no header of cpp/math states kMaxUlp of ${struct}`);
}

/** Of an activation, by its name in the API: 'leakyRelu'. */
export function activationStatement(name: string): Statement {
  const source = readFileSync(fromRoot('cpp/kernels/activation_list.h'), 'utf8');
  const struct = name[0]!.toUpperCase() + name.slice(1);
  const body = structBody(source, struct);
  if (body === undefined) throw new Error(`activation_list.h has no struct ${struct}`);
  return body.base === 'Base' ? readStatement(body.text) : activationStatement(body.base);
}

function structBody(source: string, struct: string): { text: string; base: string } | undefined {
  const begin = new RegExp(`^struct ${struct}(?: : (\\w+)(?:<\\w+>)?)? \\{`, 'm').exec(source);
  if (begin === null) return undefined;
  const rest = source.slice(begin.index);
  return { text: rest.slice(0, rest.search(/^};|\{\};/m)), base: begin[1] ?? 'Base' };
}

function readStatement(text: string): Statement {
  return {
    maxUlp: constant(text, 'kMaxUlp', (other) => other.maxUlp) ?? Number.NaN,
    largest: constant(text, 'kLargest', (other) => other.largest) ?? Number.MAX_VALUE,
  };
}

/** A number, or the same constant of a function of cpp/math. */
function constant(text: string, name: string, of: (other: Statement) => number): number | undefined {
  const value = new RegExp(`constexpr \\w+ ${name} = ([^;]+);`).exec(text)?.[1];
  if (value === undefined) return undefined;
  const other = /^neural::(\w+)::/.exec(value)?.[1];
  return other === undefined ? Number(value.replace(/f$/, '')) : of(mathStatement(other));
}
