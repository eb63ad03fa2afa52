/**
 * The page's side: starts a worker for one service. Where the browser or the server does not let it start, the same
 * service runs in the page's own thread, and `blocked` says why.
 */
import type { ServiceEvents, ServiceName, Services } from '../services/services.js';
import { type Endpoint, RemoteError, type ToPage, type ToWorker } from './protocol.js';
import { explainWorkerFailure } from './worker-failure.js';

type Method<Name extends ServiceName> = keyof Services[Name] & string;
type Call<Name extends ServiceName, M extends Method<Name>> = Services[Name][M] extends (
  ...args: infer Args
) => infer Result
  ? { args: Args; result: Awaited<Result> }
  : never;

export interface Connection<Name extends ServiceName> {
  /** Why there is no worker; undefined when there is one. */
  readonly blocked: string | undefined;
  /** Rejects with a `RemoteError`; with another error when the worker is gone. */
  call<M extends Method<Name>>(method: M, ...args: Call<Name, M>['args']): Promise<Call<Name, M>['result']>;
  on<E extends keyof ServiceEvents[Name] & string>(
    event: E,
    listener: (value: ServiceEvents[Name][E]) => void,
  ): void;
  /** Ends the worker; calls under way and all later ones reject with `reason`. */
  close(reason: Error): void;
}

/** A worker that says nothing for so long will not start any more. */
const startTimeout = 8000;
/** Beside this script in the built site. */
const workerUrl = (): URL => new URL('./worker.js', import.meta.url);

/** Never tried again once it failed: what blocks one worker blocks the next. */
let blockedBefore: string | undefined;

export async function connect<Name extends ServiceName>(service: Name): Promise<Connection<Name>> {
  let endpoint: Endpoint | undefined;
  if (blockedBefore === undefined) {
    try {
      endpoint = await startWorker(service);
    } catch (error) {
      blockedBefore = await explainWorkerFailure(workerUrl(), error);
    }
  }
  endpoint ??= await startHere(service);
  return converse(endpoint, blockedBefore);
}

function startWorker(service: string): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { type: 'module', name: service });
    const timer = setTimeout(() => {
      worker.terminate();
      reject(new Error(`it did not answer within ${startTimeout / 1000} seconds`));
    }, startTimeout);
    worker.addEventListener('error', (event) => {
      clearTimeout(timer);
      event.preventDefault();
      reject(new Error(event.message || 'it could not be started'));
    });
    worker.addEventListener('message', function ready() {
      clearTimeout(timer);
      worker.removeEventListener('message', ready);
      resolve(worker);
    });
    worker.postMessage({ kind: 'open', service } satisfies ToWorker);
  });
}

/** The service in this thread, over a channel, so that nothing else has to know. */
async function startHere(service: string): Promise<Endpoint> {
  const { serve } = await import('./serve.js');
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  port2.start();
  port1.start();
  await new Promise<void>((resolve) => {
    port1.addEventListener('message', () => resolve(), { once: true });
    port1.postMessage({ kind: 'open', service } satisfies ToWorker);
  });
  return port1;
}

function converse<Name extends ServiceName>(
  endpoint: Endpoint,
  blocked: string | undefined,
): Connection<Name> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const listeners = new Map<string, (value: never) => void>();
  let next = 0;
  let closed: Error | undefined;
  const close = (reason: Error): void => {
    closed ??= reason;
    if (endpoint instanceof Worker) endpoint.terminate();
    for (const { reject } of waiting.values()) reject(closed);
    waiting.clear();
  };
  // Errors of calls come as messages: this one is of the worker itself, and nobody knows what it still answers.
  endpoint.addEventListener('error', (event) => {
    event.preventDefault();
    close(new Error(`The worker broke down: ${event.message || 'no reason given'}. Reload the page.`));
  });
  endpoint.addEventListener('message', ({ data }) => {
    const message = data as ToPage;
    if (message.kind === 'event') listeners.get(message.name)?.(message.value as never);
    if (message.kind === 'result') waiting.get(message.id)?.resolve(message.value);
    if (message.kind === 'error') waiting.get(message.id)?.reject(new RemoteError(message.error));
    if ('id' in message) waiting.delete(message.id);
  });
  return {
    blocked,
    call: (method, ...args) =>
      new Promise((resolve, reject) => {
        if (closed !== undefined) throw closed;
        const id = next++;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        endpoint.postMessage({ kind: 'call', id, method, args } satisfies ToWorker);
      }),
    on: (event, listener) => {
      listeners.set(event, listener);
    },
    close,
  };
}

/** A connection that is made when it is first used. */
export function lazily<Name extends ServiceName>(
  service: Name,
  prepare: (connection: Connection<Name>) => void,
): () => Promise<Connection<Name>> {
  let connection: Promise<Connection<Name>> | undefined;
  return () => {
    connection ??= connect(service).then((made) => {
      prepare(made);
      return made;
    });
    return connection;
  };
}
