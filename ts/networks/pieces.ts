/** How much is worked on at a time where data do not have to fit into the pool. */
import type { Widths } from './dataset.js';

/** 256 KiB: small beside the smallest pool and in the second-level cache, large beside what a call costs. */
const pieceFloats = 65_536;

/** Multiplications of a piece that must not hold up the event loop: 1 ms with vectors, 10 in the js build. */
const pieceProducts = 1 << 24;

/** Rows of one piece, inputs and outputs counted, and where it matters how long it takes the parameters of each row. */
export function pieceRows({ inputs, outputs }: Widths, parameters = 0): number {
  return Math.max(1, Math.floor(Math.min(pieceFloats / (inputs + outputs), pieceProducts / parameters)));
}
