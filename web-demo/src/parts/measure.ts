/** Part 2: the package's benchmark on a button, with its figures as bars, as a table and as JSON. */
import type {
  BenchmarkCell,
  BenchmarkOperation,
  BenchmarkRatio,
  WasmBenchmarkReport,
} from '@sasi/wasm-performance';
import { type BarGroup, barChart, dotChart } from '../charts/bar-groups.js';
import { lazily } from '../link/connection.js';
import { RemoteError, textOf } from '../link/protocol.js';
import { button, byId, fillRows, handOver, make, say, select } from '../page/dom.js';
import { count, milliseconds, short, significant } from '../page/format.js';

const operations: Readonly<Partial<Record<BenchmarkOperation, string>>> = {
  activation: 'tanh(x/2)',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  dot: 'dot product',
  add: 'addition',
  matmul: 'matrix product',
};
const names = Object.keys(operations) as BenchmarkOperation[];
/** Of the bars, from top to bottom. */
const contenders = [
  { build: 'simd', name: 'SIMD', token: 'simd' },
  { build: 'scalar', name: 'scalar', token: 'scalar' },
  { build: 'js', name: 'js build', token: 'js' },
  { build: 'relaxed', name: 'relaxed SIMD', token: 'relaxed' },
  { build: 'javascript', name: 'JavaScript loop', token: 'javascript' },
] as const;
const nameOf = (build: string): string => contenders.find((one) => one.build === build)?.name ?? build;
const choice = { ops: names, samples: 9, minSampleMs: 2 };

export function startMeasure(): void {
  const [run, cancel, copy] = [button('measure-run'), button('measure-cancel'), button('measure-copy')];
  const status = byId('measure-status');
  const progress = byId('measure-progress', HTMLProgressElement);
  const view = new MeasureView();
  const service = lazily('benchmark', (connection) => {
    connection.on('progress', ({ completed, total, operation, size }) => {
      progress.value = completed / total;
      const what =
        operation === undefined ? '' : ` ${operations[operation] ?? operation}, ${count(size ?? 0)}`;
      progress.title = `${completed} of ${total}${what}`;
    });
  });

  run.addEventListener('click', async () => {
    handOver(run, cancel);
    progress.value = 0;
    say(status, 'Measuring: SIMD, scalar and JavaScript in turns …');
    try {
      const report = await (await service()).call('run', choice);
      view.show(report);
      copy.disabled = false;
      say(status, summary(report), 'good');
    } catch (error) {
      const isCancelled = error instanceof RemoteError && error.code === 'ABORTED';
      if (isCancelled) say(status, 'Cancelled. What was measured before stays.');
      else say(status, textOf(error), 'bad');
    }
    progress.value = 0;
    handOver(cancel, run);
  });
  cancel.addEventListener('click', async () => {
    await (await service()).call('cancel');
  });
  copy.addEventListener('click', async () => {
    say(
      status,
      (await copyText(view.json)) ? 'Copied.' : 'The browser refused: the report is selected below.',
    );
  });
}

