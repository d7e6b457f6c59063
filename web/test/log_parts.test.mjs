// What the log pane computes: errors, times, marks, and what a step runs.

import assert from 'node:assert/strict';
import test from 'node:test';
import { countBelow } from '../src/log/errors.ts';
import { headerLines, titleOfStep } from '../src/log/step_header.tsx';
import { gradientOf, partsOf } from '../src/log/ticks.tsx';
import { LogTimes, timeText } from '../src/log/times.ts';
import { filePlace } from '../src/screens/loud_lines.ts';

test('how many chosen lines are before one', () => {
  assert.deepEqual([1, 5, 6, 9, 10].map((line) => countBelow([5, 9], line)), [0, 0, 1, 1, 2]);
  assert.equal(countBelow([], 5), 0);
});

test('the time of a line is that of the last moment before it', async () => {
  const asked = [];
  const times = new LogTimes(async (from, to) => {
    asked.push([from, to]);
    return { items: [{ line: 1, at: '2026-11-22T10:00:00Z' }, { line: 5, at: '2026-11-22T10:00:07.500Z' }], lines: 6 };
  });
  times.want([1, 2, 3], 6);
  times.want([4], 6);
  await new Promise(setImmediate);
  const start = Date.parse('2026-11-22T10:00:00Z');

  assert.deepEqual(asked, [[1, 512]]);
  assert.equal(timeText(times.at(4), 'since', start), '+0:00.0');
  assert.equal(timeText(times.at(5), 'since', start), '+0:07.5');
  assert.equal(timeText(times.at(600), 'since', start), '');
  times.want([6], 6);
  assert.equal(asked.length, 1);
  times.end();
});

test('the times of a log that grows are asked for by one question at a time, with pauses', async (context) => {
  const timers = [];
  const { setTimeout } = globalThis;
  context.after(() => (globalThis.setTimeout = setTimeout));
  globalThis.setTimeout = (run) => timers.push(run);
  const waiting = [];
  const times = new LogTimes(() => new Promise((answer, refuse) => waiting.push({ answer, refuse })));
  const settle = async (lines) => {
    const { answer, refuse } = waiting.shift();
    if (lines) answer({ items: [{ line: 1, at: '2026-11-22T10:00:00Z' }], lines });
    else refuse(new Error('away'));
    await new Promise(setImmediate);
  };
  for (let total = 1; total <= 20; total++) times.want([1], total);
  assert.equal(waiting.length, 1, 'one is on its way');
  await settle(5);
  for (let total = 21; total <= 40; total++) times.want([1], total);
  assert.equal(waiting.length, 0, 'none in the pause');
  timers.shift()();
  assert.equal(waiting.length, 1, 'what came meanwhile');
  await settle(40);
  timers.shift()();
  assert.equal(waiting.length + timers.length, 0, 'nothing came: nothing is asked');

  times.want([1], 41);
  await settle(null);
  assert.equal(waiting.length + timers.length, 0, 'a refusal is no reason to ask by itself');
  times.want([1], 41);
  assert.equal(waiting.length, 1);
});

test('times since the start are minutes and tenths of seconds', () => {
  assert.equal(timeText(61_250, 'since', 0), '+1:01.3');
  assert.equal(timeText(3_600_000 + 65_000, 'since', 0), '+1:01:05.0');
  assert.equal(timeText(null, 'clock', 0), '');
  assert.match(timeText(0, 'clock', 0), /^\d\d:\d\d:\d\d$/);
});

test('marks beside the scroll bar are few, however many hits there are', () => {
  assert.deepEqual(partsOf([0, 1, 500_000, 999_999], 1_000_000), [0, 100, 199]);
  assert.deepEqual(partsOf(Array.from({ length: 10_000 }, (_, at) => at), 10_000).length, 200);
  assert.equal(gradientOf([]), 'none');
  assert.match(gradientOf([100]), /transparent 50%, var\(--wait\) 50% 50\.5%, transparent 50\.5%/);
});

test('a step is told as GitHub tells it', () => {
  const make = { run: '# build\nmake all\nmake check\n', uses: null, with: null, shell: 'bash', working_directory: 'src', env: { A: '1', B: { c: 2 } } };
  assert.equal(titleOfStep(make), 'Run make all');
  assert.deepEqual(headerLines(make), [
    '# build', 'make all', 'make check', 'shell: bash --noprofile --norc -eo pipefail {0}', 'working-directory: src', 'env:', '  A: 1', '  B: {"c":2}',
  ]);
  const action = { run: null, uses: 'octo/act@v1', with: { depth: '1' }, shell: null, working_directory: null, env: {} };
  assert.equal(titleOfStep(action), 'Run octo/act@v1');
  assert.deepEqual(headerLines(action), ['with:', '  depth: 1']);
  assert.equal(titleOfStep({ run: null, uses: null }), '');
});

test('a file and its line are found as compilers and test runners write them', () => {
  assert.deepEqual(filePlace('src/main.c:12:5: error: no'), { path: 'src/main.c', line: 12 });
  assert.deepEqual(filePlace('FAILED ./tests/test_a.py:7: AssertionError'), { path: 'tests/test_a.py', line: 7 });
  assert.deepEqual(filePlace('  at run (lib/run.mjs:3:1)'), { path: 'lib/run.mjs', line: 3 });
  assert.deepEqual(filePlace('File "shop/basket.py", line 9, in add'), { path: 'shop/basket.py', line: 9 });
  for (const text of ['/usr/include/stdio.h:27', '../up.c:3', 'listening on 127.0.0.1:8080', 'at 10:30:12', 'error: nothing', 'https://example.com:443/']) {
    assert.equal(filePlace(text), null, text);
  }
});
