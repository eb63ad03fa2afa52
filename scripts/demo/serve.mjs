// Serves the built demo page to this machine, as a server should: with a Content-Security-Policy that lets WebAssembly
// run and nothing from elsewhere in, and isolated from other origins, which makes the browsers' clocks finer.

import { serve } from '../browsers/server.mjs';

export const HEADERS = {
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-content-type-options': 'nosniff',
};

/** @param {string} folder @param {number} [port] default: any free one */
export function serveSite(folder, port) {
  return serve({ folders: { '/': folder }, headers: HEADERS, ...(port === undefined ? {} : { port }) });
}
