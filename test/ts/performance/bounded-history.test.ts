import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedHistory } from '#ts/performance/bounded-history.js';

function add(history: BoundedHistory, ...row: number[]): void {
  history.numbers.set(row, history.add());
}

const rows = (history: BoundedHistory) => history.toArray().map((row) => [...row]);

test('the last rows are kept, oldest first', () => {
  for (let count = 0; count <= 12; count++) {
    const history = new BoundedHistory(4, 2);
    const all = Array.from({ length: count }, (_, i) => [i, -i]);
    for (const row of all) add(history, ...row);
    assert.deepEqual(rows(history), all.slice(-4));
    history.clear();
    assert.deepEqual(rows(history), []);
    add(history, 99, 98);
    assert.deepEqual(rows(history), [[99, 98]]);
  }
});

test('what was read stays as it was', () => {
  const history = new BoundedHistory(1, 1);
  add(history, 1);
  const [row] = history.toArray();
  add(history, 2);
  assert.deepEqual([...row!], [1]);
});
