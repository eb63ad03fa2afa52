// @ts-check
/**
 * Charts as SVG files that stand by themselves: readable on a light and on a dark page, with a title and a
 * description, no script, no font of their own.
 */
import { inUnit } from '../measure/units.mjs';
import { columnName, threeDigits } from './figures.mjs';
import { groupsOf } from './standing.mjs';

/** @import { EngineRun, CellResult } from '../measure/results.mjs' */

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 11px; fill: #59636e }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .one { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .ahead { fill: #1a7f37 } .level { fill: #9a6700 } .behind { fill: #cf222e }
  .interval { stroke: #1f2328; stroke-width: 1.5 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .grid { stroke: #3d444d } .one { stroke: #9198a1 }
    .ahead { fill: #3fb950 } .level { fill: #d29922 } .behind { fill: #f85149 } .interval { stroke: #f0f6fc }
  }`;

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {string} description
 * @param {string[]} parts
 */
function svg(width, height, title, description, parts) {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

/** What fits beside the bars. @param {string} row */
const shortened = (row) => (row.length > 27 ? `${row.slice(0, 26)}…` : row);

/** @param {number} value */
const px = (value) => String(Math.round(value * 10) / 10);

/** @param {number} x @param {number} y @param {string} content @param {string} [attributes] */
const label = (x, y, content, attributes = '') =>
  `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped(content)}</text>`;

/**
 * One bar for each group: how many times faster than the best other in its worst row, on a logarithmic axis, with its
 * 95 % interval.
 * @param {EngineRun} run
 * @returns {string | undefined} undefined: nothing was compared
 */
export function ratioChart(run) {
  const bars = groupsOf(run).flatMap(({ group, isSpeed, comparison, standing, row }) =>
    isSpeed && comparison !== undefined ? [{ group, row, standing, ...comparison }] : [],
  );
  if (bars.length === 0) return undefined;
  const [left, right, top, height] = [240, 720, 40, 34];
  const lowest = Math.min(0.5, ...bars.map(({ low }) => low));
  const highest = Math.max(2, ...bars.map(({ high }) => high)) * 1.1;
  const x = (/** @type {number} */ ratio) =>
    left + ((Math.log(ratio) - Math.log(lowest)) / (Math.log(highest) - Math.log(lowest))) * (right - left);
  const bottom = top + height * bars.length;
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter((at) => at >= lowest && at <= highest);
  const parts = [
    label(10, 22, `Times the speed of the best other, worst row of each group: ${run.engine.version}`),
    ...ticks.map(
      (at) =>
        `<line class="${at === 1 ? 'one' : 'grid'}" x1="${px(x(at))}" x2="${px(x(at))}" y1="${top}" y2="${bottom}"/>${label(x(at), bottom + 16, `${at}×`, 'class="small" text-anchor="middle"')}`,
    ),
    ...bars.flatMap(({ group, row, over, standing, ratio, low, high }, i) => {
      const y = top + i * height + 6;
      const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
      const middle = y + 9;
      return [
        label(left - 10, y + 9, group, 'text-anchor="end"'),
        label(
          left - 10,
          y + 22,
          `${shortened(row ?? '')}, ${columnName(over)}`,
          'class="small" text-anchor="end"',
        ),
        `<rect class="${standing}" x="${px(from)}" y="${y}" width="${px(Math.max(1, to - from))}" height="18" rx="2"/>`,
        `<path class="interval" d="M${px(x(low))} ${middle}H${px(x(high))}M${px(x(low))} ${middle - 4}v8M${px(x(high))} ${middle - 4}v8"/>`,
        label(Math.max(to, x(high)) + 8, y + 14, `${threeDigits(ratio)}×`),
      ];
    }),
  ];
  const spoken = bars.map(
    ({ group, ratio, over }) => `${group} ${threeDigits(ratio)} times ${columnName(over)}`,
  );
  return svg(800, bottom + 30, 'Speed over the best other', spoken.join('; '), parts);
}

const colours = /** @type {Record<string, string>} */ ({
  simd: '#0969da',
  relaxed: '#8250df',
  scalar: '#57a6a1',
  'tfjs-wasm': '#bc4c00',
  'onnxruntime-web': '#bf3989',
  javascript: '#848d97',
});

/**
 * GFLOP/s over n of square products, each contender a line, and the limit of the engine above them.
 * @param {EngineRun} run
 * @returns {string | undefined}
 */
export function matmulChart(run) {
  const cells = run.cells.filter(
    ({ suite, name, table }) => suite === 'matmul' && !table && sideOf(name) !== undefined,
  );
  if (cells.length < 2) return undefined;
  const sides = cells.map(({ name }) => sideOf(name) ?? 1);
  const [left, right, top, bottom] = [60, 640, 44, 340];
  const x = (/** @type {number} */ n) =>
    left +
    ((Math.log2(n) - Math.log2(Math.min(...sides))) /
      (Math.log2(Math.max(...sides)) - Math.log2(Math.min(...sides)))) *
      (right - left);
  const lines = ['limit', ...Object.keys(colours)].flatMap((id) => {
    const points = cells.flatMap((cell) => pointOf(cell, id));
    return points.length < 2 ? [] : [{ id, points }];
  });
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ rate }) => rate))) * 1.08;
  const y = (/** @type {number} */ rate) => bottom - (rate / most) * (bottom - top);
  const parts = [
    label(10, 22, `Products of n×n matrices, GFLOP/s on one thread: ${run.engine.version}`),
    ...steps(most).map(
      (rate) =>
        `<line class="grid" x1="${left}" x2="${right}" y1="${px(y(rate))}" y2="${px(y(rate))}"/>${label(left - 8, y(rate) + 4, String(rate), 'class="small" text-anchor="end"')}`,
    ),
    ...sides.map((n) => label(x(n), bottom + 18, String(n), 'class="small" text-anchor="middle"')),
    ...lines.map(({ id, points }) => {
      const path = points
        .map(({ n, rate }, i) => `${i === 0 ? 'M' : 'L'}${px(x(n))} ${px(y(rate))}`)
        .join('');
      return id === 'limit'
        ? `<path class="one line" d="${path}"/>`
        : `<path class="line" stroke="${colours[id]}" d="${path}"/>`;
    }),
    ...legend(lines.map(({ id }) => id)),
  ];
  const spoken = lines.map(({ id, points }) => {
    const figures = points.map(({ n, rate }) => `${threeDigits(rate)} at ${n}`);
    return `${columnName(id)}: ${figures.join(', ')}`;
  });
  return svg(820, bottom + 34, 'GFLOP/s of square products', spoken.join('; '), parts);

  /** @param {CellResult} cell @param {string} id */
  function pointOf({ name, unit, results }, id) {
    const median = results[id]?.median ?? null;
    return median === null ? [] : [{ n: sideOf(name) ?? 1, rate: inUnit(unit, median) }];
  }

  /** @param {string[]} ids */
  function legend(ids) {
    return ids.map((id, i) => {
      const at = top + 10 + i * 22;
      const mark =
        id === 'limit'
          ? `<line class="one" x1="${right + 24}" x2="${right + 50}" y1="${at}" y2="${at}"/>`
          : `<line stroke="${colours[id]}" stroke-width="3" x1="${right + 24}" x2="${right + 50}" y1="${at}" y2="${at}"/>`;
      return mark + label(right + 58, at + 4, columnName(id));
    });
  }
}

/** n of "n×n×n". @param {string} name */
function sideOf(name) {
  const [, n, second, third] = /^(\d+)×(\d+)×(\d+)$/.exec(name) ?? [];
  return n !== undefined && n === second && n === third ? Number(n) : undefined;
}

/** Round values up to `most`. @param {number} most */
function steps(most) {
  const step = most > 40 ? 10 : most > 15 ? 5 : 2;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}
