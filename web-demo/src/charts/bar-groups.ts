/** Groups of horizontal bars with whiskers from p5 to p95, and dots with intervals. */
import { svg } from '../page/dom.js';
import { type Surface, surface, ticks } from './surface.js';

export interface Bar {
  readonly token: string;
  /** Null: nothing to show; `text` says why. */
  readonly value: number | null;
  readonly low?: number;
  readonly high?: number;
  readonly text: string;
}

export interface BarGroup {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  draw(groups: readonly BarGroup[]): void;
}

const labelWidth = 64;
const textWidth = 74;
const axisHeight = 20;

/** Bars from 0. The groups share the height. */
export function barChart(container: HTMLElement, title: string, format: (value: number) => string): BarChart {
  return chartOf(container, title, (on, groups) => {
    const largest = Math.max(
      0,
      ...groups.flatMap(({ bars }) => bars.map(({ value, high }) => high ?? value ?? 0)),
    );
    const scale = scaleOf(on, largest, format);
    rows(on, groups, (bar, y, height) => {
      if (bar.value === null) return labelWidth;
      const x = scale(bar.value);
      on.root.append(
        svg('rect', {
          x: labelWidth,
          y,
          width: Math.max(1, x - labelWidth),
          height,
          rx: 2,
          class: `fill-${bar.token}`,
        }),
      );
      if (bar.low !== undefined && bar.high !== undefined) {
        whisker(on.root, scale(bar.low), scale(bar.high), y + height / 2, 'chart__whisker');
      }
      return scale(bar.high ?? bar.value);
    });
  });
}

/** Dots with their intervals on a logarithmic scale, and a line at 1: to its right SIMD is faster. */
export function dotChart(container: HTMLElement, title: string, format: (value: number) => string): BarChart {
  return chartOf(container, title, (on, groups) => {
    const bars = groups.flatMap((group) => group.bars);
    const from = Math.floor(Math.log2(Math.min(0.5, ...bars.map(({ value, low }) => low ?? value ?? 1))));
    const to = Math.ceil(Math.log2(Math.max(4, ...bars.map(({ value, high }) => high ?? value ?? 1))));
    const room = on.width - labelWidth - textWidth;
    const scale = (value: number): number => labelWidth + ((Math.log2(value) - from) / (to - from)) * room;
    const every = Math.ceil((to - from) / Math.max(2, Math.floor(room / 48)));
    for (let power = from; power <= to; power++) {
      const shown = power % every === 0;
      axisLine(
        on,
        scale(2 ** power),
        power === 0 ? 'chart__goal' : 'chart__grid',
        shown ? format(2 ** power) : '',
      );
    }
    rows(on, groups, (bar, y, height) => {
      if (bar.value === null) return labelWidth;
      const middle = y + height / 2;
      if (bar.low !== undefined && bar.high !== undefined) {
        whisker(on.root, scale(bar.low), scale(bar.high), middle, `chart__whisker ink-${bar.token}`);
      }
      on.root.append(svg('circle', { cx: scale(bar.value), cy: middle, r: 4.5, class: `fill-${bar.token}` }));
      return scale(bar.high ?? bar.value);
    });
  });
}

function chartOf(
  container: HTMLElement,
  title: string,
  draw: (on: Surface, groups: readonly BarGroup[]) => void,
): BarChart {
  let groups: readonly BarGroup[] = [];
  const redraw = surface(container, title, (on) => {
    if (groups.length > 0) draw(on, groups);
    else
      on.root.append(
        svg('text', { x: on.width / 2, y: on.height / 2, class: 'chart__tick--middle' }, 'Not measured yet'),
      );
  });
  return {
    draw(next) {
      groups = next;
      redraw();
    },
  };
}

/** Draws the axis; returns where a value lies. */
function scaleOf(on: Surface, largest: number, format: (value: number) => string): (value: number) => number {
  const room = on.width - labelWidth - textWidth;
  const scale = (value: number): number => labelWidth + (largest > 0 ? (value / largest) * room : 0);
  for (const value of largest > 0 ? ticks(0, largest, room < 300 ? 2 : 4) : []) {
    axisLine(on, scale(value), 'chart__grid', format(value));
  }
  return scale;
}

function axisLine({ root, height }: Surface, x: number, className: string, text: string): void {
  root.append(svg('line', { x1: x, x2: x, y1: 0, y2: height - axisHeight, class: className }));
  root.append(svg('text', { x, y: height - 5, class: 'chart__tick chart__tick--middle' }, text));
}

/** Lays the bars out; `one` draws one and returns where its text may begin. */
function rows(
  { root, height }: Surface,
  groups: readonly BarGroup[],
  one: (bar: Bar, y: number, height: number) => number,
): void {
  const groupHeight = (height - axisHeight) / Math.max(1, groups.length);
  groups.forEach(({ name, bars }, index) => {
    const top = index * groupHeight + groupHeight * 0.09;
    const step = (groupHeight * 0.82) / Math.max(1, bars.length);
    const thickness = Math.min(14, step * 0.74);
    root.append(
      svg(
        'text',
        { x: labelWidth - 10, y: top + groupHeight * 0.41 + 4, class: 'chart__tick chart__tick--end' },
        name,
      ),
    );
    bars.forEach((bar, i) => {
      const y = top + i * step + (step - thickness) / 2;
      const end = one(bar, y, thickness);
      root.append(svg('text', { x: end + 7, y: y + thickness / 2 + 4, class: 'chart__value' }, bar.text));
    });
  });
}

function whisker(root: SVGSVGElement, low: number, high: number, y: number, className: string): void {
  const path = `M${low} ${y}H${high}M${low} ${y - 3.5}v7M${high} ${y - 3.5}v7`;
  root.append(svg('path', { d: path, class: className }));
}
