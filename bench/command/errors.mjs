// @ts-check
/** The errors that end a run in an expected way, and the exit code of each. */

export const exitCodes = { good: 0, regression: 1, usage: 2, environment: 3, interrupted: 130 };

/** A command line that cannot be followed. */
export class UsageError extends Error {}

/** The machine lacks something that was asked for. */
export class EnvironmentError extends Error {}
