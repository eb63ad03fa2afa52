/**
 * What the engine tells about itself and the machine. No environment variables are read.
 */
import { detectFeatures } from '../../core/features.js';
import type { BenchmarkEnvironment } from './report.js';

interface Host {
  readonly process?: {
    readonly versions?: Readonly<Record<string, string | undefined>>;
    readonly platform?: string;
    readonly arch?: string;
  };
  readonly navigator?: { readonly userAgent?: string; readonly hardwareConcurrency?: number };
}

export function describeEnvironment(): BenchmarkEnvironment {
  const { process, navigator } = globalThis as Host;
  const node = process?.versions?.node;
  return {
    runtime: node === undefined ? 'browser' : `node ${node}`,
    ...given('engine', process?.versions?.v8 === undefined ? undefined : `v8 ${process.versions.v8}`),
    ...given('platform', process?.platform),
    ...given('architecture', process?.arch),
    ...given('userAgent', navigator?.userAgent),
    ...given('logicalCores', navigator?.hardwareConcurrency),
    features: detectFeatures(),
  };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
