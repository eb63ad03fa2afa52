// How every script ends: the expected errors as a message and their exit code, anything else with its stack.

/** @param {() => Promise<number | void>} body resolves to the exit code, 0 when it returns nothing */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    const expected = error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
    process.stderr.write(`\n${expected ? error.message.trimEnd() : inspect(error)}\n`);
    process.exitCode = expected ? Number(error.exitCode) : 1;
  }
}

/** @param {unknown} error */
const inspect = (error) => (error instanceof Error ? error.stack : String(error));
