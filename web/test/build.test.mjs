// The build itself: the same bytes each time and everywhere, locked packages, nothing the policy forbids.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const web = join(TEST_FOLDER, '..');

function listFiles(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  }).sort();
}

function build(from, out) {
  execFileSync(process.execPath, ['build.mjs', '--out', join(out, 'dist'), '--pack', join(out, 'assets.pack')], { cwd: from, stdio: 'pipe' });
  return Object.fromEntries(listFiles(out).map((path) => [path.slice(out.length), readFileSync(path).toString('base64')]));
}

test('two builds, the second in another folder, are equal byte for byte', () => {
  const place = mkdtempSync(join(tmpdir(), 'triphammer-build-'));
  try {
    const elsewhere = join(place, 'deeper/elsewhere');
    cpSync(web, elsewhere, { recursive: true, filter: (path) => !['/dist', '/node_modules/typescript'].includes(path.slice(web.length)) });
    const one = build(web, join(place, 'one'));
    const two = build(elsewhere, join(place, 'two'));

    assert.ok(Object.keys(one).some((name) => name.endsWith('.js.gz')));
    assert.deepEqual(Object.keys(two), Object.keys(one));
    for (const name of Object.keys(one)) assert.equal(two[name], one[name], name);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

test('the lock names a checksum for every package and no address', () => {
  const { packages } = JSON.parse(readFileSync(join(web, 'package-lock.json'), 'utf8'));
  for (const [name, entry] of Object.entries(packages)) {
    assert.equal(entry.resolved, undefined, name);
    if (name !== '') assert.match(entry.integrity, /^sha512-/, name);
  }
});

test('no source can put markup or inline style into the page', () => {
  for (const path of listFiles(join(web, 'src'))) {
    const text = readFileSync(path, 'utf8');
    assert.doesNotMatch(text, /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, path);
    assert.doesNotMatch(text, /\sstyle="/, path);
    if (!path.endsWith('.svg')) assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)[a-z]/, path);
  }
});
