/** How much is worked on at a time where data do not have to fit into the pool. */
import type { Widths } from './dataset.js';

/** 256 KiB: small beside the smallest pool and in the second-level cache, large beside what a call costs. */
const pieceFloats = 65_536;

/** Rows of one piece, inputs and outputs counted. */
export function pieceRows({ inputs, outputs }: Widths): number {
  return Math.max(1, Math.floor(pieceFloats / (inputs + outputs)));
}
