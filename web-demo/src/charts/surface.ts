/** An SVG that is as large as its container, in pixels, and is drawn anew when that changes. */
import { svg } from '../page/dom.js';

export interface Surface {
  readonly root: SVGSVGElement;
  readonly width: number;
  readonly height: number;
}

/** `draw` fills an empty surface; the function returned asks for it again. `label` names the chart to a screen reader. */
export function surface(container: HTMLElement, label: string, draw: (surface: Surface) => void): () => void {
  const root = svg('svg', { role: 'img', 'aria-label': label });
  container.append(root);
  let pending = false;
  const redraw = (): void => {
    pending = false;
    const { clientWidth: width, clientHeight: height } = container;
    if (width === 0 || height === 0) return;
    root.setAttribute('viewBox', `0 0 ${width} ${height}`);
    root.replaceChildren();
    draw({ root, width, height });
  };
  const ask = (): void => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(redraw);
  };
  new ResizeObserver(ask).observe(container);
  return ask;
}

/** About `wanted` round numbers from `low` to `high`. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
