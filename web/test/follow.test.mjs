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
