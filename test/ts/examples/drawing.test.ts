/** What the example draws: the progress bar and the digits, for every kind of terminal. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rootUrl } from '../support/paths.js';

const load = (file: string) => import(rootUrl(`examples/digits/${file}`).href);

interface Terminal {
  readonly interactive: boolean;
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly columns: number;
}
type Environment = Record<string, string | undefined>;

const { describeTerminal } = (await load('terminal.mjs')) as {
  describeTerminal(stream: object, environment: Environment): Terminal;
};
const { barLine, createProgressBar } = (await load('progress-bar.mjs')) as {
  barLine(terminal: Terminal, share: number, label: string, note: string): string;
  createProgressBar(
    terminal: Terminal,
    now: () => number,
  ): { update(share: number, label: string, note: string): void; clear(): void };
};
const { drawDigit, sideBySide } = (await load('digit-drawing.mjs')) as {
  drawDigit(pixels: number[], side: number, terminal: Terminal): string[];
  sideBySide(drawings: { lines: string[]; caption: string[] }[], width: number, terminal: Terminal): string;
};

interface Given {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly environment?: Environment;
}

/** A terminal that keeps what is written to it. */
function terminal({ isTTY = true, columns = 80, environment = {} }: Given) {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return { written, facts: describeTerminal(stream, { LANG: 'C.UTF-8', ...environment }) };
}

const escapeCharacter = '\u001b';

describe('the terminal', () => {
  it('is asked for what it can do', () => {
    const facts = (given: Given) => {
      const { interactive, colour, unicode } = terminal(given).facts;
      return [interactive, colour, unicode];
    };
    assert.deepEqual(facts({}), [true, true, true]);
    assert.deepEqual(facts({ isTTY: false }), [false, false, true]);
    assert.equal(terminal({ columns: 0 }).facts.columns, 80, 'a terminal that does not know its width');
    assert.deepEqual(facts({ environment: { NO_COLOR: '1' } }), [true, false, true]);
    assert.deepEqual(facts({ environment: { NO_COLOR: '' } }), [true, true, true]);
    assert.deepEqual(facts({ environment: { TERM: 'dumb' } }), [false, false, true]);
    assert.deepEqual(facts({ environment: { LC_ALL: 'C' } }), [true, true, false]);
    assert.deepEqual(facts({ environment: { LC_ALL: 'de_DE.UTF-8', LANG: 'C' } }), [true, true, true]);
  });
});

describe('the progress bar', () => {
  const visible = (line: string) =>
    line.replaceAll(new RegExp(`${escapeCharacter}\\[[\\d?]*[a-zA-Z]`, 'g'), '');

  it('never is wider than the terminal', () => {
    for (const columns of [1, 5, 10, 20, 30, 40, 60, 80, 200]) {
      for (const share of [-1, 0, 0.5, 1, 2]) {
        const line = barLine(terminal({ columns }).facts, share, 'epoch 1/5', 'loss 0.1234, 12345 images/s');
        assert.ok(visible(line).length < Math.max(2, columns), `${columns}: '${visible(line)}'`);
      }
    }
  });

  it('shows the share in blocks, or in ASCII, coloured or not', () => {
    const line = barLine(terminal({ columns: 30 }).facts, 0.5, 'x', 'y');
    assert.match(visible(line), /^x █+░+ +50 % {2}y$/);
    assert.ok(line.includes(escapeCharacter));
    const plain = barLine(
      terminal({ columns: 30, environment: { NO_COLOR: '1', LC_ALL: 'C' } }).facts,
      0.5,
      'x',
      'y',
    );
    assert.match(plain, /^x #+\.+ +50 % {2}y$/);
  });

  it('draws in place, not too often, and gives the cursor back', () => {
    let time = 0;
    const { written, facts } = terminal({});
    const bar = createProgressBar(facts, () => time);
    for (; time < 1000; time++) bar.update(time / 1000, 'x', 'y');
    assert.ok(written.length > 5 && written.length < 20, `${written.length} drawings`);
    assert.ok(written.every((text) => !text.includes('\n')));
    bar.clear();
    bar.clear();
    const all = written.join('');
    assert.equal(all.split(`${escapeCharacter}[?25l`).length, 2, 'hidden once');
    assert.ok(all.endsWith(`${escapeCharacter}[?25h`), 'shown at the end');
  });

  it('writes nothing into a pipe', () => {
    const { written, facts } = terminal({ isTTY: false });
    const bar = createProgressBar(facts, () => 0);
    bar.update(0.5, 'x', 'y');
    bar.clear();
    assert.deepEqual(written, []);
  });
});

describe('a drawn digit', () => {
  it('has two rows of pixels in a line of half blocks', () => {
    const pixels = [1, 0, 1, 1, 1, 1, 1, 0, 0];
    assert.deepEqual(drawDigit(pixels, 3, terminal({}).facts), ['█▄█', '▀  ']);
  });

  it('has shades where only ASCII can be shown', () => {
    const [line] = drawDigit([0, 1, 0, 1], 2, terminal({ environment: { LC_ALL: 'C' } }).facts);
    assert.match(line!, /^ [!-~]$/);
  });

  it('stands beside others as far as the width allows', () => {
    const drawing = { lines: ['ab', 'cd'], caption: ['1'] };
    const wide = sideBySide([drawing, drawing], 2, terminal({}).facts);
    assert.equal(wide, 'ab  ab\ncd  cd\n1   1');
    const narrow = sideBySide([drawing, drawing], 2, terminal({ columns: 3 }).facts);
    assert.equal(narrow, 'ab\ncd\n1\nab\ncd\n1');
  });
});
