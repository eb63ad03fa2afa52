/** What a report says of the machine and the engine, where the host is another one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEnvironment } from '#ts/performance/benchmark/environment.js';
import type { BenchmarkEnvironment } from '#ts/performance/benchmark/report.js';

/** With globals of such a host, for as long as that takes. */
async function environmentOf(host: object, machine?: string): Promise<Partial<BenchmarkEnvironment>> {
  const before = ['process', 'navigator'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  try {
    for (const [name] of before) {
      const value = (host as Record<string, unknown>)[name];
      Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    const { features: _, ...rest } = await describeEnvironment(machine);
    return rest;
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

const userAgent = 'Mozilla/5.0 Something/1';

test('a browser says what its hints and its navigator say, and nothing else', async () => {
  const hints = async () => ({ architecture: 'arm', bitness: '64' });
  const userAgentData = { platform: 'Android', getHighEntropyValues: hints };
  assert.deepEqual(
    await environmentOf({ navigator: { userAgent, hardwareConcurrency: 8, userAgentData } }, 'my phone'),
    {
      runtime: 'browser',
      platform: 'Android',
      architecture: 'arm 64',
      userAgent,
      logicalCores: 8,
      machine: 'my phone',
    },
  );
  for (const none of [
    undefined,
    {},
    { platform: '', getHighEntropyValues: async () => ({ architecture: '', bitness: '' }) },
    { getHighEntropyValues: () => Promise.reject(new Error('not allowed')) },
  ]) {
    const navigator = { userAgent, hardwareConcurrency: 8, userAgentData: none };
    assert.deepEqual(await environmentOf({ navigator }), { runtime: 'browser', userAgent, logicalCores: 8 });
  }
});

test('an engine that says nothing is unknown', async () => {
  assert.deepEqual(await environmentOf({}), { runtime: 'unknown' });
});

test('what resembles Node is told by its own name, and a processor by its model', async () => {
  const process = (model: string, versions: object, cpuinfo?: string) => ({
    versions: { node: '20.0.0', v8: '11.3', ...versions },
    platform: 'linux',
    arch: 'arm64',
    getBuiltinModule: () => ({
      cpus: () => [{ model }, { model }],
      readFileSync(file: URL) {
        assert.equal(file.href, 'file:///proc/cpuinfo');
        if (cpuinfo === undefined) throw new Error('no such file');
        return new TextEncoder().encode(cpuinfo);
      },
    }),
  });
  const told = { runtime: 'node 20.0.0', engine: 'v8 11.3', platform: 'linux', architecture: 'arm64' };
  const node = await environmentOf({ process: process('Intel(R) Xeon(R) CPU @ 2.20GHz ', {}) });
  assert.deepEqual(node, { ...told, cpu: 'Intel Xeon CPU @ 2.20GHz', logicalCores: 2 });
  const cpuinfo = 'processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nstepping\t: 1\n';
  const virtual = await environmentOf({ process: process('AMD EPYC', {}, cpuinfo) });
  assert.equal(virtual.cpu, 'AMD EPYC (family 25, model 17)');
  assert.deepEqual(await environmentOf({ process: process('unknown', { deno: '2.0.0' }) }), {
    ...told,
    runtime: 'deno 2.0.0',
    logicalCores: 2,
  });
  const forbidden = {
    ...process('', {}),
    getBuiltinModule() {
      throw new Error('not allowed');
    },
  };
  assert.deepEqual(await environmentOf({ process: forbidden }), told);
});
