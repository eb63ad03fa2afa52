/** One bar that is divided into shares: a budget and who uses it. */
import { svg } from '../page/dom.js';
import { surface } from './surface.js';

export interface Share {
  readonly name: string;
  readonly token: string;
  readonly value: number;
}

export interface Strip {
  draw(total: number, shares: readonly Share[], caption: string): void;
}

const barHeight = 16;

export function strip(container: HTMLElement, title: string): Strip {
  let total = 1;
  let shares: readonly Share[] = [];
  let caption = '';
  const redraw = surface(container, title, ({ root, width }) => {
    root.append(svg('rect', { x: 0, y: 0, width, height: barHeight, rx: 4, class: 'fill-surface-2' }));
    let x = 0;
    for (const { token, value } of shares) {
      const wide = Math.min((value / total) * width, width - x);
      if (wide > 0)
        root.append(svg('rect', { x, y: 0, width: wide, height: barHeight, class: `fill-${token}` }));
      x += wide;
    }
    let legend = 4;
    for (const { name, token } of shares) {
      root.append(svg('circle', { cx: legend, cy: barHeight + 15, r: 4, class: `fill-${token}` }));
      const label = svg('text', { x: legend + 9, y: barHeight + 19, class: 'chart__legend' }, name);
      root.append(label);
      legend += label.getComputedTextLength() + 26;
    }
    root.append(svg('text', { x: width, y: barHeight + 19, class: 'chart__tick chart__tick--end' }, caption));
  });
  return {
    draw(nextTotal, nextShares, nextCaption) {
      total = nextTotal;
      shares = nextShares;
      caption = nextCaption;
      redraw();
    },
  };
}
