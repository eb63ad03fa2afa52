// The browsers do what a test asks of them: without this, a test of a page could pass for the wrong reason.

import assert from 'node:assert/strict';
import { serve } from '../../scripts/browsers/server.mjs';
import { inEachEngine, screenshotFile } from './support.mjs';

const page = `<!doctype html>
<html><head><title>Driving</title></head><body>
<input id="field"><button id="button">press</button>
<canvas id="canvas" width="200" height="100"></canvas>
<p id="log"></p><script src="page.js"></script>
</body></html>`;

const script = `
const log = (text) => { document.querySelector('#log').textContent += text + ' '; };
const canvas = document.querySelector('#canvas');
Object.assign(canvas.style, { position: 'absolute', left: '40px', top: '200px' }); // where a pixel is a pixel
document.querySelector('#button').addEventListener('click', () => log('click'));
document.querySelector('#field').addEventListener('keydown', (event) => log(event.key));
let drawing = false;
canvas.addEventListener('pointerdown', (event) => { drawing = true; log('down:' + event.offsetX + ',' + event.offsetY); });
canvas.addEventListener('pointermove', (event) => drawing && log(event.offsetX + ',' + event.offsetY));
canvas.addEventListener('pointerup', () => { drawing = false; log('up'); });
console.error('on the console');
setTimeout(() => { throw new Error('uncaught'); });
`;

inEachEngine(
  'a page is typed into, clicked, drawn on, photographed and asked for its errors',
  async (browser) => {
    const server = await serve({
      answers: { '/': { body: page }, '/page.js': { body: script } },
      headers: { 'content-security-policy': "default-src 'self'" },
      collectErrors: true,
    });
    try {
      const opened = await browser.open(server.url);
      await opened.type('#field', 'a7');
      await opened.press('Enter');
      await opened.click('#button');
      const path = /** @type {const} */ ([
        [10, 10],
        [60, 40],
        [90, 20],
      ]);
      await opened.drag('#canvas', path);
      assert.equal(await opened.text('#log'), 'a 7 Enter click down:10,10 60,40 90,20 up ');
      const value = () => /** @type {HTMLInputElement} */ (document.querySelector('#field')).value;
      assert.equal(await opened.evaluate(value), 'a7');

      const told = await opened.evaluate(
        (text) => [
          text,
          innerWidth,
          innerHeight,
          matchMedia('(prefers-color-scheme: dark)').matches,
          matchMedia('(prefers-reduced-motion: reduce)').matches,
        ],
        'with "quotes"',
      );
      assert.deepEqual(told, ['with "quotes"', 700, 500, true, true]);

      const errors = (await opened.errors()).join('\n');
      assert.match(errors, /on the console/);
      assert.match(errors, /uncaught/);
      await assert.rejects(opened.click('#nothing'), /no element #nothing/);
      await assert.rejects(
        opened.evaluate(() => Promise.reject(new TypeError('from the page'))),
        /from the page/,
      );

      const png = await opened.screenshot(screenshotFile(`driving-${browser.engine}`));
      const size = Buffer.from(png);
      assert.deepEqual([size.readUInt32BE(16), size.readUInt32BE(20)], [700, 500]);
    } finally {
      await server.close();
    }
  },
  { colorScheme: 'dark', reducedMotion: true, width: 700, height: 500 },
);
