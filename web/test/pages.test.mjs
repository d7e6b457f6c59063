import assert from 'node:assert/strict';
import test from 'node:test';
import { LogPages, PAGE_LINES, toLines } from '../src/log/pages.ts';

const settled = () => new Promise((done) => setImmediate(done));

/** A log at the server: lines may be added, the last one may lack its newline. */
class FakeLog {
  text = '';
  done = false;
  asked = [];

  get lines() {
    return toLines(this.text);
  }

  fetch = async (from, to) => {
    this.asked.push([from, to]);
    const all = this.text.split('\n').map((line, at, parts) => (at < parts.length - 1 ? `${line}\n` : line)).filter(Boolean);
    return { text: all.slice(from - 1, to).join(''), lines: all.length, bytes: this.text.length, done: this.done };
  };
}

function numbered(from, to) {
  let text = '';
  for (let line = from; line <= to; line++) text += `line ${line}\n`;
  return text;
}

test('text becomes lines, with or without a last newline', () => {
  assert.deepEqual(toLines(''), []);
  assert.deepEqual(toLines('a'), ['a']);
  assert.deepEqual(toLines('a\nb\n'), ['a', 'b']);
  assert.deepEqual(toLines('\n'), ['']);
  assert.deepEqual(toLines('a\n\n'), ['a', '']);
});

test('only the page that is wanted is fetched', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 5000);
  log.done = true;
  const pages = new LogPages(log.fetch);
  pages.grow(5000, log.text.length, true);
  pages.want([2000, 2040]);
  await settled();

  assert.equal(pages.line(2000), 'line 2000');
  assert.equal(pages.line(1), undefined);
  assert.deepEqual(log.asked, [[1537, 2048]]);
});

test('an unknown log is asked for its size', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 700);
  const pages = new LogPages(log.fetch);
  pages.want([1]);
  await settled();

  assert.equal(pages.total.value, 700);
  assert.equal(pages.line(512), 'line 512');
});

test('growth fetches only what is new', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 10);
  const pages = new LogPages(log.fetch);
  pages.want([1, 10]);
  await settled();
  log.text += numbered(11, 20);
  pages.grow(20, log.text.length, false);
  await settled();

  assert.equal(pages.line(20), 'line 20');
  assert.deepEqual(log.asked.at(-1), [10, PAGE_LINES]);
});

test('a last line without its newline is read again when it grew', async () => {
  const log = new FakeLog();
  log.text = 'one\nprog';
  const pages = new LogPages(log.fetch);
  pages.want([1, 2]);
  await settled();
  assert.equal(pages.line(2), 'prog');
  log.text = 'one\nprogress 100%\n';
  pages.grow(2, log.text.length, false);
  await settled();

  assert.equal(pages.line(2), 'progress 100%');
});

test('sizes never shrink, whatever order the messages come in', () => {
  const pages = new LogPages(async () => { throw new Error('not wanted'); });
  pages.grow(10, 100, false);
  pages.grow(8, 80, false);
  assert.equal(pages.total.value, 10);
});

test('what is no longer wanted is given up', async () => {
  const aborted = [];
  const never = (from, _, abort) => new Promise((_done, fail) => abort.addEventListener('abort', () => {
    aborted.push(from);
    fail(new Error('aborted'));
  }));
  const pages = new LogPages(never);
  pages.grow(100_000, 1_000_000, true);
  pages.want([1, 50]);
  pages.want([50_000, 50_050]);
  await settled();

  assert.deepEqual(aborted, [1]);
  assert.equal(pages.error.value, undefined);
});

test('a failed fetch is shown and tried again', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 3);
  let broken = true;
  const pages = new LogPages((...given) => (broken ? Promise.reject(new Error('gone')) : log.fetch(...given)));
  pages.want([1]);
  await settled();
  assert.equal(pages.error.value.message, 'gone');
  broken = false;
  pages.want([1]);
  await settled();

  assert.equal(pages.line(3), 'line 3');
  assert.equal(pages.error.value, undefined);
  pages.end();
});

test('a server that says more than it gives is not asked in a circle', async () => {
  let asked = 0;
  const pages = new LogPages(async () => {
    asked++;
    return { text: '', lines: 5, bytes: 50, done: false };
  });
  pages.want([1, 5]);
  for (let round = 0; round < 20; round++) await settled();

  assert.equal(asked, 1);
  pages.end();
});

test('pages that were not used for long are forgotten', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 512 * 70);
  log.done = true;
  const pages = new LogPages(log.fetch);
  for (let page = 0; page < 70; page++) {
    pages.want([page * 512 + 1, page * 512 + 10]);
    await settled();
  }

  assert.equal(pages.line(1), undefined);
  assert.equal(pages.line(512 * 69 + 1), 'line 35329');
});

test('colours go on to the next line of a page', async () => {
  const log = new FakeLog();
  log.text = '\x1b[31mred\nstill red\n\x1b[0mplain\nplain\n';
  const pages = new LogPages(log.fetch);
  pages.want([1, 4]);
  await settled();

  assert.deepEqual([1, 2, 3, 4].map((line) => pages.styleAt(line).fg), [-1, 1, 1, -1]);
});

test('lines that came while the page was on its way are read, too', async () => {
  const log = new FakeLog();
  log.text = numbered(1, 4);
  const pages = new LogPages(log.fetch);
  pages.want([1, 4]);
  log.text += numbered(5, 9);
  pages.grow(9, log.text.length, false);
  for (let tries = 0; tries < 500 && !pages.line(9); tries++) await new Promise((done) => setTimeout(done, 10));
  pages.end();

  assert.equal(pages.line(9), 'line 9');
  assert.deepEqual(log.asked, [[1, 512], [4, 512]]);
});
