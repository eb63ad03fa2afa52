// @ts-check
/** A process of Node that holds one contender: requests come in over the channel to its parent. */
import { Session } from './session.mjs';

const session = new Session();

process.on('message', async (/** @type {import('./protocol.mjs').Request} */ request) => {
  process.send?.(await session.answer(request));
});
// The parent went away: nobody will ask any more.
process.on('disconnect', () => process.exit());
