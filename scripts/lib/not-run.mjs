// What npm test leaves out on a machine of someone's own, and how to run it.

/**
 * @param {{ consumers: boolean, absent: readonly string[] }} machine consumers: whether the tools of the package's users
 * are there; absent: the browsers that are not
 */
export function notRun({ consumers, absent }) {
  const lines = [];
  if (!consumers) {
    lines.push(
      'not run: the tests of the package (test/package), since their tools (bundlers, Jest, Bun, Deno) are not in the cache',
      'npm run test:package fetches them, 450 MB, and runs those tests',
    );
  }
  if (absent.length > 0) {
    const pages = consumers ? ' and test/package/pages.test.mjs' : '';
    lines.push(
      `not run: the tests in browsers (test/browser${pages}), since these are missing: ${absent.join(', ')}`,
      'npm run test:browsers installs them, or says how, and runs the tests in test/browser',
    );
    if (consumers) lines.push('npm run test:package -- test/package/pages.test.mjs runs the other file then');
  }
  return lines.map((line) => `${line}\n`).join('');
}
