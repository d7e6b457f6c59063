import assert from 'node:assert/strict';
import test from 'node:test';
import { ErrorLines } from '../src/log/errors.ts';

const settle = () => new Promise(setImmediate);

/** Answers when it is told to; remembers who still waits. Timers run when they are told to, too. */
function serve() {
  const waiting = [];
  const timers = new Map();
  let last = 0;
  globalThis.setTimeout = (run) => (timers.set(++last, run), last);
  globalThis.clearTimeout = (id) => timers.delete(id);
  globalThis.fetch = (url, { signal }) => new Promise((answer, refuse) => {
    waiting.push({ url, answer });
    signal.addEventListener('abort', () => refuse(signal.reason));
  });
  return {
    waiting,
    timers,
    pass: () => [...timers].forEach(([id, run]) => { timers.delete(id); run(); }),
    answer: async (line) => {
      waiting.splice(0).forEach(({ answer }) => answer(new Response(JSON.stringify({ items: [{ line }], total: 1 }))));
      await settle();
    },
  };
}

test('a log that grows faster than it is searched is searched by one look at a time', async () => {
  const server = serve();
  const errors = new ErrorLines('/log', {});
  errors.toggle();
  await server.answer(3);
  errors.grew();
  server.pass();
  const asked = server.waiting.length;
  errors.grew();
  server.pass();
  errors.grew();
  server.pass();

  assert.equal(server.waiting.length, asked);
  await server.answer(9);
  assert.deepEqual(errors.lines.value, [9]);
});

test('what came during a look is looked for after it', async () => {
  const server = serve();
  const errors = new ErrorLines('/log', {});
  errors.toggle();
  errors.grew();
  await server.answer(3);
  server.pass();
  await server.answer(12);

  assert.deepEqual(errors.lines.value, [12]);
  assert.equal(server.timers.size, 0);
});

test('who has left asks no more', async () => {
  const server = serve();
  const errors = new ErrorLines('/log', {});
  errors.toggle();
  errors.grew();
  errors.end();
  await settle();

  assert.equal(server.timers.size, 0);
  assert.equal(errors.on.value, true);
});
