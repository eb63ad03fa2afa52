/**
 * A drawing and how it becomes the 28 × 28 pixels that the network knows. As in the MNIST database, the digit is
 * fitted into 20 × 20 pixels and its centre of mass is put into the middle (LeCun, Bottou, Bengio, Haffner 1998).
 */

/** Cells of the drawing in each direction. */
export const drawingSide = 112;
const imageSide = 28;
const boxSide = 20;
/** Radius of the pen, in cells. */
const penRadius = 5;

export class Drawing {
  /** Ink from 0 to 1, row-major. */
  readonly cells = new Float32Array(drawingSide * drawingSide);

  get isEmpty(): boolean {
    return this.cells.every((value) => value === 0);
  }

  clear(): void {
    this.cells.fill(0);
  }

  /** A stroke between two points, in cells. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0)));
    for (let i = 0; i <= steps; i++) {
      this.#dot(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps);
    }
  }

  /** Shows an image of 28 × 28 pixels. */
  show(image: Float32Array): void {
    const scale = drawingSide / imageSide;
    for (let i = 0; i < this.cells.length; i++) {
      const row = Math.floor(Math.floor(i / drawingSide) / scale);
      const column = Math.floor((i % drawingSide) / scale);
      this.cells[i] = image[row * imageSide + column]!;
    }
  }

  /** What the network is given: 28 × 28, 0 for paper and 1 for ink. */
  image(): Float32Array {
    const image = new Float32Array(imageSide * imageSide);
    const box = this.#bounds();
    if (box === undefined) return image;
    const scale = boxSide / Math.max(box.right - box.left, box.bottom - box.top);
    const centre = this.#centreOfMass();
    // Each cell is spread over the pixels that its square covers.
    const offset = imageSide / 2;
    for (let row = box.top; row < box.bottom; row++) {
      for (let column = box.left; column < box.right; column++) {
        const ink = this.cells[row * drawingSide + column]!;
        if (ink === 0) continue;
        const x = (column - centre.x) * scale + offset;
        const y = (row - centre.y) * scale + offset;
        spread(image, x, y, scale, ink);
      }
    }
    return image.map((value) => Math.min(1, value));
  }

  #dot(x: number, y: number): void {
    const reach = penRadius + 1;
    for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(drawingSide, y + reach); row++) {
      for (
        let column = Math.max(0, Math.floor(x - reach));
        column < Math.min(drawingSide, x + reach);
        column++
      ) {
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = Math.min(1, Math.max(0, penRadius + 0.5 - distance));
        const at = row * drawingSide + column;
        this.cells[at] = Math.max(this.cells[at]!, ink);
      }
    }
  }

  #bounds(): { left: number; right: number; top: number; bottom: number } | undefined {
    let [left, right, top, bottom] = [drawingSide, 0, drawingSide, 0];
    this.cells.forEach((ink, i) => {
      if (ink === 0) return;
      const row = Math.floor(i / drawingSide);
      const column = i % drawingSide;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
    });
    return right === 0 ? undefined : { left, right, top, bottom };
  }

  #centreOfMass(): { x: number; y: number } {
    let [mass, x, y] = [0, 0, 0];
    this.cells.forEach((ink, i) => {
      mass += ink;
      x += ink * ((i % drawingSide) + 0.5);
      y += ink * (Math.floor(i / drawingSide) + 0.5);
    });
    return { x: x / mass, y: y / mass };
  }
}

/** Adds a square of ink, `size` wide, to the pixels under it, each by the area that is covered. */
function spread(image: Float32Array, x: number, y: number, size: number, ink: number): void {
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(imageSide, y + size); row++) {
    const high = Math.min(row + 1, y + size) - Math.max(row, y);
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(imageSide, x + size); column++) {
      const wide = Math.min(column + 1, x + size) - Math.max(column, x);
      image[row * imageSide + column]! += ink * wide * high;
    }
  }
}
