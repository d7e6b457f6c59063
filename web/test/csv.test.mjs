import assert from 'node:assert/strict';
import test from 'node:test';
import { toCsv } from '../src/screens/csv.ts';

test('fields with commas, quotes and lines are quoted, and nothing is empty text', () => {
  assert.equal(toCsv([['day', 'runs'], ['a, "b"', 3], ['two\nlines', null]]), 'day,runs\r\n"a, ""b""",3\r\n"two\nlines",\r\n');
});

test('a name never is a formula, a number stays one', () => {
  assert.equal(toCsv([['=1+1', '+a', '@b', '-c', -2]]), "'=1+1,'+a,'@b,'-c,-2\r\n");
});
