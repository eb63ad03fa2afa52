// @ts-check
/** Draws grey images with characters: two pixels in one half block, or one ASCII shade for each pair. */

/** @import { Terminal } from './terminal.mjs' */

const shades = ' .:-=+*#%@';
/** A pixel that is darker than this is ink in the two-level drawing. */
const inkThreshold = 0.35;

/**
 * The lines of one image. Both forms join two rows of pixels in one line of text, because a character
 * cell is about twice as high as it is wide.
 * @param {ArrayLike<number>} pixels side × side, row-major, 0 (paper) to 1 (ink)
 * @param {number} side
 * @param {Terminal} terminal
 * @returns {string[]}
 */
export function drawDigit(pixels, side, terminal) {
  const lines = [];
  for (let row = 0; row < side; row += 2) {
    let line = '';
    for (let column = 0; column < side; column++) {
      const upper = pixels[row * side + column] ?? 0;
      const lower = row + 1 < side ? (pixels[(row + 1) * side + column] ?? 0) : 0;
      line += terminal.unicode ? halfBlock(upper, lower) : shade((upper + lower) / 2);
    }
    lines.push(line);
  }
  return lines;
}

/**
 * Drawings side by side, as many as fit, each with a caption of several lines under it.
 * @param {readonly { lines: readonly string[], caption: readonly string[] }[]} drawings
 * @param {number} width of one drawing, in characters
 * @param {Terminal} terminal
 * @returns {string}
 */
export function sideBySide(drawings, width, terminal) {
  const gap = 2;
  const perRow = Math.max(1, Math.floor((terminal.columns + gap) / (width + gap)));
  const output = [];
  for (let first = 0; first < drawings.length; first += perRow) {
    const shown = drawings.slice(first, first + perRow).map(({ lines, caption }) => [...lines, ...caption]);
    const height = Math.max(...shown.map((lines) => lines.length));
    for (let row = 0; row < height; row++) {
      const cells = shown.map((lines) => (lines[row] ?? '').padEnd(width));
      output.push(cells.join(' '.repeat(gap)).trimEnd());
    }
  }
  return output.join('\n');
}

/** @param {number} upper @param {number} lower */
function halfBlock(upper, lower) {
  if (upper > inkThreshold) return lower > inkThreshold ? '█' : '▀';
  return lower > inkThreshold ? '▄' : ' ';
}

/** @param {number} ink */
function shade(ink) {
  const index = Math.min(shades.length - 1, Math.floor(ink * shades.length));
  return shades[index] ?? ' ';
}
