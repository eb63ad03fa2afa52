/** Counts over a logarithmic scale. */
import { svg } from '../page/dom.js';
import { surface } from './surface.js';

export interface Histogram {
  draw(data: HistogramData): void;
}

export interface HistogramData {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Values to point at. */
  readonly marks: readonly { readonly name: string; readonly value: number }[];
}

const bottom = 22;
const top = 22;

export function histogram(
  container: HTMLElement,
  title: string,
  format: (value: number) => string,
): Histogram {
  let data: HistogramData | undefined;
  const redraw = surface(container, title, ({ root, width, height }) => {
    root.append(
      svg('line', { x1: 0, x2: width, y1: height - bottom, y2: height - bottom, class: 'chart__grid' }),
    );
    if (data === undefined) return;
    const { edges, counts, marks } = data;
    const column = width / counts.length;
    const most = Math.max(1, ...counts);
    counts.forEach((value, i) => {
      if (value === 0) return;
      const tall = Math.max(1.5, (value / most) * (height - bottom - top));
      root.append(
        svg('rect', {
          x: i * column + 1,
          y: height - bottom - tall,
          width: Math.max(1, column - 2),
          height: tall,
          rx: 2,
          class: 'fill-accent',
        }),
      );
    });
    const place = (value: number): number =>
      (Math.log(value / edges[0]!) / Math.log(edges.at(-1)! / edges[0]!)) * width;
    for (let value = 1e-6; value < edges.at(-1)!; value *= 10) {
      if (value <= edges[0]!) continue;
      root.append(
        svg(
          'text',
          { x: place(value), y: height - 5, class: 'chart__tick chart__tick--middle' },
          tick(value),
        ),
      );
    }
    for (const [i, { name, value }] of marks.entries()) {
      const x = place(value);
      if (!(x >= 0 && x <= width)) continue;
      root.append(svg('line', { x1: x, x2: x, y1: top - 6, y2: height - bottom, class: 'chart__goal' }));
      const end = x > width - 110 || i === 0;
      root.append(
        svg(
          'text',
          { x: end ? x - 5 : x + 5, y: 11, class: `chart__legend${end ? ' chart__tick--end' : ''}` },
          `${name} ${format(value)}`,
        ),
      );
    }
  });
  return {
    draw(next) {
      data = next;
      redraw();
    },
  };
}

/** A power of ten of milliseconds, without digits after it. */
const tick = (value: number): string =>
  value < 0.999 ? `${Math.round(value * 1000)} µs` : `${Math.round(value)} ms`;
