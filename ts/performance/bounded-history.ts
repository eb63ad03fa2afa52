/** The last entries of a stream, oldest first. */
export class BoundedHistory<Entry> {
  readonly #limit: number;
  readonly #entries: Entry[] = [];
  /** Where the next entry goes once the limit is reached: the oldest one. */
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: Entry): void {
    if (this.#entries.length < this.#limit) this.#entries.push(entry);
    else this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#limit;
  }

  toArray(): Entry[] {
    if (this.#entries.length < this.#limit) return [...this.#entries];
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  clear(): void {
    this.#entries.length = 0;
    this.#next = 0;
  }
}
