import assert from 'node:assert/strict';
import test from 'node:test';
import { CursorList } from '../src/api/list.ts';

/** Answers each request with the next of `pages`; remembers what was asked. */
function serve(...pages) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    return new Response(JSON.stringify(pages.shift() ?? { items: [], next: null }));
  };
  return asked;
}

const rows = (from, to) => Array.from({ length: from - to + 1 }, (_, at) => ({ id: String(from - at) }));
const newList = () => new CursorList('/runs', (row) => row.id);
const idsOf = (list) => list.items.value.map((row) => Number(row.id));

test('a list grows by its cursor and never holds a row twice', async () => {
  const asked = serve({ items: rows(100, 51), next: '51' }, { items: rows(51, 1), next: null });
  const list = newList();
  await list.refresh();
  await list.loadMore();

  assert.deepEqual(idsOf(list), rows(100, 1).map((row) => Number(row.id)));
  assert.deepEqual(asked, ['/api/v1/runs?limit=50', '/api/v1/runs?limit=50&cursor=51']);
  assert.equal(list.hasMore, false);
});

test('new rows are laid over the old ones without a gap', async () => {
  serve({ items: rows(100, 51), next: '51' }, { items: rows(50, 1), next: '1' }, { items: rows(103, 54), next: '54' });
  const list = newList();
  await list.refresh();
  await list.loadMore();
  await list.refresh();

  assert.deepEqual(idsOf(list), rows(103, 1).map((row) => Number(row.id)));
});

test('a reader further down is told how many came', async () => {
  serve({ items: rows(100, 51), next: '51' }, { items: rows(102, 53), next: '53' });
  const list = newList();
  const told = [];
  list.onAdded = (added) => told.push(added);
  await list.refresh();
  list.offset = 500;
  await list.refresh();

  assert.deepEqual(told, [2]);
  assert.equal(list.unseen.value, 2);
});

test('a full page that meets nothing known begins anew', async () => {
  serve({ items: rows(100, 51), next: '51' }, { items: rows(300, 251), next: '251' });
  const list = newList();
  await list.refresh();
  await list.refresh();

  assert.deepEqual(idsOf(list), rows(300, 251).map((row) => Number(row.id)));
});

test('a short newest page does not drop what older pages brought', async () => {
  serve({ items: [], next: '900' }, { items: rows(5, 3), next: '2' }, { items: [], next: '950' });
  const list = newList();
  await list.refresh();
  await list.loadMore();
  await list.refresh();

  assert.deepEqual(idsOf(list), [5, 4, 3]);
});

test('a row that no longer fits goes with the next answer', async () => {
  serve({ items: rows(10, 8), next: '8' }, { items: [{ id: '10' }, { id: '8' }], next: '8' });
  const list = newList();
  await list.refresh();
  await list.refresh();

  assert.deepEqual(idsOf(list), [10, 8]);
});

test('empty pages are walked through, but not for ever', async () => {
  const asked = serve({ items: [], next: '99' }, ...Array.from({ length: 40 }, (_, at) => ({ items: [], next: String(98 - at) })));
  const list = newList();
  await list.refresh();
  await list.loadMore();

  assert.equal(asked.length, 9);
  assert.equal(list.exhausted.value, true);
  assert.equal(list.hasMore, true);
});

test('an error is kept and the rows with it', async () => {
  serve({ items: rows(3, 1), next: '1' });
  const list = newList();
  await list.refresh();
  globalThis.fetch = async () => new Response(JSON.stringify({ error: { code: 'x', message: 'no disk' } }), { status: 503 });
  await list.loadMore();

  assert.equal(list.error.value.message, 'no disk');
  assert.deepEqual(idsOf(list), [3, 2, 1]);
});
