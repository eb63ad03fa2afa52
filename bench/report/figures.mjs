// @ts-check
/** How figures are written. */
import { inUnit } from '../measure/units.mjs';

/** @import { Measured, Outcome } from '../measure/results.mjs' */
/** @import { Unit } from '../suites/types.mjs' */

/** @type {Record<string, string>} */
const short = {
  'tfjs-wasm': 'tfjs',
  'onnxruntime-web': 'ort',
  'ruv-swarm': 'ruv',
  'brain.js': 'brain',
  javascript: 'plain JS',
};

/** @param {string} id */
export const columnName = (id) => short[id] ?? id;

/** Three digits, as long as they say something. @param {number} value */
export function threeDigits(value) {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  if (magnitude >= 1 || magnitude === 0) return value.toFixed(2);
  return magnitude >= 0.001 ? value.toPrecision(2) : value.toExponential(0);
}

/** @param {Measured | undefined} measured @param {Unit} unit */
export function figure(measured, unit) {
  if (measured === undefined) return '';
  if (measured.median !== null) return threeDigits(inUnit(unit, measured.median));
  if (measured.uncounted !== undefined) {
    const error = measured.accuracy?.maxError ?? Number.NaN;
    return `${threeDigits(inUnit(unit, measured.uncounted))} ✗ ${threeDigits(error)}`;
  }
  return { wrong: 'wrong', failed: 'failed', unsupported: '–', missing: '', measured: '' }[measured.status];
}

/** With p5 and p95, its share of the limit, and its error. @param {Measured | undefined} measured @param {Unit} unit */
export function detailedFigure(measured, unit) {
  const middle = figure(measured, unit);
  if (measured?.median == null || measured.p5 === null || measured.p95 === null) return middle;
  const ends = [inUnit(unit, measured.p5), inUnit(unit, measured.p95)].sort((a, b) => a - b);
  const share = measured.shareOfLimit === undefined ? '' : `, ${percent(measured.shareOfLimit)}`;
  const error = errorText(measured);
  return `${middle} (${ends.map(threeDigits).join('–')})${share}${error && `, ${error}`}`;
}

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** @param {{ ratio: number, low: number, high: number }} interval */
export const times = ({ ratio, low, high }) =>
  `${threeDigits(ratio)}× (${threeDigits(low)}–${threeDigits(high)})`;

/** What an outcome measured, as it is shown. @param {Outcome} outcome @param {Unit} unit */
export function measuredText({ measured, low, high, saving }, unit) {
  if (measured === null) return 'not measured';
  if (saving) return savedText(measured, low, high);
  if (low !== undefined && high !== undefined) return times({ ratio: measured, low, high });
  return `${threeDigits(inUnit(unit, measured))} ${unit.name}`;
}

/** What is saved, or how much more is taken. @param {number} saved @param {number} [low] @param {number} [high] */
function savedText(saved, low = saved, high = saved) {
  const isMore = saved < 0;
  const ends = (isMore ? [-high, -low] : [low, high]).map((end) => Math.round(100 * end));
  return `${isMore ? 'takes' : 'saves'} ${percent(Math.abs(saved))}${isMore ? ' more' : ''} (${ends.join(' to ')} %)`;
}

/** Errors in units of the last place where that says something, else absolute. @param {Measured | undefined} measured */
export function errorText(measured) {
  const { maxError, maxUlp } = measured?.accuracy ?? {};
  if (maxError == null || maxUlp == null) return '';
  return maxUlp < 100 ? `${threeDigits(maxUlp)} ulp` : maxError.toExponential(0);
}

/** @param {Outcome} outcome */
export const verdict = ({ met }) => (met === null ? '?' : met ? '✓' : '✗ missed');
