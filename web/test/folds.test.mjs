import assert from 'node:assert/strict';
import test from 'node:test';
import { Folds } from '../src/log/folds.ts';
import { loudLines } from '../src/screens/loud_lines.ts';

const PAGE = 8;
const opening = ['##[group]Run make', 'make', 'shell: bash', '##[endgroup]'];

/** The lines that have rows, of a log of `lines`. */
function shown(folds, lines) {
  return Array.from({ length: folds.rows(lines) }, (_, row) => folds.lineOf(row));
}

test('a group is its title until it is opened, and its end is never seen', () => {
  const folds = new Folds(PAGE);
  assert.equal(folds.learn(0, [...opening, 'out', 'more'], 1), true);
  assert.deepEqual(shown(folds, 6), [1, 5, 6]);
  assert.equal(folds.stateOf(1), 'closed');
  assert.equal(folds.stateOf(5), null);

  folds.toggle(1);
  assert.deepEqual(shown(folds, 6), [1, 2, 3, 5, 6]);
  folds.toggle(1);
  assert.deepEqual(shown(folds, 6), [1, 5, 6]);
});

test('rows and lines are each other’s inverse around several groups', () => {
  const folds = new Folds(PAGE);
  folds.learn(0, [...opening, 'a', '##[group]b', 'b', 'b'], 1);
  folds.learn(1, ['b', '##[endgroup]', 'c', '##[group]d', 'd', '##[group]e', 'e', '##[endgroup]'], 1);

  assert.deepEqual(shown(folds, 17), [1, 5, 6, 11, 12, 14, 17]);
  shown(folds, 17).forEach((line, row) => assert.equal(folds.rowOf(line), row));
  assert.equal(folds.rowOf(8), folds.rowOf(6));
});

test('what lies between unknown lines is no group yet', () => {
  const folds = new Folds(PAGE);
  folds.learn(0, ['##[group]a', '2', '3'], 1); // grew since
  folds.learn(1, ['9', '##[endgroup]'], 1);
  assert.equal(folds.rows(10), 10);

  folds.learn(0, ['##[group]a', '2', '3', '4', '5', '6', '7', '8'], 1);
  assert.deepEqual(shown(folds, 10), [1]);
});

test('what somebody reads or looks for is not folded away', () => {
  const read = new Folds(PAGE);
  read.learn(0, ['0', ...opening, 'out'], 3);
  assert.equal(read.stateOf(2), 'open');

  const linked = new Folds(PAGE);
  linked.reveal(3);
  linked.learn(0, ['0', ...opening, 'out'], 1);
  assert.deepEqual(shown(linked, 6), [1, 2, 3, 4, 6]);

  const searched = new Folds(PAGE);
  searched.learn(0, [...opening, 'out'], 1);
  assert.equal(searched.reveal(2), true);
  assert.deepEqual(shown(searched, 5), [1, 2, 3, 5]);
});

test('words of the script are no errors of the step', () => {
  const texts = ['##[group]Run test', 'test || echo fatal error', '##[endgroup]', 'it said this'];
  assert.deepEqual(loudLines(texts, 1).map((line) => line.number), [4]);
});

test('a group of many pages folds though nobody has loaded them', () => {
  const folds = new Folds(PAGE);
  folds.learn(0, ['0', '##[group]long', '3', '4', '5', '6', '7', '8'], 1);
  assert.equal(folds.rows(100), 100);
  assert.equal(folds.learnAll([{ line: 2, begins: true }, { line: 90, begins: false }], 100, 1), true);

  assert.deepEqual(shown(folds, 100).slice(0, 4), [1, 2, 91, 92]);
  folds.learn(3, Array.from({ length: PAGE }, () => 'x'), 1); // a page that is loaded later changes nothing
  assert.deepEqual(shown(folds, 100).slice(0, 4), [1, 2, 91, 92]);
});

test('a page that was read while it grew is known whole from afar', () => {
  const folds = new Folds(PAGE);
  folds.learn(0, ['0', '##[group]long', '3'], 1);
  folds.learnAll([{ line: 2, begins: true }, { line: 10, begins: false }], 12, 1);
  assert.deepEqual(shown(folds, 12), [1, 2, 11, 12]);
});

test('a group may end in the page that still grows', () => {
  const folds = new Folds(PAGE);
  folds.learnAll([{ line: 2, begins: true }, { line: 20, begins: false }], 20, 1);
  assert.deepEqual(shown(folds, 20), [1, 2]);
  folds.learn(2, ['17', '18', '19', '##[endgroup]', '21'], 1);
  assert.deepEqual(shown(folds, 21), [1, 2, 21]);
});
