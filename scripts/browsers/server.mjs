// A server of files and of made-up answers, for pages that run in a browser on this machine. Only this machine
// reaches it, and it never keeps a process alive that has nothing else to do.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { CommandError } from '../lib/errors.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

/**
 * @typedef {object} Answer
 * @property {string | Uint8Array} [body]
 * @property {string} [type] content type; by the path's ending when left out
 * @property {number} [status] default 200
 * @property {Record<string, string>} [headers] beside those of the server
 */

/**
 * @typedef {object} ServeOptions
 * @property {Record<string, string>} [folders] from the beginning of a path ('/', '/package/') to a folder; the longest counts
 * @property {Record<string, Answer | ((request: IncomingMessage, response: ServerResponse) => void)>} [answers] by path; before the folders
 * @property {Record<string, string>} [headers] with every answer: a Content-Security-Policy, say
 * @property {Record<string, string>} [types] from an ending ('.wasm') to a content type, in place of the usual one
 * @property {boolean} [collectErrors] pages get a script that notes their errors, which WebKit's driver cannot tell
 * @property {number} [port] default: any free one
 */

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

const COLLECTOR = '/.collected-errors.js';
const COLLECTOR_SCRIPT = `
globalThis.collectedErrors ??= [];
addEventListener('error', (event) => {
  const { target } = event;
  collectedErrors.push(event.message ?? 'could not load ' + (target.src ?? target.href ?? target));
}, true);
addEventListener('unhandledrejection', ({ reason }) => collectedErrors.push('unhandled rejection: ' + reason));
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  collectedErrors.push('Content-Security-Policy: ' + violatedDirective + ' ' + blockedURI));
const { error } = console;
console.error = (...values) => {
  collectedErrors.push(values.map(String).join(' '));
  error.apply(console, values);
};
`;

/**
 * @param {ServeOptions} options
 * @returns {Promise<{ url: string, port: number, requests: string[], close: () => Promise<void> }>} `url` ends with a slash
 */
export async function serve(options) {
  /** @type {string[]} */
  const requests = [];
  const server = createServer((request, response) => {
    const path = pathOf(request.url ?? '/');
    if (path === undefined) {
      send(response, '/', { status: 400, type: 'text/plain', body: 'that is no address\n' }, options);
      return;
    }
    requests.push(path);
    const answer = options.answers?.[path];
    if (typeof answer === 'function') answer(request, response);
    else send(response, path, answer ?? fileAnswer(path, options.folders ?? {}), options);
  });
  server.unref();
  await new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        isTaken ? new CommandError(`port ${options.port} is in use already: choose another one`) : error,
      );
    });
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Undefined where it cannot be decoded. @param {string} url */
function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
}

/** @param {ServerResponse} response @param {string} path @param {Answer} answer @param {ServeOptions} options */
function send(response, path, answer, { headers, types, collectErrors }) {
  const ending = extname(path) || '.html';
  const type = answer.type ?? types?.[ending] ?? TYPES[ending] ?? 'application/octet-stream';
  let { body = '' } = answer;
  if (collectErrors && type.startsWith('text/html')) body = withCollector(String(Buffer.from(body)));
  response.writeHead(answer.status ?? 200, {
    'content-type': type,
    'cache-control': 'no-store',
    ...headers,
    ...answer.headers,
  });
  response.end(body);
}

/** @param {string} page */
function withCollector(page) {
  const tag = `<script src="${COLLECTOR}"></script>`;
  // The first script of the page, but not before the doctype, which would change how the page is laid out.
  const at = /<head[^>]*>|<!doctype[^>]*>/gi;
  let end = 0;
  for (const match of page.matchAll(at)) end = match.index + match[0].length;
  return page.slice(0, end) + tag + page.slice(end);
}

/** @param {string} path @param {Record<string, string>} folders @returns {Answer} */
function fileAnswer(path, folders) {
  if (path === COLLECTOR) return { body: COLLECTOR_SCRIPT };
  // Browsers ask for it by themselves, and a 404 would stand among the page's errors.
  const nothing =
    path === '/favicon.ico' ? { status: 204 } : { status: 404, type: 'text/plain', body: 'not here\n' };
  const prefix = Object.keys(folders)
    .filter((start) => path.startsWith(start))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return nothing;
  const folder = normalize(folders[prefix] + sep);
  let file = join(folder, path.slice(prefix.length));
  if (!file.startsWith(folder)) return nothing;
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) file = join(file, 'index.html');
  if (!existsSync(file)) return nothing;
  const ending = extname(file);
  const body = readFileSync(file);
  return extname(path) === ending ? { body } : { body, type: TYPES[ending] ?? 'application/octet-stream' };
}
