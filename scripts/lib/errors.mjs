// The errors that end a script in an expected way, and the exit code of each.

/** The machine lacks something, and the message says what and how to get it. */
export class SetupError extends Error {
  exitCode = 3;
}

/** A command that we started failed; what it said is already on the screen or in the message. */
export class CommandError extends Error {
  exitCode = 1;
}

/** The whole run was told to stop: by Ctrl-C, by a CI runner, or because it took too long. */
export class Stopped extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}
