/** The event loop's turns on hosts of every kind: Node, browsers (messages), and where there are only timers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fromRoot, rootUrl } from '../support/paths.js';

function run(script: string): unknown[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fromRoot('.'),
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const leftOpen = `process.getActiveResourcesInfo().filter((name) => /Message|Timeout|Immediate/.test(name))`;

describe('turns of the event loop', () => {
  for (const missing of ['nothing', 'setImmediate']) {
    it(`let timers run in Node, with ${missing} missing`, () => {
      const [result, left] = run(`
        delete globalThis[${JSON.stringify(missing)}];
        const { loadRuntime } = await import('@sasi/wasm-performance');
        const runtime = await loadRuntime();
        const network = runtime.createNetwork({ layers: [64, 256, 10], output: 'softmax' });
        const rows = 4000;
        let ticks = 0;
        const timer = setInterval(() => ticks++, 1);
        const data = { inputs: new Float32Array(rows * 64).fill(0.5), labels: new Uint8Array(rows), rows };
        const { epochs } = await network.train(data, { epochs: 4 });
        clearInterval(timer);
        console.log(JSON.stringify({ epochs, ticks }));
        console.log(JSON.stringify(${leftOpen}));
      `) as [{ epochs: number; ticks: number }, string[]];
      assert.equal(result.epochs, 4);
      assert.ok(result.ticks >= 2, `${result.ticks} ticks`);
      assert.deepEqual(left, [], 'nothing is left open');
    });
  }

  it('are messages in a browser, and no port stays open', () => {
    const [turns, left] = run(`
      const { process } = globalThis;
      delete globalThis.setImmediate;
      delete globalThis.process;
      const { TimeSlices } = await import(${JSON.stringify(rootUrl('dist/networks/event-loop.js').href)});
      globalThis.process = process;
      let messages = 0;
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (...values) {
        messages++;
        return postMessage.apply(this, values);
      };
      const slices = new TimeSlices(Date.now);
      for (let turn = 0; turn < 3; turn++) await slices.turn();
      slices.close();
      console.log(messages);
      // This timer is one itself while it runs.
      setTimeout(() => console.log(JSON.stringify(${leftOpen}.filter((name) => name !== 'Timeout'))), 10);
    `);
    assert.equal(turns, 3);
    assert.deepEqual(left, []);
  });
});
