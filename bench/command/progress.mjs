// @ts-check
/** One line on stderr that says what is being measured: in a terminal, and nowhere else. */

const clearLine = '\r\x1b[2K';

/**
 * @param {{ isTTY?: boolean, columns?: number, write(text: string): unknown }} stream
 * @param {Record<string, string | undefined>} environment
 * @param {boolean} quiet
 */
export function createProgress(stream, environment, quiet) {
  const shown = !quiet && stream.isTTY === true && !environment.CI && environment.TERM !== 'dumb';
  const started = performance.now();
  let visible = false;
  return {
    /** @param {number} done @param {number} total @param {string} what */
    show(done, total, what) {
      if (!shown) return;
      const seconds = (performance.now() - started) / 1000;
      const left = done > 0 ? `, about ${Math.ceil((seconds / done) * (total - done))} s left` : '';
      const line = `${done}/${total} ${what}${left}`;
      // A line that wraps cannot be taken back.
      stream.write(clearLine + line.slice(0, (stream.columns || 80) - 1));
      visible = true;
    },
    clear() {
      if (visible) stream.write(clearLine);
      visible = false;
    },
  };
}
