// @ts-check
/**
 * Recognises handwritten digits: trains a small network on MNIST, tests it on images that it has never
 * seen, shows some of them, and prints what the layer measured meanwhile. `--help` lists the options.
 */
import { DataFileError } from './idx-file.mjs';
import { describeBuild } from './measurements.mjs';
import { readDigits } from './mnist.mjs';
import { parseOptions, UsageError, usage } from './options.mjs';
import { judge, loadSystem, measure, show, trainVisibly } from './session.mjs';
import { describeTerminal } from './terminal.mjs';
import { createDigitNetwork } from './training.mjs';

/** @import { Options } from './options.mjs' */

const exitCodes = { good: 0, failed: 1, usage: 2, data: 3, interrupted: 130 };

/**
 * @param {Options} options
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function run(options, signal) {
  const terminal = describeTerminal(process.stdout, process.env);
  const context = { options, terminal, signal };
  const { folder, rows } = options;
  const data = {
    training: readDigits('training', { folder, ...(rows === undefined ? {} : { rows }) }),
    test: readDigits('test', { folder }),
  };
  const system = await loadSystem(options.variant);
  let network;
  try {
    terminal.line(describeBuild(system));
    network = createDigitNetwork(system.runtime, options.seed);
    const accuracy = await trainVisibly(network, data, context);
    if (signal.aborted) return exitCodes.interrupted;
    show(system, network, data.test, terminal);
    await measure(system, context);
    return judge(accuracy ?? 0, context) ? exitCodes.good : exitCodes.failed;
  } finally {
    network?.dispose();
    system.dispose();
  }
}

/**
 * Runs the work; the first Ctrl-C aborts it cleanly, a second one ends the process as usual.
 * @param {Options} options
 * @returns {Promise<number>} the exit code
 */
async function runUntilInterrupted(options) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  try {
    return await run(options, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', abort);
    if (controller.signal.aborted) process.stderr.write('stopped by Ctrl-C\n');
  }
}

/** @returns {Promise<number>} the exit code */
async function main() {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(usage);
      return exitCodes.good;
    }
    return await runUntilInterrupted(options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) return exitCodes.usage;
    return error instanceof DataFileError ? exitCodes.data : exitCodes.failed;
  }
}

process.exitCode = await main();
