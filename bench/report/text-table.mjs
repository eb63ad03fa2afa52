// @ts-check
/** Tables for a terminal. */

/** Columns that a character takes: all here are one wide. @param {string} text */
const width = (text) => [...text].length;

/**
 * The first column is left-aligned, the others to the right. Columns without any content are left out.
 * @param {string[]} header
 * @param {string[][]} rows
 * @param {Set<number>} [left] other columns that are left-aligned
 * @returns {string[]} lines
 */
export function textTable(header, rows, left = new Set()) {
  const used = header.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const widths = header.map((name, column) =>
    Math.max(width(name), ...rows.map((row) => width(row[column] ?? ''))),
  );
  /** @param {string[]} cells */
  const line = (cells) =>
    cells
      .map((text, column) => {
        const pad = ' '.repeat((widths[column] ?? 0) - width(text));
        return column === 0 || left.has(column) ? text + pad : pad + text;
      })
      .filter((_, column) => used[column])
      .join('  ')
      .trimEnd();
  return [
    line(header),
    line(widths.map((w) => '─'.repeat(w))),
    ...rows.map((row) => line(header.map((_, i) => row[i] ?? ''))),
  ];
}
