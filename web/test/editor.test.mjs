// The editor's own arithmetic: places in YAML, what the schema says there, differences and merges.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { diffLines, joinParts, mergeLines, splitLines } from '../src/editor/lines_diff.ts';
import { findFix } from '../src/editor/quick_fix.ts';
import { explain, keysAt, valuesAt } from '../src/editor/schema.ts';
import { findKeyAt, findPlace } from '../src/editor/yaml_place.ts';

const schema = JSON.parse(readFileSync(join(TEST_FOLDER, '../../docs/workflow.schema.json'), 'utf8'));

/** The place of the | in `text`. */
function placeIn(text) {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return findPlace(text.replace('|', '').split('\n'), before.length - 1, before[before.length - 1].length);
}

test('the keys above a place are read from the indentation', () => {
  assert.deepEqual(placeIn('on:\n  push:\n    bra|'), { path: ['on', 'push'], key: null, from: 4, word: 'bra', siblings: [] });
  assert.deepEqual(placeIn('jobs:\n  a:\n    steps:\n      - name: x\n        us|').path, ['jobs', 'a', 'steps', '[]']);
  assert.deepEqual(placeIn('jobs:\n  a:\n    steps:\n    - ru|').path, ['jobs', 'a', 'steps', '[]']);
  assert.deepEqual(placeIn('jobs:\n  a:\n    steps: []\n\n  # a note\n  b:\n    |').path, ['jobs', 'b']);
  assert.deepEqual(placeIn('|').path, []);
});

test('a value knows its key, a list in brackets its word', () => {
  const place = placeIn('jobs:\n  a:\n    runs-on: ho|');
  assert.deepEqual([place.path, place.key, place.word], [['jobs', 'a'], 'runs-on', 'ho']);
  assert.equal(placeIn('on: [push, pull|]').word, 'pull');
});

test('plain text and comments are no place for keys', () => {
  assert.equal(placeIn('jobs:\n  a:\n    steps:\n      - run: |\n          ech¦'.replace('|', '>').replace('¦', '|')), null);
  assert.equal(placeIn('# na|'), null);
});

test('what stands beside a key is known, in this item of the list alone', () => {
  const text = 'steps:\n  - name: a\n    run: b\n    |\n    shell: bash\n  - uses: c\n';
  assert.deepEqual(placeIn(text).siblings.sort(), ['name', 'run', 'shell']);
  assert.deepEqual(placeIn('steps:\n  - name: a\n  - |\n').siblings, []);
});

test('the schema answers keys, values and descriptions', () => {
  const keys = keysAt(schema, ['jobs', 'any'], ['steps']).map((choice) => choice.label);
  assert.ok(keys.includes('runs-on') && keys.includes('needs') && !keys.includes('steps'));
  assert.equal(keysAt(schema, [], []).find((choice) => choice.label === 'jobs').apply, 'jobs:');
  assert.ok(valuesAt(schema, ['on']).some((choice) => choice.label === 'push'));
  assert.equal(explain(schema, ['jobs']).description, 'The jobs, by name');
  assert.equal(explain(schema, ['nothing', 'here']), null);
  assert.deepEqual(keysAt(schema, ['nothing'], []), []);
});

test('a key under the pointer is found with its path', () => {
  assert.deepEqual(findKeyAt(['jobs:', '  a:', '    runs-on: host'], 2, 6), { path: ['jobs', 'a', 'runs-on'], from: 4, to: 11 });
  assert.equal(findKeyAt(['jobs:', '  a:', '    runs-on: host'], 2, 14), null);
});

test('a difference is the least there is', () => {
  assert.deepEqual(diffLines(['a', 'b', 'c'], ['a', 'x', 'c']), [{ aFrom: 1, aTo: 2, bFrom: 1, bTo: 2 }]);
  assert.deepEqual(diffLines(['a', 'c'], ['a', 'b', 'c', 'd']), [{ aFrom: 1, aTo: 1, bFrom: 1, bTo: 2 }, { aFrom: 2, aTo: 2, bFrom: 3, bTo: 4 }]);
  assert.deepEqual(diffLines([], []), []);
});

test('any two texts: the difference carries one into the other', () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const text = () => Array.from({ length: random(12) }, () => 'abcd'[random(4)]);
  for (let round = 0; round < 500; round++) {
    const [a, b] = [text(), text()];
    const made = [];
    let at = 0;
    for (const hunk of diffLines(a, b)) {
      made.push(...a.slice(at, hunk.aFrom), ...b.slice(hunk.bFrom, hunk.bTo));
      at = hunk.aTo;
    }
    assert.deepEqual([...made, ...a.slice(at)], b);
  }
});

test('far too many edits are one hunk', () => {
  const old = Array.from({ length: 900 }, (_, n) => `a${n}`);
  assert.equal(diffLines(old, old.map((line) => `${line}!`)).length, 1);
});

test('a merge takes what only one side changed and asks for the rest', () => {
  const base = ['1', '2', '3', '4', '5', '6', '7'];
  const parts = mergeLines(base, ['1', 'm', '3', '4', 'M', '6', '7', 'end'], ['1', '2', '3', '4', 'T', '6', '7']);
  assert.deepEqual(parts.map((part) => part.kind), ['same', 'mine', 'same', 'conflict', 'same', 'mine']);
  const conflict = parts[3];
  assert.deepEqual([conflict.base, conflict.mine, conflict.theirs], [['5'], ['M'], ['T']]);
  assert.equal(joinParts(parts, new Map()), '1\nm\n3\n4\nM\n6\n7\nend\n');
  assert.equal(joinParts(parts, new Map([[conflict, 'theirs']])), '1\nm\n3\n4\nT\n6\n7\nend\n');
  assert.equal(joinParts(parts, new Map([[conflict, 'both']])), '1\nm\n3\n4\nT\nM\n6\n7\nend\n');
});

test('the same change on both sides is one, insertions at one place are asked for', () => {
  assert.deepEqual(mergeLines(['a'], ['b'], ['b']).map((part) => part.kind), ['mine']);
  assert.deepEqual(mergeLines(['a', 'b'], ['a', 'x', 'b'], ['a', 'y', 'b']).map((part) => part.kind), ['same', 'conflict', 'same']);
  assert.deepEqual(splitLines('a\n\n'), ['a', '']);
});

test('a fix replaces the word that the problem is about, and nothing else', () => {
  const problem = { line: 3, column: 5, message: "unknown key 'run-on'", hint: "did you mean 'runs-on'?" };
  const text = 'jobs:\n  a:\n    run-on: host\n';
  const fix = findFix(problem, text);
  assert.equal(text.slice(0, fix.from) + fix.insert + text.slice(fix.to), 'jobs:\n  a:\n    runs-on: host\n');
  assert.equal(findFix(problem, text.replace('run-on', 'other')), null);
  assert.equal(findFix({ ...problem, hint: 'a job has one' }, text), null);
  assert.equal(findFix({ ...problem, line: 9 }, text), null);
  const event = { line: 1, column: 5, message: "unknown event 'pusch'", hint: "did you mean 'push'?" };
  assert.deepEqual(findFix(event, 'on: "pusch"'), { from: 5, to: 10, insert: 'push' });
});
