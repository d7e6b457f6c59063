// Several runs of the list are cancelled at once: those that are chosen and have not ended.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf, send } from '../api/client';
import type { Run } from '../api/types';
import { path } from '../app/router';
import { ask } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { say } from '../parts/notice';
import { isEnded } from './run_places';

/** null: nobody chooses. */
export const chosen = signal<ReadonlySet<string> | null>(null);

function choose(ids: Iterable<string>): void {
  chosen.value = new Set(ids);
}

/** Before each row while somebody chooses. */
export function ChooseBox({ run }: { run: Run }) {
  if (isEnded(run.state)) return <span class="choose" />;
  const ids = chosen.value ?? new Set();
  const toggle = () => choose(ids.has(run.id) ? [...ids].filter((id) => id !== run.id) : [...ids, run.id]);
  return <label class="choose"><input type="checkbox" checked={ids.has(run.id)} onChange={toggle} /><span class="hidden">Choose {run.repository} #{run.number}</span></label>;
}

/** One after the other, so that the server has its say on each. */
async function cancelAll(ids: string[]): Promise<void> {
  const what = ids.length === 1 ? 'this run' : `${ids.length} runs`;
  const yes = await ask(`Cancel ${what}?`, 'Running steps are ended; a deployment that has begun to switch is rolled back.', 'Cancel them', true, ids.length > 5 ? String(ids.length) : '');
  if (!yes) return;
  const refused: string[] = [];
  for (const id of ids) await send('POST', path`/runs/${id}/cancel`).catch((error) => refused.push(messageOf(error)));
  chosen.value = null;
  if (refused.length === 0) say(ids.length === 1 ? 'The run is being cancelled.' : `${ids.length} runs are being cancelled.`);
  else say(`${refused.length} of ${ids.length} could not be cancelled: ${refused[0]}`, true);
}

export function ChooseBar({ runs }: { runs: Run[] }) {
  useEffect(() => () => void (chosen.value = null), []);
  const open = runs.filter((run) => !isEnded(run.state)).map((run) => run.id);
  if (!chosen.value) {
    return open.length > 0 && <button type="button" class="quiet" onClick={() => choose([])}><Icon name="stop" />Cancel several…</button>;
  }
  const ids = open.filter((id) => chosen.value?.has(id));
  return (
    <span class="buttons" role="group" aria-label="Cancel several runs">
      <button type="button" disabled={ids.length === open.length} onClick={() => choose(open)}>Choose all that go on ({open.length})</button>
      <button type="button" class="danger" disabled={ids.length === 0} onClick={() => void cancelAll(ids)}>Cancel {ids.length}</button>
      <button type="button" onClick={() => (chosen.value = null)}>Done</button>
    </span>
  );
}
