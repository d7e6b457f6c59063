import assert from 'node:assert/strict';
import test from 'node:test';
import { looseRows, partFor, topOf } from '../src/log/virtual.ts';
import { MAX_HEIGHT, isScaled, maxOffset, offsetForRow, offsetOfScroll, scrollHeight, scrollOfOffset, visibleRows } from '../src/log/virtual.ts';

const small = { count: 100, rowHeight: 18, viewport: 600 };
const million = { count: 1_000_000, rowHeight: 18, viewport: 600 };
const huge = { count: 100_000_000, rowHeight: 18, viewport: 600 };

test('a short list is not scaled', () => {
  assert.equal(isScaled(small), false);
  assert.equal(scrollHeight(small), 1800);
  assert.equal(offsetOfScroll(small, 300), 300);
  assert.equal(scrollOfOffset(small, 300), 300);
});

test('a long list never gets higher than a browser can', () => {
  assert.equal(isScaled(million), true);
  assert.equal(scrollHeight(million), MAX_HEIGHT);
  assert.equal(scrollHeight(huge), MAX_HEIGHT);
});

test('both ends of the scroll bar are both ends of the list', () => {
  for (const space of [small, million, huge]) {
    assert.equal(offsetOfScroll(space, 0), 0);
    assert.equal(offsetOfScroll(space, scrollHeight(space) - space.viewport), maxOffset(space));
    assert.equal(visibleRows(space, maxOffset(space)).end, space.count);
  }
});

test('offset and scroll position are each other’s inverse to a hundredth of a pixel', () => {
  for (const offset of [0, 17, 13_165_938, maxOffset(million)]) {
    assert.ok(Math.abs(offsetOfScroll(million, scrollOfOffset(million, offset)) - offset) < 0.01);
  }
});

test('the rows in view cover the window and no more', () => {
  assert.deepEqual(visibleRows(small, 0), { first: 0, end: 34 });
  assert.deepEqual(visibleRows(small, 9), { first: 0, end: 34 });
  assert.deepEqual(visibleRows(small, 18), { first: 1, end: 35 });
  assert.deepEqual(visibleRows({ ...small, count: 3 }, 0), { first: 0, end: 3 });
  assert.deepEqual(visibleRows({ ...small, count: 0 }, 0), { first: 0, end: 0 });
});

test('a row that is asked for comes to the middle, one in view stays where it is', () => {
  const offset = offsetForRow(million, 731_441, 0);
  assert.equal(offset, 731_441 * 18 - 291);
  assert.equal(offsetForRow(million, 731_440, offset), offset);
  assert.equal(offsetForRow(million, 0, offset), 0);
  assert.equal(offsetForRow(million, 999_999, 0), maxOffset(million));
});

const drawn = { first: 100, tops: [0, 18, 90, 108, 468] }; // rows 100 to 103, of 18, 72, 18 and 360 pixels

test('the place of a loose row is exact where it is drawn, and counted by units where not', () => {
  assert.equal(topOf(drawn, 100, 20), 0);
  assert.equal(topOf(drawn, 101.5, 20), 54);
  assert.equal(topOf(drawn, 103, 20), 108);
  assert.equal(topOf(drawn, 104, 20), 468);
  assert.equal(topOf(drawn, 106, 20), 508);
  assert.equal(topOf(drawn, 98, 20), -40);
  assert.equal(topOf({ first: 7, tops: [] }, 9, 20), 40);
});

test('a loose row comes to the pixel that was asked for', () => {
  for (const [row, y] of [[101, 0], [103, 250], [102, -10]]) {
    const part = partFor(drawn, 1_000_000, 600, 20, row, y);
    const shift = part * 600 - topOf(drawn, part * 1_000_000, 20);
    assert.ok(Math.abs(topOf(drawn, row, 20) + shift - y) < 0.1, `${row} at ${y}`);
  }
});

test('enough loose rows are drawn for any heights, and both ends are the list’s', () => {
  assert.deepEqual(looseRows(1_000, 18, 180, 0), { first: 0, end: 10 });
  assert.deepEqual(looseRows(1_000, 18, 180, 1), { first: 990, end: 1_000 });
  const { first, end } = looseRows(1_000, 18, 180, 0.5);
  assert.ok(first <= 500 - 5 && end >= 500 + 5);
});
