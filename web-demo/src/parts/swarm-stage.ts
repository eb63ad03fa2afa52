/** Draws the agents and tells where the pointer is over them. */
import { rgb } from '../page/theme.js';
import type { Pointer } from '../services/swarm.js';

/** Dots of one shade are drawn together: changing the colour costs more than a dot does. */
const shades = 24;

export class SwarmStage {
  pointer: Pointer = null;
  readonly #canvas: HTMLCanvasElement;
  #outputs: Float32Array = new Float32Array(0);
  #agents = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const box = canvas.getBoundingClientRect();
      this.pointer = { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerdown', move);
    canvas.addEventListener('pointerleave', () => {
      this.pointer = null;
    });
    new ResizeObserver(() => requestAnimationFrame(() => this.redraw())).observe(canvas);
  }

  draw(outputs: Float32Array, agents: number): void {
    this.#outputs = outputs;
    this.#agents = agents;
    this.redraw();
  }

  redraw(): void {
    const scale = Math.min(devicePixelRatio, 2);
    const width = Math.round(this.#canvas.clientWidth * scale);
    const height = Math.round(this.#canvas.clientHeight * scale);
    if (width === 0 || this.#agents === 0) return;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const context = this.#canvas.getContext('2d')!;
    context.clearRect(0, 0, width, height);
    const columns = Math.max(1, Math.ceil(Math.sqrt(this.#agents * 1.6)));
    const rows = Math.ceil(this.#agents / columns);
    const cell = { width: width / columns, height: height / rows };
    const largest = Math.min(cell.width, cell.height) * 0.48;
    const paths = Array.from({ length: shades }, () => new Path2D());
    const round = largest > 2.5;
    for (let agent = 0; agent < this.#agents; agent++) {
      const colour = this.#outputs[agent * 2]!;
      const size = largest * (0.3 + 0.7 * this.#outputs[agent * 2 + 1]!);
      const x = ((agent % columns) + 0.5) * cell.width;
      const y = (Math.floor(agent / columns) + 0.5) * cell.height;
      const path = paths[Math.min(shades - 1, Math.floor(colour * shades))]!;
      if (round) {
        path.moveTo(x + size, y);
        path.arc(x, y, size, 0, 2 * Math.PI);
      } else {
        path.rect(x - size, y - size, 2 * size, 2 * size);
      }
    }
    paths.forEach((path, i) => {
      context.fillStyle = shade(i / (shades - 1));
      context.fill(path);
    });
  }
}

/** From cool over neutral to warm. */
function shade(share: number): string {
  const [cool, middle, warm] = [rgb('accent'), rgb('swarm-middle'), rgb('warm')];
  const [from, to, part] = share < 0.5 ? [cool, middle, share * 2] : [middle, warm, share * 2 - 1];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i]! - value) * part)).join()})`;
}
