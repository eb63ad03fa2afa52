// @ts-check
/** A worker of a page that holds one contender: an isolate of its own, as a process of Node is. */
import { Session } from './session.mjs';

const session = new Session();
/** The types are those of a page. */
const scope = /** @type {{ onmessage: unknown, postMessage(value: unknown): void }} */ (
  /** @type {unknown} */ (globalThis)
);

scope.onmessage = async (/** @type {MessageEvent<import('./protocol.mjs').Request>} */ { data }) => {
  scope.postMessage(await session.answer(data));
};
