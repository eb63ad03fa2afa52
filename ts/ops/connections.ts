/** The rules that change the weights of connections: one kernel that is told which one by a number. */
import { connectionRuleNames } from '../core/abi.js';
import { show } from '../core/arguments.js';
import type { Engine } from '../core/engine.js';
import type { Kernel, Operation, OperationRunner } from './operation.js';
import { connectionRows, elementwise } from './shapes.js';
import type { ConnectionRule } from './types.js';
import { lengthOf, type Vec } from './vec.js';

const noOptions = {};

const [bistable, hebbian, oja, homeostatic, prune, jitter] = connectionRuleNames;

export function createConnections(engine: Engine, runner: OperationRunner) {
  const { optimize_connections_f32: optimize } = engine.abi;
  const { numbers } = runner;
  const name = 'optimizeConnections';
  /** Of each weight by itself. */
  const single = (code: number): Operation => {
    const kernel: Kernel = (w, _b, _c, out, n, first, seedLow, seedHigh) =>
      // biome-ignore format: one call
      optimize(code, w, 0, 0, out, 1, n, numbers[0]!, 0, numbers[2]!, numbers[3]!, seedLow, seedHigh, first);
    return runner.define(name, {
      kernel,
      operands: ['weights'],
      resultLength: elementwise,
      access: 'pieces',
    });
  };
  /** Of whole rows, whose connections come from `pre` and lead to `post`. */
  const inRows = (code: number, operands: Operation['operands']): Operation => {
    const kernel: Kernel = (w, pre, post, out, _n, rows, columns) =>
      // biome-ignore format: one call
      optimize(code, w, pre, post, out, rows, columns, numbers[0]!, numbers[1]!, numbers[2]!, numbers[3]!, 0, 0, 0);
    return runner.define(name, { kernel, operands, resultLength: connectionRows, access: 'whole' });
  };
  const activities = ['weights', 'pre', 'post'] as const;
  const rules = {
    [bistable]: single(0),
    [hebbian]: inRows(1, activities),
    [oja]: inRows(2, activities),
    [homeostatic]: inRows(3, ['weights']),
    [prune]: single(4),
    [jitter]: single(5),
  };

  return (weights: Vec, options: ConnectionRule & { readonly out?: Vec } = noOptions): Vec => {
    runner.assertOptions(rules.bistable, options, "{ rule: 'prune' }");
    const { rule = 'bistable', pre, post, decay = 0, min = 0, max = 1, out } = options;
    if (!connectionRuleNames.includes(rule)) {
      runner.refuse(
        rules.bistable,
        `there is no rule ${show(rule)}; give one of ${connectionRuleNames.join(', ')}`,
      );
    }
    const it = rules[rule];
    const { eta = rule === bistable ? 0.25 : 0.01, target = 1, threshold = 0.01, seed = 0 } = options;
    // One by one: a fraction that is read by a name in a variable is allocated anew.
    assertNumber(it, 'eta', eta);
    assertNumber(it, 'decay', decay);
    assertNumber(it, 'target', target);
    assertNumber(it, 'threshold', threshold);
    assertNumber(it, 'min', min);
    assertNumber(it, 'max', max);
    assertNumber(it, 'rows', options.rows ?? 0);
    assertNumber(it, 'cols', options.cols ?? 0);
    if (min > max) runner.refuse(it, `min ${min} is above max ${max}; exchange them`);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      runner.refuse(it, `seed is ${show(seed)}; give a whole number, 0 or more`);
    }
    numbers[0] = rule === homeostatic ? target : rule === prune ? threshold : eta;
    numbers[1] = decay;
    numbers[2] = min;
    numbers[3] = max;
    if (it.access === 'pieces') {
      const high = Math.floor(seed / 0x1_0000_0000);
      return runner.run(it, weights, undefined, undefined, out, 0, seed >>> 0, high);
    }
    if (rule === homeostatic) {
      const length = lengthOf(weights);
      const { rows = options.cols ? length / options.cols : 1, cols = rows ? length / rows : 0 } = options;
      return runner.run(it, weights, undefined, undefined, out, rows, cols);
    }
    if (pre == null || post == null) {
      runner.refuse(
        it,
        `${rule} needs ${pre == null ? 'pre' : 'post'}; give pre, one element for each column, and post, one for each row`,
      );
    }
    const { rows = lengthOf(post), cols = lengthOf(pre) } = options;
    return runner.run(it, weights, pre, post, out, rows, cols);
  };

  function assertNumber(it: Operation, parameter: string, value: unknown): void {
    if (typeof value !== 'number' || Number.isNaN(value)) runner.refuseNumber(it, parameter, value);
  }
}
