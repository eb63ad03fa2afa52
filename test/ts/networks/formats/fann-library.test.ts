/** FANN files against FANN itself: what it writes runs here, and what is written here runs there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ActivationName, loadRuntime, type NeuralRuntime } from '@sasi/wasm-performance';
import { fromRoot } from '../../support/paths.js';
import { randomValues } from '../support.js';
import { compare, fourUlp, referenceOf } from './bounds.js';
import { assertBadFormat, isInstalled, randomNetwork } from './support.js';

/** FANN's functions by number, as they are read. */
const functions: readonly (readonly [code: number, name: ActivationName])[] = [
  [0, 'linear'],
  [1, 'threshold'],
  [2, 'symmetricThreshold'],
  [3, 'sigmoid'],
  [4, 'stepwiseSigmoid'],
  [5, 'symmetricSigmoid'],
  [6, 'symmetricStepwiseSigmoid'],
  [7, 'gaussian'],
  [8, 'symmetricGaussian'],
  [10, 'elliot'],
  [11, 'symmetricElliot'],
  [12, 'linearPiece'],
  [13, 'symmetricLinearPiece'],
  [14, 'symmetricSin'],
  [15, 'symmetricCos'],
  [16, 'sin'],
  [17, 'cos'],
];

const header = ['/usr/include/fann.h', '/usr/local/include/fann.h'].find((file) => existsSync(file));
const there = isInstalled(
  'FANN',
  header ?? '/usr/include/fann.h',
  'apt-get install libfann-dev, or npm test',
);
const sizes = [3, 7, 5, 4];
const rows = 50;

describe('FANN itself', { skip: !there }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fann-'));
  const program = join(folder, 'fann_peer');
  const file = join(folder, 'network.net');
  const inputs = randomValues(77, rows * sizes[0]!, -2, 2);
  let runtime: NeuralRuntime;

  function run(command: string, args: readonly (string | number)[], input?: Uint8Array): Buffer {
    const { status, stdout, stderr, error } = spawnSync(command, args.map(String), {
      input,
      timeout: 60_000,
    });
    assert.equal(status, 0, `${command} ${args.join(' ')}: ${error ?? stderr}`);
    return stdout;
  }

  function fannRun(): Float32Array {
    const output = run(program, ['run', file, rows], new Uint8Array(inputs.buffer));
    assert.equal(output.length, rows * sizes.at(-1)! * 4);
    return new Float32Array(new Uint8Array(output).buffer);
  }

  before(async () => {
    mkdirSync(folder, { recursive: true });
    const source = fromRoot('test/ts/networks/formats/fann_peer.c');
    run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source, '-lfann', '-lm']);
    runtime = await loadRuntime();
  });
  after(() => {
    runtime.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [code, name] of functions) {
    for (const steepness of [0.5, 1, 0.3]) {
      it(`writes ${name} of steepness ${steepness} and more, which runs here with the same results`, () => {
        run(program, ['make', file, code, code, steepness, 100 + code, ...sizes]);
        using network = runtime.loadNetwork(readFileSync(file));
        assert.deepEqual(network.layers, sizes);
        const reference = referenceOf(network, new Array(3).fill(name));
        const results = [network.runBatch(inputs, rows), fannRun()];
        const { worst, tight } = compare(reference, inputs, rows, results, fourUlp);
        assert.ok(worst <= 1, `${worst} bounds off`);
        assert.ok(tight > 0.8, `only ${tight} of the results have a bound that says something`);
      });
    }

    it(`runs ${name} from a file of ours with the same results`, () => {
      using network = randomNetwork(runtime, { layers: sizes, activation: name, output: name }, 10 * code);
      writeFileSync(file, network.save('fann'));
      const reference = referenceOf(network, new Array(3).fill(name));
      const results = [network.runBatch(inputs, rows), fannRun()];
      const { worst, tight } = compare(reference, inputs, rows, results, fourUlp);
      assert.ok(worst <= 1, `${worst} bounds off`);
      assert.ok(tight > 0.8, `only ${tight} of the results have a bound that says something`);
    });
  }

  it('has tanh and softsign under other names', () => {
    const config = { layers: sizes, activation: 'tanh', output: 'softsign' } as const;
    using network = randomNetwork(runtime, config, 5);
    writeFileSync(file, network.save('fann'));
    const reference = referenceOf(network, ['tanh', 'tanh', 'softsign']);
    assert.ok(compare(reference, inputs, rows, [fannRun()], fourUlp).worst <= 1);
  });

  it('reads hidden and output functions each with its own steepness', () => {
    run(program, ['make', file, 3, 0, 0.25, 9, ...sizes]);
    using network = runtime.loadNetwork(readFileSync(file, 'utf8'), 'fann');
    const reference = referenceOf(network, ['sigmoid', 'sigmoid', 'linear']);
    assert.ok(
      compare(reference, inputs, rows, [network.runBatch(inputs, rows), fannRun()], fourUlp).worst <= 1,
    );
  });

  it('writes what is refused by name: shortcuts, missing connections, scaling, mixed functions', () => {
    const cases: readonly [string, ...string[]][] = [
      ['shortcut', 'line 5', 'network_type', 'no shortcut'],
      ['sparse', 'neurons', 'fully connected'],
      ['scaled', 'scale_included', 'no scaling parameters'],
      ['mixed', 'neurons', 'entry 4', 'sin'],
    ];
    for (const [kind, ...words] of cases) {
      run(program, [kind, file]);
      assertBadFormat(runtime, readFileSync(file), words);
    }
    run(program, ['make', file, 9, 9, 0.5, 1, ...sizes]);
    assertBadFormat(runtime, readFileSync(file), ['neurons', 'entry 4', '9']);
  });
});
