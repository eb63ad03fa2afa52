/** The typed mirror of the ABI against the header: the same functions, parameters, version and flags. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as abi from '#ts/core/abi.js';
import { fromRoot } from '../support/paths.js';

test('the header declares the same functions with the same parameters', () => {
  const header = readFileSync(fromRoot('bindings/abi.h'), 'utf8').replace(/\/\/.*$/gm, '');
  const declared = [...header.matchAll(/NEURAL_EXPORT\s+[\w:]+\s+(\w+)\(([^)]*)\)/g)].map(
    ([, name, list]) => {
      const parameters = list!.split(',').map((parameter) => parameter.trim().split(/\s+/).at(-1)!);
      return [name, parameters.filter((parameter) => parameter !== '').map(camelCase)] as const;
    },
  );
  assert.deepEqual(Object.fromEntries(declared), abi.abiParameters);
  assert.equal(Number(/kAbiVersion = (\d+)/.exec(header)?.[1]), abi.abiVersion);
  const enumeration = /enum MatmulFlags .*\{([^}]*)\}/.exec(header)![1]!;
  const flags = Object.fromEntries(
    [...enumeration.matchAll(/k(\w)(\w*) = (\d+)/g)].map(([, initial, rest, value]) => [
      initial!.toLowerCase() + rest!,
      Number(value),
    ]),
  );
  assert.deepEqual(flags, abi.matmulFlags);
});

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

test('the settings of a trainer are the words of its struct, in order', () => {
  const words = (file: string, struct: string): (readonly [string, 'u32' | 'f32'])[] => {
    const source = readFileSync(fromRoot(file), 'utf8').replace(/\/\/.*$/gm, '');
    const body = new RegExp(`struct ${struct} \\{([^}]*)\\};`).exec(source)![1]!;
    return [...body.matchAll(/(\w+) ([^;]+);/g)].flatMap(([, type, names]) =>
      names!.split(',').map((name) => {
        const kind = type === 'float' ? ('f32' as const) : ('u32' as const);
        return [camelCase(/\w+/.exec(name)![0]), kind] as const;
      }),
    );
  };
  const optimizer = words('cpp/nn/optimizer.h', 'OptimizerSettings');
  assert.deepEqual(optimizer[0], ['kind', 'u32']);
  const [first, ...others] = words('cpp/nn/trainer.h', 'TrainerSettings');
  assert.deepEqual(first, ['optimizer', 'u32']);
  const wanted = [['optimizer', 'u32'], ...optimizer.slice(1), ...others];
  assert.deepEqual(Object.entries(abi.trainerSettings), wanted);
});
