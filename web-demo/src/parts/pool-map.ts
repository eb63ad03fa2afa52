/** The linear memory as a map: each cell is an equal piece of it, the first at the upper left. */
import type { PoolStats } from '@sasi/wasm-performance';
import { rgb } from '../page/theme.js';
import type { BlockPlace } from '../services/pool.js';

const columns = 64;
const rows = 16;
const cells = columns * rows;

type Kind = 'module' | 'free' | 'gap' | 'used';

/** What lies in each cell; a cell that is used in part is used. */
export function poolCells(pool: PoolStats, blocks: readonly BlockPlace[]): Kind[] {
  const cellBytes = pool.limit / cells;
  const kinds = new Array<Kind>(cells).fill('gap');
  const fill = (from: number, to: number, kind: Kind): void => {
    kinds.fill(kind, Math.floor(from / cellBytes), Math.min(cells, Math.ceil(to / cellBytes)));
  };
  const sorted = [...blocks].sort((a, b) => a.offset - b.offset);
  const free = gaps(pool, sorted);
  const largest = free.reduce((best, gap) => (gap.to - gap.from > best.to - best.from ? gap : best), {
    from: 0,
    to: 0,
  });
  fill(largest.from, largest.to, 'free');
  fill(0, pool.reserved, 'module');
  for (const { offset, bytes } of sorted) fill(offset, offset + bytes, 'used');
  return kinds;
}

/** Between the module, which lies first, the blocks and the end. */
function gaps({ limit, reserved }: PoolStats, sorted: readonly BlockPlace[]): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = [];
  let from = reserved;
  for (const { offset, bytes } of sorted) {
    if (offset > from) result.push({ from, to: offset });
    from = Math.max(from, offset + bytes);
  }
  if (from < limit) result.push({ from, to: limit });
  return result;
}

const tokens: Readonly<Record<Kind, string>> = {
  module: 'javascript',
  used: 'accent',
  gap: 'gap',
  free: 'surface-2',
};

export function drawPoolMap(
  target: HTMLCanvasElement,
  pool: PoolStats | undefined,
  blocks: readonly BlockPlace[],
): void {
  const kinds = pool === undefined ? new Array<Kind>(cells).fill('free') : poolCells(pool, blocks);
  // As many pixels as the screen has there: the lines between the cells are all equally thin.
  const width = Math.round(target.clientWidth * devicePixelRatio);
  const height = Math.round(target.clientHeight * devicePixelRatio);
  target.width = width;
  target.height = height;
  const context = target.getContext('2d')!;
  kinds.forEach((kind, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const [left, right] = [column, column + 1].map((edge) => Math.round((edge * width) / columns)) as [
      number,
      number,
    ];
    const [top, bottom] = [row, row + 1].map((edge) => Math.round((edge * height) / rows)) as [
      number,
      number,
    ];
    context.fillStyle = `rgb(${rgb(tokens[kind]).join()})`;
    context.fillRect(left, top, right - left - 1, bottom - top - 1);
  });
}
