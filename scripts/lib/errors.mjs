// The errors that end a script in an expected way, and the exit code of each.

/** The machine lacks something, and the message says what and how to get it. */
export class SetupError extends Error {
  exitCode = 3;
}

/** A command that we started failed; what it said is already on the screen or in the message. */
export class CommandError extends Error {
  exitCode = 1;
}

/** Somebody asked us to stop (Ctrl-C, a CI runner's SIGTERM). */
export class Interrupted extends Error {
  /** @param {number} exitCode 128 + the signal's number, as shells have it */
  constructor(exitCode) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}
