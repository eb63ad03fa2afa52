/**
 * How fast plain JavaScript is here: each rate is measured once, when it is first asked for, in a few ms.
 */
import { timeQuickly } from '../metrics/timing.js';
import { addJs, dotJs, matmulJs } from './javascript-baselines.js';

const length = 1000;
/** Matrices of about as many elements. */
const side = 32;

/** In elements per millisecond; of a matrix product in multiply-adds per millisecond. 0 where the clock cannot tell. */
export class JavascriptRates {
  readonly #x = Float32Array.from({ length: side * side }, (_, i) => (i % 17) / 8 - 1);
  readonly #out = new Float32Array(side * side);
  #add: number | undefined;
  #dot: number | undefined;
  #matmul: number | undefined;

  get add(): number {
    const [x, out] = this.#vectors();
    this.#add ??= rate(length, () => addJs(x, x, out));
    return this.#add;
  }

  get dot(): number {
    const [x] = this.#vectors();
    this.#dot ??= rate(length, () => dotJs(x, x));
    return this.#dot;
  }

  get matmul(): number {
    this.#matmul ??= rate(side * side * side, () => matmulJs(this.#x, this.#x, this.#out, side, side, side));
    return this.#matmul;
  }

  #vectors(): [Float32Array, Float32Array] {
    return [this.#x.subarray(0, length), this.#out.subarray(0, length)];
  }
}

function rate(work: number, call: () => unknown): number {
  const [time = 0] = timeQuickly([
    {
      run(iterations) {
        for (let i = 0; i < iterations; i++) call();
      },
    },
  ]);
  return time > 0 ? work / time : 0;
}
