/**
 * Dense networks in float64, written naively from the definitions: what the tests compare with.
 *
 * Nothing of the package is used here. Gradients are central differences of the loss, so that they share no
 * derivation with the code under test.
 */
import { activations, rowsOf, softmaxRow } from '../support/reference.js';

export interface ReferenceNetwork {
  readonly layers: readonly number[];
  /** One name for each layer of weights. */
  readonly activations: readonly string[];
  /** weights[l] is inputs × outputs, row-major. */
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
}

export interface ReferenceData {
  readonly inputs: ArrayLike<number>;
  readonly rows: number;
  /** rows × outputs; labels are given as one-hot rows. */
  readonly targets: ArrayLike<number>;
}

export type ReferenceLoss = 'mse' | 'crossEntropy' | 'binaryCrossEntropy' | 'huber';

/** What one output adds to the loss of its row. */
const terms: Record<ReferenceLoss, (output: number, target: number, outputs: number) => number> = {
  mse: (y, t, outputs) => (y - t) ** 2 / outputs,
  crossEntropy: (y, t) => (t === 0 ? 0 : -t * Math.log(y)),
  binaryCrossEntropy: (y, t, outputs) => -(t * Math.log(y) + (1 - t) * Math.log1p(-y)) / outputs,
  huber: (y, t, outputs) => {
    const size = Math.abs(y - t);
    return (size <= 1 ? size ** 2 / 2 : size - 0.5) / outputs;
  },
};

function activate(name: string, values: number[]): number[] {
  return name === 'softmax' ? softmaxRow(values) : values.map((value) => activations[name]!(value));
}

/** The outputs for one input row. */
export function referenceRow(network: ReferenceNetwork, input: readonly number[]): number[] {
  let values: number[] = [...input];
  network.activations.forEach((name, layer) => {
    const outputs = network.layers[layer + 1]!;
    const weights = network.weights[layer]!;
    const sums = Array.from({ length: outputs }, (_, output) =>
      values.reduce(
        (sum, value, index) => sum + value * weights[index * outputs + output]!,
        network.biases[layer]![output]!,
      ),
    );
    values = activate(name, sums);
  });
  return values;
}

export function referenceRun(network: ReferenceNetwork, inputs: ArrayLike<number>, rows: number): number[] {
  return rowsOf(inputs, rows).flatMap((row) => referenceRow(network, row));
}

/** Mean over rows; all but `crossEntropy` are means over the outputs of a row too. */
export function referenceLoss(network: ReferenceNetwork, data: ReferenceData, loss: ReferenceLoss): number {
  const outputs = network.layers.at(-1)!;
  const results = referenceRun(network, data.inputs, data.rows);
  let sum = 0;
  results.forEach((result, index) => {
    sum += terms[loss](result, data.targets[index]!, outputs);
  });
  return sum / data.rows;
}

/** All parameters, in the order weights 0, biases 0, weights 1, … The arrays are the network's own. */
export function parametersOf(network: ReferenceNetwork): Float64Array[] {
  return network.weights.flatMap((weights, layer) => [weights, network.biases[layer]!]);
}

/** d(mean loss)/d(parameter), by central differences, with the gradient of ½·l2·Σw² + l1·Σ|w| on the weights. */
export function referenceGradient(
  network: ReferenceNetwork,
  data: ReferenceData,
  loss: ReferenceLoss,
  l2 = 0,
  l1 = 0,
): Float64Array[] {
  // Small, so that hardly ever a value comes so near to a kink of its activation that it crosses it.
  const step = 1e-7;
  return parametersOf(network).map((values, index) => {
    const isWeights = index % 2 === 0;
    return values.map((value, position) => {
      values[position] = value + step;
      const above = referenceLoss(network, data, loss);
      values[position] = value - step;
      const below = referenceLoss(network, data, loss);
      values[position] = value;
      return (above - below) / (2 * step) + (isWeights ? l2 * value + l1 * Math.sign(value) : 0);
    });
  });
}

/** One update of every parameter; remembers what its rule remembers. */
export type ReferenceOptimizer = (parameters: Float64Array[], gradient: Float64Array[]) => void;

export function referenceSgd(rate: number): ReferenceOptimizer {
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      values[position]! -= rate * gradient[index]![position]!;
    });
}

