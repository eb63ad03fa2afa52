/**
 * JSON (RFC 8259) as files from outside need it: a key that stands twice, or nesting without end, is refused, and the
 * character is named; objects become maps, so that no key means anything to the language (`__proto__`).
 */
import { badFormat, excerpt } from './content.js';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** Deeper than any format here goes; far below what the stack of an engine holds. */
const deepest = 32;
/** Two characters make one, and an engine takes hundreds of bytes for it: a file is not to fill the memory by that. */
const mostContainers = 300_000;

/** `what` names the text in messages. Throws `BAD_FORMAT`. */
export function parseJson(text: string, what: string): Json {
  const space = /[ \t\n\r]*/y;
  const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  const string = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
  const word = /true|false|null/y;
  let at = 0;
  let containers = 0;

  const fail = (wanted: string): never =>
    badFormat(
      `${what}, character ${at}`,
      `${at < text.length ? excerpt(text.slice(at, at + 12)) : 'the end'}, expected ${wanted}`,
    );
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return undefined;
    const from = at;
    at = pattern.lastIndex;
    return text.slice(from, at);
  };
  const next = (): string | undefined => {
    take(space);
    return text[at];
  };

  function quoted(): string {
    const from = at;
    const raw = take(string) ?? fail('a string');
    try {
      return JSON.parse(raw);
    } catch {
      at = from;
      return fail('a string without control characters, its escapes those of JSON');
    }
  }

  /** What stands between brackets, one after the other. */
  function sequence(close: string, depth: number, item: (depth: number) => void): void {
    if (depth > deepest || ++containers > mostContainers) {
      fail(`no more than ${deepest} levels and ${mostContainers} arrays and objects`);
    }
    at++;
    if (next() === close) {
      at++;
      return;
    }
    for (;;) {
      item(depth);
      const separator = next();
      if (separator !== ',' && separator !== close) fail(`',' or '${close}'`);
      at++;
      if (separator === close) return;
      next();
    }
  }

  function array(depth: number): Json[] {
    const items: Json[] = [];
    sequence(']', depth, (inner) => items.push(value(inner)));
    return items;
  }

  function object(depth: number): JsonObject {
    const members = new Map<string, Json>();
    sequence('}', depth, (inner) => {
      const from = at;
      const key = quoted();
      if (members.has(key)) {
        at = from;
        fail(`another key than ${excerpt(key)}, which stands twice`);
      }
      if (next() !== ':') fail("':'");
      at++;
      members.set(key, value(inner));
    });
    return members;
  }

  function value(depth: number): Json {
    const first = next();
    if (first === '{') return object(depth + 1);
    if (first === '[') return array(depth + 1);
    if (first === '"') return quoted();
    const digits = take(number);
    if (digits !== undefined) return Number(digits);
    return JSON.parse(take(word) ?? fail('a value'));
  }

  const result = value(0);
  if (next() !== undefined) fail('the end');
  return result;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}
