/** The pad: mouse, pen, finger and keyboard draw on it. */
import { drawPixels } from '../charts/pictures.js';
import { rgb } from '../page/theme.js';
import { Drawing, drawingSide } from './drawing.js';

/** Cells that an arrow key moves; with Shift, four times as many. */
const keyStep = 4;

export class DrawingPad {
  readonly drawing = new Drawing();
  readonly #canvas: HTMLCanvasElement;
  readonly #onChange: () => void;
  readonly #cells = document.createElement('canvas');
  #cursor = { x: drawingSide / 2, y: drawingSide / 2 };
  #penDown = false;
  /** Where the pointer was; null between strokes. */
  #last: { x: number; y: number } | null = null;

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#place(event);
      this.#stroke(this.#last, this.#last);
    });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(end, () => {
        this.#last = null;
      });
    }
    canvas.addEventListener('keydown', (event) => this.#key(event));
    for (const change of ['focus', 'blur']) canvas.addEventListener(change, () => this.redraw());
  }

  clear(): void {
    this.drawing.clear();
    this.#penDown = false;
    this.#changed();
  }

  show(image: Float32Array): void {
    this.drawing.show(image);
    this.#changed();
  }

  redraw(): void {
    const { width } = this.#canvas;
    drawPixels(this.#cells, this.drawing.cells, drawingSide);
    const context = this.#canvas.getContext('2d')!;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#cells, 0, 0, width, width);
    if (document.activeElement !== this.#canvas || !this.#canvas.matches(':focus-visible')) return;
    const scale = width / drawingSide;
    context.strokeStyle = `rgb(${rgb('accent').join()})`;
    context.lineWidth = 4;
    context.beginPath();
    context.arc(this.#cursor.x * scale, this.#cursor.y * scale, this.#penDown ? 14 : 22, 0, 2 * Math.PI);
    context.stroke();
  }

  #place(event: PointerEvent): { x: number; y: number } {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * drawingSide,
      y: ((event.clientY - box.top) / box.height) * drawingSide,
    };
  }

  #move(event: PointerEvent): void {
    if (this.#last === null) return;
    // A fast finger has been in more places than there are frames.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length > 0 ? passed : [event]) {
      const next = this.#place(one);
      this.drawing.line(this.#last.x, this.#last.y, next.x, next.y);
      this.#last = next;
    }
    this.#changed();
  }

  #key(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const step = keyStep * (event.shiftKey ? 4 : 1);
      const clamp = (value: number): number => Math.min(Math.max(value, 0), drawingSide);
      const next = { x: clamp(this.#cursor.x + move[0] * step), y: clamp(this.#cursor.y + move[1] * step) };
      const from = this.#cursor;
      this.#cursor = next;
      if (this.#penDown) this.#stroke(from, next);
      else this.redraw();
    } else if (event.key === ' ') {
      this.#penDown = !this.#penDown;
      if (this.#penDown) this.#stroke(this.#cursor, this.#cursor);
      else this.redraw();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
  }

  #stroke(from: { x: number; y: number }, to: { x: number; y: number }): void {
    this.drawing.line(from.x, from.y, to.x, to.y);
    this.#changed();
  }

  #changed(): void {
    this.redraw();
    this.#onChange();
  }
}
