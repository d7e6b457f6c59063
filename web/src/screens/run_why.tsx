// Why this run is there, and why each job did what it did.

import { useResource } from '../api/resource';
import type { Delivery, Run } from '../api/types';
import { path } from '../app/router';
import { Failure, Loading } from '../parts/notice';
import { Reasons } from '../parts/reasons';
import { Status } from '../parts/status';
import { eventName } from './deliveries';

export function WhyTab({ run }: { run: Run }) {
  const told = (run.jobs ?? []).filter((job) => job.reason);
  return (
    <div class="page">
      <h2>Why it started</h2>
      {run.delivery ? <FromDelivery guid={run.delivery} /> : <p>It was started by hand by <bdi>{run.actor}</bdi>.</p>}
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

function FromDelivery({ guid }: { guid: string }) {
  const { data, error, reload } = useResource<Delivery>(path`/deliveries/${guid}`);
  if (error.value) return <Failure error={error.value} retry={reload} />;
  const delivery = data.value;
  if (!delivery) return <Loading />;
  return (
    <>
      <p>Delivery <a href={path`/deliveries/${guid}`}>{eventName(delivery)}</a>: <bdi>{delivery.reason}</bdi></p>
      {delivery.reasons && <Reasons reason={delivery.reasons} />}
    </>
  );
}
