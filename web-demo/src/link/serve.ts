/** The worker's side: opens a service for the page and answers its calls. */
import { services } from '../services/services.js';
import { type Endpoint, recordOf, type ToPage, type ToWorker } from './protocol.js';

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Answers on `endpoint` until it is closed. */
export function serve(endpoint: Endpoint): void {
  const say = (message: ToPage): void => endpoint.postMessage(message);
  let service: Methods = {};
  endpoint.addEventListener('message', ({ data }) => {
    const message = data as ToWorker;
    if (message.kind === 'open') {
      const create = services[message.service as keyof typeof services];
      service = create((name, value) => say({ kind: 'event', name, value })) as unknown as Methods;
      say({ kind: 'ready' });
      return;
    }
    void answer(service, message).then(say);
  });
}

async function answer(
  service: Methods,
  { id, method, args }: Extract<ToWorker, { kind: 'call' }>,
): Promise<ToPage> {
  try {
    return { kind: 'result', id, value: await service[method]!(...args) };
  } catch (error) {
    return { kind: 'error', id, error: recordOf(error) };
  }
}
