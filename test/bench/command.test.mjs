/** The command itself: what it does with bad input, with what is missing, and against a baseline. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
/** A checkout without peers: so nothing of theirs is loaded, and each of them is missing. */
const checkout = join(folder, 'checkout');

before(() => {
  cpSync(join(root, 'bench'), join(checkout, 'bench'), {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  });
  for (const name of ['package.json', 'README.md']) cpSync(join(root, name), join(checkout, name));
  for (const name of ['dist', 'scripts', 'node_modules']) symlinkSync(join(root, name), join(checkout, name));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** One row, of which the shortest samples are enough. */
const row = ['--suite', 'reduce', '--filter', 'sum 10⁴', '--time', '0.1', '--rounds', '7'];

/** One row that no peer is in, so that nobody is missing. */
const ownRow = ['--suite', 'networks', '--filter', 'creation', '--time', '0.1', '--rounds', '7'];

/**
 * This package, but for how a runtime is loaded.
 * @param {string} name
 * @param {string} load statements that return one, with `options` and what loads a good one
 * @param {readonly string[]} [builds] that it has
 */
function packageWith(name, load, builds = ['simd', 'scalar', 'js', 'relaxed']) {
  const made = join(folder, name);
  for (const build of builds) mkdirSync(join(made, 'dist/wasm', build), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const exports = { '.': './dist/index.js' };
  writeFileSync(
    join(made, 'package.json'),
    JSON.stringify({ name: manifest.name, version: '0.0.1', type: 'module', exports }),
  );
  writeFileSync(
    join(made, 'dist/index.js'),
    `import { loadRuntime as loadGood, version } from ${JSON.stringify(pathToFileURL(join(root, 'dist/index.js')))};
    export { version };
    export async function loadRuntime(options) {
      ${load}
    }`,
  );
  return made;
}

/** @param {string[]} args @param {Record<string, string>} [environment] */
const bench = (args, environment) => runScript('main.mjs', args, environment);

/**
 * @param {string} script
 * @param {string[]} args
 * @param {Record<string, string>} [environment]
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
async function runScript(script, args, environment = {}) {
  const child = spawn(process.execPath, [join(checkout, 'bench', script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    timeout: 120_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Lines that say something of `what`. @param {string} text @param {string} what */
const linesWith = (text, what) => text.split('\n').filter((line) => line.includes(what));

test('--help names every suite, option and exit code, and measures nothing', async () => {
  const { code, stdout, stderr } = await bench(['--help']);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  for (const word of [
    'load',
    'calls',
    'elementwise',
    'reduce',
    'matmul',
    'networks',
    'training',
    'swarm',
    'memory',
    'system',
  ])
    assert.ok(stdout.includes(word), word);
  for (const word of [
    '--baseline',
    '--fail-above',
    '--quick',
    '--json',
    '--engine',
    '--time 40',
    'Exit code',
  ])
    assert.ok(stdout.includes(word), word);
});

describe('a command line that cannot be followed is one line and exit code 2', () => {
  for (const [what, args] of [
    ['an unknown option', ['--fast']],
    ['no number', ['--time', 'soon']],
    ['a number out of range', ['--rounds', '0']],
    ['half a round', ['--rounds', '7.5']],
    ['a pattern that is none', ['--filter', '/(/']],
    ['a filter without a match', ['--filter', 'no such row']],
    ['an unknown suite and nothing else', ['--suite', 'speed']],
    ['a file that cannot be written', ['--json', join(folder, 'no/such/folder/results.json')]],
  ]) {
    test(what, async () => {
      const { code, stdout, stderr } = await bench(args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }
});

describe('what else was asked for still runs', () => {
  /** The row was measured. @param {string} stdout */
  const measured = (stdout) => assert.equal(linesWith(stdout, 'sum 10⁴').length > 0, true, stdout);

  test('beside an unknown suite, and peers that are missing: a line for each of them', async () => {
    const { code, stdout, stderr } = await bench([...row, '--suite', 'speed'], { NO_COLOR: '1' });
    measured(stdout);
    assert.equal(linesWith(stderr, '--suite speed').length, 1);
    for (const peer of ['tfjs', 'ort', 'ruv', 'brain'])
      assert.equal(linesWith(stderr, `${peer} is missing`).length, 1, stderr);
    assert.equal(code, 2);
    assert.ok(!(stdout + stderr).includes('\x1b'), 'no escape sequences outside a terminal');
  });

  test('beside a filter that matches no row', async () => {
    const { code, stdout, stderr } = await bench([...row, '--filter', 'no such row']);
    measured(stdout);
    assert.equal(linesWith(stderr, '--filter no such row').length, 1, stderr);
    assert.equal(code, 2);
  });

  test('without peers alone it is exit code 3, and the results are written', async () => {
    const file = join(folder, 'results.json');
    const { code, stdout } = await bench([...row, '--json', file, '--quiet']);
    assert.equal(code, 3);
    assert.ok(!stdout.includes('sum 10⁴  10⁹/s'), 'quiet: the summary only');
    const results = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(results.schema, 1);
    assert.match(results.wasm.simd.sha256, /^[0-9a-f]{64}$/);
    const [run] = results.runs;
    assert.match(run.engine.version, /^Node \d+/);
    assert.ok(run.limits.gigaflops > 0);
    const { simd, javascript, limit } = run.cells[0].results;
    for (const result of [simd, javascript, limit]) assert.equal(result.samples.length, 7);
    assert.ok(simd.p5 <= simd.median && simd.median <= simd.p95);
    assert.ok(simd.accuracy.correct);
    assert.ok(simd.shareOfLimit > 0);
  });

  test('beside a browser that is missing', async () => {
    // With nothing but Node on the path no browser can be found.
    const { code, stdout, stderr } = await bench([...row, '--engine', `chromium,${here}`], { PATH: '' });
    measured(stdout);
    assert.equal(linesWith(stderr, 'chromium cannot be started').length, 1, stderr);
    assert.equal(code, 3);
  });

  test('beside a baseline that is not there, that is no JSON, and that is something else', async () => {
    const [text, other] = [join(folder, 'text'), join(folder, 'other.json')];
    writeFileSync(text, 'fast');
    writeFileSync(other, '{"schema":2}');
    const half = join(folder, 'half.json');
    writeFileSync(half, '{"schema":1,"machine":{"cpu":"x"},"runs":[{}]}');
    for (const file of [join(folder, 'nowhere'), text, other, half]) {
      const { code, stdout, stderr } = await bench([...row, '--baseline', file]);
      measured(stdout);
      assert.equal(linesWith(stderr, file).length, 1, stderr);
      assert.equal(code, 2);
    }
  });

  test('beside the results of another machine: nothing is compared', async () => {
    const own = join(folder, 'results.json');
    const foreign = { ...JSON.parse(readFileSync(own, 'utf8')) };
    foreign.machine.cpu = 'MOS 6502';
    const file = join(folder, 'foreign.json');
    writeFileSync(file, JSON.stringify(foreign));
    const { code, stdout, stderr } = await bench([...row, '--baseline', file]);
    measured(stdout);
    assert.equal(linesWith(stderr, 'MOS 6502').length, 1, stderr);
    assert.ok(!stdout.includes('compared with the baseline'));
    assert.equal(code, 3);
  });
});

const here = `node${process.versions.node.split('.')[0]}`;

test('a package is measured beside its earlier state, in columns of its own', async () => {
  const { stdout, stderr } = await bench([...row, '--baseline', root, '--fail-above', '1000']);
  assert.match(stdout, /base simd/);
  assert.match(stdout, /2 figures compared with the baseline, 0 slower/);
  assert.equal(linesWith(stderr, 'regression').length, 0);
});

test('where nothing is missing, wrong or slower the exit code is 0', async () => {
  const { code, stderr } = await bench([...ownRow, '--baseline', root, '--fail-above', '1000']);
  assert.equal(code, 0, stderr);
});

test('slower than the baseline beyond the tolerance is exit code 1', async () => {
  const slower = packageWith(
    'slower',
    `const runtime = await loadGood(options);
    const createNetwork = (config) => {
      for (const end = performance.now() + 1; performance.now() < end; );
      return runtime.createNetwork(config);
    };
    return new Proxy(runtime, { get: (of, key) => (key === 'createNetwork' ? createNetwork : of[key]) });`,
  );
  const { code, stdout, stderr } = await bench([...ownRow, '--package', slower, '--baseline', root]);
  assert.match(stdout, /2 figures compared with the baseline, 2 slower by more than 25 %/);
  assert.equal(linesWith(stderr, 'regression: networks creation and disposal').length, 2, stderr);
  assert.equal(code, 1, stderr);
});

test('a build that fails is a line in the summary and exit code 3', async () => {
  const broken = packageWith(
    'broken',
    `const runtime = await loadGood(options);
    const fail = () => { throw new Error('out of order') };
    const broken = new Proxy(runtime, { get: (of, key) => (key === 'createNetwork' ? fail : of[key]) });
    return options.variant === 'js' ? broken : runtime;`,
  );
  const { code, stdout, stderr } = await bench([...ownRow, '--quiet', '--package', broken]);
  assert.match(stdout, /^failed: js in creation and disposal, 64-32-16: out of order$/m);
  assert.equal(linesWith(stderr, 'js failed').length, 1, stderr);
  assert.equal(code, 3, stderr);
});

describe('a build that is missing', () => {
  const without = (/** @type {string} */ build, /** @type {string} */ code) =>
    `if (options.variant === '${build}') throw Object.assign(new Error('not here'), { code: '${code}' });
    return options.variant === 'relaxed' ? loadGood({ variant: 'simd' }) : loadGood(options);`;

  test('is exit code 3 where the package has it', async () => {
    const { code, stderr } = await bench([
      ...ownRow,
      '--package',
      packageWith('damaged', without('scalar', 'FETCH_FAILED')),
    ]);
    assert.equal(linesWith(stderr, 'scalar is missing: not here').length, 1, stderr);
    assert.equal(code, 3);
  });

  test('is said, and nothing more, where an earlier state has it not', async () => {
    const earlier = packageWith('earlier', without('scalar', 'FETCH_FAILED'), ['simd', 'js', 'relaxed']);
    for (const [option, column] of [
      ['--package', 'scalar'],
      ['--baseline', 'base scalar'],
    ]) {
      const { code, stderr } = await bench([...ownRow, option ?? '', earlier, '--fail-above', '1000']);
      assert.equal(linesWith(stderr, `${column} is missing: not here`).length, 1, stderr);
      assert.equal(code, 0, stderr);
    }
  });

  test('is no fault of anybody where the engine cannot run the relaxed one', async () => {
    for (const [error, expected] of /** @type {const} */ ([
      ['VARIANT_UNSUPPORTED', 0],
      ['COMPILE_FAILED', 3],
    ])) {
      const refusing = packageWith(error, without('relaxed', error));
      const { code, stderr } = await bench([...ownRow, '--package', refusing]);
      assert.equal(linesWith(stderr, 'relaxed is missing: not here').length, 1, stderr);
      assert.equal(code, expected);
    }
  });
});

test('a file whose figures were far better is a regression: exit code 1 outranked only by what is missing', async () => {
  const file = join(folder, 'results.json');
  const results = JSON.parse(readFileSync(file, 'utf8'));
  for (const { results: columns } of results.runs[0].cells) {
    columns.simd.samples = columns.simd.samples.map((/** @type {number} */ cost) => cost / 1000);
  }
  const faster = join(folder, 'faster.json');
  writeFileSync(faster, JSON.stringify(results));
  const { code, stdout, stderr } = await bench([...row, '--baseline', faster]);
  assert.match(stdout, /2 figures compared with the baseline, 1 slower by more than 25 %/);
  assert.equal(linesWith(stderr, 'regression: reduce sum 10⁴, simd').length, 1, stderr);
  assert.equal(code, 3, 'the peers are missing here');
});

describe('the README takes a whole run', () => {
  const committed = JSON.parse(readFileSync(join(root, 'bench/results/results.json'), 'utf8'));
  const [first] = committed.runs;
  /** @param {any} change of the committed results */
  const readme = (change) => {
    const file = join(folder, 'published.json');
    writeFileSync(file, JSON.stringify({ ...committed, ...change }));
    return runScript('report.mjs', [file, '--readme']);
  };
  const section = () => readFileSync(join(checkout, 'README.md'), 'utf8');

  test('and then says the same as before', async () => {
    const before = section();
    assert.equal((await readme({})).code, 0);
    assert.equal(section(), before);
  });

  for (const [what, change, said] of /** @type {[string, object, RegExp][]} */ ([
    ['a quick one', { options: { ...committed.options, quick: true } }, /quick/],
    ['some rows', { options: { ...committed.options, filter: 'tanh' } }, /tanh/],
    [
      'some suites',
      { options: { ...committed.options, suites: ['load', 'calls'] } },
      /without elementwise, /,
    ],
    [
      'one that was stopped on its first engine',
      {
        options: { ...committed.options, engines: ['node20'] },
        runs: [{ ...first, cells: first.cells.slice(0, -1) }],
      },
      /node20 was stopped before system neural activation 10⁶/,
    ],
    [
      'one that was stopped before its last engine',
      { options: { ...committed.options, engines: ['node20', 'webkit'] }, runs: [first] },
      /webkit was not measured/,
    ],
    ['none at all', { options: { ...committed.options, engines: [] }, runs: [] }, /nothing was measured/],
  ])) {
    test(`not ${what}`, async () => {
      const before = section();
      const { code, stderr } = await readme(change);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      assert.equal(section(), before);
    });
  }
});
