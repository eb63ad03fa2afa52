/** Small images on canvas: weights of units, the pixels of a digit. */
import { rgb } from '../page/theme.js';

type Colour = readonly [number, number, number];

const side = 28;
const columns = 8;
const rows = 5;
const gap = 1;

function mix(from: Colour, to: Colour, share: number): Colour {
  return [0, 1, 2].map((i) => from[i]! + (to[i]! - from[i]!) * share) as unknown as Colour;
}

/** Up to 40 images of 28 × 28 weights, each on a scale of its own: one colour above 0, another below. */
export function drawUnits(target: HTMLCanvasElement, units: Float32Array): void {
  target.width = columns * (side + gap) - gap;
  target.height = rows * (side + gap) - gap;
  const context = target.getContext('2d')!;
  const image = context.createImageData(target.width, target.height);
  const [neutral, plus, minus] = [rgb('surface-2'), rgb('accent'), rgb('warm')];
  const shown = units.length / (side * side);
  for (let unit = 0; unit < shown; unit++) {
    const weights = units.subarray(unit * side * side, (unit + 1) * side * side);
    const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    const left = (unit % columns) * (side + gap);
    const top = Math.floor(unit / columns) * (side + gap);
    for (let pixel = 0; pixel < side * side; pixel++) {
      const value = weights[pixel]! / largest;
      const colour = mix(neutral, value > 0 ? plus : minus, Math.sqrt(Math.abs(value)));
      const at = ((top + Math.floor(pixel / side)) * target.width + left + (pixel % side)) * 4;
      image.data.set([...colour, 255], at);
    }
  }
  context.putImageData(image, 0, 0);
}

/** Grey pixels, 0 to 1, row-major. */
export function drawPixels(target: HTMLCanvasElement, pixels: Float32Array, width: number): void {
  const height = pixels.length / width;
  if (target.width !== width || target.height !== height) {
    target.width = width;
    target.height = height;
  }
  const context = target.getContext('2d')!;
  const image = context.createImageData(width, height);
  const [paper, ink] = [rgb('paper'), rgb('ink')];
  pixels.forEach((value, i) => {
    image.data.set([...mix(paper, ink, value), 255], i * 4);
  });
  context.putImageData(image, 0, 0);
}
