import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthReport } from '#ts/metrics/health.js';
import { sampleMetrics } from './sample-metrics.js';

function codes(...args: Parameters<typeof healthReport>): string[] {
  return healthReport(...args).issues.map((issue) => issue.code);
}

test('a runtime within its limits is healthy', () => {
  assert.deepEqual(healthReport(sampleMetrics({ calls: 100 })), { status: 'healthy', issues: [] });
});

test('a value at its threshold is no issue, one above it is', () => {
  assert.deepEqual(codes(sampleMetrics({}, {}, { total: 100 })), []);
  assert.deepEqual(codes(sampleMetrics({}, {}, { total: 100.5 })), ['LOAD_TIME']);
  assert.deepEqual(codes(sampleMetrics({ calls: 4, latency: 5 })), []);
  assert.deepEqual(codes(sampleMetrics({ calls: 4, latency: 6 })), ['AVERAGE_LATENCY']);
  assert.deepEqual(codes(sampleMetrics({ calls: 9, failures: 1 })), []);
  assert.deepEqual(codes(sampleMetrics({ calls: 8, failures: 1 })), ['ERROR_RATE']);
  assert.deepEqual(codes(sampleMetrics({}, { used: 900_000 })), []);
  assert.deepEqual(codes(sampleMetrics({}, { used: 900_001 })), ['MEMORY']);
});

test('the worst severity is the status', () => {
  assert.equal(healthReport(sampleMetrics({}, {}, { total: 500 })).status, 'warning');
  assert.equal(healthReport(sampleMetrics({ failures: 1 })).status, 'error');
  const both = healthReport(sampleMetrics({ failures: 1 }, {}, { total: 500 }));
  assert.equal(both.status, 'error');
  assert.deepEqual(
    both.issues.map((issue) => [issue.code, issue.severity]),
    [
      ['LOAD_TIME', 'warning'],
      ['ERROR_RATE', 'error'],
    ],
  );
});

test('an issue gives value and limit, in figures and in words', () => {
  const [issue] = healthReport(sampleMetrics({}, {}, { total: 250 })).issues;
  assert.equal(issue?.value, 250);
  assert.equal(issue?.limit, 100);
  assert.match(issue?.message ?? '', /250 ms.*100 ms/);
});

test('thresholds of the caller replace the defaults one by one', () => {
  const metrics = sampleMetrics({ calls: 10, latency: 2 }, {}, { total: 50 });
  assert.deepEqual(codes(metrics, { averageLatency: 1 }), ['AVERAGE_LATENCY']);
  assert.deepEqual(codes(metrics, { loadTime: 49 }), ['LOAD_TIME']);
  assert.deepEqual(codes(metrics, { memory: 149_999 }), ['MEMORY']);
});
