import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedHistory } from '#ts/performance/bounded-history.js';

test('the last entries are kept, oldest first', () => {
  for (let count = 0; count <= 12; count++) {
    const history = new BoundedHistory<number>(4);
    const all = Array.from({ length: count }, (_, i) => i);
    for (const entry of all) history.add(entry);
    assert.deepEqual(history.toArray(), all.slice(-4));
    history.clear();
    assert.deepEqual(history.toArray(), []);
    history.add(99);
    assert.deepEqual(history.toArray(), [99]);
  }
});
