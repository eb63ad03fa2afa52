/**
 * Which instructions a wasm file contains: a decoder of the code section, strict about what it does not know, so
 * that an instruction is never mistaken for part of another.
 */

class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the file ends inside an instruction');
    return value;
  }
  /** LEB128; signed ones are as long, and only skipped here. */
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  part(length: number): Reader {
    const part = new Reader(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return part;
  }
}

/** Immediates by opcode: `l` a LEB128 number, digits so many bytes. What is not listed has none. */
const immediates = new Map<number, string>([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x41, 0x42, 0xd0, 0xd2].map((code) => [code, 'l'] as const),
  [0x11, 'll'],
  ...range(0x20, 0x26).map((code) => [code, 'l'] as const),
  ...range(0x28, 0x3e).map((code) => [code, 'll'] as const),
  [0x3f, 'l'],
  [0x40, 'l'],
  [0x43, '4'],
  [0x44, '8'],
]);

/** Immediates of the instructions behind the prefix 0xfc: saturating conversions have none. */
const bulkImmediates = new Map<number, string>([
  [8, 'll'],
  [9, 'l'],
  [10, 'll'],
  [11, 'l'],
]);

/** Immediates of the vector instructions behind the prefix 0xfd. */
function vectorImmediates(code: number): string {
  if (code <= 11 || code === 0x5c || code === 0x5d) return 'll';
  if (code === 12 || code === 13) return '88';
  if (code >= 0x15 && code <= 0x22) return '1';
  if (code >= 0x54 && code <= 0x5b) return 'll1';
  return '';
}

const codeSection = 10;
const vectorPrefix = 0xfd;

/** How often each vector instruction stands in the module, by its code behind the prefix 0xfd. */
export function vectorInstructions(wasm: Uint8Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const reader = new Reader(wasm);
  reader.at = 8;
  while (!reader.atEnd) {
    const id = reader.byte();
    const section = reader.part(reader.leb());
    if (id !== codeSection) continue;
    for (let count = section.leb(); count > 0; count--) readFunction(section.part(section.leb()), found);
  }
  return found;
}

function readFunction(body: Reader, found: Map<number, number>): void {
  for (let groups = body.leb(); groups > 0; groups--) {
    body.leb();
    body.byte();
  }
  while (!body.atEnd) readInstruction(body, found);
}

function readInstruction(body: Reader, found: Map<number, number>): void {
  const code = body.byte();
  if (code === 0x0e) {
    for (let targets = body.leb() + 1; targets > 0; targets--) body.leb();
  } else if (code === vectorPrefix) {
    const vector = body.leb();
    found.set(vector, (found.get(vector) ?? 0) + 1);
    skip(body, vectorImmediates(vector));
  } else if (code === 0xfc) {
    skip(body, bulkImmediates.get(body.leb()) ?? '');
  } else if (code <= 0xd2) {
    skip(body, immediates.get(code) ?? '');
  } else {
    throw new Error(`unknown instruction 0x${code.toString(16)}`);
  }
}

function skip(body: Reader, what: string): void {
  for (const part of what) {
    if (part === 'l') body.leb();
    else body.at += Number(part);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
