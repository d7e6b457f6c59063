// The history of all runs.

import { withQuery } from '../api/client';
import { live } from '../api/live';
import { useList } from '../api/list';
import type { Job, Run } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { Ref, Sha } from '../parts/facts';
import { DoctorPanel } from '../parts/doctor_panel';
import { FilterBar, readFilters } from '../parts/filters';
import type { Filter } from '../parts/filters';
import { FirstSteps } from '../parts/first_steps';
import { Empty } from '../parts/notice';
import { RowList } from '../parts/row_list';
import { lookOf, StatusMark } from '../parts/status';
import { formatDuration, Took, When } from '../parts/when';
import { ChooseBar, ChooseBox, chosen } from './choose_runs';
import { beyondUsual, queuedMs, usualTimes } from './usual';

const ROW_HEIGHT = 60;
const SEARCH: Filter = { name: 'text', label: 'Title or commit' };
const FILTERS: Filter[] = [
  { name: 'state', label: 'State', choices: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] },
  { name: 'event', label: 'Event', choices: ['push', 'pull_request', 'release', 'create', 'delete', 'workflow_dispatch', 'repository_dispatch'] },
  { name: 'repository', label: 'Repository' },
  { name: 'branch', label: 'Branch' },
  { name: 'actor', label: 'Actor' },
];
const keyOf = (run: Run) => run.id;

export function RunsScreen() {
  useTitle('Runs');
  const filters = readFilters([SEARCH, ...FILTERS]);
  const list = useList<Run>(withQuery('/runs', filters), 'runs', keyOf);
  const filtered = Object.values(filters).some(Boolean);
  const usual = usualTimes(list.items.value);
  return (
    <section class="screen fixed">
      <header class="screen-head">
        <div class="head-line"><h1>Runs</h1>{live.hello.value && live.hello.value.role !== 'viewer' && <ChooseBar runs={list.items.value} />}</div>
        <FilterBar filters={FILTERS} search={SEARCH} />
      </header>
      <DoctorPanel />
      <RowList
        list={list} label="Runs" rowHeight={ROW_HEIGHT} keyOf={keyOf}
        href={(run) => path`/runs/${run.id}`}
        row={(run) => <RunRow run={run} beyond={beyondUsual(run, usual)} />}
        lead={chosen.value ? (run) => <ChooseBox run={run} /> : undefined}
        empty={filtered ? <NoMatch /> : <NoRuns />}
      />
    </section>
  );
}

function NoMatch() {
  return <Empty icon="search" title="No run fits these filters"><p><a href="/">Show all runs</a></p></Empty>;
}

function NoRuns() {
  return <Empty icon="runs" title="Waiting for the first push"><FirstSteps /></Empty>;
}

function RunRow({ run, beyond }: { run: Run; beyond: number | null }) {
  const going = run.state === 'running';
  const queued = queuedMs(run);
  return (
    <>
      <StatusMark state={run.state} cause={run.cause} />
      <span class="row-text">
        <span class="row-title"><bdi>{run.title}</bdi></span>
        <span class="row-facts">
          <span class="keep"><bdi>{run.repository}</bdi> #{run.number}</span>
          <bdi>{run.workflow}</bdi>
          <Ref value={run.ref} />
          <Sha value={run.sha} />
          <span>{run.event.replace(/_/g, ' ')}</span>
          <bdi>{run.actor}</bdi>
          {queued !== null && <span>queued {formatDuration(queued / 1_000)}</span>}
        </span>
      </span>
      {run.jobs && run.jobs.length > 0 && <StageDots jobs={run.jobs} />}
      <span class="row-times">
        <span>
          {beyond !== null && <span class={beyond > 0 ? 'beyond slower' : 'beyond'} title="against the median of what succeeded in this list">{beyond > 0 ? '+' : '−'}{formatDuration(Math.abs(beyond) / 1_000)} </span>}
          <Took from={run.started_at} to={run.finished_at} going={going} />{!run.started_at && lookOf(run.state).word}
        </span>
        <When at={run.created_at} />
      </span>
    </>
  );
}

const MAX_DOTS = 12;

function StageDots({ jobs }: { jobs: Job[] }) {
  const words = jobs.map((job) => `${job.name} ${lookOf(job.state).word}`).join(', ');
  return (
    <span class="dots" title={words}>
      {jobs.slice(0, MAX_DOTS).map((job) => <StatusMark key={job.id} state={job.state} silent />)}
      {jobs.length > MAX_DOTS && <span>+{jobs.length - MAX_DOTS}</span>}
    </span>
  );
}
