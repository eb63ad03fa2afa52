/**
 * What every operation means, written naively in float64. The results of the kernels are measured against these,
 * never against another kernel of ours.
 */

const selu = { lambda: 1.0507009873554805, alpha: 1.6732632423543772 };

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const softsign = (x: number): number =>
  Math.abs(x) === Number.POSITIVE_INFINITY ? Math.sign(x) : x / (1 + Math.abs(x));
const hardSigmoid = (x: number): number => Math.max(0, Math.min(6, x + 3)) / 6;
const between = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** f(x, alpha), with the default alpha where it is left out. The limit at ±Infinity; NaN for NaN. */
export const activations: Readonly<Record<string, (x: number, alpha?: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => between(x, 0, 6),
  leakyRelu: (x, alpha = 0.01) => (x > 0 ? x : Math.fround(alpha) * x),
  elu: (x, alpha = 1) => (x > 0 ? x : Math.fround(alpha) * Math.expm1(x)),
  selu: (x) => selu.lambda * (x > 0 ? x : selu.alpha * Math.expm1(x)),
  sigmoid,
  tanh: (x) => Math.tanh(x),
  softplus,
  softsign,
  silu: (x) => (x === Number.NEGATIVE_INFINITY ? -0 : x * sigmoid(x)),
  gelu: (x) => (x === Number.NEGATIVE_INFINITY ? -0 : x * normalDistribution(x)),
  geluTanh: (x) => {
    if (Math.abs(x) === Number.POSITIVE_INFINITY) return Math.max(x, -0);
    return x * sigmoid(Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3));
  },
  mish: (x) => (x === Number.NEGATIVE_INFINITY ? -0 : x * Math.tanh(softplus(x))),
  hardSigmoid,
  hardSwish: (x) => (x <= -3 ? -0 : x * hardSigmoid(x)),
  symmetricSigmoid: (x) => Math.tanh(x),
  gaussian: (x) => Math.exp(-x * x),
  symmetricGaussian: (x) => Math.expm1(Math.LN2 - x * x),
  elliot: (x) => (x < 0 ? 0.5 / (1 - x) : 1 - 0.5 / (1 + x)),
  symmetricElliot: softsign,
  linearPiece: (x) => between(x, 0, 1),
  symmetricLinearPiece: (x) => between(x, -1, 1),
  sin: (x) => Math.sin(x / 2 + Math.PI / 4) ** 2,
  cos: (x) => Math.cos(x / 2) ** 2,
  symmetricSin: (x) => Math.sin(x),
  symmetricCos: (x) => Math.cos(x),
  threshold: (x) => (Number.isNaN(x) ? x : x < 0 ? 0 : 1),
  symmetricThreshold: (x) => (Number.isNaN(x) ? x : x < 0 ? -1 : 1),
  // FANN's sigmoid is that of 2x.
  stepwiseSigmoid: (x) => stepwise(x / 2, [0.005, 0.05, 0.25, 0.75, 0.95, 0.995], 0),
  symmetricStepwiseSigmoid: (x) => stepwise(x, [-0.99, -0.9, -0.5, 0.5, 0.9, 0.99], -1),
};

/** Straight lines through six points, as fann_activation.h has them; their numbers are f32 there. */
function stepwise(x: number, ys: readonly number[], low: number): number {
  const right = [0.5493061542510986, 1.4722193479537964, 2.6466529369354248];
  const left = low === 0 ? [-2.6466524600982666, -1.472219467163086] : [-right[2]!, -right[1]!];
  const xs = [...left, -right[0]!, ...right];
  const after = xs.findIndex((end) => x < end);
  if (!(x >= xs[0]!)) return Number.isNaN(x) ? x : low;
  if (after < 0) return 1;
  const [x1, x2] = [xs[after - 1]!, xs[after]!];
  const [y1, y2] = [Math.fround(ys[after - 1]!), Math.fround(ys[after]!)];
  // A line through 0 is written as one: the other form leaves only rounding there.
  return y1 === -y2 ? (x * y2) / x2 : ((y2 - y1) * (x - x1)) / (x2 - x1) + y1;
}

