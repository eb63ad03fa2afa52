import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianArchives, parseDeb822Sources, parseOneLineSources } from '../../scripts/setup/apt-sources.mjs';

test('one-line sources: options, components, comments, and what is not a binary source', () => {
  const text = `
# deb http://old.example/debian bookworm main
deb http://near.example/debian bookworm main contrib # a comment
deb [arch=amd64 signed-by=/keys/a.gpg] https://other.example/apt bookworm main
deb-src http://near.example/debian bookworm main
`;
  assert.deepEqual(parseOneLineSources(text), [
    { uri: 'http://near.example/debian', suite: 'bookworm', components: ['main', 'contrib'] },
    { uri: 'https://other.example/apt', suite: 'bookworm', components: ['main'], signedBy: '/keys/a.gpg' },
  ]);
});

test('deb822 sources: several suites, a key block, a comment inside, disabled paragraphs', () => {
  const text = `Types: deb deb-src
URIs: http://near.example/debian
Suites: bookworm bookworm-updates
# a comment
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
`;
  const signedBy = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc';
  assert.deepEqual(parseDeb822Sources(text), [
    { uri: 'http://near.example/debian', suite: 'bookworm', components: ['main'], signedBy },
    { uri: 'http://near.example/debian', suite: 'bookworm-updates', components: ['main'], signedBy },
  ]);
});

test("the main archive comes before a third party's that calls its suite the same", () => {
  const sources = parseOneLineSources(`
deb https://tools.example/apt bookworm main
deb http://near.example/debian-security bookworm-security main
deb http://near.example/debian/ bookworm main
deb http://near.example/debian/ bookworm-updates main
deb https://docker.example/linux/debian bookworm stable
`);
  const uris = debianArchives(sources, 'bookworm').map(({ uri }) => uri);
  assert.deepEqual(uris, ['http://near.example/debian/', 'https://tools.example/apt']);
});
