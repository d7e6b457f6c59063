import assert from 'node:assert/strict';
import test from 'node:test';
import { beyondUsual, queuedMs, usualTimes } from '../src/screens/usual.ts';

const at = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
const run = (seconds, more = {}) => ({
  repository: 'octo/shop', workflow: 'ci', state: 'succeeded', created_at: at(0), started_at: at(5), finished_at: at(5 + seconds), ...more,
});

test('the usual time is the median of what succeeded', () => {
  const runs = [run(40), run(90), run(41), run(600, { state: 'failed' }), run(7, { workflow: 'lint' })];
  const usual = usualTimes(runs);

  assert.deepEqual([...usual], [['octo/shop ci', 41_000]]);
  assert.equal(beyondUsual(runs[1], usual), 49_000);
  assert.equal(beyondUsual(run(20), usual), -21_000);
});

test('a small difference, another outcome and an unknown workflow say nothing', () => {
  const usual = usualTimes([run(40), run(40), run(40)]);

  assert.equal(beyondUsual(run(43), usual), null);
  assert.equal(beyondUsual(run(80, { state: 'cancelled' }), usual), null);
  assert.equal(beyondUsual(run(80, { workflow: 'nightly' }), usual), null);
  assert.equal(beyondUsual(run(80, { finished_at: null }), usual), null);
});

test('two runs are not enough', () => {
  assert.equal(usualTimes([run(40), run(41)]).size, 0);
});

test('the queue is told where it held a run up', () => {
  assert.equal(queuedMs(run(1)), 5_000);
  assert.equal(queuedMs(run(1, { started_at: at(0.4) })), null);
  assert.equal(queuedMs(run(1, { started_at: null })), null);
});