/** False when the browser does not let the page: then the text is there to be copied by hand. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    byId('measure-json-box', HTMLDetailsElement).open = true;
    byId('measure-json', HTMLTextAreaElement).select();
    return false;
  }
}

function summary({ cells, builds }: WasmBenchmarkReport): string {
  const wrong = cells.filter(({ correct }) => !correct).length;
  const missing = builds.filter(({ loaded }) => !loaded);
  const said = [`${count(cells.length)} measurements`];
  said.push(wrong === 0 ? 'every result within its error bound' : `${wrong} wrong results, not timed`);
  for (const { build, code } of missing) said.push(`no ${nameOf(build)} here (${code ?? 'not loaded'})`);
  return `${said.join('; ')}.`;
}

class MeasureView {
  json = '';
  #report: WasmBenchmarkReport | undefined;
  readonly #choice = select('measure-operation');
  readonly #throughput = barChart(
    byId('measure-throughput'),
    'Throughput by size and contender; the table below tells the same',
    short,
  );
  readonly #ratios = dotChart(
    byId('measure-ratios'),
    'Speed-up by SIMD, with 95 % intervals; the table below tells the same',
    (value) => `${value}×`,
  );

  constructor() {
    this.#choice.append(...names.map((name) => make('option', { value: name }, operations[name] ?? name)));
    this.#choice.addEventListener('change', () => this.#draw());
    legend('measure-legend', [...contenders, { name: 'whiskers: p5 to p95', token: '' }]);
    legend('measure-ratio-legend', [
      { name: 'over scalar', token: 'scalar' },
      { name: 'over JavaScript', token: 'javascript' },
      { name: '95 % intervals', token: '' },
    ]);
  }

  show(report: WasmBenchmarkReport): void {
    this.#report = report;
    this.json = JSON.stringify(report, null, 2);
    byId('measure-json', HTMLTextAreaElement).value = this.json;
    this.#draw();
    fillRows(
      byId('measure-table'),
      report.cells.map((cell) => rowOf(cell, report)),
    );
  }

  #draw(): void {
    if (this.#report === undefined) return;
    const { cells, ratios } = this.#report;
    const mine = cells.filter(({ operation }) => operation === this.#choice.value);
    const sizes = [...new Set(mine.map(({ size }) => size))];
    const flops =
      mine.some(({ flopsPerSecond }) => flopsPerSecond !== null) && this.#choice.value === 'matmul';
    const unit = flops ? 'flop/s' : '/s';
    this.#throughput.draw(
      sizes.map((size): BarGroup => {
        const bars = contenders.map(({ build, token }) => {
          const cell = mine.find((one) => one.size === size && one.build === build);
          return barOf(cell, token, flops, unit);
        });
        return { name: sizeName(size, flops), bars };
      }),
    );
    this.#ratios.draw(
      sizes.map((size): BarGroup => {
        const bars = (['scalar', 'javascript'] as const).map((against) => {
          const found = ratios.find(
            (one) => one.operation === this.#choice.value && one.size === size && one.against === against,
          );
          if (found === undefined) return { token: against, value: null, text: 'not measured' };
          const { ratio, low, high } = found;
          const interval = low === null || high === null ? {} : { low, high };
          return { token: against, value: ratio, ...interval, text: `${significant(ratio)}×` };
        });
        return { name: sizeName(size, flops), bars };
      }),
    );
  }
}

function sizeName(size: number, isMatrix: boolean): string {
  if (!isMatrix) return count(size);
  const side = Math.round(Math.sqrt(size));
  return `${side}×${side}`;
}

function barOf(
  cell: BenchmarkCell | undefined,
  token: string,
  flops: boolean,
  unit: string,
): BarGroup['bars'][number] {
  if (cell === undefined) return { token, value: null, text: 'not loaded' };
  const value = flops ? cell.flopsPerSecond : cell.elementsPerSecond;
  if (value === null || cell.median === null || cell.p5 === null || cell.p95 === null) {
    return { token, value: null, text: cell.correct ? 'not timed' : 'wrong result' };
  }
  const work = value * cell.median;
  return { token, value, low: work / cell.p95, high: work / cell.p5, text: `${short(value)}${unit}` };
}

function rowOf(cell: BenchmarkCell, { ratios }: WasmBenchmarkReport): string[] {
  const { operation, size, build, median, p5, p95, samples, elementsPerSecond, maxError } = cell;
  const ratio = ratios.find(
    (one) => one.operation === operation && one.size === size && one.against === build,
  );
  return [
    operations[operation] ?? operation,
    count(size),
    nameOf(build),
    median === null ? '–' : milliseconds(median),
    p5 === null || p95 === null ? '–' : `${milliseconds(p5)} to ${milliseconds(p95)}`,
    count(samples.length),
    elementsPerSecond === null ? '–' : short(elementsPerSecond),
    ratio === undefined ? '–' : ratioText(ratio),
    maxError === null ? 'NaN' : maxError === 0 ? '0' : maxError.toExponential(1),
  ];
}

function ratioText({ ratio, low, high }: BenchmarkRatio): string {
  const interval = low === null || high === null ? '' : ` (${significant(low)} to ${significant(high)})`;
  return `${significant(ratio)}×${interval}`;
}

function legend(id: string, entries: readonly { name: string; token: string }[]): void {
  byId(id).replaceChildren(
    ...entries.map(({ name, token }) =>
      make('span', {}, ...(token === '' ? [] : [make('i', { class: `key back-${token}` })]), name),
    ),
  );
}
