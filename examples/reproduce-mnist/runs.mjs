// @ts-check
/** Single trainings. Each is written down when it is done, so that a reproduction that was stopped can go on. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from './settings.mjs';

/** @import { Dataset, Network, NeuralRuntime, TrainingProgress, TrainOptions } from '@sasi/wasm-performance' */

/**
 * @typedef {object} Run
 * @property {string} name of the settings
 * @property {number} seed
 * @property {number} bestEpoch of the lowest validation loss: its weights are kept
 * @property {number} validationLoss
 * @property {number} validationError share of the validation images
 * @property {number} trainingTime milliseconds
 * @property {{ epoch: number, trainingLoss: number, validationLoss: number, validationError: number }[]} history
 */

/**
 * @typedef {object} Workshop
 * @property {NeuralRuntime} runtime
 * @property {Dataset} training
 * @property {Dataset} validation
 * @property {string} output folder
 * @property {number} epochs
 * @property {string | undefined} data folder of the images
 * @property {boolean} fresh
 * @property {AbortSignal} signal
 * @property {(progress: TrainingProgress, label: string) => void} progress
 */

/** The training was stopped by the signal. */
export class Stopped extends Error {}

/**
 * Trains, or finds what an earlier call has trained with the same settings.
 * @param {Workshop} workshop
 * @param {{ name: string, options: TrainOptions }} candidate
 * @param {number} seed
 * @returns {Promise<Run>}
 */
export async function trainOnce(workshop, candidate, seed) {
  const file = fileOf(workshop, candidate.name, seed);
  const settings = JSON.stringify({
    ...candidate,
    layers,
    seed,
    data: workshop.data,
    epochs: workshop.epochs,
    rows: workshop.training.rows,
  });
  const known = workshop.fresh ? undefined : readRun(`${file}.json`, settings);
  if (known !== undefined && existsSync(`${file}.safetensors`)) return known;

  const network = workshop.runtime.createNetwork({
    layers,
    activation: 'relu',
    output: 'softmax',
    init: 'he',
    seed,
  });
  try {
    const report = await network.train(workshop.training, {
      ...candidate.options,
      epochs: workshop.epochs,
      schedule: 'cosine',
      validation: workshop.validation,
      seed,
      signal: workshop.signal,
      onProgress: (progress) => workshop.progress(progress, `${candidate.name}, seed ${seed}`),
    });
    if (report.stopped === 'aborted' || report.validation === undefined) throw new Stopped();
    const run = {
      name: candidate.name,
      seed,
      bestEpoch: report.bestEpoch ?? 0,
      validationLoss: report.validation.loss,
      validationError: 1 - report.validation.accuracy,
      trainingTime: report.trainingTime,
      history: report.history.map(({ epoch, loss, validation }) => ({
        epoch,
        trainingLoss: loss,
        validationLoss: validation?.loss ?? Number.NaN,
        validationError: 1 - (validation?.accuracy ?? Number.NaN),
      })),
    };
    writeFileSync(`${file}.safetensors`, network.save('safetensors'));
    writeFileSync(`${file}.json`, JSON.stringify({ settings, run }));
    return run;
  } finally {
    network.dispose();
  }
}

/**
 * The network of a run that was trained. Dispose of it.
 * @param {Workshop} workshop
 * @param {Run} run
 * @returns {Network}
 */
export function networkOf(workshop, { name, seed }) {
  return workshop.runtime.loadNetwork(readFileSync(`${fileOf(workshop, name, seed)}.safetensors`));
}

/**
 * @param {Workshop} workshop
 * @param {string} name
 * @param {number} seed
 */
function fileOf({ output }, name, seed) {
  return join(output, `${name.replace(/[^a-z0-9.]+/g, '-')}-seed-${seed}`);
}

/**
 * @param {string} file
 * @param {string} settings
 * @returns {Run | undefined}
 */
function readRun(file, settings) {
  if (!existsSync(file)) return undefined;
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8'));
    return stored.settings === settings ? stored.run : undefined;
  } catch {
    return undefined; // Written by halves: it is trained again.
  }
}
