// When each job of a run waited and worked, and which of them decided how long it took.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Job, Run } from '../api/types';
import { path } from '../app/router';
import { usePart } from '../parts/part';
import { StatusMark } from '../parts/status';
import { formatDuration, now, Took } from '../parts/when';
import { layOut } from './timeline_places';
import type { Bar } from './timeline_places';

export function TimelineTab({ run }: { run: Run }) {
  const end = run.finished_at ? new Date(run.finished_at).getTime() : now.value;
  const { bars, seconds, chain } = layOut(run.jobs ?? [], end);
  const [part, buttons] = usePart(bars);
  if (bars.length === 0) return <p class="page quiet-text">No job of this run has begun.</p>;
  return (
    <div class="page">
      <p>
        {formatDuration(seconds)} in all.{' '}
        {chain.length > 1 && <>The run waited for <Chain jobs={chain} />.</>}
      </p>
      {buttons}
      <ol class="timeline">{part.map((bar) => <Row key={bar.job.id} run={run} bar={bar} />)}</ol>
      <p class="quiet-text">Dashed: queued. Filled: at work. Bold: what the run waited for; only these make it shorter.</p>
    </div>
  );
}

function Chain({ jobs }: { jobs: Job[] }) {
  return <>{jobs.map((job, at) => <span key={job.id}>{at > 0 && ' → '}<strong><bdi>{job.name}</bdi></strong></span>)}</>;
}

function Row({ run, bar }: { run: Run; bar: Bar }) {
  const { job } = bar;
  return (
    <li>
      <a class={`state-${job.state}${bar.critical ? ' critical' : ''}`} href={path`/runs/${run.id}/jobs/${job.id}`}>
        <StatusMark state={job.state} cause={job.cause} />
        <span class="name"><bdi>{job.name}</bdi></span>
        <span class="lane" aria-hidden="true">
          {bar.from > bar.queued && <Piece kind="waited" from={bar.queued} to={bar.from} />}
          <Piece kind="worked" from={bar.from} to={bar.to} />
        </span>
        <Took from={job.started_at} to={job.finished_at} going={job.state === 'running'} />
      </a>
    </li>
  );
}

function Piece({ kind, from, to }: { kind: string; from: number; to: number }) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!element.current) return;
    element.current.style.left = `${from * 100}%`;
    element.current.style.width = `${(to - from) * 100}%`;
  }, [from, to]);
  return <i ref={element} class={kind} />;
}
