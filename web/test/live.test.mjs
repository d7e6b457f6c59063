// The dot tells the truth: what the socket does, and what follows from its silence.

import assert from 'node:assert/strict';
import test from 'node:test';

const timers = new Map();
let lastTimer = 0;
globalThis.setTimeout = (run, delay) => {
  timers.set(++lastTimer, { run, delay });
  return lastTimer;
};
globalThis.clearTimeout = (id) => timers.delete(id);
globalThis.document = { hidden: false, addEventListener() {} };
globalThis.location = { protocol: 'http:', host: 'ci.test' };
globalThis.addEventListener = () => {};
const sockets = [];
globalThis.WebSocket = class {
  sent = [];
  constructor() { sockets.push(this); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.onclose(); }
  hear(message) { this.onmessage({ data: JSON.stringify(message) }); }
};
const { Live } = await import('../src/api/live.ts');

/** Lets the timer of that length run out. */
function pass(delay) {
  for (const [id, timer] of timers) {
    if (timer.delay !== delay) continue;
    timers.delete(id);
    timer.run();
    return;
  }
  assert.fail(`nothing waits for ${delay} ms`);
}

function start() {
  timers.clear();
  const live = new Live();
  live.start();
  const socket = sockets.at(-1);
  socket.hear({ type: 'hello', seq: 7 });
  return [live, socket];
}

test('silence makes it behind, a word live again', () => {
  const [live, socket] = start();
  assert.equal(live.connection.value, 'live');
  pass(25_000);
  assert.equal(live.connection.value, 'behind');
  socket.hear({ type: 'ping' });
  assert.equal(live.connection.value, 'live');
});

test('longer silence is a dead connection', () => {
  const [live] = start();
  pass(25_000);
  pass(45_000);
  assert.equal(live.connection.value, 'offline');
  assert.ok(![...timers.values()].some(({ delay }) => delay === 25_000), 'nobody waits for a word of a closed socket');
});

test('who is behind may still subscribe', async () => {
  const [live, socket] = start();
  pass(25_000);
  live.subscribe('counts', () => {});
  await Promise.resolve();

  assert.deepEqual(socket.sent.at(-1), { sub: ['counts'], last: 7 });
});

test('states without a number reach who follows them and move nothing on', async () => {
  const [live, socket] = start();
  const heard = [];
  live.subscribe('counts', (event) => heard.push(event.counts));
  await Promise.resolve();
  socket.hear({ topic: 'counts', counts: { running: 1, waiting: 2, approvals: 0 } });

  assert.deepEqual(heard, [{ running: 1, waiting: 2, approvals: 0 }]);
});
