// What runs where.

import type { Deployment, Environment, List } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { Sha, shortDigest } from '../parts/facts';
import { useGot } from '../parts/got';
import { Empty } from '../parts/notice';
import { Icon } from '../parts/icon';
import { Status, StatusMark } from '../parts/status';
import { When } from '../parts/when';
import { drifts, isWayBackReady, toMatrix } from './matrix_places';
import type { MatrixRow } from './matrix_places';

export function EnvironmentsScreen() {
  useTitle('Environments');
  const [list, instead] = useGot<List<Environment>>('/environments', 'deployments');
  const items = list?.items;
  if (!items) return instead;
  return (
    <section class="screen page">
      <header class="screen-head"><h1>Environments</h1></header>
      {items.length > 1 && <Overview items={items} />}
      {items.length === 0 ? <NoEnvironments /> : (
        <ul class="cards">
          {items.map((environment) => <Card key={`${environment.repository} ${environment.name}`} environment={environment} />)}
        </ul>
      )}
    </section>
  );
}

function NoEnvironments() {
  return (
    <Empty icon="environments" title="No environment yet">
      <p>An environment comes into being with the first job that names it: <code>environment: production</code>.</p>
    </Empty>
  );
}

function pagesOf({ repository, name }: Environment) {
  const [owner = '', short = ''] = repository.split('/');
  return {
    page: path`/environments/${owner}/${short}/${name}`,
    rules: path`/repositories/${owner}/${short}/rules/${name}`,
  };
}

/** What runs where, at a glance. */
function Overview({ items }: { items: Environment[] }) {
  const { columns, rows } = toMatrix(items);
  return (
    <div class="table matrix" tabIndex={0} role="region" aria-label="What runs where">
      <table>
        <thead><tr><th scope="col">Service</th>{columns.map((name) => <th key={name} scope="col"><bdi>{name}</bdi></th>)}</tr></thead>
        <tbody>{rows.map((row) => <ServiceRow key={row.repository} row={row} />)}</tbody>
      </table>
    </div>
  );
}

function ServiceRow({ row }: { row: MatrixRow }) {
  return (
    <tr>
      <th scope="row"><bdi>{row.repository}</bdi>{drifts(row) && <span class="row-note"> differs</span>}</th>
      {row.cells.map((cell, at) => <td key={at}>{cell ? <Place environment={cell} /> : <span class="quiet-text">–</span>}</td>)}
    </tr>
  );
}

function Place({ environment }: { environment: Environment }) {
  const { current, open } = environment;
  const ready = isWayBackReady(environment);
  return (
    <a href={pagesOf(environment).page}>
      <StatusMark state={open?.state ?? (current ? 'succeeded' : 'queued')} />
      {current ? <><Sha value={current.sha} /> <When at={current.finished_at} /></> : 'empty'}
      {ready !== null && (
        <span class={ready ? 'tone-good' : 'tone-bad'} title={ready ? 'The way back is ready' : 'The way back cannot be had'}>
          <Icon name={ready ? 'back' : 'warning'} /><span class="hidden">{ready ? ', way back ready' : ', no way back'}</span>
        </span>
      )}
    </a>
  );
}

function Card({ environment }: { environment: Environment }) {
  const { current, open } = environment;
  const { page, rules } = pagesOf(environment);
  return (
    <li class="card">
      <h2><a href={page}><bdi>{environment.name}</bdi></a></h2>
      <p class="quiet-text"><bdi>{environment.repository}</bdi></p>
      {current ? <Live deployment={current} /> : <p>Nothing is live here yet.</p>}
      {open && (
        <p class="summary">
          <a href={path`/deployments/${open.id}`}><Status state={open.state} /></a>
          {open.phase && <span>{open.phase.replace(/-/g, ' ')}</span>}
        </p>
      )}
      <p><a href={`/deployments?environment=${encodeURIComponent(environment.name)}&repository=${encodeURIComponent(environment.repository)}`}>Ledger</a> · <a href={rules}>Rules</a></p>
    </li>
  );
}

function Live({ deployment }: { deployment: Deployment }) {
  return (
    <dl class="facts tight">
      <div><dt>Live</dt><dd><a href={path`/deployments/${deployment.id}`}><Sha value={deployment.sha} /></a></dd></div>
      <div><dt>Since</dt><dd><When at={deployment.finished_at} /></dd></div>
      {deployment.digest && <div><dt>Image</dt><dd><code title={deployment.image ?? ''}>{shortDigest(deployment.digest)}</code></dd></div>}
      <div><dt>By</dt><dd><span>{deployment.driver}{deployment.target ? <> to <bdi>{deployment.target}</bdi></> : null}</span></dd></div>
    </dl>
  );
}
