// A run's jobs, what each waited for, and which of them decided how long it took.

import type { Run } from '../api/types';
import { path } from '../app/router';
import { GraphList, JobGraph } from '../parts/graph';
import { now, Took } from '../parts/when';
import { layOut } from './timeline_places';

export function GraphTab({ run }: { run: Run }) {
  const jobs = (run.jobs ?? []).map((job) => ({ ...job, needs: job.needs ?? [] }));
  if (jobs.length === 0) return <p class="page quiet-text">This run has no jobs.</p>;
  const end = run.finished_at ? new Date(run.finished_at).getTime() : now.peek();
  const chain = layOut(jobs, end).chain.map((job) => job.id);
  return (
    <div class="page wide-page">
      <JobGraph
        jobs={jobs} label="Jobs and what they wait for"
        href={(job) => path`/runs/${run.id}/jobs/${job.id}`}
        critical={(job) => chain.length > 1 && chain.includes(job.id)}
        note={(job) => <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />}
      />
      <GraphList jobs={jobs} href={(job) => path`/runs/${run.id}/jobs/${job.id}`} />
      <p class="quiet-text">Arrow keys walk along the lines, Enter opens the job.{chain.length > 1 && ' Thick frames: the chain that the run waited for.'}</p>
    </div>
  );
}