/** Φ(x) = erfc(−x/√2)/2, to the accuracy of float64: Math has no erf. */
export function normalDistribution(x: number): number {
  if (Number.isNaN(x)) return x;
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 2.5 ? (1 - erfSeries(z)) / 2 : erfcFraction(z) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** erf z = 2/√π · e^(−z²) · Σ 2ⁿ·z^(2n+1) / (1·3·5·…·(2n+1)): all terms positive. */
function erfSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

/** erfc z = e^(−z²)/√π · 1/(z + ½/(z + 1/(z + 3/2/(z + …)))). */
function erfcFraction(z: number): number {
  if (z > 30) return 0;
  let fraction = z;
  for (let n = 200; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction;
}

export type Unary = (x: number, first: number, second: number) => number;
export type Binary = (a: number, b: number, parameter: number) => number;

export const unary: Readonly<Record<string, Unary>> = {
  scale: (x, factor) => x * factor,
  addScalar: (x, value) => x + value,
  clamp: (x, low, high) => Math.min(Math.max(x, low), high),
  abs: (x) => Math.abs(x),
  neg: (x) => -x,
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
  exp: (x) => Math.exp(x),
  log: (x) => Math.log(x),
};

export const binary: Readonly<Record<string, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  /** alpha · x + y. */
  axpy: (x, y, alpha) => alpha * x + y,
  lerp: (a, b, t) => (1 - t) * a + t * b,
};

/** The rows of a rows × columns matrix. */
export function rowsOf(values: ArrayLike<number>, rows: number): number[][] {
  const columns = rows === 0 ? 0 : values.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_unused, column) => values[row * columns + column]!),
  );
}

export function logSoftmaxRow(row: readonly number[]): number[] {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
  return row.map((value) => value - largest - Math.log(sum));
}

export function softmaxRow(row: readonly number[]): number[] {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exponentials = row.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((total, value) => total + value, 0);
const mean = (x: ArrayLike<number>): number => sum(x) / x.length;
const norm = (x: ArrayLike<number>): number => Math.sqrt(dot(x, x));

/** One number out of one vector or two. */
export const reductions: Readonly<Record<string, (a: ArrayLike<number>, b: ArrayLike<number>) => number>> = {
  dot,
  cosineSimilarity: (a, b) => {
    const norms = norm(a) * norm(b);
    return norms === 0 ? 0 : Math.max(-1, Math.min(1, dot(a, b) / norms));
  },
  sum,
  mean,
  norm,
  variance: (x) => {
    const middle = mean(x);
    return sum(Array.from(x, (value) => (value - middle) ** 2)) / x.length;
  },
  minValue: (x) => Array.from(x).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  maxValue: (x) => Array.from(x).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  argmax: (x) => {
    const values = Array.from(x);
    const firstNaN = values.findIndex(Number.isNaN);
    return firstNaN >= 0 ? firstNaN : values.indexOf(Math.max(...values));
  },
};

export function normalize(x: ArrayLike<number>): number[] {
  const length = norm(x);
  return Array.from(x, (value) => (length === 0 ? value : value / length));
}

export function spikeRate(spikes: ArrayLike<number>, windowMs: number, threshold = 0.1): number {
  return windowMs > 0 ? Array.from(spikes).filter((s) => s > threshold).length / (windowMs / 1000) : 0;
}

export function meshEfficiency(neurons: ArrayLike<number>, synapses: ArrayLike<number>): number {
  return neurons.length === 0 || synapses.length === 0 ? 0 : mean(neurons) * mean(synapses);
}

export interface ConnectionSettings {
  readonly rule: string;
  readonly pre?: ArrayLike<number>;
  readonly post?: ArrayLike<number>;
  readonly rows: number;
  readonly cols: number;
  readonly eta?: number;
  readonly decay?: number;
  readonly target?: number;
  readonly threshold?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Every rule but `jitter`, whose numbers are a generator's. */
export function connections(settings: ConnectionSettings, weights: ArrayLike<number>): number[] {
  const { rule, pre = [], post = [], rows, eta = 0.25, decay = 0 } = settings;
  const { target = 1, threshold = 0.01, min = 0, max = 1 } = settings;
  const changed = rowsOf(weights, rows).map((row, i) => {
    const total = sum(row);
    return row.map((w, j) => {
      switch (rule) {
        case 'bistable':
          return w - eta * 2 * w * (1 - w) * (1 - 2 * w);
        case 'hebbian':
          return w + eta * post[i]! * pre[j]! - decay * w;
        case 'oja':
          return w + eta * post[i]! * (pre[j]! - post[i]! * w);
        case 'homeostatic':
          return total === 0 ? w : (w * target) / total;
        case 'prune':
          return Math.abs(w) < threshold ? 0 : w;
        default:
          throw new Error(`no reference for the rule ${rule}`);
      }
    });
  });
  return changed.flat().map((w) => Math.min(Math.max(w, min), max));
}

export interface MatmulCase {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** op(a) · op(b), and Σ|aᵢ·bᵢ| of each element, for the error bound. */
export function matmul(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { m, n, k, transposeA = false, transposeB = false }: MatmulCase,
): { product: number[]; magnitude: number[] } {
  const product: number[] = [];
  const magnitude: number[] = [];
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      let absolute = 0;
      for (let p = 0; p < k; p++) {
        const left = transposeA ? a[p * m + row]! : a[row * k + p]!;
        const right = transposeB ? b[column * k + p]! : b[p * n + column]!;
        sum += left * right;
        absolute += Math.abs(left * right);
      }
      product.push(sum);
      magnitude.push(absolute);
    }
  }
  return { product, magnitude };
}
