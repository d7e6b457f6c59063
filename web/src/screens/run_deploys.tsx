// What this run deployed, how far each deployment is, and what a person can do about it.

import { withQuery } from '../api/client';
import { useResource } from '../api/resource';
import type { Deployment, List, Run } from '../api/types';
import { path } from '../app/router';
import { shortDigest } from '../parts/facts';
import { useGot } from '../parts/got';
import { Status } from '../parts/status';
import { Took } from '../parts/when';
import { Phases } from './deployment';
import { RerunJob } from './run_actions';
import { mayRerun } from './run_places';

export function DeploysTab({ run }: { run: Run }) {
  const [list, instead] = useGot<List<Deployment>>(withQuery('/deployments', { run: run.id, limit: 100 }), 'deployments');
  if (!list) return instead;
  const rows = list.items;
  if (rows.length === 0) return <p class="page quiet-text">Nothing was deployed yet: no job that deploys has begun.</p>;
  return <div class="page">{rows.map((row) => <OneDeployment key={row.id} run={run} row={row} />)}</div>;
}

function OneDeployment({ run, row }: { run: Run; row: Deployment }) {
  const name = row.environment || row.target || `deployment ${row.id}`;
  // The list has no phases.
  const { data } = useResource<Deployment>(path`/deployments/${row.id}`, 'deployments');
  return (
    <section class="box deployed" aria-label={name}>
      <h2><a href={path`/deployments/${row.id}`}><bdi>{name}</bdi></a></h2>
      <p class="summary">
        <Status state={row.state} />
        {row.phase && row.phase !== 'done' && <span>{row.phase.replace(/-/g, ' ')}</span>}
        <Took from={row.started_at} to={row.finished_at} going={row.state === 'running'} />
        <bdi>{row.target ?? row.driver}</bdi>
        {row.digest && <code title={row.image ?? row.digest}>{shortDigest(row.digest)}</code>}
      </p>
      {row.reason && <p><bdi>{row.reason}</bdi></p>}
      <Choices run={run} row={row} />
      {data.value && <Phases deployment={data.value} />}
    </section>
  );
}

function Choices({ run, row }: { run: Run; row: Deployment }) {
  const [owner = '', name = ''] = row.repository.split('/');
  const job = run.jobs?.find((each) => each.id === row.job);
  return (
    <p class="buttons">
      {row.state === 'unknown' && <a class="button primary" href={path`/deployments/${row.id}`}>Say how it ended…</a>}
      {row.state === 'succeeded' && row.environment && <a class="button" href={path`/environments/${owner}/${name}/${row.environment}`}>Go back or promote…</a>}
      {(row.state === 'failed' || row.state === 'rolled_back') && job && mayRerun(run, job) && <RerunJob run={run} job={job} />}
      <a class="button" href={path`/runs/${run.id}/jobs/${row.job}`}>Log</a>
    </p>
  );
}
