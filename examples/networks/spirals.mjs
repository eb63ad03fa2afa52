// @ts-check
/** Points on two arms of a spiral, which no straight line divides. */

/** @param {number} rows */
export function spirals(rows) {
  const inputs = new Float32Array(rows * 2);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const along = row / rows;
    const angle = 4 * along + (row % 2) * Math.PI;
    inputs[row * 2] = along * Math.cos(angle);
    inputs[row * 2 + 1] = along * Math.sin(angle);
    labels[row] = row % 2;
  }
  return { inputs, labels, rows };
}
