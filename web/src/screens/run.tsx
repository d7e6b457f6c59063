// One run: what failed and why first, then stages, jobs and steps beside the live log.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useResource } from '../api/resource';
import type { Job, Run, Step } from '../api/types';
import { useKeys } from '../app/keys';
import { fromRest, late } from '../app/late';
import { navigate, path, place } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { LogPane } from '../log/pane';
import { Icon } from '../parts/icon';
import { Failure, Loading } from '../parts/notice';
import { lookOf, Status, wordOfCause } from '../parts/status';
import { Took } from '../parts/when';
import { FailureBox, hasFailureBox } from './run_failure';
import { cancelRun, goToRun, rerun, RerunJob } from './run_actions';
import { WaitingApprovals } from './run_approvals';
import { RunHead } from './run_head';
import { JobList } from './run_jobs';
import { asItWas, attemptsOf, chooseJob, chooseStep, hasRerunnable, isEnded, mayRerun, nextFailure, stepPath } from './run_places';
import { WhyTab } from './run_why';
import { YamlTab } from './run_yaml';

const GraphTab = late(async () => (await import('../app/trends')).GraphTab);
const TimelineTab = late(async () => (await import('../app/trends')).TimelineTab);

type Tab = (props: { run: Run }) => ComponentChildren;

const TABS = new Map<string, Tab>(Object.entries({
  graph: GraphTab, timeline: TimelineTab, tests: fromRest('TestsTab'), summary: fromRest('SummaryTab'), artifacts: fromRest('ArtifactsTab'),
  terraform: fromRest('TerraformTab'), changes: fromRest('ChangesTab'), deploys: fromRest('DeploysTab'), why: WhyTab, yaml: YamlTab,
}));

export function RunScreen({ params }: { params: Params }) {
  const id = params.run ?? '';
  const { data, error, reload } = useResource<Run>(path`/runs/${id}`, `run:${id}`);
  const run = data.value;
  useTitle(run ? `#${run.number} ${run.title}` : 'Run', run?.state);
  useRunKeys(run, params);
  if (error.value && !run) return <Failure error={error.value} retry={reload} />;
  if (!run || run.id !== id) return <Loading />;
  const chosen = params.job !== undefined;
  const Tab = TABS.get(params.tab ?? '');
  return (
    <section class={chosen ? 'screen run chosen' : 'screen run'}>
      <RunHead run={run} tab={params.tab ?? ''} />
      <WaitingApprovals run={run} />
      {Tab && <Tab run={run} />}
      {!params.tab && <Body run={run} params={params} />}
    </section>
  );
}

function Body({ run, params }: { run: Run; params: Params }) {
  const jobs = run.jobs ?? [];
  const newest = chooseJob(jobs, params.job);
  const job = useAttempt(run, newest);
  const step = job ? chooseStep(job.steps ?? [], params.step) : undefined;
  // The box is as high as what it fetches: until that is there nothing is seen that it would move. One that comes later moves what it must.
  const hasBox = hasFailureBox(run);
  const isWhole = useSignal(!hasBox);
  return (
    <div class={isWhole.value ? 'run-parts' : 'run-parts unsettled'}>
      {hasBox && <FailureBox run={run} onWhole={() => (isWhole.value = true)} />}
      {jobs.length > 0 && (
        <div class="run-body">
          <JobList run={run} jobs={jobs} job={job ?? newest} step={step} />
          <div class="run-detail">{job ? <JobDetail run={run} job={job} step={step} /> : newest && <Loading />}</div>
        </div>
      )}
    </div>
  );
}

/** The job as the attempt left it that the address names (`?attempt=N`); undefined while that is on its way. */
function useAttempt(run: Run, job: Job | undefined): Job | undefined {
  const asked = Number(place.value.query.get('attempt'));
  const isOlder = job !== undefined && attemptsOf(job).slice(0, -1).some(({ number }) => number === asked);
  const { data, error } = useResource<Job>(isOlder ? path`/runs/${run.id}/jobs/${job.id}` : null);
  if (!isOlder || error.value) return job;
  return data.value?.id === job.id ? asItWas(data.value, asked) : undefined;
}

function JobDetail({ run, job, step }: { run: Run; job: Job; step: Step | undefined }) {
  return (
    <>
      <a class="back" href={path`/runs/${run.id}`}><Icon name="chevron" />All jobs</a>
      <header class="job-head">
        <h2><bdi>{job.name}</bdi></h2>
        <Status state={job.state} cause={job.cause} />
        <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />
        <AttemptChoice run={run} job={job} />
        {job.label && <code>{job.label}</code>}
        {job.environment && <span class="quiet-text">to <bdi>{job.environment}</bdi></span>}
        <span class="grow" />
        {mayRerun(run, job) && <RerunJob run={run} job={job} />}
      </header>
      <JobSays job={job} />
      {step
        ? <LogPane
            key={`${job.id}/${job.attempt ?? 1}/${step.number}`} run={run.id} job={job.id} step={step.number} isOlder={job.isOlder === true} isOwn={job.kind === 'steps' && step.number > 0} attempt={job.attempt ?? 1}
            name={step.name} startedAt={step.started_at} growing={step.state === 'running'} failed={step.state === 'failed' || step.state === 'timed_out'}
          />
        : <p class="quiet-text no-lines">{job.state === 'skipped' ? 'This job did not run.' : 'This job has not begun a step yet.'}</p>}
    </>
  );
}

function AttemptChoice({ run, job }: { run: Run; job: Job }) {
  const attempts = attemptsOf(job);
  const last = attempts[attempts.length - 1]?.number;
  if (attempts.length < 2) return null;
  const choose = (number: string) => navigate(path`/runs/${run.id}/jobs/${job.id}` + (Number(number) === last ? '' : `?attempt=${number}`));
  return (
    <select aria-label="Attempt" value={job.attempt ?? last} onChange={(event) => choose(event.currentTarget.value)}>
      {attempts.map(({ number, state, result }) => <option key={number} value={number}>Attempt {number} of {last}: {lookOf(result ?? state).word}</option>)}
    </select>
  );
}

function JobSays({ job }: { job: Job }) {
  const waitsFor = job.state === 'blocked' && job.needs?.length ? `Waits for ${job.needs.join(', ')}.` : '';
  const said = job.reason || waitsFor || (job.cause === 'exit' ? '' : wordOfCause(job.cause));
  return said ? <p class="job-says"><bdi>{said}</bdi></p> : null;
}

function useRunKeys(run: Run | undefined, params: Params): void {
  const goToFailure = () => {
    const next = run && nextFailure(run.jobs ?? [], params.job, params.step);
    if (run && next) navigate(stepPath(run.id, next.job, next.step));
  };
  useKeys([
    { keys: '[', says: 'the run before, of this repository', run: () => { if (run) void goToRun(run, 'before'); } },
    { keys: ']', says: 'the run after it', run: () => { if (run) void goToRun(run, 'after'); } },
    { keys: 'f', says: 'next failure', run: goToFailure },
    { keys: 'r', says: 're-run the failed jobs', run: () => { if (run && hasRerunnable(run)) void rerun(run, 'failed'); } },
    { keys: 'x', says: 'cancel the run', run: () => { if (run && !isEnded(run.state)) void cancelRun(run); } },
  ], [run, params.job, params.step]);
}
