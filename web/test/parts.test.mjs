import assert from 'node:assert/strict';
import test from 'node:test';
import { compareCards, shareDone, tookOf } from '../src/screens/wall_places.ts';
import { withQuery } from '../src/api/client.ts';
import { PLAIN } from '../src/log/ansi.ts';
import { markTokens } from '../src/log/marks.ts';
import { clickedSelection, readSelection, writeSelection } from '../src/log/selection.ts';
import { shortDigest, shortRef } from '../src/parts/facts.tsx';
import { formatAgo, formatDuration } from '../src/parts/when.tsx';
import { readInputLines } from '../src/screens/input_lines.ts';
import { loudLines } from '../src/screens/loud_lines.ts';
import { asItWas, attemptsOf, chooseJob, chooseStep, groupJobs, nextFailure, stepPath } from '../src/screens/run_places.ts';

const token = (text) => ({ text, style: PLAIN });
const job = (id, state, stage = 'test', steps = []) => ({ id, state, stage, steps, name: id, key: id, kind: 'steps' });

test('a search hit is marked across tokens, whatever its case', () => {
  const pieces = markTokens([token('an Err'), token('OR here')], 'error');
  assert.deepEqual(pieces.map((piece) => [piece.text, piece.hit]), [['an ', false], ['Err', true], ['OR', true], [' here', false]]);
});

test('marks neither add nor lose text', () => {
  const pieces = markTokens([token('***a***'), token('*b')], '**');
  assert.equal(pieces.map((piece) => piece.text).join(''), '***a****b');
});

test('masked text is a mark of its own', () => {
  assert.deepEqual(markTokens([token('t=***!')], '').map((piece) => [piece.text, piece.masked]), [['t=', false], ['***', true], ['!', false]]);
});

test('links to lines and ranges', () => {
  assert.deepEqual(readSelection('#L731442'), { first: 731442, last: 731442 });
  assert.deepEqual(readSelection('#L30-L12'), { first: 12, last: 30 });
  assert.equal(readSelection('#L0'), null);
  assert.equal(readSelection('#main'), null);
  assert.equal(writeSelection({ first: 3, last: 3 }), '#L3');
  assert.equal(writeSelection(clickedSelection({ first: 10, last: 10 }, 4, true)), '#L4-L10');
  assert.equal(writeSelection(clickedSelection({ first: 10, last: 12 }, 4, false)), '#L4');
});

test('a run’s page opens what failed, else what runs', () => {
  assert.equal(chooseJob([job('a', 'succeeded'), job('b', 'running'), job('c', 'failed')], undefined).id, 'c');
  assert.equal(chooseJob([job('a', 'succeeded'), job('b', 'running')], undefined).id, 'b');
  assert.equal(chooseJob([job('a', 'succeeded')], undefined).id, 'a');
  assert.equal(chooseJob([job('a', 'succeeded')], 'gone'), undefined);
  const steps = [{ number: 0, state: 'succeeded' }, { number: 1, state: 'timed_out' }, { number: 2, state: 'failed' }];
  assert.equal(chooseStep(steps, undefined).number, 2);
  assert.equal(chooseStep(steps, '0').number, 0);
});

test('a finished job opens the step that said most', () => {
  const steps = [{ number: 0, state: 'succeeded', log_lines: 3 }, { number: 1, state: 'succeeded', log_lines: 90 }, { number: 2, state: 'skipped' }];
  assert.equal(chooseStep(steps, undefined).number, 1);
});

test('the key for the next failure goes round', () => {
  const failing = (id) => job(id, 'failed', 'test', [{ number: 1, state: 'failed' }]);
  const jobs = [failing('a'), job('b', 'succeeded'), failing('c')];
  assert.equal(nextFailure(jobs, undefined, undefined).job.id, 'a');
  assert.equal(nextFailure(jobs, 'a', '1').job.id, 'c');
  assert.equal(nextFailure(jobs, 'c', '1').job.id, 'a');
  assert.equal(nextFailure([], undefined, undefined), undefined);
});

test('stages keep the workflow’s order', () => {
  const groups = groupJobs([job('a', 'queued', 'test'), job('b', 'queued', 'deploy'), job('c', 'queued', 'test')], 'stage');
  assert.deepEqual(groups.map((group) => [group.name, group.jobs.map((each) => each.id)]), [['test', ['a', 'c']], ['deploy', ['b']]]);
});

test('what asks for a person comes first where jobs stand by state', () => {
  const groups = groupJobs([job('a', 'succeeded'), job('b', 'failed'), job('c', 'running'), job('d', 'failed')], 'state');
  assert.deepEqual(groups.map((group) => [group.name, group.jobs.map((each) => each.id)]), [['failed', ['b', 'd']], ['running', ['c']], ['succeeded', ['a']]]);
});

