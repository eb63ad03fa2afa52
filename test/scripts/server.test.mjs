import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { serve } from '../../scripts/browsers/server.mjs';

/** As it is: `fetch` would mend the path. @param {number} port @param {string} path @returns {Promise<number | undefined>} */
const statusOf = (port, path) =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

test('an address that cannot be decoded is answered with 400, and the server goes on', async () => {
  const server = await serve({ answers: { '/here': { body: 'yes' } } });
  try {
    for (const path of ['/%E0%A4%A', '//', '/%']) assert.equal(await statusOf(server.port, path), 400, path);
    assert.equal(await statusOf(server.port, '/here'), 200);
  } finally {
    await server.close();
  }
});

test('a port that is taken is said in one line, with an exit code', async () => {
  const first = await serve({});
  try {
    await assert.rejects(serve({ port: first.port }), {
      message: `port ${first.port} is in use already: choose another one`,
      exitCode: 1,
    });
  } finally {
    await first.close();
  }
});
