import assert from 'node:assert/strict';
import test from 'node:test';
import { findKey } from '../src/app/keys.ts';
import { matchPath, path } from '../src/app/router.ts';

test('a pattern takes its names from the path', () => {
  assert.deepEqual(matchPath('/runs/:run', '/runs/12'), { run: '12' });
  assert.deepEqual(matchPath('/runs/:run/jobs/:job/steps/:step', '/runs/1/jobs/2/steps/0'), { run: '1', job: '2', step: '0' });
  assert.deepEqual(matchPath('/', '/'), {});
  assert.deepEqual(matchPath('/runs', '/runs/'), {});
});

test('what does not fit is no match', () => {
  assert.equal(matchPath('/runs/:run', '/runs'), null);
  assert.equal(matchPath('/runs/:run', '/runs/'), null);
  assert.equal(matchPath('/runs/:run', '/runs/1/2'), null);
  assert.equal(matchPath('/runs/:run', '/Runs/1'), null);
  assert.equal(matchPath('/runs/:run', '/runs/%E0%A4%A'), null);
});

test('any text survives the way into an address and back', () => {
  for (const name of ['a/b', '../x', 'a?b#c', '%41', 'ünï', '<img src=x>', '"quoted" & more']) {
    assert.deepEqual(matchPath('/pipelines/:name', path`/pipelines/${name}`), { name });
  }
});

test('a key, a sequence of keys, and a key in the middle of nothing', () => {
  const keys = [{ keys: 'g h' }, { keys: 'h' }, { keys: '?' }];
  assert.equal(findKey(keys, '', 'g'), 'more');
  assert.equal(findKey(keys, 'g', 'h'), keys[0]);
  assert.equal(findKey(keys, '', 'h'), keys[1]);
  assert.equal(findKey(keys, 'g', '?'), keys[2]);
  assert.equal(findKey(keys, '', 'z'), null);
});
