/** The local server of the tests in browsers, which answers as a test wants. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rootUrl } from './paths.js';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Of scripts/browsers/server.mjs, which is not compiled with the tests. */
interface ServerModule {
  serve(options: {
    answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
  }): Promise<{ url: string; close(): Promise<void> }>;
}

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
  const { serve } = (await import(rootUrl('scripts/browsers/server.mjs').href)) as ServerModule;
  const requests: string[] = [];
  const named = Object.entries(answers).map(([path, respond]) => {
    const note = (request: IncomingMessage, response: ServerResponse): void => {
      requests.push(path);
      respond(response, request);
    };
    return [`/${path}`, note] as const;
  });
  const server = await serve({ answers: Object.fromEntries(named) });
  try {
    return await use((path) => server.url + path, requests);
  } finally {
    await server.close();
  }
}
