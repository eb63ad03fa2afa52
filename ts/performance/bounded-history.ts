/**
 * The last rows of a stream of numbers, oldest first, in constant memory: a call that is kept allocates nothing and
 * touches one cache line.
 */
export class BoundedHistory {
  /** Row after row. */
  readonly numbers: Float64Array;
  readonly #width: number;
  /** Where the next row goes. */
  #next = 0;
  /** Numbers that were written since the last `clear`, at most all. */
  #filled = 0;

  /** Keeps `rows` rows of `width` numbers. */
  constructor(rows: number, width: number) {
    this.numbers = new Float64Array(rows * width);
    this.#width = width;
  }

  /** Where in `numbers` the new row begins, that of the oldest one when there are enough: the caller fills it. */
  add(): number {
    const at = this.#next;
    const next = at + this.#width;
    if (this.#filled < next) this.#filled = next;
    // No remainder: this is in every call, and a division takes as long as the rest.
    this.#next = next === this.numbers.length ? 0 : next;
    return at;
  }

  /** Copies of the rows. */
  toArray(): Float64Array[] {
    const row = (at: number): Float64Array => this.numbers.slice(at, at + this.#width);
    const first = this.#filled === this.numbers.length ? this.#next : 0;
    return Array.from({ length: this.#filled / this.#width }, (_, i) =>
      row((first + i * this.#width) % this.numbers.length),
    );
  }

  clear(): void {
    this.#next = 0;
    this.#filled = 0;
  }
}
