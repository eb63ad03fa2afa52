// Bytes as printable ASCII, for the modules inside the package's inline form. The most frequent bytes are one letter
// each, the others two. Base64 cuts bytes into pieces and so hides from gzip what repeats in them; this text gzips as
// small as the bytes themselves, and is a fifth shorter.

/** Printable characters but those that would end a string, escape in it, or end a script element around it. */
function letters() {
  return Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
    (one) => !'"\\<'.includes(one),
  );
}

/**
 * @param {string} text
 * @param {number[]} order the bytes, the most frequent first
 */
function unpack(text, order) {
  const alphabet = letters().join('');
  const ranks = new Uint8Array(128);
  for (let i = 0; i < alphabet.length; i++) ranks[alphabet.charCodeAt(i)] = i;
  // The last two letters say that the next one stands for a rarer byte.
  const single = alphabet.length - 2;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let skipped = 0;
  for (let i = 0; i < text.length; i++) {
    const rank = ranks[text.charCodeAt(i)] ?? 0;
    if (rank >= single) {
      skipped = (rank - single + 1) * single;
    } else {
      bytes[length++] = order[skipped + rank] ?? 0;
      skipped = 0;
    }
  }
  return bytes.slice(0, length);
}

/** What a file needs to evaluate what `pack` writes. */
export const UNPACK = `${letters}\n${unpack}\n`;

/** The source of an expression that gives the bytes. @param {Uint8Array} bytes */
export function pack(bytes) {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const alphabet = letters();
  const shifts = alphabet.splice(-2);
  /** @type {string[]} */
  const words = [];
  for (const [rank, byte] of order.entries()) {
    const shift = shifts[Math.floor(rank / alphabet.length) - 1] ?? '';
    words[byte] = `${shift}${alphabet[rank % alphabet.length]}`;
  }
  const text = Array.from(bytes, (byte) => words[byte]).join('');
  return `unpack(${JSON.stringify(text)}, ${JSON.stringify(order)})`;
}
