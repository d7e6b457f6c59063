// One run: what failed and why first, then stages, jobs and steps beside the live log.

import { useResource } from '../api/resource';
import type { Job, Run, Step } from '../api/types';
import { useKeys } from '../app/keys';
import { late } from '../app/late';
import { navigate, path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { LogPane } from '../log/pane';
import { Icon } from '../parts/icon';
import { Failure, Loading } from '../parts/notice';
import { Status, wordOfCause } from '../parts/status';
import { Took } from '../parts/when';
import { FailureBox } from './run_failure';
import { cancelRun, goToRun, rerun, RerunJob } from './run_actions';
import { WaitingApprovals } from './run_approvals';
import { GraphTab } from './run_graph';
import { RunHead } from './run_head';
import { JobList } from './run_jobs';
import { chooseJob, chooseStep, hasRerunnable, isEnded, mayRerun, nextFailure, stepPath } from './run_places';
import { WhyTab } from './run_why';
import { YamlTab } from './run_yaml';

const ArtifactsTab = late(async () => (await import('../app/rest')).ArtifactsTab);
const SummaryTab = late(async () => (await import('../app/rest')).SummaryTab);
const TestsTab = late(async () => (await import('../app/rest')).TestsTab);
const TimelineTab = late(async () => (await import('../app/rest')).TimelineTab);
const TerraformTab = late(async () => (await import('../app/rest')).TerraformTab);

export function RunScreen({ params }: { params: Params }) {
  const id = params.run ?? '';
  const { data, error, reload } = useResource<Run>(path`/runs/${id}`, `run:${id}`);
  const run = data.value;
  useTitle(run ? `#${run.number} ${run.title}` : 'Run', run?.state);
  useRunKeys(run, params);
  if (error.value && !run) return <Failure error={error.value} retry={reload} />;
  if (!run || run.id !== id) return <Loading />;
  const chosen = params.job !== undefined;
  return (
    <section class={chosen ? 'screen run chosen' : 'screen run'}>
      <RunHead run={run} tab={params.tab ?? ''} />
      <WaitingApprovals run={run} />
      {params.tab === 'why' && <WhyTab run={run} />}
      {params.tab === 'graph' && <GraphTab run={run} />}
      {params.tab === 'timeline' && <TimelineTab run={run} />}
      {params.tab === 'artifacts' && <ArtifactsTab run={run} />}
      {params.tab === 'tests' && <TestsTab run={run} />}
      {params.tab === 'terraform' && <TerraformTab run={run} />}
      {params.tab === 'yaml' && <YamlTab run={run} />}
      {params.tab === 'summary' && <SummaryTab run={run} />}
      {!params.tab && <Body run={run} params={params} />}
    </section>
  );
}

function Body({ run, params }: { run: Run; params: Params }) {
  const jobs = run.jobs ?? [];
  const job = chooseJob(jobs, params.job);
  const step = job ? chooseStep(job.steps ?? [], params.step) : undefined;
  return (
    <>
      <FailureBox run={run} />
      {jobs.length > 0 && (
        <div class="run-body">
          <JobList run={run} jobs={jobs} job={job} step={step} />
          <div class="run-detail">{job && <JobDetail run={run} job={job} step={step} />}</div>
        </div>
      )}
    </>
  );
}

function JobDetail({ run, job, step }: { run: Run; job: Job; step: Step | undefined }) {
  return (
    <>
      <a class="back" href={path`/runs/${run.id}`}><Icon name="chevron" />All jobs</a>
      <header class="job-head">
        <h2><bdi>{job.name}</bdi></h2>
        <Status state={job.state} cause={job.cause} />
        <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />
        {job.attempt && job.attempt > 1 ? <span class="quiet-text">attempt {job.attempt}</span> : null}
        {job.label && <code>{job.label}</code>}
        {job.environment && <span class="quiet-text">to <bdi>{job.environment}</bdi></span>}
        <span class="grow" />
        {mayRerun(run, job) && <RerunJob run={run} job={job} />}
      </header>
      <JobSays job={job} />
      {step
        ? <LogPane
            key={`${job.id}/${job.attempt ?? 1}/${step.number}`} run={run.id} job={job.id} step={step.number} isOwn={job.kind === 'steps' && step.number > 0} attempt={job.attempt ?? 1}
            name={step.name} startedAt={step.started_at} growing={step.state === 'running'} failed={step.state === 'failed' || step.state === 'timed_out'}
          />
        : <p class="quiet-text no-lines">{job.state === 'skipped' ? 'This job did not run.' : 'This job has not begun a step yet.'}</p>}
    </>
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
