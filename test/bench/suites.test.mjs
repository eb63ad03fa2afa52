/** What the rows ask for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadJavaScript } from '../../bench/contenders/javascript.mjs';
import { suites } from '../../bench/suites/index.mjs';

const cells = suites.flatMap((suite) => suite.cells(1));

test('every call on four elements in blocks costs 60 ns at most, in arrays 500 ns', () => {
  // The classes' own calls are asked what profiling costs, no more.
  const calls = cells.filter(({ suite, task }) => suite === 'calls' && task.operation !== 'classCall');
  assert.ok(calls.length > 10);
  for (const { name, requirements } of calls) {
    const [cost = 0] = requirements.flatMap((each) => (each.kind === 'cost' ? [each.atMost] : []));
    assert.equal(Math.round(cost * 1e6), name.includes('arrays') ? 500 : 60, name);
  }
});

test('whoever stands in a requirement is asked for the task, and plain JavaScript does it', async () => {
  const { prepare } = loadJavaScript();
  for (const { suite, name, entries, limit, task, requirements } of cells) {
    const asked = new Set(entries.map(({ id }) => id)).add(limit === undefined ? '' : 'limit');
    for (const requirement of requirements) {
      const over = 'over' in requirement ? [requirement.over].flat() : [];
      for (const id of [requirement.entry, ...over]) assert.ok(asked.has(id), `${suite} ${name}: ${id}`);
      if (!over.includes('javascript')) continue;
      const { task: own = task } = entries.find(({ id }) => id === 'javascript') ?? assert.fail(name);
      assert.ok(await prepare(own), `${suite} ${name}`);
    }
  }
});
