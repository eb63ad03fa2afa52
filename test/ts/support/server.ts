/** A local server that answers as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers with `body`; `type` is its content type. */
export function answer(body: string | Uint8Array, type = 'application/wasm', status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  };
}

/** Runs `use` with a server whose paths answer by name; whatever is still open then is cut off. */
export async function withServer<T>(
  answers: Readonly<Record<string, Answer>>,
  use: (url: (path: string) => string, requests: string[]) => Promise<T>,
): Promise<T> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push(path);
    (answers[path] ?? answer('not here', 'text/plain', 404))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use((path) => `http://127.0.0.1:${port}/${path}`, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
