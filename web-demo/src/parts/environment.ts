/** What the page runs on: asked of a worker, because that is where everything is computed. */
import { connect } from '../link/connection.js';
import { textOf } from '../link/protocol.js';
import { byId, fillRows, make, write } from '../page/dom.js';
import { engineName } from '../page/engine-name.js';
import { bytes, milliseconds } from '../page/format.js';
import type { EnvironmentReport } from '../services/environment.js';

const builds = ['simd', 'scalar', 'js'] as const;

export async function startEnvironment(): Promise<void> {
  const notes: { text: string; tone: 'bad' | 'warn' }[] = [];
  showPage();
  try {
    const service = await connect('environment');
    if (service.blocked !== undefined) notes.push({ text: service.blocked, tone: 'warn' });
    write(
      byId('environment-thread'),
      service.blocked === undefined ? 'a worker' : 'the page’s own: no worker',
    );
    const report = await service.call('describe');
    showReport(report);
    const note = noteOn(report);
    if (note !== undefined) notes.push({ text: note, tone: 'warn' });
  } catch (error) {
    notes.push({ text: `No build could be loaded. ${textOf(error)}`, tone: 'bad' });
    write(byId('chip-build'), 'none');
    write(byId('chip-load'), '–');
  }
  const box = byId('notice');
  box.replaceChildren(
    ...(notes.length > 0
      ? notes.map(({ text, tone }) => make('p', { 'data-tone': tone }, text))
      : [make('p', { 'data-tone': 'good' }, 'Everything that this page needs is here.')]),
  );
}

function showPage(): void {
  const engine = engineName();
  const cores = String(navigator.hardwareConcurrency ?? 'not told');
  // Without what runs JavaScript in it: in the narrow column that would take a third line, and move the page.
  write(byId('chip-engine'), engine.replace(/ \(.*\)/, ''));
  write(byId('chip-cores'), cores);
  write(byId('environment-engine'), engine);
  write(byId('environment-cores'), cores);
  write(byId('environment-isolated'), crossOriginIsolated ? 'yes' : 'no: clocks are coarser');
  const sizes = builds.map((name) => `${name} ${bytes(BUILD_SIZES[name])}`);
  write(byId('environment-sizes'), sizes.join(', '));
}

function showReport({ variant, selection, loadTime, features, clockStep }: EnvironmentReport): void {
  write(byId('chip-build'), variant);
  write(byId('chip-load'), milliseconds(loadTime.total));
  write(byId('environment-clock'), milliseconds(clockStep));
  const has = (there: boolean, name: string): string => `${there ? '' : 'no '}${name}`;
  write(
    byId('environment-features'),
    [
      has(features.wasm, 'WebAssembly'),
      has(features.simd, 'SIMD'),
      has(features.relaxedSimd, 'relaxed SIMD'),
      has(features.threads, 'threads'),
    ].join(', '),
  );
  const rows = builds.map((name) => {
    const candidate = selection.find((one) => one.candidate === name);
    if (candidate === undefined) return [name, 'not tried', 'an earlier one was taken'];
    const why = candidate.code === undefined ? candidate.reason : `${candidate.code}: ${candidate.reason}`;
    return [name, candidate.accepted ? 'runs' : 'refused', why];
  });
  fillRows(byId('environment-selection'), rows);
}

/** When something other than the fastest build runs. */
function noteOn({ variant, selection }: EnvironmentReport): string | undefined {
  const refused = selection.filter(({ accepted }) => !accepted);
  const [first] = refused;
  if (first === undefined) return undefined;
  const slower = variant === 'js' ? 'the same kernels as plain JavaScript' : `the ${variant} build`;
  return `This page runs ${slower}: the same bits, more slowly. ${first.code}: ${first.reason}`;
}
