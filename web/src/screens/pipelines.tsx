// Workflows that the server keeps.

import type { List, Pipeline } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { Empty } from '../parts/notice';
import { When } from '../parts/when';

export function PipelinesScreen() {
  useTitle('Pipelines');
  const [list, instead] = useGot<List<Pipeline>>('/pipelines', 'pipelines');
  const items = list?.items;
  if (!items) return instead;
  return (
    <section class="screen page">
      <header class="screen-head with-buttons">
        <h1>Pipelines</h1>
        <a class="button primary" href="/new-pipeline"><Icon name="plus" />New pipeline</a>
      </header>
      {items.length === 0 ? <NoPipelines /> : <ul class="plain-list">{items.map((item) => <Row key={item.name} pipeline={item} />)}</ul>}
    </section>
  );
}

function NoPipelines() {
  return (
    <Empty icon="pipelines" title="No pipeline is kept here">
      <p>
        Repositories bring their workflows in <code>.triphammer/</code>. A pipeline kept here does the same for
        repositories that you bind it to, with versions, and without a commit.
      </p>
    </Empty>
  );
}

function Row({ pipeline }: { pipeline: Pipeline }) {
  const repositories = pipeline.repositories ?? [];
  return (
    <li>
      <a class="row" href={path`/pipelines/${pipeline.name}`}>
        <Icon name="pipelines" />
        <span class="row-text">
          <span class="row-title"><bdi>{pipeline.name}</bdi> <span class="row-note">version {pipeline.version}</span></span>
          <span class="row-facts">
            <bdi>{repositories.length > 0 ? repositories.join(', ') : 'bound to no repository: it starts nothing'}</bdi>
            {pipeline.note && <bdi>{pipeline.note}</bdi>}
          </span>
        </span>
        <span class="row-times"><bdi>{pipeline.author}</bdi><When at={pipeline.updated_at} /></span>
      </a>
    </li>
  );
}
