// @ts-check
/**
 * What the terminal can do: colours, width, characters. Everything that is drawn asks here, so that
 * a pipe, a narrow window, NO_COLOR (https://no-color.org) and an ASCII locale are decided in one place.
 */

/**
 * @typedef {object} Terminal
 * @property {boolean} interactive lines can be overwritten
 * @property {boolean} colour escape sequences for colours are welcome
 * @property {boolean} unicode block characters can be shown
 * @property {number} columns width in characters
 * @property {(text: string) => void} write
 * @property {(text: string) => void} line
 */

/**
 * @typedef {object} Output the part of a tty.WriteStream that is used
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 * @property {(text: string) => unknown} write
 */

/**
 * @param {Output} stream
 * @param {Record<string, string | undefined>} environment
 * @returns {Terminal}
 */
export function describeTerminal(stream, environment) {
  const interactive = stream.isTTY === true && environment.TERM !== 'dumb';
  return {
    interactive,
    colour: interactive && !environment.NO_COLOR,
    unicode: isUtf8(environment),
    // Read on each use: the window may be resized. 0 is what a terminal says that does not know.
    get columns() {
      return stream.columns || 80;
    },
    write: (text) => {
      stream.write(text);
    },
    line: (text) => {
      stream.write(`${text}\n`);
    },
  };
}

/**
 * POSIX: LC_ALL wins over LC_CTYPE, which wins over LANG. Windows sets none of them; its current
 * terminals (WT_SESSION) show Unicode.
 * @param {Record<string, string | undefined>} environment
 */
function isUtf8(environment) {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return /utf-?8/i.test(locale) || environment.WT_SESSION !== undefined;
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 };

/**
 * @param {Terminal} terminal
 * @param {keyof typeof codes} style
 * @param {string} text
 */
export function styled(terminal, style, text) {
  return terminal.colour ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
}
