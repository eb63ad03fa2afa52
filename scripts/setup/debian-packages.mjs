// Fetches packages of a Debian release other than this machine's, without root and without changing anything of the
// system: apt gets its own list of sources and its own state. The archive's signature is checked as always, with the
// keys that this machine has already.

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { run } from '../lib/run.mjs';

const MINUTE = 60_000;

/**
 * @param {object} request
 * @param {import('./apt-sources.mjs').AptSource[]} request.archives tried in this order
 * @param {string} request.suite
 * @param {string[]} request.names
 * @param {string} request.work a folder for apt's state
 * @param {string} request.purpose the package that all of this is about, for the message
 * @returns {Promise<string>} the folder that holds `<name>.deb` for each
 */
export async function fetchDebs({ archives, suite, names, work, purpose }) {
  const problems = new Set();
  for (const archive of archives) {
    try {
      return await fetchFrom(archive, suite, names, join(work, 'apt'));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      for (const line of error.message.split('\n')) if (/^[EW]: /.test(line)) problems.add(`  ${line}`);
    }
  }
  throw new SetupError(
    [
      `could not fetch Debian package ${purpose} (${suite}) and what it needs: ${names.join(', ')}`,
      ...[...problems].slice(0, 6),
      'Check the network, then run the same command again; or install emsdk and put its emcc on the path.',
    ].join('\n'),
  );
}

/**
 * @param {import('./apt-sources.mjs').AptSource} archive
 * @param {string} suite
 * @param {string[]} names
 * @param {string} folder
 */
async function fetchFrom(archive, suite, names, folder) {
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  const debs = join(folder, 'debs');
  rmSync(folder, { recursive: true, force: true });
  for (const needed of [`${lists}/partial`, `${cache}/archives/partial`, debs])
    mkdirSync(needed, { recursive: true });
  const source = ['Types: deb', `URIs: ${archive.uri}`, `Suites: ${suite}`, 'Components: main'];
  if (archive.signedBy) source.push(`Signed-By: ${archive.signedBy}`);
  writeFileSync(join(folder, 'archive.sources'), `${source.join('\n')}\n`);

  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'archive.sources'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': lists,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': cache,
    'APT::Sandbox::User': '', // apt's own user need not be able to read the cache folder
    'APT::Update::Error-Mode': 'any', // else "update" calls a missing network a success
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const options = { cwd: debs, timeout: 10 * MINUTE, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  await run('apt-get', ['-q', ...flags, 'update'], options);
  await run('apt-get', ['-q', ...flags, 'download', ...names], options);
  // emscripten_3.1.69+dfsg-3_all.deb → emscripten.deb
  for (const file of readdirSync(debs)) renameSync(join(debs, file), join(debs, `${file.split('_')[0]}.deb`));
  return debs;
}

/**
 * Unpacks the folder `from` of a package as `to`. What is never used is not even written: that takes a third of the
 * time of unpacking all and deleting.
 * @param {string} deb
 * @param {string} to
 * @param {string} from
 * @param {readonly string[]} without patterns inside `from`
 */
export async function unpackDeb(deb, to, from, without) {
  mkdirSync(to, { recursive: true });
  const depth = from.split('/').length + 1; // members are named ./usr/…
  const options = [`--directory=${to}`, `--strip-components=${depth}`, '--no-same-owner', '--wildcards'];
  const excluded = without.map((pattern) => `--exclude=./${from}/${pattern}`);
  const script = 'set -o pipefail; deb=$1; shift; dpkg-deb --fsys-tarfile "$deb" | tar --extract "$@"';
  await run('bash', ['-c', script, 'unpack', deb, ...options, ...excluded, `./${from}`], {
    timeout: 5 * MINUTE,
  });
}
