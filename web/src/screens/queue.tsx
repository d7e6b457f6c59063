// Who works on what, and what waits for which reason.

import type { ComponentChildren } from 'preact';
import { live } from '../api/live';
import { send } from '../api/client';
import type { OpenJob, Queue } from '../api/board_types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { attempt, Empty } from '../parts/notice';
import { StatusMark } from '../parts/status';
import { formatDuration, now, Took, When } from '../parts/when';

export function QueueScreen() {
  useTitle('Queue');
  const [queue, instead, reload] = useGot<Queue>('/queue', 'queue');
  if (!queue) return instead;
  const idle = queue.running.length === 0 && queue.waiting.length === 0;
  return (
    <section class="screen page">
      <header class="screen-head with-buttons">
        <h1>Queue</h1>
        {live.hello.value?.role === 'admin' && !queue.drained && (
          <button type="button" onClick={() => void drain(reload)}>Drain</button>
        )}
      </header>
      {queue.drained && <Drained by={queue.drained.by} at={queue.drained.at} reload={reload} />}
      {idle && (
        <Empty icon="queue" title="Nothing runs and nothing waits">
          <p>A push to a connected repository, or <a href="/start-run">a run started by hand</a>, is seen here from its first second.</p>
        </Empty>
      )}
      {queue.running.length > 0 && <Part title={`${queue.running.length} at work`} jobs={queue.running} reload={reload} />}
      {queue.waiting.length > 0 && <Part title={`${queue.waiting.length} waiting`} jobs={queue.waiting} reload={reload}><Forecast queue={queue} /></Part>}
      {queue.more && <p class="quiet-text">There are more than are shown.</p>}
    </section>
  );
}

async function drain(reload: () => void): Promise<void> {
  const text = 'No job begins until the queue is resumed, also after a restart. What runs goes on, and what comes waits.';
  if (!await ask('Drain the queue?', text, 'Drain the queue')) return;
  if (await attempt(() => send('POST', '/queue/drain'), 'The queue is drained.')) reload();
}

async function resume(reload: () => void): Promise<void> {
  if (await attempt(() => send('POST', '/queue/resume'), 'Jobs begin again.')) reload();
}

function Drained({ by, at, reload }: { by: string; at: string; reload: () => void }) {
  return (
    <div class="box note" role="status">
      <p>The queue is drained, by <bdi>{by}</bdi> <When at={at} />: no job begins, what runs goes on.</p>
      {live.hello.value?.role === 'admin' && <button type="button" onClick={() => void resume(reload)}>Resume</button>}
    </div>
  );
}

/** In ms, of the job's whole run; null where nobody knows. */
function leftOf(job: OpenJob): number | null {
  if (!job.expected_ms || !job.run_started_at) return null;
  return Math.max(0, new Date(job.run_started_at).getTime() + job.expected_ms - now.value);
}

/** A worker is free at the latest when the run that ends first has ended. */
function Forecast({ queue }: { queue: Queue }) {
  const left = queue.running.map(leftOf).filter((one): one is number => one !== null);
  if (queue.drained || left.length === 0) return null;
  const soonest = Math.min(...left);
  return <p class="quiet-text">{soonest > 0 ? `By what runs took before, a worker is free within ${formatDuration(Math.ceil(soonest / 1_000))}.` : 'By what runs took before, a worker is free any moment.'}</p>;
}

function Part({ title, jobs, reload, children }: { title: string; jobs: OpenJob[]; reload: () => void; children?: ComponentChildren }) {
  return (
    <>
      <h2>{title}</h2>
      {children}
      <ul class="queue">{jobs.map((job) => <Row key={job.id} job={job} reload={reload} />)}</ul>
    </>
  );
}

async function cancel(job: OpenJob, reload: () => void): Promise<void> {
  const text = `${job.repository} #${job.number}, ${job.title}: all of its jobs end.`;
  if (!await ask('Cancel this run?', text, 'Cancel the run', true)) return;
  if (await attempt(() => send('POST', path`/runs/${job.run}/cancel`), 'The run is being cancelled.')) reload();
}

function Row({ job, reload }: { job: OpenJob; reload: () => void }) {
  const mayCancel = live.hello.value?.role !== 'viewer';
  return (
    <li>
      <StatusMark state={job.state} />
      <div class="row-text">
        <p class="row-title"><a href={path`/runs/${job.run}/jobs/${job.id}`}><bdi>{job.name}</bdi></a> <span class="row-note"><bdi>{job.title}</bdi></span></p>
        <p class="queue-facts">
          <span><bdi>{job.repository}</bdi> #{job.number}</span>
          <bdi>{job.workflow}</bdi>
          {job.reason && <strong><bdi>{job.reason}</bdi></strong>}
          {job.label && <code>{job.label}</code>}
          {job.executor && <span>by <bdi>{job.executor}</bdi>{job.attempt && `, attempt ${job.attempt}`}</span>}
        </p>
      </div>
      <span class="queue-time">
        {job.state === 'running' ? <Took from={job.started_at} going /> : job.queued_at && <><span class="hidden">queued </span><When at={job.queued_at} /></>}
      </span>
      {mayCancel && (
        <button type="button" class="quiet icon-only" title="Cancel the run" onClick={() => void cancel(job, reload)}>
          <Icon name="stop" /><span class="hidden">Cancel the run of {job.name}</span>
        </button>
      )}
    </li>
  );
}
