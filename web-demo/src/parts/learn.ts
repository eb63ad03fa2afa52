/** Part 1: trains on the digits, shows what happens, and reads what is drawn. */
import { lineChart } from '../charts/line-chart.js';
import { matrix } from '../charts/matrix.js';
import { drawUnits } from '../charts/pictures.js';
import { type Connection, lazily } from '../link/connection.js';
import { textOf } from '../link/protocol.js';
import { button, byId, canvas, fillRows, handOver, make, say, select, write } from '../page/dom.js';
import { count, milliseconds, percent, short, significant } from '../page/format.js';
import { onThemeChange } from '../page/theme.js';
import type { TestResult, TrainingChoice, TrainingStep } from '../services/digits.js';
import { startReading } from './reading.js';

const goal = 0.95;
const usualSamples = 144_000;
const thousands = (value: number): string => (value === 0 ? '0' : `${value / 1000} k`);

export function startLearn(): void {
  const view = new LearnView();
  const service = lazily('digits', (connection) => {
    connection.on('step', (step) => view.step(step));
    connection.on('test', (result) => {
      view.test(result);
      reading.again();
    });
  });
  const reading = startReading(service);
  const [train, stop, status] = [button('learn-train'), button('learn-stop'), byId('learn-status')];

  train.addEventListener('click', async () => {
    handOver(train, stop);
    say(status, 'Fetching the digits …');
    try {
      await runTraining(await service(), view, status);
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
    handOver(stop, train);
  });
  stop.addEventListener('click', async () => {
    await (await service()).call('stop');
  });
}

async function runTraining(
  service: Connection<'digits'>,
  view: LearnView,
  status: HTMLElement,
): Promise<void> {
  const choice: TrainingChoice = {
    variant: select('learn-build').value as TrainingChoice['variant'],
    hidden: Number(select('learn-hidden').value),
  };
  const start = await service.call('begin', choice);
  if (start === undefined) {
    say(status, 'Stopped before the training began.');
    return;
  }
  view.begin();
  const { parameters, trainingRows, variant } = start;
  say(
    status,
    `Training ${count(parameters)} parameters on ${count(trainingRows)} images with the ${variant} build.`,
  );
  const end = await service.call('train');
  const { last, reached } = view;
  if (last === undefined) return;
  const result = `${percent(last.accuracy)} of ${count(start.testRows)} unseen digits are read right`;
  const when =
    reached === undefined ? '' : `; ${percent(goal, 0)} was reached after ${milliseconds(reached)}`;
  const how = end === 'finished' ? 'Done' : 'Stopped';
  say(status, `${how} after ${milliseconds(last.elapsed)}: ${result}${when}. Now draw one.`, 'good');
}

/** Everything that the training is shown by. */
class LearnView {
  last: TestResult | undefined;
  /** Milliseconds until the goal was reached; undefined before. */
  reached: number | undefined;
  #results: TestResult[] = [];
  readonly #accuracy = lineChart(byId('learn-curve-accuracy'), {
    title: 'Accuracy',
    xMax: usualSamples,
    xFormat: thousands,
    yFormat: (value) => percent(value, 0),
    yRange: [0.8, 1],
    goal,
  });
  readonly #loss = lineChart(byId('learn-curve-loss'), {
    title: 'Loss',
    xMax: usualSamples,
    xFormat: thousands,
    yFormat: (value) => value.toFixed(1),
  });
  readonly #confusion = matrix(byId('learn-confusion'), 'Confusion matrix; the table below tells the same');
  readonly #units = canvas('learn-units');

  constructor() {
    drawUnits(this.#units, new Float32Array(40 * 784));
    this.#curves();
    this.#confusionTable(new Uint32Array(100));
    onThemeChange(() => drawUnits(this.#units, this.last?.units ?? new Float32Array(40 * 784)));
  }

  begin(): void {
    this.#results = [];
    this.last = undefined;
    this.reached = undefined;
  }

  step({ samples, samplesPerSecond, elapsed }: TrainingStep): void {
    write(byId('learn-rate'), short(samplesPerSecond));
    write(byId('learn-seen'), short(samples));
    write(byId('learn-time'), `${(elapsed / 1000).toFixed(1)} s`);
  }

  test(result: TestResult): void {
    this.last = result;
    this.#results.push(result);
    if (result.accuracy >= goal) this.reached ??= result.elapsed;
    write(byId('learn-accuracy'), percent(result.accuracy));
    write(byId('learn-loss'), result.loss.toFixed(3));
    write(byId('learn-seen'), short(result.samples));
    write(byId('learn-time'), `${(result.elapsed / 1000).toFixed(1)} s`);
    this.#curves();
    this.#confusion.draw(result.confusion);
    this.#confusionTable(result.confusion);
    drawUnits(this.#units, result.units);
    this.#unitsTable(result);
  }

  #curves(): void {
    const results = this.#results;
    const x = results.map(({ samples }) => samples);
    this.#accuracy.draw(x, [
      { name: 'unseen digits', token: 'accent', values: results.map(({ accuracy }) => accuracy) },
    ]);
    this.#loss.draw(x, [
      { name: 'unseen digits', token: 'accent', values: results.map(({ loss }) => loss) },
      { name: 'training', token: 'warm', values: results.map(({ trainingLoss }) => trainingLoss) },
    ]);
    fillRows(
      byId('learn-curve-table'),
      results.map(({ samples, elapsed, accuracy, loss, trainingLoss }) => [
        count(samples),
        (elapsed / 1000).toFixed(2),
        percent(accuracy),
        loss.toFixed(4),
        trainingLoss.toFixed(4),
      ]),
    );
  }

  #confusionTable(counts: Uint32Array): void {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    const head = make(
      'thead',
      {},
      make(
        'tr',
        {},
        make('th', { scope: 'col' }, 'Shown'),
        ...digits.map((digit) => make('th', { scope: 'col' }, `read ${digit}`)),
      ),
    );
    const table = byId('learn-confusion-table');
    table.replaceChildren(head);
    fillRows(
      table,
      digits.map((shown) => [String(shown), ...digits.map((read) => count(counts[shown * 10 + read]!))]),
    );
  }

  #unitsTable({ units, speaksFor }: TestResult): void {
    const rows = Array.from(speaksFor, (digit, unit) => {
      const weights = units.subarray(unit * 784, (unit + 1) * 784);
      const low = weights.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
      const high = weights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      return [String(unit + 1), significant(low), significant(high), String(digit)];
    });
    fillRows(byId('learn-units-table'), rows);
  }
}
