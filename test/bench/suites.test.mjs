/** What the rows ask for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suites } from '../../bench/suites/index.mjs';

const cells = suites.flatMap((suite) => suite.cells(1));

test('every call on four elements in blocks costs 60 ns at most, in arrays 500 ns', () => {
  const calls = cells.filter(({ suite }) => suite === 'calls');
  assert.ok(calls.length > 10);
  for (const { name, requirements } of calls) {
    const [cost = 0] = requirements.flatMap((each) => (each.kind === 'cost' ? [each.atMost] : []));
    assert.equal(Math.round(cost * 1e6), name.includes('arrays') ? 500 : 60, name);
  }
});
