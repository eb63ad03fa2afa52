/** What the page and its workers say to each other. */

/** An error on its way between threads: the prototype is lost there, the code must not be. */
export interface ErrorRecord {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** Of `POOL_EXHAUSTED`, in bytes. */
  readonly requested?: number;
  readonly available?: number;
  readonly largestFree?: number;
  readonly limit?: number;
}

export type ToWorker =
  | { readonly kind: 'open'; readonly service: string }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: string;
      readonly args: readonly unknown[];
    };

export type ToPage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: 'event'; readonly name: string; readonly value: unknown };

/** A worker, a worker's own global scope or a message port: all three talk in the same way. */
export interface Endpoint {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  /** A worker's only. */
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
}

/** Tells the page that something happened in between. */
export type Emit = (name: string, value: unknown) => void;

export function recordOf(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  const { code, requested, available, largestFree, limit } = error as Partial<ErrorRecord>;
  const sizes = requested === undefined ? {} : { requested, available, largestFree, limit };
  return { name, message, ...(code === undefined ? {} : { code }), ...sizes } as ErrorRecord;
}

/** An error of the other thread, with its code and its figures. */
export class RemoteError extends Error {
  readonly record: ErrorRecord;

  constructor(record: ErrorRecord) {
    super(record.message);
    this.name = record.name;
    this.record = record;
  }

  get code(): string | undefined {
    return this.record.code;
  }
}

/** `CODE: message`, or the message alone. */
export function textOf(error: unknown): string {
  const { code, message } = error instanceof RemoteError ? error.record : recordOf(error);
  return code === undefined ? message : `${code}: ${message}`;
}
