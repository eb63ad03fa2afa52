/** Reads what is on the pad, while it is drawn. */
import { drawPixels } from '../charts/pictures.js';
import type { Connection } from '../link/connection.js';
import { textOf } from '../link/protocol.js';
import { button, byId, canvas, make, say, write } from '../page/dom.js';
import { percent } from '../page/format.js';
import { onThemeChange } from '../page/theme.js';
import { DrawingPad } from './drawing-pad.js';

export interface Reading {
  /** Reads it again: the network has learnt since. */
  again(): void;
}

export function startReading(service: () => Promise<Connection<'digits'>>): Reading {
  const bars = makeBars();
  const status = byId('draw-status');
  const seen = canvas('draw-seen');
  let example = 0;
  let isBusy = false;
  let isStale = false;
  /** What an unseen digit is said to show, as long as it is on the pad. */
  let label: number | undefined;

  const pad = new DrawingPad(canvas('draw-pad'), () => {
    label = undefined;
    void read();
  });

  async function read(): Promise<void> {
    drawPixels(seen, pad.drawing.image(), 28);
    // One question at a time; what was drawn meanwhile is asked about next.
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    try {
      while (isStale) {
        isStale = false;
        await ask();
      }
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
    isBusy = false;
  }

  async function ask(): Promise<void> {
    if (pad.drawing.isEmpty) {
      bars.show(null);
      say(status, 'Draw a digit.');
      return;
    }
    const answer = await (await service()).call('classify', pad.drawing.image());
    bars.show(answer);
    if (answer === null) {
      say(status, 'Train the network first: then it reads this.');
      return;
    }
    const digit = answer.indexOf(Math.max(...answer));
    const truth = label === undefined ? '' : `; the database says ${label}`;
    say(status, `Read as ${digit}, ${percent(answer[digit]!, 0)} sure${truth}.`);
  }

  button('draw-clear').addEventListener('click', () => pad.clear());
  button('draw-example').addEventListener('click', async () => {
    try {
      const { image, label: shown } = await (await service()).call('example', example++);
      pad.show(image);
      label = shown;
    } catch (error) {
      say(status, textOf(error), 'bad');
    }
  });
  const repaint = (): void => {
    pad.redraw();
    drawPixels(seen, pad.drawing.image(), 28);
  };
  onThemeChange(repaint);
  repaint();
  return {
    again: () => {
      if (!pad.drawing.isEmpty) void read();
    },
  };
}

function makeBars(): { show(answer: Float32Array | null): void } {
  const list = byId('draw-probabilities');
  const big = byId('draw-answer');
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const fill = make('span', { class: 'probabilities__fill' });
    const value = make('span', { class: 'probabilities__value' }, '–');
    const track = make('span', { class: 'probabilities__track', 'aria-hidden': 'true' }, fill);
    const item = make('li', {}, make('span', { class: 'probabilities__digit' }, String(digit)), track, value);
    list.append(item);
    return { item, fill, value };
  });
  return {
    show(answer) {
      const best = answer === null ? -1 : answer.indexOf(Math.max(...answer));
      write(big, best < 0 ? '–' : String(best));
      rows.forEach(({ item, fill, value }, digit) => {
        const probability = answer?.[digit] ?? 0;
        fill.style.setProperty('transform', `scaleX(${probability.toFixed(4)})`);
        write(value, answer === null ? '–' : percent(probability, 0));
        item.classList.toggle('probabilities__best', digit === best);
      });
    },
  };
}
