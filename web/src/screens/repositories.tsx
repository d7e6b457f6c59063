// The repositories that may send deliveries, and how to connect another.

import type { List, Repository } from '../api/types';
import { pins, togglePin } from '../app/pins';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { FirstSteps } from '../parts/first_steps';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { Code, Empty } from '../parts/notice';
import { Status } from '../parts/status';
import { When } from '../parts/when';

export function RepositoriesScreen() {
  useTitle('Repositories');
  const [list, instead] = useGot<List<Repository>>('/repositories', 'repositories');
  const items = list?.items;
  if (!items) return instead;
  return (
    <section class="screen page">
      <header class="screen-head"><h1>Repositories</h1></header>
      {items.length === 0
        ? <Empty icon="repositories" title="No repository yet"><FirstSteps /></Empty>
        : <ul class="cards wide">{items.map((repository) => <Card key={repository.id} repository={repository} />)}</ul>}
      {items.length > 0 && (
        <p class="quiet-text">
          <a class="button" href="/connect">Connect another</a> <a href="/connect/github" target="_self">GitHub App</a> or, on the server's machine: <Code>triphammer repo add OWNER/NAME</Code>
        </p>
      )}
    </section>
  );
}

function Card({ repository }: { repository: Repository }) {
  const filter = encodeURIComponent(repository.full_name);
  return (
    <li class="card">
      <h2><a href={`/?repository=${filter}`}><bdi>{repository.full_name}</bdi></a></h2>
      <dl class="facts">
        {repository.hook && <div><dt>Webhook</dt><dd><Code>{location.origin + repository.hook}</Code></dd></div>}
        <div>
          <dt>Last delivery</dt>
          <dd>{repository.last_delivery_at
            ? <a href={`/deliveries?repository=${filter}`}><When at={repository.last_delivery_at} /></a>
            : 'none yet: add the webhook at GitHub with the secret that “repo add” printed'}</dd>
        </div>
        {repository.last_run && (
          <div><dt>Last run</dt><dd><a href={path`/runs/${repository.last_run.id}`}><Status state={repository.last_run.state} /> #{repository.last_run.number}</a></dd></div>
        )}
        {repository.default_branch && <div><dt>Default branch</dt><dd><bdi>{repository.default_branch}</bdi></dd></div>}
        {repository.workflows_dir && <div><dt>Workflows</dt><dd><code>{repository.workflows_dir}</code></dd></div>}
      </dl>
      <div class="buttons">
        {!repository.last_run && <a class="button primary" href={firstWorkflow(repository.full_name)}>Choose a first workflow</a>}
        <a class="button" href={`/start-run?repository=${filter}`}>Run workflow</a>
        <a class="button" href={insights(repository.full_name)}>Insights and badge</a>
        <button type="button" class="quiet" aria-pressed={pins.value.includes(repository.full_name)} onClick={() => togglePin(repository.full_name)}>
          <Icon name="pin" />Pin<span class="hidden"> {repository.full_name} to the rail</span>
        </button>
      </div>
    </li>
  );
}

function insights(name: string): string {
  const [owner, repository] = name.split('/');
  return path`/repositories/${owner ?? ''}/${repository ?? ''}`;
}

function firstWorkflow(name: string): string {
  const [owner, repository] = name.split('/');
  return path`/repositories/${owner ?? ''}/${repository ?? ''}/first-workflow`;
}
