/**
 * What the engine tells about itself and the machine. No environment variables are read.
 */
import { detectFeatures } from '../../core/features.js';
import { processors, readFile } from '../../core/loader/host.js';
import type { BenchmarkEnvironment } from './report.js';

/** Client hints, in browsers that have them (Chromium): https://wicg.github.io/ua-client-hints/. */
interface UserAgentData {
  readonly platform?: string;
  getHighEntropyValues?(
    hints: readonly string[],
  ): Promise<{ readonly architecture?: string; readonly bitness?: string }>;
}

interface Host {
  readonly process?: {
    readonly versions?: Readonly<Record<string, string | undefined>>;
    readonly platform?: string;
    readonly arch?: string;
  };
  readonly navigator?: {
    readonly userAgent?: string;
    readonly hardwareConcurrency?: number;
    readonly userAgentData?: UserAgentData;
  };
}

/** `machine`: what the caller calls it. */
export async function describeEnvironment(machine: string | undefined): Promise<BenchmarkEnvironment> {
  const { process, navigator } = globalThis as Host;
  const cores = processors();
  return {
    runtime: runtimeName(process?.versions ?? {}, navigator?.userAgent),
    ...given('engine', process?.versions?.v8 === undefined ? undefined : `v8 ${process.versions.v8}`),
    ...given('platform', process?.platform ?? (text(navigator?.userAgentData?.platform) || undefined)),
    ...given('architecture', process?.arch ?? (await architectureOf(navigator?.userAgentData))),
    ...given('userAgent', navigator?.userAgent),
    ...given('cpu', processorName(cores[0]?.model)),
    // Where the system tells its processors they are counted: a container may be given fewer, the machine stays.
    ...given('logicalCores', cores.length > 0 ? cores.length : navigator?.hardwareConcurrency),
    ...given('machine', machine),
    features: detectFeatures(),
  };
}

/** Engines other than Node that say they are like it name themselves beside. */
const runtimes = ['bun', 'deno', 'electron', 'node'] as const;

function runtimeName(
  versions: Readonly<Record<string, string | undefined>>,
  userAgent: string | undefined,
): string {
  const name = runtimes.find((runtime) => versions[runtime] !== undefined);
  if (name !== undefined) return `${name} ${versions[name]}`;
  return userAgent === undefined ? 'unknown' : 'browser';
}

/**
 * The processor's model without its marks, and on Linux the numbers that tell its generations apart: virtual machines
 * say "AMD EPYC" of five of them. Node on Arm says 'unknown', or nothing.
 */
function processorName(model: string | undefined): string | undefined {
  const name = text(model)
    .replace(/\((R|TM)\)/gi, '')
    .trim();
  if (name === '' || name === 'unknown' || name === '-') return undefined;
  const details = processorDetails();
  const number = (key: string) => new RegExp(`^${key}\\s*: (\\d+)$`, 'm').exec(details)?.[1];
  const [family, variant] = [number('cpu family'), number('model')];
  return family === undefined || variant === undefined
    ? name
    : `${name} (family ${family}, model ${variant})`;
}

/** What Linux says of its processors; empty elsewhere. */
function processorDetails(): string {
  try {
    return new TextDecoder().decode(readFile(new URL('file:///proc/cpuinfo')));
  } catch {
    return '';
  }
}

async function architectureOf(userAgentData: UserAgentData | undefined): Promise<string | undefined> {
  try {
    const hints = await userAgentData?.getHighEntropyValues?.(['architecture', 'bitness']);
    return `${text(hints?.architecture)} ${text(hints?.bitness)}`.trim() || undefined;
  } catch {
    // A page's Permissions-Policy may refuse it.
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
