// Why this run is there, and why each job did what it did.

import type { ComponentChildren } from 'preact';
import { useResource } from '../api/resource';
import type { Delivery, Run } from '../api/types';
import { path } from '../app/router';
import { Failure, Loading } from '../parts/notice';
import { Reasons } from '../parts/reasons';
import { Status } from '../parts/status';
import { eventName } from './deliveries';

export function WhyTab({ run }: { run: Run }) {
  return run.delivery ? <FromDelivery run={run} guid={run.delivery} /> : <Told run={run}><p>It was started by hand by <bdi>{run.actor}</bdi>.</p></Told>;
}

function Told({ run, children }: { run: Run; children: ComponentChildren }) {
  const told = (run.jobs ?? []).filter((job) => job.reason);
  return (
    <div class="page">
      <h2>Why it started</h2>
      {children}
      {told.length > 0 && (
        <>
          <h2>Why its jobs did what they did</h2>
          <dl class="facts">
            {told.map((job) => (
              <div key={job.id}><dt><bdi>{job.name}</bdi></dt><dd><Status state={job.state} /> <bdi>{job.reason}</bdi></dd></div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}

/** All of it at once: what stood below would move when the reasons came. A delivery may be gone; the jobs still say why. */
function FromDelivery({ run, guid }: { run: Run; guid: string }) {
  const { data, error, reload } = useResource<Delivery>(path`/deliveries/${guid}`);
  const delivery = data.value;
  if (error.value) return <Told run={run}><Failure error={error.value} retry={reload} /></Told>;
  if (!delivery) return <Loading />;
  return (
    <Told run={run}>
      <p>Delivery <a href={path`/deliveries/${guid}`}>{eventName(delivery)}</a>: <bdi>{delivery.reason}</bdi></p>
      {delivery.reasons && <Reasons reason={delivery.reasons} />}
    </Told>
  );
}
