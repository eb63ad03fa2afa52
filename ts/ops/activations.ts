/** Activations: one kernel that is told which one by a number. */
import { type ActivationName, activationNames } from '../core/abi.js';
import type { Engine } from '../core/engine.js';
import { elementwiseOperation } from './elementwise.js';
import type { Kernel, Operation, OperationRunner } from './operation.js';
import type { ActivateOptions } from './types.js';
import type { Vec } from './vec.js';

/** The numbers of the elementwise activations, by name. */
export type ActivationCodes = ReadonlyMap<string, number>;

/** Stands for the activation's own default. */
const defaultAlpha = Number.NaN;

const noOptions = {};

export function createActivations(engine: Engine, runner: OperationRunner) {
  const { abi, objects } = engine;
  const { numbers } = runner;
  const codes: ActivationCodes = new Map(
    activationNames.map((name) => [name, objects.Activation[name].value] as const),
  );
  /** The activation `name`, measured as `operation`. */
  const define = (operation: string, name: ActivationName): Operation => {
    const code = codes.get(name)!;
    const kernel: Kernel = (x, _b, _c, out, n) => abi.activate_f32(code, x, out, n, numbers[0]!, numbers[1]!);
    return elementwiseOperation(runner, operation, kernel, ['x']);
  };
  const byName = new Map<string, Operation>(activationNames.map((name) => [name, define('activate', name)]));

  function activate(
    name: ActivationName,
    x: Vec,
    options: ActivateOptions & { readonly out?: Vec } = noOptions,
  ): Vec {
    const it = byName.get(name) ?? refuseName(runner, byName.get('linear')!, name);
    if (typeof options !== 'object' || options === null) {
      runner.refuse(it, `options are ${String(options)}; give an object such as { gain: 2 }, or nothing`);
    }
    const { gain = 1, alpha = defaultAlpha, out } = options;
    if (typeof gain !== 'number') runner.refuseNumber(it, 'gain', gain);
    if (typeof alpha !== 'number') runner.refuseNumber(it, 'alpha', alpha);
    numbers[0] = gain;
    numbers[1] = alpha;
    return runner.run(it, x, undefined, undefined, out);
  }

  /** The shorthand of an activation. */
  function activation(name: ActivationName) {
    const code = codes.get(name)!;
    const kernel: Kernel = (x, _b, _c, out, n) => abi.activate_f32(code, x, out, n, 1, defaultAlpha);
    const it = elementwiseOperation(runner, name, kernel, ['x']);
    return (x: Vec, out?: Vec): Vec => runner.run(it, x, undefined, undefined, out);
  }

  return { activate, activation, codes };
}

/** Refuses a call of `operation` with an activation that there is none. */
export function refuseName(runner: OperationRunner, operation: Operation, name: unknown): never {
  runner.refuse(
    operation,
    `there is no activation '${String(name)}'; give one of ${activationNames.join(', ')}`,
  );
}
