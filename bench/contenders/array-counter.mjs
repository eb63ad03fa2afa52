// @ts-check
/**
 * Counts the arrays that somebody else's code makes on the JavaScript side. Engines are slower after it, so it belongs
 * into a process of its own, where nothing is timed.
 */

const names = /** @type {const} */ ([
  'ArrayBuffer',
  ...['Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array', 'Uint16Array', 'Uint32Array'],
  ...['Float32Array', 'Float64Array'],
]);

/**
 * Bytes of all that `work` made with memory of its own; views of memory that was there are none. The constructors are
 * replaced meanwhile, and with them what `slice`, `map` and the like make of an array.
 * @param {() => void} work synchronous
 */
export function bytesMadeBy(work) {
  let bytes = 0;
  const host = /** @type {any} */ (globalThis);
  const originals = names.map((name) => ({ name, original: host[name] }));
  for (const { name, original } of originals) {
    const counting = new Proxy(original, {
      construct(target, given, newTarget) {
        const made = Reflect.construct(target, given, newTarget);
        if (made.buffer === undefined || made.buffer !== given[0]) bytes += made.byteLength;
        return made;
      },
    });
    host[name] = counting;
    original.prototype.constructor = counting;
  }
  try {
    work();
  } finally {
    for (const { name, original } of originals) {
      host[name] = original;
      original.prototype.constructor = original;
    }
  }
  return bytes;
}
