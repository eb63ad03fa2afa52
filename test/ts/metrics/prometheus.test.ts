import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPrometheusText } from '#ts/metrics/prometheus.js';
import { sampleMetrics } from './sample-metrics.js';

interface Parsed {
  readonly types: Map<string, string>;
  readonly samples: { name: string; labels: Record<string, string>; value: number }[];
}

/** A reader of the exposition format 0.0.4, strict about what Prometheus is strict about. */
function parse(text: string): Parsed {
  assert.ok(text.endsWith('\n'), 'the last line must end');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const samples: Parsed['samples'] = [];
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary)$/.exec(line);
    if (help) {
      assert.ok(!helps.has(help[1]!), `second HELP: ${line}`);
      helps.add(help[1]!);
      continue;
    }
    if (type) {
      assert.ok(!types.has(type[1]!), `second TYPE: ${line}`);
      types.set(type[1]!, type[2]!);
      continue;
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (\S+)$/.exec(
        line,
      );
    assert.ok(sample, `not a sample: ${line}`);
    const [, name = '', labelText = '', valueText = ''] = sample;
    const labels: Record<string, string> = {};
    for (const [, label = '', raw = ''] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[label] = raw.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    }
    const value = Number(valueText.replace('Inf', 'Infinity'));
    assert.ok(valueText === 'NaN' || !Number.isNaN(value), `no number: ${line}`);
    const identity = JSON.stringify([name, labels]);
    assert.ok(!seen.has(identity), `sample given twice: ${line}`);
    seen.add(identity);
    const family = name.replace(/_(sum|count)$/, '');
    assert.ok(types.has(name) || types.get(family) === 'summary', `no TYPE before: ${line}`);
    assert.ok(helps.has(name) || helps.has(family), `no HELP before: ${line}`);
    samples.push({ name, labels, value });
  }
  return { types, samples };
}

function sampleValue({ samples }: Parsed, name: string, labels: Record<string, string>): number {
  const found = samples.find(
    (s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v),
  );
  assert.ok(found, `no sample ${name} ${JSON.stringify(labels)}`);
  return found.value;
}

test('the text parses and says what the metrics say, in seconds and bytes', () => {
  const metrics = sampleMetrics({ calls: 9, failures: 1, latency: 2 });
  const parsed = parse(toPrometheusText(metrics));
  assert.equal(sampleValue(parsed, 'sasi_wasm_calls_total', { operation: 'add' }), 10);
  assert.equal(sampleValue(parsed, 'sasi_wasm_errors_total', { operation: 'add' }), 1);
  assert.equal(sampleValue(parsed, 'sasi_wasm_elements_total', { operation: 'add' }), 900);
  assert.equal(sampleValue(parsed, 'sasi_wasm_latency_seconds_sum', { operation: 'add' }), 0.02);
  assert.equal(sampleValue(parsed, 'sasi_wasm_latency_seconds_count', { operation: 'add' }), 10);
  assert.equal(sampleValue(parsed, 'sasi_wasm_latency_seconds', { quantile: '0.5' }), 0.002);
  assert.equal(sampleValue(parsed, 'sasi_wasm_memory_limit_bytes', {}), 1_000_000);
  assert.equal(sampleValue(parsed, 'sasi_wasm_memory_failures_total', {}), 1);
  assert.equal(sampleValue(parsed, 'sasi_wasm_load_seconds', {}), 0.01);
  assert.equal(sampleValue(parsed, 'sasi_wasm_load_phase_seconds', { phase: 'compile' }), 0.003);
});

test('types and units follow the conventions', () => {
  const { types } = parse(toPrometheusText(sampleMetrics({ calls: 1 })));
  for (const [name, type] of types) {
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_ms$|milli/, name);
  }
});

test('labels of the caller stand on every sample, escaped', () => {
  const build = 'a "quoted" back\\slash\nand a line';
  const { samples } = parse(toPrometheusText(sampleMetrics({ calls: 1 }), { build }));
  assert.ok(samples.length > 0);
  for (const sample of samples) assert.equal(sample.labels.build, build);
});

test('a label name that Prometheus would refuse is refused', () => {
  assert.throws(() => toPrometheusText(sampleMetrics({}), { 'no-name': 'x' }), TypeError);
});

test('a runtime that was never called, or does not profile, gives valid text too', () => {
  const metrics = sampleMetrics({});
  assert.equal(sampleValue(parse(toPrometheusText(metrics)), 'sasi_wasm_profiling', {}), 1);
  const silent = { ...metrics, profiling: false, clockResolution: null } as const;
  assert.equal(sampleValue(parse(toPrometheusText(silent)), 'sasi_wasm_profiling', {}), 0);
});
