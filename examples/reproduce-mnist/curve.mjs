// @ts-check
/** The learning curves as an SVG: validation errors after each epoch, one line for each seed. */
/** @import { Run } from './runs.mjs' */

const width = 640;
const height = 400;
const left = 60;
const right = 20;
const top = 40;
const bottom = 50;
const title = '784-800-10 on MNIST: errors on 10 000 held-out training images, %';
const colours = ['#1b6ca8', '#c8553d', '#588b8b', '#8f5aa8', '#a07a1f', '#4c4c4c'];

/**
 * @param {readonly Run[]} runs
 * @param {number} published the error of the paper, drawn as a line
 */
export function learningCurve(runs, published) {
  const epochs = Math.max(...runs.map(({ history }) => history.length));
  const errors = runs.flatMap(({ history }) => history.map(({ validationError }) => validationError));
  const most = Math.max(published * 1.5, ...errors);
  const x = (/** @type {number} */ epoch) =>
    left + ((epoch - 1) / Math.max(1, epochs - 1)) * (width - left - right);
  const y = (/** @type {number} */ error) => height - bottom - (error / most) * (height - top - bottom);
  const step = most > 0.05 ? 0.01 : 0.005;
  const grid = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => {
    const at = y(index * step).toFixed(1);
    return [
      `<line x1="${left}" y1="${at}" x2="${width - right}" y2="${at}" stroke="#ddd"/>`,
      `<text x="${left - 8}" y="${at}" dy="4" text-anchor="end">${(index * step * 100).toFixed(1)}</text>`,
    ].join('');
  });
  const ticks = Array.from({ length: epochs }, (_, index) => index + 1)
    .filter((epoch) => epochs <= 20 || epoch % Math.ceil(epochs / 20) === 0)
    .map(
      (epoch) =>
        `<text x="${x(epoch).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${epoch}</text>`,
    );
  const lines = runs.map(({ seed, history }, index) => {
    const colour = colours[index % colours.length];
    const points = history.map(
      ({ epoch, validationError }) => `${x(epoch).toFixed(1)},${y(validationError).toFixed(1)}`,
    );
    const label = `<text x="${width - right - 60}" y="${top + 16 * (index + 1)}" fill="${colour}">seed ${seed}</text>`;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${label}`;
  });
  const line = y(published).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family="sans-serif" font-size="12">`,
    `<title id="title">${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="22" font-size="15">${title}</text>`,
    ...grid,
    ...ticks,
    `<text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle">epoch</text>`,
    `<line x1="${left}" y1="${line}" x2="${width - right}" y2="${line}" stroke="#000" stroke-dasharray="6 4"/>`,
    `<text x="${left + 6}" y="${line}" dy="-5">published test error</text>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}
