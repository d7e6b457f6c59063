import assert from 'node:assert/strict';
import test from 'node:test';
import { place } from '../src/app/router.ts';
import { goToLink, LogView } from '../src/log/pane.tsx';

function open(hash) {
  globalThis.location = { hash };
  place.value = { path: '/', query: new URLSearchParams(), hash };
  const view = new LogView({ run: '1', job: '2', step: 3, attempt: 1, name: 'a', growing: false, failed: false, isOwn: true });
  const shown = [];
  view.show = (line) => shown.push(line);
  view.scroll.viewport.value = 600;
  return { view, shown, stop: goToLink(view) };
}

/** Answers each question for lines when it is told to. */
function serve(text, headers) {
  const waiting = [];
  globalThis.fetch = () => new Promise((answer) => waiting.push(() => answer(new Response(text, { headers }))));
  return async () => {
    waiting.splice(0).forEach((answer) => answer());
    await new Promise(setImmediate);
  };
}

test('a short log is brought to its link when its lines are there, however soon their number is known', async () => {
  const answer = serve('line\n'.repeat(50), { 'Triphammer-Log-Lines': '50', 'Triphammer-Log-Bytes': '250', 'Triphammer-Log-Done': 'true' });
  const { view, shown, stop } = open('#L40');
  view.pages.want([1]);
  view.pages.grow(50, 250, true);
  assert.deepEqual(shown, []);

  await answer();
  assert.deepEqual(shown, [40]);
  stop();
});

test('a long log is brought to its link at once: its lines are loaded there', () => {
  serve('', {});
  const { view, shown, stop } = open('#L40000');
  view.pages.grow(50_000, 250_000, true);

  assert.deepEqual(shown, [40_000]);
  stop();
});
