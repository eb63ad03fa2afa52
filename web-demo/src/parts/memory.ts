/** Part 4: a pool to play with, the latency of calls that go on, and a change of modules under them. */
import { histogram } from '../charts/histogram.js';
import { type Connection, connect } from '../link/connection.js';
import { textOf } from '../link/protocol.js';
import { button, byId, canvas, fillRows, handOver, make, say, select, write } from '../page/dom.js';
import { bytes, count, milliseconds, percent, short } from '../page/format.js';
import { onThemeChange } from '../page/theme.js';
import { bucketEdges } from '../services/latencies.js';
import type { BuildName, PoolReport } from '../services/pool.js';
import { drawPoolMap } from './pool-map.js';

const kibibyte = 1024;
const poolButtons = ['pool-small', 'pool-large', 'pool-thin', 'pool-optimize', 'pool-reset'] as const;

export function startMemory(): void {
  const [start, stop, status] = [button('memory-start'), button('memory-stop'), byId('memory-status')];
  const view = new MemoryView();
  let service: Connection<'pool'> | undefined;

  async function open(): Promise<Connection<'pool'>> {
    if (service !== undefined) return service;
    const made = await connect('pool');
    made.on('report', (report) => view.show(report));
    return made;
  }

  let isStarting = false;
  start.addEventListener('click', async () => {
    if (isStarting) return;
    isStarting = true;
    say(status, 'Loading …');
    try {
      const made = await open();
      const report = await made.call('start', Number(select('memory-size').value));
      await made.call('faults', byId('memory-faults', HTMLInputElement).checked);
      service = made;
      view.show(report);
      view.enable();
      handOver(start, stop);
      say(status, 'Calls go on.');
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
    isStarting = false;
  });
  stop.addEventListener('click', async () => {
    handOver(stop, start);
    try {
      const report = await service?.call('stop');
      if (report !== undefined) view.show(report);
      say(status, 'Stopped.');
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
  });
  select('memory-size').addEventListener('change', () => {
    void service?.call('elements', Number(select('memory-size').value));
  });
  byId('memory-faults').addEventListener('change', () => {
    void service?.call('faults', byId('memory-faults', HTMLInputElement).checked);
  });
  connectPool(() => service, view);
  connectBuilds(() => service, view);
}

type Find = () => Connection<'pool'> | undefined;

/** The buttons under the map. */
function connectPool(find: Find, view: MemoryView): void {
  const status = byId('pool-status');
  const act = (
    id: (typeof poolButtons)[number],
    work: (service: Connection<'pool'>) => Promise<string>,
  ): void => {
    button(id).addEventListener('click', async () => {
      const service = find();
      if (service === undefined) return;
      try {
        say(status, await work(service));
      } catch (error) {
        say(status, textOf(error), 'bad');
      }
    });
  };
  const shown = async (
    report: Promise<PoolReport>,
    text: (report: PoolReport) => string,
  ): Promise<string> => {
    const made = await report;
    view.show(made);
    return text(made);
  };
  act('pool-small', (service) =>
    shown(service.call('take', 16, 16 * kibibyte), ({ pool }) => `Taken; ${bytes(pool.available)} are free.`),
  );
  act('pool-large', (service) =>
    shown(
      service.call('take', 1, kibibyte * kibibyte),
      ({ pool }) => `Taken; ${bytes(pool.available)} are free.`,
    ),
  );
  act('pool-thin', (service) =>
    shown(
      service.call('thin'),
      ({ pool }) => `Every second block is free: fragmentation ${percent(pool.fragmentation, 0)}.`,
    ),
  );
  act('pool-optimize', async (service) => {
    const { regained, report } = await service.call('optimize');
    view.show(report);
    return `The largest free piece grew by ${bytes(regained)}: live blocks never move, free neighbours are merged.`;
  });
  act('pool-reset', (service) => shown(service.call('reset'), () => 'All blocks are free.'));
}

/** The switch between modules and builds: one at a time, and the last wish wins. Arrow keys pass through every radio. */
function connectBuilds(find: Find, view: MemoryView): void {
  const status = byId('memory-status');
  byId('memory-builds').addEventListener('change', async (event) => {
    const service = find();
    if (service === undefined) return;
    const isSwitching = view.wish !== undefined;
    view.wish = (event.target as HTMLInputElement).value as BuildName;
    if (isSwitching) return;
    let build: BuildName;
    do {
      build = view.wish;
      say(status, `Switching to ${build} …`);
      try {
        const lost = await service.call('use', build);
        const calls = lost === 0 ? 'no call was' : lost === 1 ? 'one call was' : `${count(lost)} calls were`;
        say(status, `${build} is in use, and ${calls} lost.`);
      } catch (error) {
        say(status, `${textOf(error)} (${view.running} runs.)`, 'bad');
      }
    } while (view.wish !== build);
    view.wish = undefined;
    view.check();
  });
}

class MemoryView {
  /** The build that a visitor has chosen, until the switch has ended. */
  wish: BuildName | undefined;
  #report: PoolReport | undefined;
  readonly #latency = histogram(
    byId('latency-chart'),
    'Latency of a call; the table below tells the same',
    milliseconds,
  );

  constructor() {
    this.#map();
    this.#latency.draw({ edges: bucketEdges, counts: bucketEdges.slice(1).fill(0), marks: [] });
    onThemeChange(() => this.#map());
    new ResizeObserver(() => requestAnimationFrame(() => this.#map())).observe(canvas('pool-map'));
  }

  enable(): void {
    for (const id of poolButtons) button(id).disabled = false;
    byId('memory-builds', HTMLFieldSetElement).disabled = false;
    if (byId('pool-status').textContent === 'Start first.') say(byId('pool-status'), 'The pool is empty.');
    this.check();
  }

  get running(): string {
    return this.#report?.build ?? 'nothing';
  }

  /** The build that really runs is the one that is checked; during a switch that would take the keyboard's place away. */
  check(): void {
    for (const radio of byId('memory-builds').querySelectorAll('input')) {
      radio.checked = radio.value === (this.wish ?? this.running);
    }
  }

  show(report: PoolReport): void {
    const gone = report.emptied - (this.#report?.emptied ?? 0);
    if (gone > 0) {
      const blocks = gone === 1 ? 'One block' : `${count(gone)} blocks`;
      say(byId('pool-status'), `${blocks} went with the memory of the module that was left.`);
    }
    this.#report = report;
    this.check();
    const { module, build, calls, callsPerSecond, refused, lost, switches, latency } = report;
    write(byId('memory-module'), `${module}, ${build}`);
    write(byId('memory-calls'), count(calls));
    write(byId('memory-rate'), callsPerSecond === 0 ? '–' : short(callsPerSecond));
    write(byId('memory-refused'), count(refused));
    write(byId('memory-lost'), count(lost));
    write(byId('memory-switches'), count(switches));
    this.#map();
    this.#poolTable(report);
    const { edges, counts, p50, p95, samples, callsPerSample } = latency;
    this.#latency.draw({
      edges,
      counts,
      marks:
        samples === 0
          ? []
          : [
              { name: 'p50', value: p50 },
              { name: 'p95', value: p95 },
            ],
    });
    const each = callsPerSample < 1.5 ? 'one call' : `the mean of about ${count(callsPerSample)} calls`;
    if (samples > 0) write(byId('latency-note'), `${count(samples)} samples, each ${each}.`);
    fillRows(
      byId('latency-table'),
      counts.flatMap((value, i) =>
        value === 0 ? [] : [[milliseconds(edges[i]!), milliseconds(edges[i + 1]!), count(value)]],
      ),
    );
    this.#health(report);
  }

  #map(): void {
    drawPoolMap(canvas('pool-map'), this.#report?.pool, this.#report?.blocks ?? []);
  }

  #poolTable({ pool }: PoolReport): void {
    fillRows(byId('pool-table'), [
      ['Limit', bytes(pool.limit)],
      ['Taken by the module', bytes(pool.reserved)],
      ['In live blocks', bytes(pool.used)],
      ['Most that ever was', bytes(pool.peak)],
      ['Free', bytes(pool.available)],
      ['Largest free piece', bytes(pool.largestFree)],
      ['Fragmentation', percent(pool.fragmentation, 0)],
      ['Live blocks', count(pool.liveBlocks)],
      ['Allocations', count(pool.allocations)],
      ['Frees', count(pool.frees)],
      ['Refused for want of room', count(pool.failures)],
    ]);
  }

  #health({ health: { status, issues } }: PoolReport): void {
    const line = byId('health-status');
    line.dataset.tone = status;
    write(line, status);
    const texts = issues.map(({ code, severity, message }) => `${severity}: ${message} (${code})`);
    const list = byId('health-issues');
    if (Array.from(list.children, (item) => item.textContent).join() === texts.join()) return;
    list.replaceChildren(...texts.map((text) => make('li', {}, text)));
  }
}
