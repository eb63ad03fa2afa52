/** The built modules as files, and how to damage them: just enough of the binary format to change one function. */
import { readFileSync } from 'node:fs';
import { fromRoot } from './paths.js';

export function wasmBytes(build: 'simd' | 'scalar'): Uint8Array {
  return new Uint8Array(readFileSync(fromRoot(`dist/wasm/${build}/neural.wasm`)));
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

const sectionIds = { import: 2, export: 7, code: 10 } as const;
const kinds = { function: 0, table: 1, memory: 2, global: 3 } as const;
const preambleBytes = 8;

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }

  limits(): void {
    if ((this.byte() & 1) === 1) this.u32();
    this.u32();
  }
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function sectionsOf(module: Uint8Array): Section[] {
  const reader = new Reader(module);
  reader.at = preambleBytes;
  const sections: Section[] = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    sections.push({ id, content: reader.take(reader.u32()) });
  }
  return sections;
}

function importedFunctions(sections: readonly Section[]): number {
  const reader = new Reader(sections.find(({ id }) => id === sectionIds.import)?.content ?? Uint8Array.of(0));
  let count = 0;
  for (let left = reader.u32(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind === kinds.function) count++;
    if (kind === kinds.table) reader.byte();
    if (kind === kinds.table || kind === kinds.memory) reader.limits();
    else if (kind === kinds.global) reader.take(2);
    else reader.u32();
  }
  return count;
}

function exportedFunction(sections: readonly Section[], name: string): number {
  const reader = new Reader(sections.find(({ id }) => id === sectionIds.export)!.content);
  for (let left = reader.u32(); left > 0; left--) {
    const exported = reader.text();
    const kind = reader.byte();
    const index = reader.u32();
    if (kind === kinds.function && exported === name) return index;
  }
  throw new Error(`the module does not export a function ${name}`);
}

/** The module with the body (locals and instructions) of an exported function changed. */
export function changeFunction(
  module: Uint8Array,
  name: string,
  change: (body: Uint8Array) => ArrayLike<number>,
): Uint8Array {
  const sections = sectionsOf(module);
  const wanted = exportedFunction(sections, name) - importedFunctions(sections);
  const changed = sections.map(({ id, content }) => {
    if (id !== sectionIds.code) return { id, content };
    const reader = new Reader(content);
    const count = reader.u32();
    const bodies = Array.from({ length: count }, () => reader.take(reader.u32()));
    const all = bodies.map((body, index) => (index === wanted ? Uint8Array.from(change(body)) : body));
    return { id, content: concat([leb(count), ...all.flatMap((body) => [leb(body.length), body])]) };
  });
  return concat([
    module.subarray(0, preambleBytes),
    ...changed.flatMap(({ id, content }) => [[id], leb(content.length), content]),
  ]);
}

/** Replaces every occurrence of one instruction in an exported function by another. */
export function swapInstruction(
  module: Uint8Array,
  name: string,
  from: readonly number[],
  to: readonly number[],
): Uint8Array {
  let found = 0;
  const changed = changeFunction(module, name, (body) => {
    const bytes = Uint8Array.from(body);
    for (let at = 0; at + from.length <= bytes.length; at++) {
      if (!from.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes.set(to, at);
      found++;
    }
    return bytes;
  });
  if (found === 0) throw new Error(`${name} does not contain the instruction`);
  return changed;
}

/** Puts `instructions` in front of those of an exported function. */
export function prependInstructions(
  module: Uint8Array,
  name: string,
  instructions: readonly number[],
): Uint8Array {
  return changeFunction(module, name, (body) => {
    const reader = new Reader(body);
    for (let groups = reader.u32(); groups > 0; groups--) {
      reader.u32();
      reader.byte();
    }
    return concat([body.subarray(0, reader.at), instructions, body.subarray(reader.at)]);
  });
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
