/**
 * What a training is put together from. `training.ts`, which is imported on demand, is handed it and imports nothing
 * that runs: whatever a page's script and one loaded later both import, a bundler moves into a third file, in which
 * every shared name costs bytes twice and nothing compresses with the rest.
 */
import { owner } from '../core/engine.js';
import { InvalidArgumentError, PoolExhaustedError } from '../core/errors.js';
import { systemClock, timeSince } from '../metrics/clock.js';
import { badRowError, firstBadRow } from './bad-rows.js';
import { Batches } from './batches.js';
import { checkDataset } from './dataset.js';
import { EvaluationRun } from './evaluation.js';
import { TrainerCore } from './trainer-core.js';

export const trainingParts = {
  owner,
  InvalidArgumentError,
  PoolExhaustedError,
  systemClock,
  timeSince,
  badRowError,
  firstBadRow,
  Batches,
  checkDataset,
  EvaluationRun,
  TrainerCore,
};
export type TrainingParts = typeof trainingParts;
