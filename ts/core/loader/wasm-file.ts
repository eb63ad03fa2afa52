/** From an address to a compiled module. */
import { systemClock, timeSince, type WasmApi } from '../environment.js';
import { messageOf, WasmPerformanceError } from '../errors.js';
import { probeModule } from '../features.js';
import type { Deadline } from './deadline.js';
import { mayCompileAtOnce, readFile } from './host.js';

/** A compiled module and how long it took, in milliseconds. */
export interface CompiledModule {
  readonly module: WebAssembly.Module;
  readonly fetch: number;
  readonly compile: number;
}

/**
 * Throws `CSP_BLOCKED` where WebAssembly is forbidden: the engine has validated the same bytes, so nothing else can be
 * wrong with them. Asked before anything is fetched.
 */
export function assertMayCompile(api: WasmApi): void {
  try {
    // WebKit compiles what it then refuses to instantiate.
    new api.Instance(new api.Module(probeModule('wasm')));
  } catch (cause) {
    throw new WasmPerformanceError(
      'CSP_BLOCKED',
      "this page's Content-Security-Policy (or the host) forbids WebAssembly; allow script-src 'wasm-unsafe-eval', " +
        "or use the variant 'js'",
      { cause },
    );
  }
}

/** Reads, fetches or decodes what `url` says and compiles it. */
export async function compileFile(api: WasmApi, url: URL, deadline: Deadline): Promise<CompiledModule> {
  const begin = systemClock();
  if (url.protocol !== 'file:' && url.protocol !== 'data:') return compileFetched(api, url, deadline.signal);
  const bytes = url.protocol === 'file:' ? readLocalFile(url) : decodeDataUrl(url);
  const fetched = systemClock();
  const shown = url.protocol === 'data:' ? 'the data: URL' : url.href;
  const module = await compileBytes(api, bytes, shown);
  return { module, fetch: timeSince(begin, fetched), compile: timeSince(fetched) };
}

/** `origin` names the bytes in messages; `details` says how they came. */
export async function compileBytes(
  api: WasmApi,
  bytes: Uint8Array,
  origin: string,
  details = '',
): Promise<WebAssembly.Module> {
  assertMagic(bytes, origin, details);
  try {
    return mayCompileAtOnce() ? new api.Module(bytes) : await api.compile(bytes);
  } catch (cause) {
    throw new WasmPerformanceError(
      'COMPILE_FAILED',
      `${origin} (${bytes.length} bytes${details}) could not be compiled: ${messageOf(cause)}; ` +
        'it is truncated or damaged, fetch or install it again',
      { cause },
    );
  }
}

function readLocalFile(url: URL): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readFile(url);
  } catch (cause) {
    throw fetchError(`${url.href} could not be read: ${messageOf(cause)}; give wasmUrl or wasmBinary`, cause);
  }
  if (bytes === undefined) {
    throw fetchError(
      `${url.href} is a file, which this host cannot read; serve it by http, or give wasmBinary`,
    );
  }
  return bytes;
}

/** In memory: a page's Content-Security-Policy may forbid to fetch `data:`. */
function decodeDataUrl(url: URL): Uint8Array {
  const [, base64, data] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url.href) ?? [];
  try {
    const text = decodeURIComponent(data!);
    const binary = base64 === undefined ? text : atob(text);
    // A loop: `from` with a function takes ten times as long.
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch (cause) {
    throw fetchError(
      `the data: URL could not be decoded: ${messageOf(cause)}; give base64, or wasmBinary`,
      cause,
    );
  }
}

async function compileFetched(api: WasmApi, url: URL, signal: AbortSignal): Promise<CompiledModule> {
  const begin = systemClock();
  const response = await request(url, signal);
  const contentType = response.headers.get('content-type') ?? 'none';
  const details = `, status ${response.status}, content type ${contentType}`;
  if (api.compileStreaming !== undefined && contentType === 'application/wasm') {
    // Bytes that the compiler refuses are looked at in the copy, to say what is wrong with them.
    const copy = response.clone();
    const answered = systemClock();
    const module = await api.compileStreaming(response).catch(() => undefined);
    if (module !== undefined) {
      copy.body?.cancel().catch(() => {});
      return { module, fetch: answered - begin, compile: timeSince(answered) };
    }
    return compileBody(api, copy, url.href, details, begin);
  }
  return compileBody(api, response, url.href, details, begin);
}

async function compileBody(
  api: WasmApi,
  response: Response,
  origin: string,
  details: string,
  begin: number,
): Promise<CompiledModule> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw fetchError(`${origin}: the answer broke off: ${messageOf(cause)}; load again`, cause);
  }
  const fetched = systemClock();
  const module = await compileBytes(api, bytes, origin, details);
  return { module, fetch: timeSince(begin, fetched), compile: timeSince(fetched) };
}

async function request(url: URL, signal: AbortSignal): Promise<Response> {
  const { fetch } = globalThis as { readonly fetch?: typeof globalThis.fetch };
  if (typeof fetch !== 'function') {
    throw fetchError(`${url.href} cannot be fetched: this host has no fetch; give wasmBinary`);
  }
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throw fetchError(
      `${url.href} could not be fetched: ${messageOf(cause)}; is it there, and allowed?`,
      cause,
    );
  }
  if (!response.ok) {
    response.body?.cancel().catch(() => {});
    throw fetchError(
      `${url.href} was answered with status ${response.status} ${response.statusText}, content type ` +
        `${response.headers.get('content-type') ?? 'none'}; serve the package's dist/wasm there, or give wasmUrl`,
    );
  }
  return response;
}

const magic = [0x00, 0x61, 0x73, 0x6d];

function assertMagic(bytes: Uint8Array, origin: string, details: string): void {
  if (magic.every((byte, index) => bytes[index] === byte)) return;
  const found = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new WasmPerformanceError(
    'NOT_WASM',
    `${origin} is not WebAssembly: it begins with ${found || 'nothing'} in place of 00 61 73 6d ` +
      `(${bytes.length} bytes${details}); where a page came back, the file is not at that address: give wasmUrl`,
  );
}

export function fetchError(message: string, cause?: unknown): WasmPerformanceError {
  return new WasmPerformanceError('FETCH_FAILED', message, cause === undefined ? undefined : { cause });
}
