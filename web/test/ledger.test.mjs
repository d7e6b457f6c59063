import assert from 'node:assert/strict';
import test from 'node:test';
import { compareUrl, counterpart, differenceWords, distance, imageName, isEarlierGood, liveOf } from '../src/screens/ledger_words.ts';

const row = (id, digest, more = {}) => ({
  id: String(id), environment: 'production', target: 'container/app', state: 'succeeded', digest, image: `registry:5000/app@${digest}`, sha: `sha-${digest}`, ...more,
});

test('versions of one image have one name, also with a port and a tag', () => {
  assert.equal(imageName('registry:5000/app@sha256:aa'), 'registry:5000/app');
  assert.equal(imageName('registry:5000/app:7@sha256:aa'), 'registry:5000/app');
  assert.equal(imageName(null), '');
});

test('the newest good row of each target is live, and earlier ones with another digest can be gone back to', () => {
  const rows = [row(6, 'e', { state: 'failed' }), row(5, 'c'), row(4, 'x', { target: 'container/web' }), row(3, 'b', { state: 'rolled_back' }), row(2, 'c'), row(1, 'a')];
  const live = liveOf(rows);
  assert.deepEqual(live.map((each) => each.id), ['5', '4']);
  assert.deepEqual(rows.filter((each) => isEarlierGood(each, live)).map((each) => each.id), ['1']);
});

test('nothing goes back to what has no image', () => {
  for (const more of [{ driver: 'terraform', image: 'infra by plan sha256:aa' }, { driver: 'alb', image: null }]) {
    const rows = [row(2, 'b', more), row(1, 'a', more)];
    assert.equal(isEarlierGood(rows[1], liveOf(rows)), false, more.driver);
  }
});

test('another environment is so many deployments and commits ahead, behind, or apart', () => {
  const mine = [row(3, 'a')];
  const staging = (id, digest, more) => row(id, digest, { environment: 'staging', ...more });
  const theirs = [staging(9, 'd'), staging(8, 'c', { state: 'failed' }), staging(7, 'b'), staging(6, 'b2', { sha: 'sha-b' }), staging(5, 'a')];
  assert.deepEqual(distance('a', 'container/app', theirs), { deployments: 3, commits: 2 });
  assert.equal(differenceWords(mine[0], mine, theirs[0], theirs), 'staging is 3 deployments (2 commits) ahead.');
  assert.equal(differenceWords(theirs[0], theirs, mine[0], mine), 'production is 3 deployments (2 commits) behind.');
  assert.equal(differenceWords(mine[0], mine, staging(9, 'a'), [staging(9, 'a')]), 'staging runs the same digest.');
  assert.match(differenceWords(mine[0], mine, staging(9, 'z'), [staging(9, 'z')]), /neither ever ran/);
});

test('of several services the one of the same image is compared, of strangers none', () => {
  const mine = row(1, 'a');
  const web = row(3, 'b', { target: 'container/web', image: 'registry:5000/web@b' });
  const app = row(2, 'c', { target: 'container/app-staging' });
  assert.equal(counterpart(mine, [web, app]), app);
  assert.equal(counterpart(mine, [web]), web);
  assert.equal(counterpart(mine, [web, row(4, 'd', { target: 'x', image: 'y@d' })]), undefined);
});

test('commits are compared where the repository is on the web', () => {
  assert.equal(compareUrl('https://github.com/octo/shop.git', 'aa', 'bb'), 'https://github.com/octo/shop/compare/aa...bb');
  assert.equal(compareUrl('ssh://git@github.com/octo/shop.git', 'aa', 'bb'), 'https://github.com/octo/shop/compare/aa...bb');
  assert.equal(compareUrl('http://127.0.0.1:8080/octo/shop.git', 'aa', 'bb'), '');
  assert.equal(compareUrl('https://github.com/octo/shop.git', 'aa', 'aa'), '');
});
