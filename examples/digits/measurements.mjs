// @ts-check
/** What the layer measured about itself, as text. Nothing here is computed from anything but measurements. */

import { detectFeatures } from '@sasi/wasm-performance';

/** @import { NeuralRuntime, WasmBenchmarkReport, WasmPerformanceSystem } from '@sasi/wasm-performance' */

const mebibyte = 1024 * 1024;

/** The operations that are timed against each other, and the one size of each. */
export const comparedSizes = { activation: [10_000], matmul: [128 * 128] };

/** @type {Record<string, string>} */
const operationTitles = {
  activation: 'activation, tanh of 10 000 numbers',
  matmul: 'matrix product, 128×128×128',
};

/**
 * Which build runs, and why: what became of each one that was considered, the fastest first.
 * @param {WasmPerformanceSystem} system
 * @returns {string}
 */
export function describeBuild(system) {
  const { wasm, simd } = detectFeatures();
  const { tier, selection } = system.status();
  const candidates = selection.map(({ candidate, tier: build, accepted, reason }) => {
    const name = build === undefined ? candidate : `${candidate}, ${build} build`;
    return `  ${accepted ? 'used' : 'not used'}: ${name}: ${reason}`;
  });
  const engine = `Engine: Node ${process.versions.node}; WebAssembly ${yesNo(wasm)}, SIMD ${yesNo(simd)}`;
  return [engine, `Build: ${tier}`, ...candidates].join('\n');
}

/**
 * @param {NeuralRuntime} runtime
 * @returns {string}
 */
export function describeMetrics(runtime) {
  const { loadTime, memory, operations, clockResolution } = runtime.metrics();
  const lines = [
    `Load time      ${milliseconds(loadTime.total)} (compile ${milliseconds(loadTime.compile)}, instantiate ${milliseconds(loadTime.instantiate)}, self-test ${milliseconds(loadTime.selfTest)})`,
    `Memory         ${mebibytes(memory.used)} used, ${mebibytes(memory.peak)} at the peak, limit ${mebibytes(memory.limit)}`,
    '',
    `${'Operation'.padEnd(18)}${'calls'.padStart(8)}${'p50'.padStart(12)}${'p99'.padStart(12)}${'calls/s busy'.padStart(16)}`,
  ];
  for (const [name, { calls, p50, p99, busyTime }] of Object.entries(operations)) {
    const rate = busyTime > 0 ? (calls * 1000) / busyTime : 0;
    lines.push(
      `${name.padEnd(18)}${String(calls).padStart(8)}${milliseconds(p50).padStart(12)}${milliseconds(p99).padStart(12)}${count(rate).padStart(16)}`,
    );
  }
  if (clockResolution !== null) lines.push(`(smallest step of the clock: ${milliseconds(clockResolution)})`);
  return lines.join('\n');
}

/**
 * SIMD : scalar : JavaScript, as measured in this run.
 * @param {WasmBenchmarkReport} report
 * @returns {string}
 */
export function describeRatios({ cells, ratios }) {
  return Object.keys(comparedSizes)
    .map((operation) => {
      const times = ['simd', 'scalar', 'javascript'].map((build) => {
        const cell = cells.find((one) => one.operation === operation && one.build === build);
        const median = cell?.median ?? null;
        return median === null ? `${build} not measured` : `${build} ${milliseconds(median)}`;
      });
      const factors = ratios
        .filter((ratio) => ratio.operation === operation)
        .map(({ against, ratio, low, high }) => {
          const interval =
            low === null || high === null ? '' : ` (95 %: ${low.toFixed(1)} to ${high.toFixed(1)})`;
          return `${ratio.toFixed(1)}× ${against}${interval}`;
        });
      const summary = factors.length > 0 ? `\n    simd is ${factors.join(', ')}` : '';
      return `  ${operationTitles[operation] ?? operation}: ${times.join(', ')}${summary}`;
    })
    .join('\n');
}

/** @param {number} value in milliseconds */
export function milliseconds(value) {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  if (value >= 1) return `${value.toFixed(2)} ms`;
  return `${(value * 1000).toFixed(value >= 0.1 ? 0 : 2)} µs`;
}

/** @param {number} value */
export function count(value) {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return `${(bytes / mebibyte).toFixed(2)} MiB`;
}

/** @param {boolean} is */
function yesNo(is) {
  return is ? 'yes' : 'no';
}
