/** Activations: one kernel that is told which one by a number. */
import { type ActivationName, activationNames } from '../core/abi.js';
import { show } from '../core/arguments.js';
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

/** Those that have a method of their own. FANN's have none: their `sin` is not what one would take it for. */
export const shorthandNames = activationNames.slice(1, activationNames.indexOf('hardSwish') + 1);

export function createActivations(engine: Engine, runner: OperationRunner) {
  const { abi, objects } = engine;
  // Not looked up at each call: the exports are an object that engines search by hashing.
  const { activate_f32, activation_gradient_f32 } = abi;
  const { numbers } = runner;
  const codes: ActivationCodes = new Map(
    activationNames.map((name) => [name, objects.Activation[name].value] as const),
  );
  /** The function of all activations, measured as `operation`. */
  const ofAll = (operation: string, kernelOf: (code: number) => Kernel) => {
    const operations = new Map<string, Operation>(
      activationNames.map((name) => [
        name,
        elementwiseOperation(runner, operation, kernelOf(codes.get(name)!), ['x']),
      ]),
    );
    return (
      name: ActivationName,
      x: Vec,
      options: ActivateOptions & { readonly out?: Vec } = noOptions,
    ): Vec => {
      const it = operations.get(name) ?? refuseName(runner, operations.get('linear')!, name);
      runner.assertOptions(it, options, '{ gain: 2 }');
      const { gain = 1, alpha = defaultAlpha, out } = options;
      if (typeof gain !== 'number') runner.refuseNumber(it, 'gain', gain);
      if (typeof alpha !== 'number') runner.refuseNumber(it, 'alpha', alpha);
      numbers[0] = gain;
      numbers[1] = alpha;
      return runner.run(it, x, undefined, undefined, out);
    };
  };
  const activate = ofAll(
    'activate',
    (code) => (x, _b, _c, out, n) => activate_f32(code, x, out, n, numbers[0]!, numbers[1]!),
  );
  const activationGradient = ofAll(
    'activationGradient',
    (code) => (x, _b, _c, out, n) => activation_gradient_f32(code, x, out, n, numbers[0]!, numbers[1]!),
  );

  function shorthand(name: ActivationName) {
    const code = codes.get(name)!;
    const kernel: Kernel = (x, _b, _c, out, n) => activate_f32(code, x, out, n, 1, defaultAlpha);
    const it = elementwiseOperation(runner, name, kernel, ['x']);
    return (x: Vec, out?: Vec): Vec => runner.run(it, x, undefined, undefined, out);
  }

  const shorthands = Object.fromEntries(shorthandNames.map((name) => [name, shorthand(name)]));
  return { activate, activationGradient, shorthands, codes };
}

/** Refuses a call of `operation` with an activation that there is none. */
export function refuseName(runner: OperationRunner, operation: Operation, name: unknown): never {
  runner.refuse(operation, `there is no activation ${show(name)}; give one of ${activationNames.join(', ')}`);
}
