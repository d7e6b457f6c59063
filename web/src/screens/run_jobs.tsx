import { signal } from '@preact/signals';
import type { Job, Run, Step } from '../api/types';
import { readStored, store } from '../app/keys';
import { path } from '../app/router';
import { usePart } from '../parts/part';
import { lookOf, StatusMark } from '../parts/status';
import { Took } from '../parts/when';
import { groupJobs, stepPath } from './run_places';
import type { Grouping } from './run_places';

const STORED = 'triphammer.jobs-by';
/** One choice for all runs. */
const grouping = signal<Grouping>(readStored(STORED) === 'state' ? 'state' : 'stage');

function regroup(): void {
  grouping.value = grouping.value === 'stage' ? 'state' : 'stage';
  store(STORED, grouping.value);
}

interface Props {
  run: Run;
  jobs: Job[];
  /** The chosen one, perhaps as an older attempt left it. */
  job: Job | undefined;
  step: Step | undefined;
}

export function JobList({ run, jobs, job, step }: Props) {
  // Parts are cut from the grouped list: each state's jobs stand together, however many there are.
  const ordered = grouping.value === 'stage' ? jobs : groupJobs(jobs, 'state').flatMap((group) => group.jobs);
  const [part, buttons] = usePart(ordered, ordered.findIndex((each) => each.id === job?.id));
  return (
    <nav class="jobs" aria-label="Jobs">
      {jobs.length > 1 && (
        <button type="button" class="quiet regroup" aria-pressed={grouping.value === 'state'} title="Failed jobs first, then those that run or wait" onClick={regroup}>By state</button>
      )}
      {buttons}
      {groupJobs(part, grouping.value).map((group) => (
        <section key={group.name}>
          <h2><bdi>{grouping.value === 'state' ? lookOf(group.name).word : group.name}</bdi></h2>
          <ul>
            {group.jobs.map((each) => (
              <li key={each.id}>
                <JobLink run={run} job={each} current={each.id === job?.id} />
                {each.id === job?.id && <StepList run={run} job={job} step={step} />}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function JobLink({ run, job, current }: { run: Run; job: Job; current: boolean }) {
  return (
    <a class={`job-link state-${job.state}`} href={path`/runs/${run.id}/jobs/${job.id}`} aria-current={current ? 'true' : undefined}>
      <StatusMark state={job.state} cause={job.cause} />
      <span class="name"><bdi>{job.name}</bdi></span>
      <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />
    </a>
  );
}

function StepList({ run, job, step }: { run: Run; job: Job; step: Step | undefined }) {
  return (
    <ol class="steps">
      {(job.steps ?? []).map((each) => (
        <li key={each.number}>
          <a class={`step-link state-${each.state}`} href={stepPath(run.id, job, each)} aria-current={each === step ? 'true' : undefined} title={each.reason ?? undefined}>
            <StatusMark state={each.state} cause={each.cause} />
            <span class="name"><bdi>{each.name}</bdi></span>
            <Took from={each.started_at} to={each.finished_at} going={each.state === 'running'} />
          </a>
        </li>
      ))}
    </ol>
  );
}
