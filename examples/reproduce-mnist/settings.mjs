// @ts-check
/**
 * What is reproduced, with which settings, and what differs from the paper.
 *
 * P. Y. Simard, D. Steinkraus and J. C. Platt, "Best practices for convolutional neural networks applied to visual
 * document analysis", ICDAR 2003: 784-800-10, cross-entropy, no distortions: 1.6 % errors on the 10 000 test images.
 */
/** @import { TrainOptions } from '@sasi/wasm-performance' */

export const layers = [784, 800, 10];
/** Errors of the paper, as a share. */
export const published = 0.016;

/** Images that are trained on; the others of the 60 000 decide about settings, epoch and seed. */
export const trainingRows = 50_000;

export const epochs = 20;
export const seeds = [1, 2, 3, 4, 5];

/**
 * The settings that are compared, each trained once, with the first seed. All have relu, a rate that falls to zero along
 * a cosine, and dropout of hidden units and of inputs.
 * @type {{ name: string, options: TrainOptions }[]}
 */
export const candidates = [
  {
    name: 'adamw, batches of 64, dropout 0.5, of inputs 0.2',
    options: {
      batchSize: 64,
      dropout: 0.5,
      inputDropout: 0.2,
      optimizer: { kind: 'adamw', learningRate: 0.002, weightDecay: 0.02 },
    },
  },
  {
    name: 'adam, batches of 128, dropout 0.5, of inputs 0.2',
    options: {
      batchSize: 128,
      dropout: 0.5,
      inputDropout: 0.2,
      optimizer: { kind: 'adam', learningRate: 0.002 },
    },
  },
  {
    name: 'momentum, batches of 64, dropout 0.5, of inputs 0.2',
    options: {
      batchSize: 64,
      dropout: 0.5,
      inputDropout: 0.2,
      optimizer: { kind: 'momentum', learningRate: 0.1 },
    },
  },
];

export const differences = [
  'hidden units are rectified (relu) with weights drawn as He et al. (2015) propose; the paper’s are sigmoids',
  'Adam or momentum over small batches, with a rate that falls along a cosine; the paper descends image by image',
  'dropout of hidden units and inputs and, with AdamW, decay of the weights; the paper has neither here',
  'trained on 50 000 images throughout; the other 10 000 decide about settings, epoch and seed',
  'five seeds; the paper reports one network',
];
