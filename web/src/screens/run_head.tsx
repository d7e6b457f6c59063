import { useEffect, useRef } from 'preact/hooks';
import type { Run } from '../api/types';
import { path } from '../app/router';
import { Ref, Sha } from '../parts/facts';
import { Icon } from '../parts/icon';
import { Status } from '../parts/status';
import { Took, When } from '../parts/when';
import { cancelRun, rerun } from './run_actions';
import { hasRerunnable, isEnded } from './run_places';

export function RunHead({ run, tab }: { run: Run; tab: string }) {
  const tabs = useRef<HTMLElement>(null);
  // On a narrow screen they are a row to be pushed.
  useEffect(() => tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [tab]);
  return (
    <header class="run-head">
      <p class="crumbs">
        <a href={`/?repository=${encodeURIComponent(run.repository)}`}><bdi>{run.repository}</bdi></a>
        <span>#{run.number}</span>
        {run.attempt && run.attempt > 1 ? <span>attempt {run.attempt}</span> : null}
      </p>
      <div class="run-title">
        <h1><bdi>{run.title}</bdi></h1>
        <Buttons run={run} />
      </div>
      <p class="summary">
        <Status state={run.state} cause={run.cause} />
        <Took from={run.started_at} to={run.finished_at} going={run.state === 'running'} />
        <bdi>{run.workflow}</bdi>
        <Ref value={run.ref} />
        <Sha value={run.sha} />
        <span>{run.event.replace(/_/g, ' ')} by <bdi>{run.actor}</bdi></span>
        <When at={run.created_at} />
      </p>
      <nav class="tabs" aria-label="Parts of the run" ref={tabs}>
        <Tab run={run} chosen={tab} name="" title="Jobs" />
        <Tab run={run} chosen={tab} name="graph" title="Graph" />
        <Tab run={run} chosen={tab} name="timeline" title="Timeline" />
        <Tab run={run} chosen={tab} name="tests" title="Tests" />
        <Tab run={run} chosen={tab} name="summary" title="Summary" />
        <Tab run={run} chosen={tab} name="artifacts" title="Artifacts" />
        {(run.jobs ?? []).some((job) => job.kind === 'terraform') && <Tab run={run} chosen={tab} name="terraform" title="Terraform" />}
        <Tab run={run} chosen={tab} name="changes" title="Changes" />
        {(run.jobs ?? []).some((job) => job.kind === 'deploy' || job.kind === 'terraform') && <Tab run={run} chosen={tab} name="deploys" title="Deploys" />}
        <Tab run={run} chosen={tab} name="why" title="Why" />
        <Tab run={run} chosen={tab} name="yaml" title="YAML" />
      </nav>
    </header>
  );
}

function Tab({ run, chosen, name, title }: { run: Run; chosen: string; name: string; title: string }) {
  const place = name ? path`/runs/${run.id}/${name}` : path`/runs/${run.id}`;
  return <a href={place} aria-current={chosen === name ? 'page' : undefined}>{title}</a>;
}

function Buttons({ run }: { run: Run }) {
  const ended = isEnded(run.state);
  return (
    <div class="buttons">
      <a class="button" href={`/api/v1${path`/runs/${run.id}/export`}`} download title="Event, workflow, logs and results as one zip"><Icon name="download" />Export</a>
      {hasRerunnable(run) && <button type="button" class="primary" onClick={() => void rerun(run, 'failed')}><Icon name="rerun" />Re-run failed</button>}
      {ended
        ? <button type="button" onClick={() => void rerun(run, 'all')}><Icon name="rerun" />Re-run all</button>
        : <button type="button" onClick={() => void cancelRun(run)}><Icon name="stop" />Cancel</button>}
    </div>
  );
}
