// @ts-check
/** One line that shows how far a task is, in place, in a terminal; nothing at all in a pipe. */
import { styled } from './terminal.mjs';

/** @import { Terminal } from './terminal.mjs' */

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clearLine = '\r\x1b[2K';

/** Milliseconds between two drawings: faster than this nobody reads. */
const interval = 80;
const widestBar = 40;

/**
 * @typedef {object} ProgressBar
 * @property {(share: number, label: string, note: string) => void} update share in 0..1
 * @property {() => void} clear removes the line and brings the cursor back; can be called again
 */

/**
 * @param {Terminal} terminal
 * @param {() => number} [now] milliseconds
 * @returns {ProgressBar}
 */
export function createProgressBar(terminal, now = () => performance.now()) {
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let visible = false;
  return {
    update(share, label, note) {
      if (!terminal.interactive) return;
      const time = now();
      if (time - lastDrawn < interval) return;
      lastDrawn = time;
      terminal.write((visible ? '' : hideCursor) + clearLine + barLine(terminal, share, label, note));
      visible = true;
    },
    clear() {
      if (!visible) return;
      visible = false;
      lastDrawn = Number.NEGATIVE_INFINITY;
      terminal.write(clearLine + showCursor);
    },
  };
}

/**
 * `label ████░░░░ 42 % note`, never wider than the terminal: a line that wraps cannot be overwritten.
 * The bar gives way first, then the note is cut.
 * @param {Terminal} terminal
 * @param {number} share
 * @param {string} label
 * @param {string} note
 */
export function barLine(terminal, share, label, note) {
  const bounded = Math.min(1, Math.max(0, share));
  const percent = `${Math.floor(bounded * 100)} %`.padStart(5);
  const room = Math.max(0, terminal.columns - 1);
  const barWidth = Math.min(widestBar, room - label.length - percent.length - note.length - 4);
  if (barWidth < 4) return `${label} ${percent}  ${note}`.slice(0, room);
  const filled = Math.round(bounded * barWidth);
  const [full, empty] = terminal.unicode ? ['█', '░'] : ['#', '.'];
  const bar =
    styled(terminal, 'cyan', full.repeat(filled)) + styled(terminal, 'dim', empty.repeat(barWidth - filled));
  return `${label} ${bar} ${percent}  ${note}`;
}
