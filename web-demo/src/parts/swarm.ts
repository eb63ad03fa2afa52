/** Part 3: a grid of agents, each with a network of its own that infers in every frame. */
import { strip } from '../charts/strip.js';
import { type Connection, connect } from '../link/connection.js';
import { RemoteError, textOf } from '../link/protocol.js';
import { button, byId, canvas, fillRows, handOver, make, say, write } from '../page/dom.js';
import { bytes, count, milliseconds, percent, short } from '../page/format.js';
import { onThemeChange, prefersStill } from '../page/theme.js';
import type { Pointer, SwarmFrame, SwarmState } from '../services/swarm.js';
import { SwarmStage } from './swarm-stage.js';

const firstAgents = 1000;
const frameBudget = 1000 / 60;
/** Figures are of the last so many frames, and are written twice a second: faster nobody can read. */
const rememberedFrames = 120;
const writeEvery = 500;
/** With reduced motion the picture changes once in so many milliseconds; what is measured goes on. */
const stillEvery = 1500;

export function startSwarm(): void {
  const [start, stop, status] = [button('swarm-start'), button('swarm-stop'), byId('swarm-status')];
  const slider = byId('swarm-agents', HTMLInputElement);
  const view = new SwarmView();
  let running: Running | undefined;

  // Until the pool is known, the slider covers what anybody has room for.
  slider.max = '15000';
  slider.value = String(firstAgents);

  let isStarting = false;
  start.addEventListener('click', async () => {
    if (isStarting) return;
    isStarting = true;
    try {
      if (running === undefined) {
        say(status, 'Loading …');
        const service = await connect('swarm');
        const state = await service.call('open', firstAgents);
        slider.max = String(Math.ceil(state.most / 100) * 100);
        view.state(state);
        running = new Running(service, view, fail);
      }
      running.begin();
      handOver(start, stop);
      void resize();
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
    isStarting = false;
  });
  /** Nobody knows what the worker can still do: the next start is with a new one. */
  function fail(error: unknown): void {
    running?.close();
    running = undefined;
    handOver(stop, start);
    say(status, textOf(error), 'bad');
  }
  stop.addEventListener('click', () => {
    running?.end();
    handOver(stop, start);
    say(status, 'Stopped.');
  });
  slider.addEventListener('input', () => {
    write(byId('swarm-count'), count(Number(slider.value)));
    void resize();
  });

  let isResizing = false;
  async function resize(): Promise<void> {
    if (running === undefined || isResizing) return;
    isResizing = true;
    const flock = running;
    let wanted: number;
    do {
      wanted = Number(slider.value);
      try {
        if (flock.agents !== wanted) view.state(await flock.resize(wanted));
        view.error(undefined, flock.agents);
        const { agents } = flock;
        say(status, `${count(agents)} agents${flock.isOn ? ' infer in every frame' : ''}.`);
      } catch (error) {
        if (!(error instanceof RemoteError) || error.code !== 'POOL_EXHAUSTED') {
          if (running === flock) fail(error);
          break;
        }
        view.error(error, flock.agents);
        say(status, `The pool is full: ${count(wanted)} agents do not fit.`, 'bad');
      }
    } while (Number(slider.value) !== wanted);
    isResizing = false;
  }
}

/** The loop: one frame asked for at a time, at most one for each that the screen shows. */
class Running {
  agents = firstAgents;
  readonly #service: Connection<'swarm'>;
  readonly #view: SwarmView;
  readonly #fail: (error: unknown) => void;
  /** Of the loop that is on. A frame that is still under way when it ends must not go on in the next one. */
  #loop: symbol | undefined;

  /** `fail` is told what a frame failed of; the loop has ended then. */
  constructor(service: Connection<'swarm'>, view: SwarmView, fail: (error: unknown) => void) {
    this.#service = service;
    this.#view = view;
    this.#fail = fail;
  }

  get isOn(): boolean {
    return this.#loop !== undefined;
  }

  begin(): void {
    const loop = Symbol();
    this.#loop = loop;
    this.#view.forget();
    requestAnimationFrame((time) => void this.#frame(time, loop));
  }

  end(): void {
    this.#loop = undefined;
  }

  close(): void {
    this.end();
    this.#service.close(new Error('The swarm was ended.'));
  }

  async resize(agents: number): Promise<SwarmState> {
    const state = await this.#service.call('resize', agents);
    this.agents = state.agents;
    this.#view.forget();
    return state;
  }

  async #frame(time: number, loop: symbol): Promise<void> {
    if (this.#loop !== loop) return;
    try {
      const frame = await this.#service.call('frame', time, this.#view.pointer);
      if (this.#loop !== loop) return;
      this.#view.frame(frame, time);
    } catch (error) {
      if (this.#loop !== loop) return;
      this.end();
      this.#fail(error);
      return;
    }
    requestAnimationFrame((next) => void this.#frame(next, loop));
  }
}

class SwarmView {
  readonly #stage = new SwarmStage(canvas('swarm-stage'));
  readonly #budget = strip(byId('swarm-budget'), 'Frame budget; the table below tells the same');
  readonly #pool = strip(byId('swarm-pool'), 'Pool; the table below tells the same');
  #frames: { inference: number; copying: number; drawing: number; at: number }[] = [];
  #written = 0;
  #drawn = 0;
  #state: SwarmState | undefined;

  constructor() {
    this.#stage.draw(new Float32Array(firstAgents * 2).fill(0.5), firstAgents);
    onThemeChange(() => this.#stage.redraw());
    this.#show(0, 0, 0);
  }

  get pointer(): Pointer {
    return this.#stage.pointer;
  }

  state(state: SwarmState): void {
    this.#state = state;
    this.#show(0, 0, 0);
  }

  forget(): void {
    this.#frames = [];
  }

  frame({ agents, outputs, inference, copying }: SwarmFrame, time: number): void {
    const begin = performance.now();
    if (!prefersStill() || begin - this.#drawn >= stillEvery) {
      this.#drawn = begin;
      this.#stage.draw(outputs, agents);
    }
    this.#frames.push({ inference, copying, drawing: performance.now() - begin, at: time });
    if (this.#frames.length > rememberedFrames) this.#frames.shift();
    if (begin - this.#written < writeEvery) return;
    this.#written = begin;
    this.#figures(agents);
  }

  error(error: unknown, agents: number): void {
    const box = byId('swarm-error');
    if (error === undefined) {
      box.replaceChildren();
      return;
    }
    const lines = [make('p', {}, make('strong', {}, textOf(error)))];
    if (error instanceof RemoteError && error.record.requested !== undefined) {
      const { requested = 0, available = 0, largestFree = 0, limit = 0 } = error.record;
      const facts = [
        ['requested', bytes(requested)],
        ['available', bytes(available)],
        ['largestFree', bytes(largestFree)],
        ['limit', bytes(limit)],
      ] as const;
      const list = facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));
      lines.push(make('dl', { class: 'facts facts--row' }, ...list));
      const built = `To make room, the ${count(agents)} agents from before were given back; the same ones were built again`;
      lines.push(make('p', {}, `${built} from their seed, and go on.`));
    }
    box.replaceChildren(...lines);
  }

  #figures(agents: number): void {
    const frames = this.#frames;
    const sorted = frames.map(({ inference }) => inference).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const span = frames.at(-1)!.at - frames[0]!.at;
    write(byId('swarm-rate'), short((agents * 1000) / mean));
    if (span > 0) write(byId('swarm-fps'), (((frames.length - 1) * 1000) / span).toFixed(0));
    write(byId('swarm-time'), `${milliseconds(at(0.5))}, ${milliseconds(at(0.95))}`);
    const meanOf = (part: 'copying' | 'drawing'): number =>
      frames.reduce((sum, frame) => sum + frame[part], 0) / frames.length;
    this.#show(at(0.5), meanOf('copying'), meanOf('drawing'));
  }

  #show(inference: number, copying: number, drawing: number): void {
    this.#budget.draw(
      frameBudget,
      [
        { name: 'inference', token: 'accent', value: inference },
        { name: 'in, out', token: 'javascript', value: copying },
        { name: 'drawing', token: 'warm', value: drawing },
      ],
      `${percent((inference + copying + drawing) / frameBudget, 0)} of ${frameBudget.toFixed(1)} ms`,
    );
    const pool = this.#state?.pool;
    this.#pool.draw(
      pool?.limit ?? 1,
      [
        { name: 'module', token: 'javascript', value: pool?.reserved ?? 0 },
        { name: 'agents', token: 'accent', value: pool?.used ?? 0 },
      ],
      pool === undefined ? '' : `${bytes(pool.available)} free`,
    );
    const state = this.#state;
    fillRows(byId('swarm-table'), [
      ['Inference, median', milliseconds(inference)],
      ['Inputs and outputs, mean', milliseconds(copying)],
      ['Drawing, mean', milliseconds(drawing)],
      ['Frame budget at 60 Hz', milliseconds(frameBudget)],
      ['Agents', state === undefined ? '–' : count(state.agents)],
      ['Parameters of each', state === undefined ? '–' : count(state.parameters)],
      ['Build', state?.variant ?? '–'],
      ['Pool in use', pool === undefined ? '–' : bytes(pool.used)],
      ['Pool free', pool === undefined ? '–' : bytes(pool.available)],
      ['Pool limit', pool === undefined ? '–' : bytes(pool.limit)],
    ]);
  }
}
