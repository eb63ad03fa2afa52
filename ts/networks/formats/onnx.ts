/**
 * ONNX, opset 17: for each layer a Gemm and its activation, f32, input `input` [rows, inputs] and output `output`
 * [rows, outputs]. Activations that the opset lacks are composed from its primitives; there the results are those of
 * the engine that runs the file, not ours to the bit.
 *
 * The file is a protocol buffer, of which this needs but two kinds of fields: a whole number, and bytes with their
 * length, be they a text, a message or an array.
 */
import type { OutputActivationName } from '../types.js';
import { encodeText, type NetworkContent } from './content.js';

/** The lines of FANN's sigmoid: up to each bend there is more slope by so much than behind it. */
const stepwise =
  'x Abs 2.64665294 Less x -.549306154 .549306154 Clip .476829027 Mul ' +
  'x -1.47221935 1.47221935 Clip .356777469 Mul Add x .076632714 Mul Add x Sign Where';

/**
 * Each activation as operators behind their operands: `x` is the value before it, a number a constant. Operators take
 * one operand, but for those of `operands`; their attributes have the defaults of the opset, which are ours.
 */
const programs: Readonly<Record<OutputActivationName, string>> = {
  linear: '',
  relu: 'x Relu',
  relu6: 'x 0 6 Clip',
  leakyRelu: 'x LeakyRelu',
  elu: 'x Elu',
  selu: 'x Selu',
  sigmoid: 'x Sigmoid',
  tanh: 'x Tanh',
  softplus: 'x Softplus',
  softsign: 'x Softsign',
  silu: 'x x Sigmoid Mul',
  gelu: 'x 1.4142135 Div Erf 1 Add x Mul 0.5 Mul',
  geluTanh: 'x x Mul 0.0713548163 Mul 1.59576912 Add x Mul Sigmoid x Mul',
  mish: 'x Softplus Tanh x Mul',
  hardSigmoid: 'x 3 Add 0 6 Clip 6 Div',
  hardSwish: 'x HardSwish',
  symmetricSigmoid: 'x Tanh',
  gaussian: 'x x Mul Neg Exp',
  symmetricGaussian: 'x x Mul Neg Exp 2 Mul 1 Sub',
  elliot: 'x Softsign 0.5 Mul 0.5 Add',
  symmetricElliot: 'x Softsign',
  linearPiece: 'x 0 1 Clip',
  symmetricLinearPiece: 'x -1 1 Clip',
  sin: 'x Sin 0.5 Mul 0.5 Add',
  cos: 'x Cos 0.5 Mul 0.5 Add',
  symmetricSin: 'x Sin',
  symmetricCos: 'x Cos',
  threshold: 'x 0 Less 0 1 Where',
  symmetricThreshold: 'x 0 Less -1 1 Where',
  stepwiseSigmoid: `${stepwise.replaceAll('x', 'x 0.5 Mul')} 0.5 Mul 0.5 Add`,
  symmetricStepwiseSigmoid: stepwise,
  softmax: 'x Softmax',
};

const operands: Readonly<Record<string, number>> = {
  Add: 2,
  Sub: 2,
  Mul: 2,
  Div: 2,
  Less: 2,
  Clip: 3,
  Where: 3,
};

/** A field of a message, encoded. */
type Field = readonly Uint8Array[];

/** Base 128, the low seven bits first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function whole(number: number, value: number): Field {
  return [Uint8Array.from([number << 3, ...varint(value)])];
}

function bytes(number: number, ...parts: readonly Uint8Array[]): Field {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [Uint8Array.from([(number << 3) | 2, ...varint(length)]), ...parts];
}

const message = (number: number, ...fields: readonly Field[]): Field => bytes(number, ...fields.flat());
const text = (number: number, value: string): Field => bytes(number, encodeText(value));

/** TensorProto: dims 1, data_type 2 (1 is f32), name 8, raw_data 9. */
function tensor(name: string, dims: readonly number[], values: Float32Array): Field {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...dims.map((size) => whole(1, size)), whole(2, 1), text(8, name), bytes(9, raw));
}

/** ValueInfoProto of rows × width: type → tensor_type → elem_type, shape → a named dimension and a fixed one. */
function port(number: number, name: string, width: number): Field {
  const shape = message(2, message(1, text(2, 'rows')), message(1, whole(1, width)));
  return message(number, text(1, name), message(2, message(1, whole(1, 1), shape)));
}

export function writeOnnx({ layers, activations, weights, biases }: NetworkContent): Uint8Array {
  const nodes: { operator: string; inputs: string[]; output: string }[] = [];
  const initializers: Field[] = [];
  const constants = new Set<string>();
  const apply = (operator: string, inputs: string[]): string => {
    const output = `${operator}_${nodes.length}`;
    nodes.push({ operator, inputs, output });
    return output;
  };
  const constant = (word: string): string => {
    if (!constants.has(word)) initializers.push(tensor(word, [], Float32Array.of(Number(word))));
    constants.add(word);
    return word;
  };

  let value = 'input';
  activations.forEach((activation, layer) => {
    const [weight, bias] = [`layers.${layer}.weight`, `layers.${layer}.bias`];
    initializers.push(tensor(weight, [layers[layer]!, layers[layer + 1]!], weights[layer]!));
    initializers.push(tensor(bias, [layers[layer + 1]!], biases[layer]!));
    const x = apply('Gemm', [value, weight, bias]);
    const stack = [x];
    for (const word of programs[activation].split(' ').filter(Boolean)) {
      if (word === 'x') stack.push(x);
      else if (/^[A-Z]/.test(word)) stack.push(apply(word, stack.splice(-(operands[word] ?? 1))));
      else stack.push(constant(word));
    }
    value = stack.at(-1)!;
  });
  nodes.at(-1)!.output = 'output';

  // GraphProto: node 1, name 2, initializer 5, input 11, output 12. NodeProto: input 1, output 2, op_type 4.
  const graph = message(
    7,
    ...nodes.map(({ operator, inputs, output }) =>
      message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, operator)),
    ),
    text(2, 'network'),
    ...initializers,
    port(11, 'input', layers[0]!),
    port(12, 'output', layers.at(-1)!),
  );
  // ModelProto: ir_version 1 (8, the first with opset 17), producer_name 2, opset_import 8 (version 2).
  const model = [whole(1, 8), text(2, '@sasi/wasm-performance'), graph, message(8, whole(2, 17))].flat();
  const file = new Uint8Array(model.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of model) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}
