// What a person may do with a run.

import { getJson, send, withQuery } from '../api/client';
import type { Job, List, Run } from '../api/types';
import { navigate, path } from '../app/router';
import { ask } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { attempt, say } from '../parts/notice';

// As many of the newest runs are looked through.
const NEAR = 100;

export function RerunJob({ run, job }: { run: Run; job: Job }) {
  const again = () => attempt(() => send('POST', path`/runs/${run.id}/rerun`, { jobs: job.id }), `“${job.name}” runs again.`);
  return <button type="button" class="quiet" onClick={again}><Icon name="rerun" />Re-run job</button>;
}

export async function cancelRun(run: Run): Promise<void> {
  const yes = await ask('Cancel this run?', 'Running steps are ended; a deployment that has begun to switch is rolled back.', 'Cancel the run', true);
  if (yes) await attempt(() => send('POST', path`/runs/${run.id}/cancel`), 'The run is being cancelled.');
}

export function rerun(run: Run, jobs: 'all' | 'failed'): Promise<boolean> {
  return attempt(() => send('POST', path`/runs/${run.id}/rerun`, { jobs }), jobs === 'all' ? 'All jobs run again.' : 'The failed jobs run again.');
}

/** To the run `by` places before this one in its repository. */
export async function goToRun(run: Run, by: number): Promise<void> {
  await attempt(async () => {
    const { items } = await getJson<List<Run>>(withQuery('/runs', { repository: run.repository, limit: NEAR }));
    const at = items.findIndex((each) => each.id === run.id);
    const next = at < 0 ? undefined : items[at + by];
    if (next) navigate(path`/runs/${next.id}`);
    else say(at < 0 ? `This run is not among the newest ${NEAR} of its repository.` : by < 0 ? 'This is the newest run of its repository.' : 'There is none before it that is near.');
  }, '');
}
