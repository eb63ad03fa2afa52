/** Files that are wrong: each is refused by the place where it is, and nothing is allocated. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadRuntime, type NetworkFormat, type NeuralRuntime } from '@sasi/wasm-performance';
import { assertBadFormat, randomNetwork } from './support.js';

let runtime: NeuralRuntime;
before(async () => {
  runtime = await loadRuntime();
});
after(() => runtime.dispose());

function saved(format: 'safetensors' | 'json' | 'fann'): Uint8Array {
  using network = randomNetwork(
    runtime,
    { layers: [2, 3, 1], activation: 'tanh', output: 'sigmoid', seed: 1 },
    1,
  );
  return network.save(format);
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A safetensors file from its header and the bytes of its data. */
function safetensors(header: unknown, dataBytes: number, headerBytes?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, headerBytes ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const tensor = (shape: readonly unknown[], begin: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  const bad = (file: Uint8Array, ...words: string[]) => assertBadFormat(runtime, file, words, 'safetensors');
  const metadata = { activations: 'tanh,linear' };
  const good = {
    __metadata__: metadata,
    '0.weight': tensor([3, 2], 0, 24),
    '0.bias': tensor([3], 24, 36),
    '2.weight': tensor([1, 3], 36, 48),
    '2.bias': tensor([1], 48, 52),
  };
  const change = (more: object) => safetensors({ ...good, ...more }, 52);

  it('as PyTorch writes it: any prefix, gaps between the numbers, any order, no bias', () => {
    using first = runtime.loadNetwork(safetensors(good, 52));
    assert.deepEqual(first.layers, [2, 3, 1]);
    const file = safetensors(
      {
        'net.10.weight': tensor([1, 3], 0, 12),
        'net.9.weight': tensor([3, 2], 12, 36),
        __metadata__: { format: 'pt', activations: 'relu,softmax' },
      },
      36,
    );
    new Float32Array(file.buffer.slice(file.length - 36)).forEach((_, i) => {
      new DataView(file.buffer).setFloat32(file.length - 36 + 4 * i, i, true);
    });
    using second = runtime.loadNetwork(file);
    const { weights, biases } = second.exportLayers();
    // Outputs × inputs there, inputs × outputs here.
    assert.deepEqual(
      weights.map((values) => [...values]),
      [
        [3, 5, 7, 4, 6, 8],
        [0, 1, 2],
      ],
    );
    assert.deepEqual(
      biases.map((values) => [...values]),
      [[0, 0, 0], [0]],
    );
  });

  it('too short, truncated at any byte, or longer than it says', () => {
    const file = saved('safetensors');
    for (let length = 0; length < file.length; length++) {
      bad(file.slice(0, length), 'byte');
      assertBadFormat(runtime, file.slice(0, length), []);
    }
    bad(new Uint8Array(7), 'byte 0', 'has 7');
    const longer = new Uint8Array(file.length + 4);
    longer.set(file);
    bad(longer, 'byte 52 of the data', '56');
  });

  it('lying about the length of the header, with the bytes the other way round too', () => {
    const file = safetensors(good, 52);
    const size = new DataView(file.buffer).getBigUint64(0, true);
    const big = file.slice();
    new DataView(big.buffer).setBigUint64(0, size, false);
    bad(big, 'byte 0', 'the file has');
    for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 32n, BigInt(file.length - 7), 1n << 53n]) {
      bad(safetensors(good, 52, length), 'byte 0');
    }
    bad(safetensors(good, 52, size - 1n), 'the header, character', "',' or '}'");
    bad(safetensors(good, 52, size + 1n), 'the header');
    bad(safetensors(good, 52, 0n), 'the header, character 0');
    bad(safetensors('[]', 0), 'byte 8', "'{'");
  });

  it('whose tensors overlap, leave gaps, or lie outside', () => {
    bad(change({ '0.bias': tensor([3], 20, 32) }), "'0.bias'", 'byte 20', '24');
    bad(change({ '2.bias': tensor([1], 44, 48) }), "'2.bias'", 'byte 44', '48');
    bad(safetensors({ ...good, '2.bias': tensor([1], 52, 56) }, 56), "'2.bias'", 'byte 52', 'expected 48');
    bad(safetensors(good, 48), 'byte 52 of the data');
    bad(safetensors({ __metadata__: metadata }, 0), 'no tensor');
    bad(change({ '2.bias': tensor([1], -4, 0) }), "'2.bias'", 'data_offsets');
    bad(change({ '2.bias': tensor([1], 52, 48) }), "'2.bias'", 'data_offsets');
    bad(change({ '2.bias': tensor([2], 48, 52) }), "'2.bias'", '8 bytes');
    bad(change({ '2.bias': tensor([1], 48.5, 52.5) }), "'2.bias'", 'data_offsets');
    bad(change({ '2.bias': { ...tensor([1], 0, 0), data_offsets: ['48', '52'] } }), 'data_offsets');
    bad(change({ '2.bias': { ...tensor([1], 0, 0), data_offsets: [[]] } }), 'data_offsets');
    bad(change({ '2.bias': tensor([1], 48, 52, 'F16') }), "'2.bias', dtype", "'F16'", "'F32'");
    bad(change({ '2.bias': null }), "'2.bias'", 'null');
    bad(change({ '2.bias': {} }), "'2.bias', dtype", 'missing');
  });

  it('whose shapes are none, or do not follow one another', () => {
    bad(change({ '2.weight': tensor([3, 1], 36, 48) }), "'2.weight'", '[3,1]', '[outputs, 3]');
    bad(change({ '2.weight': tensor([3], 36, 48) }), "'2.weight'");
    bad(change({ '2.weight': tensor([1, 3, 1], 36, 48) }), "'2.weight'", '[1,3,1]');
    bad(change({ '2.weight': tensor([], 36, 40), '2.bias': tensor([3], 40, 52) }), "'2.weight'", '[]');
    bad(change({ '2.bias': tensor([1, 1], 48, 52) }), "'2.bias'", '[1,1]', '[1]');
    for (const size of [0, -1, 1.5, 2 ** 31, 1e300, '1', null]) {
      bad(change({ '2.bias': tensor([size], 48, 52) }), "'2.bias', shape");
    }
    bad(change({ '2.bias': tensor([2 ** 30, 2 ** 30, 2 ** 30], 48, 52) }), "'2.bias'");
  });

  it('whose names say nothing', () => {
    bad(change({ '2.bias': undefined, '3.bias': tensor([1], 48, 52) }), "'3.bias'", 'no 3.weight');
    bad(change({ '2.bias': undefined, 'a.2.bias': tensor([1], 48, 52) }), "'a.2.bias'", 'expected N.weight');
    bad(change({ '2.bias': undefined, '2.running_mean': tensor([1], 48, 52) }), 'running_mean');
    bad(change({ '2.bias': undefined, '02.bias': tensor([1], 48, 52) }), "'02.bias'");
    bad(change({ '2.bias': undefined, ['x'.repeat(5000)]: tensor([1], 48, 52) }), 'xxxx');
  });

  it('whose metadata do not tell the activations', () => {
    for (const wrong of [undefined, null, 3, 'tanh', { layers: '2,3,1' }]) {
      bad(change({ __metadata__: wrong }), '__metadata__, activations', '2 names');
    }
    for (const activations of ['tanh', 'tanh,tanh,tanh', '', ['tanh', 'tanh'], 'tanh,,']) {
      bad(change({ __metadata__: { activations } }), '__metadata__, activations');
    }
    bad(change({ __metadata__: { activations: 'softmax,tanh' } }), 'activations[0]', "'softmax'");
    bad(change({ __metadata__: { activations: 'tanh,swish' } }), 'activations[1]', "'swish'", 'softmax');
    bad(change({ __metadata__: { ...metadata, layers: '2,3,2' } }), '__metadata__, layers', "'2,3,1'");
  });
});

