/** A clock for tests: it moves only when it is told to. */
export class ManualClock {
  #now = 0;
  readonly read = (): number => this.#now;

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** For the next case of a property: the step of a new clock would be looked for anew, in vain. */
  restart(): void {
    this.#now = 0;
  }
}
