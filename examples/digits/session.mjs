// @ts-check
/** The acts of the example, in order: load, train and test, show, measure. */
import { createWasmPerformanceSystem, runWasmBenchmarks } from '@sasi/wasm-performance';
import {
  comparedSizes,
  count,
  describeBuild,
  describeMetrics,
  describeRatios,
  milliseconds,
} from './measurements.mjs';
import { createProgressBar } from './progress-bar.mjs';
import { drawRecognitions, examples, recognise } from './recognition.mjs';
import { styled } from './terminal.mjs';
import { layers, trainDigits } from './training.mjs';

/** @import { Network, WasmPerformanceSystem } from '@sasi/wasm-performance' */
/** @import { Digits } from './mnist.mjs' */
/** @import { Options, Variant } from './options.mjs' */
/** @import { Terminal } from './terminal.mjs' */

/** Test accuracy that the full training set must lead to. */
export const requiredAccuracy = 0.975;

/**
 * The layer with the build that was asked for. Rejects when that one cannot run.
 * @param {Variant} variant
 * @returns {Promise<WasmPerformanceSystem>}
 */
export async function loadSystem(variant) {
  const system = await createWasmPerformanceSystem({
    preferredModule: variant === 'js' ? 'fallback' : 'production',
    enableSIMD: variant !== 'scalar',
    memoryLimit: 50 * 1024 * 1024,
  });
  const { runtime } = system;
  if (variant === 'auto' || variant === runtime.variant) return system;
  const message = `the ${variant} build cannot run here\n${describeBuild(system)}`;
  system.dispose();
  throw new Error(message);
}

/**
 * Trains, with a progress bar in a terminal and one line per epoch everywhere. Resolves to the test accuracy
 * after the last complete epoch; undefined when there was none.
 * @param {Network} network
 * @param {{ training: Digits, test: Digits }} data
 * @param {{ options: Options, terminal: Terminal, signal: AbortSignal }} context
 * @returns {Promise<number | undefined>}
 */
export async function trainVisibly(network, data, { options: { epochs, seed }, terminal, signal }) {
  const size = `${layers.join('-')} (${count(network.parameters)} parameters)`;
  terminal.line(`\nTraining ${size} on ${count(data.training.rows)} images, seed ${seed}`);
  const bar = createProgressBar(terminal);
  try {
    const results = await trainDigits(
      network,
      data,
      { epochs, seed, signal },
      {
        progress(share, epoch, loss, samplesPerSecond) {
          const note = `loss ${loss.toFixed(4)}, ${count(samplesPerSecond)} images/s`;
          bar.update(share, `epoch ${epoch}/${epochs}`, note);
        },
        epoch({ epoch, loss, trainingAccuracy, testLoss, testAccuracy, time }) {
          bar.clear();
          const training = `loss ${loss.toFixed(4)}, accuracy ${percent(trainingAccuracy)}`;
          const test = `test loss ${testLoss.toFixed(4)}, test accuracy ${percent(testAccuracy)}`;
          terminal.line(`epoch ${epoch}/${epochs}: ${training}; ${test}; ${milliseconds(time)}`);
        },
      },
    );
    bar.clear();
    const trainingTime = results.reduce((sum, { time }) => sum + time, 0);
    const accuracy = results.at(-1)?.testAccuracy;
    if (signal.aborted) {
      const reached =
        accuracy === undefined ? 'before the first test' : `test accuracy so far ${percent(accuracy)}`;
      terminal.line(`Stopped in epoch ${results.length + 1} of ${epochs}; ${reached}`);
    } else {
      terminal.line(`${epochs} epochs, ${milliseconds(trainingTime)} of training`);
    }
    return accuracy;
  } finally {
    bar.clear();
  }
}

/**
 * Recognises all test images and shows some of them.
 * @param {WasmPerformanceSystem} system
 * @param {Network} network
 * @param {Digits} test
 * @param {Terminal} terminal
 */
export function show({ runtime }, network, test, terminal) {
  const shown = examples(recognise(runtime, network, test), 3);
  terminal.line(`\n${drawRecognitions(shown, test, terminal)}`);
}

/**
 * Whether the accuracy is enough, as a line. Only the full training set is held to it.
 * @param {number} accuracy
 * @param {{ options: Options, terminal: Terminal }} context
 * @returns {boolean}
 */
export function judge(accuracy, { options, terminal }) {
  const reached = accuracy >= requiredAccuracy;
  const verdict = reached ? styled(terminal, 'green', 'reached') : styled(terminal, 'red', 'missed');
  const demand =
    options.rows === undefined ? `; ${percent(requiredAccuracy)} ${verdict}` : ' (a part of the images)';
  terminal.line(`\nTest accuracy ${percent(accuracy)}${demand}`);
  return reached || options.rows !== undefined;
}

/**
 * Prints what the layer counted during this run, then times its builds against each other.
 * @param {WasmPerformanceSystem} system
 * @param {{ terminal: Terminal, signal: AbortSignal }} context
 */
export async function measure(system, { terminal, signal }) {
  terminal.line(`\n${styled(terminal, 'bold', 'Measured in this run')}\n${describeMetrics(system.runtime)}`);
  const bar = createProgressBar(terminal);
  try {
    const report = await runWasmBenchmarks(system, {
      ops: ['activation', 'matmul'],
      sizes: comparedSizes,
      signal,
      onProgress: ({ completed, total, operation }) =>
        bar.update(completed / total, 'comparing the builds', operation ?? ''),
    });
    bar.clear();
    terminal.line(
      `\n${styled(terminal, 'bold', 'Builds compared, median time of a call')}\n${describeRatios(report)}`,
    );
  } finally {
    bar.clear();
  }
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}
