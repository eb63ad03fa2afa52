// @ts-check
/**
 * npm run reproduce:mnist: a published result, reproduced. Settings, epoch and seed are chosen on 10 000 training images
 * that are not trained on; the test images are read once, at the end.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRuntime } from '@sasi/wasm-performance';
import { DataFileError } from '../digits/idx-file.mjs';
import { imagePixels, readDigits } from '../digits/mnist.mjs';
import { createProgressBar } from '../digits/progress-bar.mjs';
import { describeTerminal } from '../digits/terminal.mjs';
import { learningCurve } from './curve.mjs';
import { parseOptions, UsageError, usage } from './options.mjs';
import { networkOf, Stopped, trainOnce } from './runs.mjs';
import { candidates, differences, layers, published, trainingRows } from './settings.mjs';

/** @import { Digits } from '../digits/mnist.mjs' */
/** @import { Options } from './options.mjs' */
/** @import { Run, Workshop } from './runs.mjs' */

const exitCodes = { good: 0, missed: 1, usage: 2, data: 3, interrupted: 130 };

/** @param {number} share */
const percent = (share) => `${(share * 100).toFixed(2)} %`;
/** @param {number} milliseconds */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
/** @param {readonly number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

const terminal = describeTerminal(process.stdout, process.env);

/** @param {Run} run */
function describeRun(run) {
  const after = `${run.bestEpoch} of ${run.history.length} epochs`;
  return `${run.name}, seed ${run.seed}: validation error ${percent(run.validationError)} after ${after}, ${seconds(run.trainingTime)}`;
}

/**
 * Fewer errors first; of as many, the lower loss.
 * @param {Run} a
 * @param {Run} b
 */
function better(a, b) {
  return a.validationError - b.validationError || a.validationLoss - b.validationLoss;
}

/**
 * One training with each of the settings, then one with the best of them for each further seed.
 * @param {Workshop} workshop
 * @param {readonly number[]} seeds
 */
async function trainAll(workshop, seeds) {
  const [firstSeed = 1, ...others] = seeds;
  /** @type {Run[]} */
  const compared = [];
  for (const candidate of candidates) {
    compared.push(await trainOnce(workshop, candidate, firstSeed));
    terminal.line(describeRun(/** @type {Run} */ (compared.at(-1))));
  }
  const best = [...compared].sort(better)[0];
  const chosen = candidates.find(({ name }) => name === best?.name);
  if (best === undefined || chosen === undefined) throw new Error('there are no settings to compare');
  terminal.line(`\nChosen: ${chosen.name}`);
  const runs = [best];
  for (const seed of others) {
    runs.push(await trainOnce(workshop, chosen, seed));
    terminal.line(describeRun(/** @type {Run} */ (runs.at(-1))));
  }
  return { compared, chosen, runs };
}

/**
 * Reads the test images, the only time that anything does, and lets each network answer.
 * @param {Workshop} workshop
 * @param {readonly Run[]} runs
 * @param {Options} options
 */
function test(workshop, runs, { data }) {
  const images = readDigits('test', { folder: data });
  const errors = runs.map((run) => {
    const network = networkOf(workshop, run);
    const { accuracy } = network.evaluate(images);
    network.dispose();
    return { seed: run.seed, error: 1 - accuracy };
  });
  const shares = errors.map(({ error }) => error);
  const chosenSeed = [...runs].sort(better)[0]?.seed;
  return {
    images: images.rows,
    errors,
    mean: sum(shares) / shares.length,
    worst: Math.max(...shares),
    chosenSeed,
    chosen: errors.find(({ seed }) => seed === chosenSeed)?.error,
  };
}

/**
 * The first rows to train on, the last 10 000 to choose by.
 * @param {Digits} all
 * @param {number} rows
 */
function divide({ inputs, labels }, rows) {
  const part = (/** @type {number} */ begin, /** @type {number} */ end) => ({
    inputs: inputs.subarray(begin * imagePixels, end * imagePixels),
    labels: labels.subarray(begin, end),
    rows: end - begin,
  });
  return { training: part(0, rows), validation: part(trainingRows, labels.length) };
}

/**
 * @param {Options} options
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function reproduce(options, signal) {
  const start = performance.now();
  const parts = divide(readDigits('training', { folder: options.data }), options.rows);
  mkdirSync(options.output, { recursive: true });
  const runtime = await loadRuntime();
  const bar = createProgressBar(terminal);
  /** @type {Workshop} */
  const workshop = {
    ...parts,
    ...options,
    runtime,
    signal,
    progress: ({ epoch, epochs, batch, batches, loss, samplesPerSecond }, label) => {
      const share = (epoch - 1 + batch / batches) / epochs;
      const note = `epoch ${epoch}/${epochs}, loss ${loss.toFixed(4)}, ${Math.round(samplesPerSecond)} images/s`;
      bar.update(share, label, note);
      if (batch === batches) bar.clear();
    },
  };
  try {
    terminal.line(`${layers.join('-')} on ${parts.training.rows} images, ${runtime.variant} build\n`);
    const { compared, chosen, runs } = await trainAll(workshop, options.seeds);
    const result = test(workshop, runs, options);
    const trained = [...compared, ...runs.slice(1)];
    const report = {
      network: layers,
      published,
      settings: { ...chosen, epochs: options.epochs, schedule: 'cosine', rows: options.rows },
      compared,
      runs,
      test: result,
      differences,
      trainingTime: sum(trained.map(({ trainingTime }) => trainingTime)),
      elapsed: performance.now() - start,
      engine: {
        node: process.version,
        build: runtime.variant,
        platform: `${process.platform} ${process.arch}`,
      },
    };
    writeFileSync(join(options.output, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(options.output, 'curve.svg'), learningCurve(runs, published));
    return judge(report, options);
  } finally {
    bar.clear();
    runtime.dispose();
  }
}

/**
 * @param {{ test: ReturnType<typeof test>, trainingTime: number }} report
 * @param {Options} options
 */
function judge({ test: { errors, mean, worst, chosenSeed, chosen }, trainingTime }, { rows, output }) {
  terminal.line('');
  for (const { seed, error } of errors) terminal.line(`test error, seed ${seed}: ${percent(error)}`);
  terminal.line(`mean ${percent(mean)}, worst ${percent(worst)}; published ${percent(published)}`);
  terminal.line(`chosen by validation: seed ${chosenSeed}, ${percent(chosen ?? Number.NaN)}`);
  terminal.line(`${seconds(trainingTime)} of training`);
  terminal.line(`\nWhat differs from the paper:\n${differences.map((line) => `- ${line}`).join('\n')}`);
  terminal.line(`\n${join(output, 'results.json')}\n${join(output, 'curve.svg')}`);
  if (rows < trainingRows) terminal.line('\nOnly a part of the images was used: nothing is claimed.');
  return rows < trainingRows || worst <= published ? exitCodes.good : exitCodes.missed;
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  try {
    const folder = fileURLToPath(new URL('../../build/mnist', import.meta.url));
    const options = parseOptions(process.argv.slice(2), folder);
    if (!options.help) return await reproduce(options, controller.signal);
    terminal.write(usage);
    return exitCodes.good;
  } catch (error) {
    if (error instanceof Stopped) return exitCodes.interrupted;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) return exitCodes.usage;
    return error instanceof DataFileError ? exitCodes.data : exitCodes.missed;
  }
}

process.exitCode = await main();