/** Polyak 1964. */
export function referenceMomentum(rate: number, momentum: number): ReferenceOptimizer {
  let velocity: Float64Array[] | undefined;
  return (parameters, gradient) => {
    velocity ??= parameters.map((values) => new Float64Array(values.length));
    const held = velocity;
    forEachValue(parameters, (values, index, position) => {
      const next = momentum * held[index]![position]! + gradient[index]![position]!;
      held[index]![position] = next;
      values[position]! -= rate * next;
    });
  };
}

/** Sutskever et al. 2013, in the variables of Bengio, Boulanger-Lewandowski and Pascanu 2013. */
export function referenceNesterov(rate: number, momentum: number): ReferenceOptimizer {
  const velocity = memory(0);
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      const g = gradient[index]![position]!;
      const next = momentum * velocity.get(index, position) + g;
      velocity.set(index, position, next);
      values[position]! -= rate * (g + momentum * next);
    });
}

/** Tieleman and Hinton 2012. */
export function referenceRmsprop(rate: number, decay: number, epsilon: number): ReferenceOptimizer {
  const square = memory(0);
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      const g = gradient[index]![position]!;
      const next = decay * square.get(index, position) + (1 - decay) * g * g;
      square.set(index, position, next);
      values[position]! -= (rate * g) / (Math.sqrt(next) + epsilon);
    });
}

/** Kingma & Ba 2015, algorithm 1; with a decay, Loshchilov & Hutter 2019, algorithm 2, on the weights. */
export function referenceAdam(
  rate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  weightDecay = 0,
): ReferenceOptimizer {
  const [first, second] = [memory(0), memory(0)];
  let time = 0;
  return (parameters, gradient) => {
    time++;
    forEachValue(parameters, (values, index, position) => {
      const g = gradient[index]![position]!;
      const m = beta1 * first.get(index, position) + (1 - beta1) * g;
      const v = beta2 * second.get(index, position) + (1 - beta2) * g * g;
      first.set(index, position, m);
      second.set(index, position, v);
      if (index % 2 === 0) values[position]! -= rate * weightDecay * values[position]!;
      const mean = m / (1 - beta1 ** time);
      const variance = v / (1 - beta2 ** time);
      values[position]! -= (rate * mean) / (Math.sqrt(variance) + epsilon);
    });
  };
}

/** iRPROP-, Igel and Hüsken 2000. */
export function referenceRprop(
  rate: number,
  { growth, shrink, smallest, largest }: Record<'growth' | 'shrink' | 'smallest' | 'largest', number>,
): ReferenceOptimizer {
  const last = memory(0);
  const steps = memory(rate);
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      let g = gradient[index]![position]!;
      let step = steps.get(index, position);
      const product = Math.sign(g) * Math.sign(last.get(index, position));
      if (product > 0) step = Math.min(step * growth, largest);
      if (product < 0) step = Math.max(step * shrink, smallest);
      if (product < 0) g = 0;
      values[position]! -= Math.sign(g) * step;
      steps.set(index, position, step);
      last.set(index, position, g);
    });
}

/** Fahlman 1988, section "Quickprop". */
export function referenceQuickprop(rate: number, growth: number): ReferenceOptimizer {
  const lastSlope = memory(0);
  const lastStep = memory(0);
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      const slope = -gradient[index]![position]!;
      const before = lastSlope.get(index, position);
      const previous = lastStep.get(index, position);
      let step = rate * slope;
      if (previous !== 0) {
        const up = previous > 0 ? 1 : -1;
        const isSteep = up * slope > (growth / (1 + growth)) * up * before;
        const parabola = (previous * slope) / (before - slope);
        const limited = Math.sign(parabola) * Math.min(Math.abs(parabola), growth * Math.abs(previous));
        step = (up * slope > 0 ? rate * slope : 0) + (isSteep ? growth * previous : limited);
      }
      lastSlope.set(index, position, slope);
      lastStep.set(index, position, step);
      values[position]! += step;
    });
}

/** A number for each parameter, `initial` at first. */
function memory(initial: number) {
  const known = new Map<string, number>();
  return {
    get: (index: number, position: number) => known.get(`${index}:${position}`) ?? initial,
    set: (index: number, position: number, value: number) => void known.set(`${index}:${position}`, value),
  };
}

function forEachValue(
  parameters: Float64Array[],
  visit: (values: Float64Array, index: number, position: number) => void,
): void {
  parameters.forEach((values, index) => {
    for (let position = 0; position < values.length; position++) visit(values, index, position);
  });
}
