import assert from 'node:assert/strict';
import test from 'node:test';
import { readWeights } from '../src/screens/traffic_words.ts';

test('weights are shares of their sum', () => {
  assert.deepEqual(readWeights('blue 1, green 3'), [{ name: 'blue', share: 0.25 }, { name: 'green', share: 0.75 }]);
  assert.deepEqual(readWeights('green 100'), [{ name: 'green', share: 1 }]);
});

test('anything else is no weights', () => {
  for (const text of [undefined, null, '', 'arn:aws:ecs:eu-central-1:1:task/x', 'blue 0, green 0', 'blue, green 1']) assert.equal(readWeights(text), null, text);
});
