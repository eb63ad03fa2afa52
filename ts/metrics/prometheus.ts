/**
 * Metrics in the text format that Prometheus scrapes (exposition format 0.0.4): base units, so seconds and bytes.
 *
 * Rates are left out: Prometheus derives them from the counters, over windows of its own.
 */
import type { OperationMetrics, RuntimeMetrics } from './runtime-metrics.js';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [suffix: string, labels: Labels, value: number];

const prefix = 'sasi_wasm_';

/**
 * `metrics` as Prometheus text, ending in a newline. `labels` are added to every sample (say, the build or the
 * process); a name that is no label name (`[a-zA-Z_][a-zA-Z0-9_]*`) throws a TypeError.
 */
export function toPrometheusText(metrics: RuntimeMetrics, labels: Labels = {}): string {
  for (const name of Object.keys(labels)) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
      throw new TypeError(`toPrometheusText: "${name}" is no label name; use letters, digits and _`);
    }
  }
  const lines: string[] = [];
  const family = (
    name: string,
    type: 'counter' | 'gauge' | 'summary',
    help: string,
    samples: readonly Sample[],
  ): void => {
    if (samples.length === 0) return;
    lines.push(`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`);
    for (const [suffix, own, value] of samples) {
      lines.push(`${prefix}${name}${suffix}${labelText({ ...labels, ...own })} ${numberText(value)}`);
    }
  };
  operationFamilies(metrics, family);
  memoryFamilies(metrics, family);
  runtimeFamilies(metrics, family);
  return `${lines.join('\n')}\n`;
}

type AddFamily = (
  name: string,
  type: 'counter' | 'gauge' | 'summary',
  help: string,
  samples: readonly Sample[],
) => void;

function operationFamilies({ operations }: RuntimeMetrics, family: AddFamily): void {
  const each = (pick: (metrics: OperationMetrics) => number): Sample[] =>
    Object.entries(operations).map(([operation, metrics]) => ['', { operation }, pick(metrics)]);
  family(
    'calls_total',
    'counter',
    'Calls made, the failed ones among them.',
    each((m) => m.calls),
  );
  family(
    'errors_total',
    'counter',
    'Calls that threw.',
    each((m) => m.errors),
  );
  family(
    'elements_total',
    'counter',
    'Elements worked on.',
    each((m) => m.elements),
  );
  family(
    'latency_seconds',
    'summary',
    'Latency of calls since the start, quantiles within one percent.',
    Object.entries(operations).flatMap(([operation, { p50, p95, p99, busyTime, calls }]) => [
      ['', { operation, quantile: '0.5' }, seconds(p50)] as const,
      ['', { operation, quantile: '0.95' }, seconds(p95)] as const,
      ['', { operation, quantile: '0.99' }, seconds(p99)] as const,
      ['_sum', { operation }, seconds(busyTime)] as const,
      ['_count', { operation }, calls] as const,
    ]),
  );
  family(
    'latency_max_seconds',
    'gauge',
    'The longest call since the start.',
    each((m) => seconds(m.max)),
  );
}

function memoryFamilies({ memory }: RuntimeMetrics, family: AddFamily): void {
  const one = (value: number): Sample[] => [['', {}, value]];
  family('memory_limit_bytes', 'gauge', 'Size of the whole linear memory.', one(memory.limit));
  family('memory_reserved_bytes', 'gauge', 'Taken by the module itself.', one(memory.reserved));
  family('memory_used_bytes', 'gauge', 'In live blocks of the pool.', one(memory.used));
  family('memory_peak_bytes', 'gauge', 'The most that was in live blocks.', one(memory.peak));
  family('memory_available_bytes', 'gauge', 'Free in the pool.', one(memory.available));
  family('memory_largest_free_bytes', 'gauge', 'The largest free piece.', one(memory.largestFree));
  family(
    'memory_fragmentation_ratio',
    'gauge',
    '0: free memory is one piece; towards 1: many small ones.',
    one(memory.fragmentation),
  );
  family('memory_live_blocks', 'gauge', 'Blocks that were not freed.', one(memory.liveBlocks));
  family('memory_allocations_total', 'counter', 'Blocks allocated.', one(memory.allocations));
  family('memory_frees_total', 'counter', 'Blocks freed.', one(memory.frees));
  family('memory_failures_total', 'counter', 'Allocations refused for want of room.', one(memory.failures));
}

function runtimeFamilies(metrics: RuntimeMetrics, family: AddFamily): void {
  const { total, ...phases } = metrics.loadTime;
  family('load_seconds', 'gauge', 'Time until the runtime was usable.', [['', {}, seconds(total)]]);
  family(
    'load_phase_seconds',
    'gauge',
    'Parts of the load time.',
    Object.entries(phases).map(([phase, time]) => ['', { phase }, seconds(time)]),
  );
  family('profiling', 'gauge', '1 when calls are counted, 0 when profiling is off.', [
    ['', {}, metrics.profiling === false ? 0 : 1],
  ]);
  if (metrics.clockResolution !== null) {
    family('clock_resolution_seconds', 'gauge', 'The smallest step of the clock.', [
      ['', {}, seconds(metrics.clockResolution)],
    ]);
  }
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
