import assert from 'node:assert/strict';
import test from 'node:test';
import { signal } from '@preact/signals';
import { Follow } from '../src/log/follow.ts';
import { VirtualScroll } from '../src/parts/virtual_rows.tsx';

test('rows that a reader unfolds are no new lines', () => {
  const scroll = new VirtualScroll(18);
  scroll.viewport.value = 180;
  const rows = signal(100);
  const follow = new Follow(scroll, rows, true);
  const stop = follow.start();
  follow.stop();

  follow.unfolded(50);
  rows.value += 50;
  assert.equal(follow.unseen.value, 0);
  rows.value += 3;
  assert.equal(follow.unseen.value, 3);
  stop();
});

test('a second look elsewhere forgets no line that came meanwhile', () => {
  const scroll = new VirtualScroll(18);
  scroll.viewport.value = 180;
  const rows = signal(100);
  const follow = new Follow(scroll, rows, true);
  const stop = follow.start();
  scroll.moveTo(180);
  follow.stop();
  rows.value += 7;
  follow.stop(); // a search, a link: the reader is away already

  rows.value += 3;
  assert.equal(follow.unseen.value, 10);
  follow.unfolded(-20); // a group above is folded once it is known
  rows.value -= 20;
  assert.equal(follow.unseen.value, 10);
  stop();
});

test('what a log had when the reader came by a link is not new', () => {
  const scroll = new VirtualScroll(18);
  const rows = signal(0);
  const follow = new Follow(scroll, rows, false);
  const stop = follow.start();
  rows.value = 500;
  assert.equal(follow.unseen.value, 0);
  rows.value = 502;
  assert.equal(follow.unseen.value, 2);
  stop();
});
