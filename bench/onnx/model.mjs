// @ts-check
/**
 * ONNX models, made on the spot: onnxruntime runs nothing else. Field numbers as in the ONNX repository's
 * onnx.proto; a graph is a list of nodes, its inputs, its stored tensors, and one output `y`.
 */
import { concatenate, float, message, number, text } from './protobuf.mjs';

/** The file format, and the version of the operators: the first with Gelu. */
const irVersion = 9;
const opset = 20;

const float32 = 1;

/**
 * @typedef {object} Node
 * @property {string} operator
 * @property {string[]} inputs
 * @property {string} output
 * @property {string} [domain]
 * @property {Record<string, number>} [integers] attributes
 * @property {Record<string, number>} [floats] attributes
 */
/** @typedef {{ shape: number[], values: Float32Array }} Tensor */

/**
 * @param {object} graph
 * @param {Node[]} graph.nodes
 * @param {Record<string, number[]>} graph.inputs shapes
 * @param {Record<string, Tensor>} graph.stored
 * @param {number[]} graph.output shape of `y`
 */
export function onnxModel({ nodes, inputs, stored, output }) {
  const graph = concatenate(
    ...nodes.map((node) => message(1, nodeMessage(node))),
    text(2, 'bench'),
    ...Object.entries(stored).map(([name, tensor]) => message(5, tensorMessage(name, tensor))),
    ...Object.entries(inputs).map(([name, shape]) => message(11, valueMessage(name, shape))),
    message(12, valueMessage('y', output)),
  );
  return concatenate(
    number(1, irVersion),
    message(7, graph),
    message(8, text(1, ''), number(2, opset)),
    message(8, text(1, 'com.microsoft'), number(2, 1)),
  );
}

/** @param {Node} node */
function nodeMessage({ operator, inputs, output, domain, integers = {}, floats = {} }) {
  return concatenate(
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...Object.entries(integers).map(([name, value]) =>
      message(5, text(1, name), number(3, value), number(20, 2)),
    ),
    ...Object.entries(floats).map(([name, value]) =>
      message(5, text(1, name), float(2, value), number(20, 1)),
    ),
    ...(domain === undefined ? [] : [text(7, domain)]),
  );
}

/** @param {string} name @param {Tensor} tensor */
function tensorMessage(name, { shape, values }) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return concatenate(
    ...shape.map((size) => number(1, size)),
    number(2, float32),
    text(8, name),
    message(9, raw),
  );
}

/** @param {string} name @param {number[]} shape */
function valueMessage(name, shape) {
  const dimensions = message(2, ...shape.map((size) => message(1, number(1, size))));
  return concatenate(text(1, name), message(2, message(1, number(1, float32), dimensions)));
}
