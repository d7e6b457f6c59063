// What a person may do with a run.

import { getJson, send } from '../api/client';
import type { Past } from '../api/past';
import type { Job, Run } from '../api/types';
import { navigate, path } from '../app/router';
import { ask } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { attempt, say } from '../parts/notice';

export function RerunJob({ run, job }: { run: Run; job: Job }) {
  const again = () => attempt(() => send('POST', path`/runs/${run.id}/rerun`, { jobs: job.id }), `“${job.name}” runs again.`);
  return <button type="button" class="quiet" title="This job, and the jobs that need it" onClick={again}><Icon name="rerun" />Re-run from here</button>;
}

export async function cancelRun(run: Run): Promise<void> {
  const yes = await ask('Cancel this run?', 'Running steps are ended; a deployment that has begun to switch is rolled back.', 'Cancel the run', true);
  if (yes) await attempt(() => send('POST', path`/runs/${run.id}/cancel`), 'The run is being cancelled.');
}

export function rerun(run: Run, jobs: 'all' | 'failed'): Promise<boolean> {
  return attempt(() => send('POST', path`/runs/${run.id}/rerun`, { jobs }), jobs === 'all' ? 'All jobs run again.' : 'The failed jobs run again.');
}

/** To the run before or after this one in its repository. */
export async function goToRun(run: Run, where: 'before' | 'after'): Promise<void> {
  await attempt(async () => {
    const past = await getJson<Past>(path`/runs/${run.id}/past`);
    const next = where === 'before' ? past.before : past.after;
    if (next) navigate(path`/runs/${next.id}`);
    else say(where === 'after' ? 'This is the newest run of its repository.' : 'This is the oldest run of its repository that is kept.');
  }, '');
}
