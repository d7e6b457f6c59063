import assert from 'node:assert/strict';
import test from 'node:test';
import { distance, nearest } from '../src/app/palette_rank.ts';
import { readSaid } from '../src/log/said.ts';

test('letters in their order are enough, close and early ones are nearest', () => {
  assert.equal(distance('xq', 'Queue'), null);
  assert.ok(distance('que', 'Queue') < distance('que', 'a quite useful environment'));
  const items = ['Environments', 'octo/shop: insights', 'octo/shop: runs', 'Runs'].map((word) => ({ word }));
  assert.deepEqual(nearest(items, 'runs', 2).map(({ word }) => word), ['Runs', 'octo/shop: runs']);
  assert.deepEqual(nearest(items, 'shop ins', 9).map(({ word }) => word), ['octo/shop: insights']);
  assert.equal(nearest(items, '', 3).length, 3);
});

test('what a workflow command said is told from what only looks so', () => {
  assert.deepEqual(readSaid('##[error]no such file'), { kind: 'error', text: 'no such file' });
  for (const line of ['## [error]x', ' ##[error]x', '##[other]x', '##[group]x', '']) assert.equal(readSaid(line), null, line);
});