describe('JSON', () => {
  const bad = (file: string, ...words: string[]) => assertBadFormat(runtime, file, words, 'json');
  const change = (more: object) => JSON.stringify({ ...JSON.parse(text(saved('json'))), ...more });

  it('that is none: the character is named', () => {
    bad('', 'character 0', 'the end');
    bad('\ufeff{}', 'character 0');
    bad('{"a": 1,}', 'character 8', "'}'", 'a string');
    bad('{"a": 01}', 'character 7', "',' or '}'");
    for (const number of ['+1', '.5', '1.', '1e', '0x1', 'NaN', 'Infinity', '-', '--1', '1_0']) {
      bad(`{"a": ${number}}`, 'character');
    }
    bad('{"a": "\u0001"}', 'character 6', 'a string');
    bad('{"a": "\\x41"}', 'character 6');
    bad('{"a": "unfinished}', 'character 6');
    bad("{'a': 1}", 'character 1');
    bad('{"a" 1}', "':'");
    bad('{} {}', 'character 3', 'the end');
    bad('{"a": tru}', 'character 6', 'a value');
    bad('null', 'JSON', 'null', 'an object');
    bad('[1]', 'JSON', 'an array of 1');
    assertBadFormat(runtime, Uint8Array.of(0x7b, 0xff, 0x7d), ['UTF-8']);
    assertBadFormat(runtime, Uint8Array.of(0x7b, 0xed, 0xa0, 0x80, 0x7d), ['UTF-8']);
  });

  it('nested without end, or endless in another way, ends at once', () => {
    const many = 1_000_000;
    for (const start of ['[', '{"a":', '[{"a":']) bad(`{"a":${start.repeat(many)}`, 'levels');
    for (const item of ['[],', '{},', '[1],']) bad(`{"a":[${item.repeat(many)}`, '300000 arrays and objects');
    bad(`{"a": "${'\\"'.repeat(many)}`, 'a string');
    bad(`{"a": "${'x'.repeat(many)}`, 'a string');
    bad(`{"a": ${'9'.repeat(many)}x`, 'character');
    bad(`${' '.repeat(many)}`, 'the end');
    bad(`{${' '.repeat(many)}`, 'the end');
    bad(change({ ['k'.repeat(many)]: 1 }), "'kkkk");
    bad(change({ format: 'x'.repeat(many) }), "format: 'xxxx");
    bad(change({ layers: new Array(many / 10).fill(1) }), 'activations', 'an array of 99999');
  });

  it('with a key twice, or one that means something to the language', () => {
    const file = text(saved('json'));
    bad(file.replace('{', '{"version":1,'), "'version'", 'twice');
    bad(file.replace('{', '{"\\u0076ersion":1,'), "'version'", 'twice');
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      bad(file.replace('{', `{${JSON.stringify(key)}:{"layers":[1,1]},`), 'a key of the file', `'${key}'`);
    }
    assert.equal(({} as { layers?: unknown }).layers, undefined);
  });

  it('that is not ours, or of a later version', () => {
    bad('{}', 'format', 'missing');
    bad(change({ format: 'x' }), 'format', "'x'");
    bad(change({ version: 2 }), 'version', '2', 'expected 1');
    assertBadFormat(runtime, '{"a": 1}', ['format', 'missing']);
  });

  it('whose parts do not go together: the key is named', () => {
    for (const layers of [undefined, null, 3, '2,3,1', {}]) bad(change({ layers }), 'layers');
    bad(change({ layers: [2] }), 'layers', 'an array of 1', 'two widths');
    for (const width of [0, -3, 1.5, 2 ** 31, '3', null]) {
      bad(change({ layers: [2, width, 1] }), 'layers[1]', width === null ? 'null' : String(width));
    }
    bad(change({ layers: [2, 2 ** 31 - 1, 1] }), 'weights[0]', `an array of ${2 * (2 ** 31 - 1)}`);
    bad(change({ layers: [2, 3, 3, 1] }), 'activations', 'an array of 2', 'an array of 3');
    bad(change({ activations: ['tanh', 'x'] }), 'activations[1]', "'x'");
    bad(change({ activations: ['softmax', 'tanh'] }), 'activations[0]', "'softmax'");
    bad(change({ activations: ['tanh', ['tanh']] }), 'activations[1]', 'an array of 1');
    bad(change({ weights: [[1, 2, 3, 4, 5, 6]] }), 'weights', 'an array of 1', 'an array of 2');
    bad(
      change({
        weights: [
          [1, 2, 3, 4, 5],
          [1, 2, 3],
        ],
      }),
      'weights[0]',
      'an array of 5',
      'an array of 6',
    );
    bad(change({ biases: [[1, 2, 3], 1] }), 'biases[1]');
    for (const value of [null, true, '1', 'nan', '+Infinity', [], 3.5e38, -1e308]) {
      bad(change({ biases: [[1, value, 3], [1]] }), 'biases[0][1]');
    }
    bad(change({}).replace(/"biases":\[\[[^,]*,/, '"biases":[[1e999,'), 'biases[0][0]', 'Infinity');
  });
});

describe('FANN', () => {
  const bad = (file: string, ...words: string[]) => assertBadFormat(runtime, file, words);
  const replaced = (from: string | RegExp, to: string) => {
    const file = text(saved('fann'));
    assert.notEqual(file.replace(from, to), file);
    return file.replace(from, to);
  };

  it('of another version or kind', () => {
    for (const version of ['FANN_FLO_1.1', 'FANN_FLO_2.0', 'FANN_FIX_2.1', 'FANN_']) {
      bad(replaced('FANN_FLO_2.1', version), 'line 1', version, 'FANN_FLO_2.1');
    }
    bad(replaced('network_type=0', 'network_type=1'), 'line 5', 'network_type', 'shortcut');
    bad(replaced('scale_included=0', 'scale_included=1'), 'scale_included', 'no scaling');
  });

  it('truncated at any byte', () => {
    const file = text(saved('fann')).trimEnd();
    for (let length = 0; length < file.length; length++) {
      assertBadFormat(runtime, file.slice(0, length), length < 12 ? [] : ['line'], 'fann');
    }
  });

  it('with lines missing, twice, or that are none', () => {
    bad(replaced(/layer_sizes=.*\n/, ''), 'line', "'layer_sizes=…'");
    bad(replaced(/neurons.*\n/, ''), 'line', "'neurons ");
    bad(replaced('network_type=0', 'network_type=0\nnetwork_type=0'), 'line 6', 'line 5');
    bad(replaced('network_type=0', 'network_type'), 'line 5', "'network_type'");
    bad(replaced('network_type=0', '__proto__=1'), "'network_type=…'");
    using network = runtime.loadNetwork(text(saved('fann')).replaceAll('\n', '\r\n'));
    assert.deepEqual(network.layers, [2, 3, 1]);
  });

  it('whose sizes lie', () => {
    for (const sizes of ['', '3', '3 4', '3 4 2 2', '3 4 1', '3 0 2', '3 -4 2', '3 4.5 2', '3 x 2']) {
      bad(replaced('layer_sizes=3 4 2 ', `layer_sizes=${sizes} `), 'line');
    }
    const huge = '999999999';
    bad(replaced('layer_sizes=3 4 2 ', `layer_sizes=3 ${huge} 2 `), 'neurons', 'entry');
    bad(replaced('layer_sizes=3 4 2 ', `layer_sizes=${huge} ${huge} ${huge} `), 'neurons', 'entry');
    bad(replaced('layer_sizes=3 4 2 ', 'layer_sizes=4 4 2 '), 'neurons');
    bad(replaced('num_layers=3', 'num_layers=2'), 'num_layers', '2', 'expected 3');
    bad(
      replaced('layer_sizes=3 4 2 ', `layer_sizes=${'2 '.repeat(200_000)}`),
      'num_layers',
      'expected 65536',
    );
    bad(replaced('network_type', `${'x=\n'.repeat(200_000)}network_type`), 'line 101', 'the end');
  });

  it('whose neurons or connections are not those of full layers', () => {
    bad(replaced('(3, 5, 1)', '(2, 5, 1)'), 'neurons', 'entry 3', 'expected 3 inputs');
    bad(replaced('(3, 5, 1)', '(3, 16, 1)'), 'neurons', 'entry 4', 'symmetricSigmoid', 'sin');
    bad(replaced('(3, 5, 1)', '(3, 99, 1)'), 'neurons', 'entry 3', '99');
    bad(replaced('(3, 5, 1)', '(3, 9, 1)'), 'neurons', 'entry 3', '9');
    for (const steepness of ['-1', 'nan', 'inf', '', '1 1', '0x1']) {
      bad(replaced('(3, 5, 1)', `(3, 5, ${steepness})`), 'neurons', 'entry 3');
    }
    bad(replaced('(3, 5, 1)', '(3, 5, 1e39)'), 'connections', 'entry 0');
    bad(replaced('weight)=(0, ', 'weight)=(1, '), 'connections', 'entry 0', 'neuron 0');
    for (const weight of ['nan', '-inf', '1e39', '1e999', '', 'x', '1,2']) {
      bad(replaced(/weight\)=\(0, [^)]*\)/, `weight)=(0, ${weight})`), 'connections', 'entry 0');
    }
    bad(replaced(/\) \n$/, ') (0, 1) \n'), 'connections', 'entry 13', "' (0, 1)'");
    bad(replaced(/weight\)=\(0, [^)]*\)/, `weight)=(0, ${'1'.repeat(1_000_000)}`), 'connections', 'entry 0');
  });
});

describe('files of no format', () => {
  it('are said to be none', () => {
    for (const file of ['', 'x', '\n', '<html>', 'null', '[]', new Uint8Array(0), new Uint8Array(100)]) {
      assertBadFormat(runtime, file, ['the beginning', 'safetensors']);
    }
    using network = runtime.createNetwork({ layers: [2, 1] });
    assertBadFormat(runtime, network.save('onnx'), ['the beginning']);
    assertBadFormat(runtime, 'x', ['a text'], 'safetensors');
  });

  it('of one format are none of another', () => {
    const files = (['safetensors', 'json', 'fann'] as const).map((format) => ({
      format,
      file: saved(format),
    }));
    for (const { format, file } of files) {
      for (const other of ['safetensors', 'json', 'fann', 'brainjs'] satisfies NetworkFormat[]) {
        if (other !== format) assertBadFormat(runtime, file, [], other);
      }
    }
  });
});
