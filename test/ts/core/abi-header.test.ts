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
  const flags = Object.fromEntries(
    [...header.matchAll(/kTranspose([AB]) = (\d+)/g)].map(([, which, value]) => [
      `transpose${which}`,
      Number(value),
    ]),
  );
  assert.deepEqual(flags, abi.matmulFlags);
});

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
