// The ledger: every deployment, newest first.

import { withQuery } from '../api/client';
import { useList } from '../api/list';
import type { Deployment } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { Sha, shortDigest } from '../parts/facts';
import { FilterBar, readFilters } from '../parts/filters';
import type { Filter } from '../parts/filters';
import { Empty } from '../parts/notice';
import { RowList } from '../parts/row_list';
import { lookOf, StatusMark } from '../parts/status';
import { Took, When } from '../parts/when';

const ROW_HEIGHT = 60;
const FILTERS: Filter[] = [
  { name: 'state', label: 'State', choices: ['pending', 'running', 'succeeded', 'failed', 'rolled_back', 'unknown'] },
  { name: 'environment', label: 'Environment' },
  { name: 'repository', label: 'Repository' },
];
const keyOf = (deployment: Deployment) => deployment.id;

export function DeploymentsScreen() {
  useTitle('Deployments');
  const filters = readFilters(FILTERS);
  const list = useList<Deployment>(withQuery('/deployments', filters), 'deployments', keyOf);
  const filtered = Object.values(filters).some(Boolean);
  const empty = filtered
    ? <Empty icon="search" title="No deployment fits these filters"><p><a href="/deployments">Show all deployments</a></p></Empty>
    : <NoDeployments />;
  return (
    <section class="screen fixed">
      <header class="screen-head"><h1>Deployments</h1><FilterBar filters={FILTERS} /></header>
      <RowList
        list={list} label="Deployments" rowHeight={ROW_HEIGHT} keyOf={keyOf}
        href={(deployment) => path`/deployments/${deployment.id}`}
        row={(deployment) => <DeploymentRow deployment={deployment} />} empty={empty}
      />
    </section>
  );
}

function NoDeployments() {
  return (
    <Empty icon="deployments" title="Nothing was deployed yet">
      <p>A job with <code>deploy:</code> and an <code>environment:</code> writes the first row here. A template shows how.</p>
      <p><a class="button" href="/new-pipeline">Start from a template</a></p>
    </Empty>
  );
}

function phaseWord(deployment: Deployment): string {
  const done = !deployment.phase || deployment.phase === 'done';
  return done ? lookOf(deployment.state).word : `${lookOf(deployment.state).word}, ${deployment.phase?.replace(/-/g, ' ')}`;
}

function DeploymentRow({ deployment }: { deployment: Deployment }) {
  return (
    <>
      <StatusMark state={deployment.state} />
      <span class="row-text">
        <span class="row-title">
          <bdi>{deployment.environment || deployment.target}</bdi> <span class="row-note">{phaseWord(deployment)}{deployment.reason ? <>: <bdi>{deployment.reason}</bdi></> : null}</span>
        </span>
        <span class="row-facts">
          <span class="keep"><bdi>{deployment.repository}</bdi></span>
          <span>{deployment.driver}{deployment.strategy ? `, ${deployment.strategy}` : ''}</span>
          {deployment.target && <bdi>{deployment.target}</bdi>}
          <Sha value={deployment.sha} />
          {deployment.digest && <code title={deployment.image ?? deployment.digest}>{shortDigest(deployment.digest)}</code>}
        </span>
      </span>
      <span class="row-times">
        <Took from={deployment.started_at} to={deployment.finished_at} going={deployment.state === 'running'} />
        <When at={deployment.started_at ?? deployment.created_at} />
      </span>
    </>
  );
}
