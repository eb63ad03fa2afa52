/** The confusion matrix: shades for how many, on each row's own scale. */
import { svg } from '../page/dom.js';
import { surface } from './surface.js';

export interface Matrix {
  draw(counts: ArrayLike<number>): void;
}

const axis = 20;

export function matrix(container: HTMLElement, title: string): Matrix {
  let counts: ArrayLike<number> = new Uint32Array(100);
  const redraw = surface(container, title, ({ root, width, height }) => {
    const side = Math.min(width, height) - axis;
    const cell = side / 10;
    for (let i = 0; i < 10; i++) {
      const middle = axis + (i + 0.5) * cell;
      root.append(svg('text', { x: middle, y: 12, class: 'chart__tick chart__tick--middle' }, String(i)));
      root.append(svg('text', { x: 6, y: middle + 4, class: 'chart__tick chart__tick--middle' }, String(i)));
    }
    for (let shown = 0; shown < 10; shown++) {
      const row = Array.from({ length: 10 }, (_, read) => counts[shown * 10 + read]!);
      const total = row.reduce((sum, value) => sum + value, 0);
      row.forEach((value, read) => {
        const x = axis + read * cell;
        const y = axis + shown * cell;
        const share = total === 0 ? 0 : value / total;
        const token = shown === read ? 'accent' : 'warm';
        const box = { x: x + 1, y: y + 1, width: cell - 2, height: cell - 2, rx: 3 };
        root.append(svg('rect', { ...box, class: 'fill-surface-2' }));
        if (value === 0) return;
        // Errors are few: the root lets one of them be seen.
        const opacity = shown === read ? share : Math.min(1, 0.15 + 2.2 * Math.sqrt(share));
        root.append(svg('rect', { ...box, class: `fill-${token}`, 'fill-opacity': opacity.toFixed(3) }));
        const strong = opacity > 0.55 ? ' chart__count--strong' : '';
        root.append(
          svg(
            'text',
            { x: x + cell / 2, y: y + cell / 2 + 4, class: `chart__count${strong}` },
            String(value),
          ),
        );
      });
    }
  });
  return {
    draw(next) {
      counts = next;
      redraw();
    },
  };
}
