// @ts-check
/** Recognises every test digit, one at a time as an application would, and picks a few to show. */

import { drawDigit, sideBySide } from './digit-drawing.mjs';
import { classes, imagePixels, imageSide } from './mnist.mjs';
import { styled } from './terminal.mjs';

/** @import { Network, NeuralRuntime } from '@sasi/wasm-performance' */
/** @import { Digits } from './mnist.mjs' */
/** @import { Terminal } from './terminal.mjs' */

/** @typedef {{ row: number, truth: number, answer: number, probability: number }} Recognition */

/**
 * The network's answer to each image. Input and output stay in the pool, so that a call copies nothing.
 * @param {NeuralRuntime} runtime
 * @param {Network} network
 * @param {Digits} digits
 * @returns {Recognition[]}
 */
export function recognise(runtime, network, { inputs, labels, rows }) {
  const input = runtime.memory.float32(imagePixels);
  const output = runtime.memory.float32(classes);
  try {
    return Array.from({ length: rows }, (_, row) => {
      input.set(inputs.subarray(row * imagePixels, (row + 1) * imagePixels));
      network.run(input, output);
      const answer = output.view.reduce(
        (best, value, digit, all) => (value > (all[best] ?? 0) ? digit : best),
        0,
      );
      return { row, truth: labels[row] ?? 0, answer, probability: output.view[answer] ?? 0 };
    });
  } finally {
    input.dispose();
    output.dispose();
  }
}

/**
 * The first `right` images that were recognised, and the first that was not, if there is one.
 * @param {readonly Recognition[]} recognitions
 * @param {number} right
 * @returns {Recognition[]}
 */
export function examples(recognitions, right) {
  const wrong = recognitions.find(({ answer, truth }) => answer !== truth);
  const known = recognitions.filter(({ answer, truth }) => answer === truth).slice(0, right);
  return wrong === undefined ? known : [...known, wrong];
}

/**
 * @param {readonly Recognition[]} shown
 * @param {Digits} digits
 * @param {Terminal} terminal
 * @returns {string}
 */
export function drawRecognitions(shown, { inputs }, terminal) {
  const drawings = shown.map(({ row, truth, answer, probability }) => {
    const image = inputs.subarray(row * imagePixels, (row + 1) * imagePixels);
    const text = `answer ${answer} (${(probability * 100).toFixed(1)} %), truth ${truth}`;
    return { lines: drawDigit(image, imageSide, terminal), caption: [text, verdict(answer === truth)] };
  });
  const picture = sideBySide(drawings, imageSide, terminal);
  return picture.replaceAll(verdict(false), styled(terminal, 'red', verdict(false)));
}

/** @param {boolean} right */
function verdict(right) {
  return right ? '' : 'misclassified';
}
