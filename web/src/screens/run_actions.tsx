// What a person may do with a run.

import { send } from '../api/client';
import type { Job, Run } from '../api/types';
import { path } from '../app/router';
import { ask } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { attempt } from '../parts/notice';

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
