/** Lines over samples: the learning curves. */
import { svg } from '../page/dom.js';
import { type Surface, surface, ticks } from './surface.js';

export interface Series {
  readonly name: string;
  /** Of a colour. */
  readonly token: string;
  readonly values: readonly number[];
}

export interface LineChart {
  draw(x: readonly number[], series: readonly Series[]): void;
}

export interface LineChartOptions {
  readonly title: string;
  readonly xMax: number;
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
  /** Fixed, or from 0 to the largest value, or to 1. */
  readonly yRange?: readonly [number, number];
  /** A value to reach, drawn as a line of its own. */
  readonly goal?: number;
}

const margin = { left: 46, right: 12, top: 30, bottom: 22 };

export function lineChart(container: HTMLElement, options: LineChartOptions): LineChart {
  let x: readonly number[] = [];
  let series: readonly Series[] = [];
  const redraw = surface(container, options.title, (on) => drawChart(on, options, x, series));
  return {
    draw(nextX, nextSeries) {
      x = nextX;
      series = nextSeries;
      redraw();
    },
  };
}

function drawChart(
  { root, width, height }: Surface,
  { title, xMax, xFormat, yFormat, yRange, goal }: LineChartOptions,
  x: readonly number[],
  series: readonly Series[],
): void {
  const [low, high] = yRange ?? [0, Math.max(1, ...series.flatMap(({ values }) => values)) * 1.05];
  const right = Math.max(xMax, x.at(-1) ?? 0);
  const px = (value: number): number => margin.left + (value / right) * (width - margin.left - margin.right);
  const py = (value: number): number => {
    const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
    return height - margin.bottom - share * (height - margin.top - margin.bottom);
  };

  root.append(svg('text', { x: 0, y: 13, class: 'chart__title' }, title));
  for (const value of ticks(low, high, 4)) {
    root.append(
      svg('line', {
        x1: margin.left,
        x2: width - margin.right,
        y1: py(value),
        y2: py(value),
        class: 'chart__grid',
      }),
    );
    root.append(
      svg(
        'text',
        { x: margin.left - 8, y: py(value) + 4, class: 'chart__tick chart__tick--end' },
        yFormat(value),
      ),
    );
  }
  for (const value of ticks(0, right, width < 420 ? 3 : 6)) {
    const anchor = px(value) > width - 40 ? 'chart__tick--end' : 'chart__tick--middle';
    root.append(svg('text', { x: px(value), y: height - 4, class: `chart__tick ${anchor}` }, xFormat(value)));
  }
  if (goal !== undefined) {
    root.append(
      svg('line', {
        x1: margin.left,
        x2: width - margin.right,
        y1: py(goal),
        y2: py(goal),
        class: 'chart__goal',
      }),
    );
  }
  let legend = width - margin.right;
  for (const { name, token, values } of [...series].reverse()) {
    const points = values.map((value, i) => `${px(x[i]!).toFixed(1)},${py(value).toFixed(1)}`);
    root.append(svg('polyline', { points: points.join(' '), class: `chart__line ink-${token}` }));
    const last = values.at(-1);
    if (last !== undefined) {
      root.append(
        svg('circle', {
          cx: px(x[values.length - 1]!),
          cy: py(last),
          r: 4,
          class: `chart__dot fill-${token}`,
        }),
      );
    }
    const label = svg('text', { x: legend, y: 13, class: 'chart__legend chart__tick--end' }, name);
    root.append(label);
    legend -= label.getComputedTextLength() + 9;
    root.append(svg('circle', { cx: legend, cy: 9, r: 4, class: `fill-${token}` }));
    legend -= 16;
  }
}
