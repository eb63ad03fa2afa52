// Reads the machine's own apt sources, so that no mirror's address has to stand in a script: whoever uses a mirror
// near by, or an internal one, gets everything from there. See sources.list(5) for both formats.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ uri: string, suite: string, components: string[], signedBy?: string }} AptSource */

/**
 * `deb [signed-by=/path arch=amd64] http://host/debian bookworm main contrib`
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseOneLineSources(text) {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri, suite, components = ''] =
      /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line) ?? [];
    if (!uri || !suite) return [];
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suite, components: words(components), ...(signedBy && { signedBy }) }];
  });
}

/**
 * Paragraphs of `Field: value`, a value going on in lines that start with a space (a key block, for instance).
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822Sources(text) {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((paragraph) => {
    /** @param {string} name */
    const field = (name) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t]+.*)*)`, 'im').exec(paragraph)?.[1]?.trim();
    /** @param {string} name */
    const list = (name) => words(field(name));
    if (!list('Types').includes('deb') || /^(no|false|off|0)$/i.test(field('Enabled') ?? 'yes')) return [];
    const signedBy = field('Signed-By');
    return list('URIs').flatMap((uri) =>
      list('Suites').map((suite) => ({
        uri,
        suite,
        components: list('Components'),
        ...(signedBy && { signedBy }),
      })),
    );
  });
}

/**
 * Every enabled binary source of this machine, in apt's order.
 * @param {string} [folder]
 * @returns {AptSource[]}
 */
export function readAptSources(folder = '/etc/apt') {
  const parts = join(folder, 'sources.list.d');
  const files = [join(folder, 'sources.list'), ...entries(parts).map((name) => join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.list')) return parseOneLineSources(read(file));
    return file.endsWith('.sources') ? parseDeb822Sources(read(file)) : [];
  });
}

/**
 * The sources that may be Debian's main archive, the likeliest first: its suite is the release itself (not its
 * updates), and its path nearly always ends in /debian. Third parties that call their suite the same come after.
 * @param {AptSource[]} sources
 * @param {string} codename such as bookworm
 */
export function debianArchives(sources, codename) {
  const suites = [codename, 'stable', 'testing', 'unstable', 'sid', 'oldstable', 'oldoldstable'];
  const candidates = sources.filter(
    ({ uri, suite, components }) =>
      components.includes('main') && suites.includes(suite.replace(/\/$/, '')) && !uri.startsWith('cdrom:'),
  );
  /** @param {AptSource} source */
  const isThirdParty = ({ uri }) => Number(!/\/debian\/?$/.test(uri));
  const ordered = candidates.sort((a, b) => isThirdParty(a) - isThirdParty(b));
  return ordered.filter((source, i) => ordered.findIndex(({ uri }) => uri === source.uri) === i);
}

const words = (text = '') => text.split(/\s+/).filter(Boolean);

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
