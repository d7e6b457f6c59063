import assert from 'node:assert/strict';
import test from 'node:test';
import { layOut } from '../src/screens/timeline_places.ts';

const at = (second) => new Date(1_700_000_000_000 + second * 1_000).toISOString();
const job = (key, queued, from, to, needs = []) => ({
  id: key, key, name: key, state: 'succeeded', needs, queued_at: at(queued), started_at: at(from), finished_at: to === null ? null : at(to),
});
const NOW = 1_700_000_000_000 + 100_000;

test('bars are parts of the whole, from the first queueing to the last end', () => {
  const { bars, seconds } = layOut([job('test', 0, 10, 40), job('image', 40, 50, 100, ['test'])], NOW);
  assert.equal(seconds, 100);
  assert.deepEqual(bars.map((bar) => [bar.queued, bar.from, bar.to]), [[0, 0.1, 0.4], [0.4, 0.5, 1]]);
});

test('the chain goes back by the need that ended last', () => {
  const jobs = [job('lint', 0, 0, 5), job('test', 0, 0, 30), job('docs', 0, 0, 33), job('image', 30, 30, 50, ['lint', 'test'])];
  const { bars, chain } = layOut(jobs, NOW);
  assert.deepEqual(chain.map((one) => one.key), ['test', 'image']);
  assert.deepEqual(bars.filter((bar) => bar.critical).map((bar) => bar.job.key), ['test', 'image']);
});

test('a need is every leg of a matrix and every job of a call', () => {
  const jobs = [job('test (3.11)', 0, 0, 10), job('test (3.12)', 0, 0, 20), job('lib / unit', 0, 0, 25), job('tests', 0, 0, 28), job('ship', 25, 25, 30, ['test', 'lib'])];
  assert.deepEqual(layOut(jobs, NOW).chain.map((one) => one.key), ['lib / unit', 'ship']);
});

test('what goes on ends at the given time, what never began has no bar', () => {
  const { bars, seconds } = layOut([job('test', 0, 0, null), { ...job('image', 0, 0, 0), started_at: null, finished_at: null }], NOW);
  assert.deepEqual(bars.map((bar) => [bar.job.key, bar.to]), [['test', 1]]);
  assert.equal(seconds, 100);
});

test('no job, no bar, no chain', () => {
  assert.deepEqual(layOut([], NOW), { bars: [], seconds: 0, chain: [] });
});

test('a bar is cut into waiting, set-up, check-out and steps, without a gap', () => {
  const step = (number, name, from) => ({ number, name, state: 'succeeded', started_at: at(from) });
  const steps = [step(0, 'Set up', 12), step(1, 'Check out', 20), step(2, 'Test', 25), step(3, 'Never began', null)];
  steps[3].started_at = null;
  const { bars } = layOut([{ ...job('test', 0, 10, 100), steps }], NOW);
  assert.deepEqual(bars[0].pieces.map((piece) => [piece.kind, piece.from, piece.to]), [
    ['waited', 0, 0.1], ['pull', 0.1, 0.12], ['pull', 0.12, 0.2], ['clone', 0.2, 0.25], ['step', 0.25, 1],
  ]);
  assert.equal(bars[0].pieces.at(-1).seconds, 75);
});

test('the usual time of a job stands where green runs had it', () => {
  const { bars } = layOut([job('test', 0, 10, 100), job('new', 0, 0, 50)], NOW, [{ key: 'test', from_ms: 20_000, took_ms: 40_000 }]);
  const usual = Object.fromEntries(bars.map((bar) => [bar.job.key, bar.usual]));
  assert.deepEqual(usual, { test: { from: 0.2, to: 0.6, seconds: 40 }, new: null });
});