test('the loud lines of a failed step are its errors, else its last words', () => {
  const lines = loudLines(['ok', 'FAILED test_a', '', 'E   assert 1 == 2', '0 errors', 'done'], 100);
  assert.deepEqual(lines.map((line) => line.number), [101, 103]);
  assert.deepEqual(loudLines(['a', '', 'b'], 1).map((line) => line.text), ['a', 'b']);
  assert.deepEqual(loudLines([], 1), []);
});

test('refs and digests are shortened without losing what they are', () => {
  assert.deepEqual(shortRef('refs/heads/fix/a'), { kind: 'branch', name: 'fix/a' });
  assert.deepEqual(shortRef('refs/tags/v1'), { kind: 'tag', name: 'v1' });
  assert.deepEqual(shortRef('refs/pull/7/merge'), { kind: 'branch', name: '#7' });
  assert.equal(shortDigest('sha256:0123456789abcdef'), '0123456789ab');
});

test('times are said as people say them', () => {
  const date = new Date('2026-01-02T03:04:05Z');
  assert.equal(formatAgo(-3, date), 'just now');
  assert.equal(formatAgo(7, date), '5 s ago');
  assert.equal(formatAgo(59, date), '50 s ago');
  assert.equal(formatAgo(3_599, date), '59 min ago');
  assert.equal(formatAgo(90_000, date), '1 d ago');
  assert.match(formatAgo(99 * 86_400, date), /2 Jan 2026/);
  assert.equal(formatDuration(0.42), '0.4 s');
  assert.equal(formatDuration(65), '1 min 05 s');
  assert.equal(formatDuration(3_720), '1 h 02 min');
});

test('empty filters are not sent, and values cannot become other filters', () => {
  assert.equal(withQuery('/runs', { a: '', b: undefined }), '/runs');
  assert.equal(withQuery('/runs', { text: 'a&b=c #d' }), '/runs?text=a%26b%3Dc+%23d');
});

test('inputs are names and values, one a line', () => {
  assert.deepEqual(readInputLines(' a = b=c \n\nempty='), { inputs: { a: ' b=c ', empty: '' }, wrong: '' });
  assert.equal(readInputLines('a=1\nno value').wrong, 'no value');
  assert.equal(readInputLines('=x').wrong, '=x');
});

const card = (full_name, state, more = {}) => ({ full_name, state, runs: [], ...more });

test('the wall begins with what is broken, then what runs, then what ran last', () => {
  const ran = (at) => ({ runs: [{ created_at: at }] });
  const cards = [card('c', 'succeeded', ran('2026-01-01')), card('d', 'succeeded', ran('2026-02-01')), card('b', 'succeeded', { going: {} }), card('a', 'failed')];
  assert.deepEqual(cards.sort(compareCards).map((each) => each.full_name), ['a', 'b', 'd', 'c']);
});

test('how far a run is, is said only where its like has ended before, and never that it is done', () => {
  const run = { started_at: '2026-01-01T00:00:00Z', expected_ms: 60_000 };
  const start = Date.parse(run.started_at);
  assert.equal(shareDone(run, start + 30_000), 0.5);
  assert.equal(shareDone(run, start + 90_000), 0.97);
  assert.equal(shareDone({ ...run, expected_ms: null }, start), null);
  assert.equal(tookOf({ created_at: run.started_at, finished_at: '2026-01-01T00:00:05Z' }), 5_000);
});

test('an attempt that never attached gave its number on, and an older one is shown as it was', () => {
  const steps = [{ number: 2, state: 'timed_out' }];
  const attempts = [{ number: 1, state: 'ended', result: null }, { number: 1, state: 'ended', result: 'timed_out', cause: 'timeout', claimed_at: 'a', attached_at: 'b', ended_at: 'c', steps }, { number: 2, state: 'running', steps: [] }];
  const now = { ...job('7', 'running'), attempt: 2, reason: 'now', attempts };
  assert.deepEqual(attemptsOf(now).map(({ number, result }) => [number, result]), [[1, 'timed_out'], [2, undefined]]);
  const then = asItWas(now, 1);

  assert.deepEqual([then.state, then.cause, then.reason, then.started_at, then.finished_at, then.steps], ['timed_out', 'timeout', null, 'b', 'c', steps]);
  assert.equal(stepPath('3', then, steps[0]), '/runs/3/jobs/7/steps/2?attempt=1');
  assert.equal(stepPath('3', now, steps[0]), '/runs/3/jobs/7/steps/2');
  assert.deepEqual(attemptsOf(job('8', 'queued')), []);
});
