// What jobs and programs are given: secrets, variables, and tokens of the API. For admins.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { Key, List } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { Field, Form } from '../parts/field';
import { attempt, Failure, Loading, say } from '../parts/notice';
import { When } from '../parts/when';
import { Tokens } from './tokens';

interface Kind {
  route: 'secrets' | 'variables';
  one: string;
  title: string;
  says: string;
  none: string;
}

const SECRETS: Kind = {
  route: 'secrets', one: 'secret', title: 'Secrets', none: 'No secret yet.',
  says: 'Kept encrypted, never shown again, masked in every log. Jobs read them as ${{ secrets.NAME }}; pull requests from forks get none.',
};
const VARIABLES: Kind = {
  route: 'variables', one: 'variable', title: 'Variables', none: 'No variable yet.',
  says: 'Plain settings, readable here and in logs. Jobs read them as ${{ vars.NAME }}.',
};

export function KeysScreen() {
  useTitle('Keys');
  return (
    <section class="screen page keys">
      <header class="screen-head"><h1>Keys</h1></header>
      <Keys kind={SECRETS} />
      <Keys kind={VARIABLES} />
      <Tokens />
    </section>
  );
}

function Keys({ kind }: { kind: Kind }) {
  const { data, error, reload } = useResource<List<Key>>(`/${kind.route}`);
  const items = data.value?.items;
  return (
    <section class="box" aria-labelledby={kind.route}>
      <h2 id={kind.route}>{kind.title}</h2>
      <p class="quiet-text">{kind.says}</p>
      {error.value ? <Failure error={error.value} retry={reload} /> : !items ? <Loading /> : <Table kind={kind} items={items} reload={reload} />}
      <NewKey kind={kind} known={items ?? []} reload={reload} />
    </section>
  );
}

function Table({ kind, items, reload }: { kind: Kind; items: Key[]; reload: () => void }) {
  if (items.length === 0) return <p>{kind.none}</p>;
  return (
    <ul class="key-rows">
      {items.map((key) => (
        <li key={`${key.repository}/${key.environment}/${key.name}`}>
          <code>{key.name}</code>
          {key.value !== undefined && <span class="key-value"><bdi>{key.value}</bdi></span>}
          <span class="quiet-text"><bdi>{scopeOf(key)}</bdi></span>
          <span class="quiet-text">set <When at={key.updated_at} /> by <bdi>{key.updated_by}</bdi></span>
          {kind === SECRETS && <span class="quiet-text">{key.used_at ? <>used <When at={key.used_at} /></> : 'no use noted'}</span>}
          <span class="grow" />
          <button type="button" class="quiet" aria-label={`Remove ${key.name}`} onClick={() => void remove(kind, key, reload)}>Remove</button>
        </li>
      ))}
    </ul>
  );
}

function scopeOf({ repository, environment }: Key): string {
  const where = repository ?? 'every repository';
  return environment ? `${where}, to ${environment}` : where;
}

async function remove(kind: Kind, key: Key, reload: () => void): Promise<void> {
  const query = new URLSearchParams({ repository: key.repository ?? '', environment: key.environment ?? '' });
  const yes = await ask(`Remove the ${kind.one} ${key.name}?`, `Jobs of ${scopeOf(key)} will find it empty.`, 'Remove it', true, kind === SECRETS ? key.name : '');
  if (yes && await attempt(() => send('DELETE', `${path`/${kind.route}/${key.name}`}?${query}`), `${key.name} is removed.`)) reload();
}

function NewKey({ kind, known, reload }: { kind: Kind; known: Key[]; reload: () => void }) {
  const name = useSignal('');
  const value = useSignal('');
  const repository = useSignal('');
  const environment = useSignal('');
  const sendKey = async () => {
    const scope = { repository: repository.value.trim(), environment: environment.value.trim() };
    const [key, what] = [name.value.trim(), `the ${kind.one} ${name.value.trim()}`];
    const same = known.some((one) => one.name === key && (one.repository ?? '') === scope.repository && (one.environment ?? '') === scope.environment);
    if (same && !await ask(`Replace ${what}?`, 'Jobs that start from now on get the new value. The old one cannot be brought back.', 'Replace it')) return;
    await send('PUT', path`/${kind.route}/${key}`, { value: value.value, ...scope });
    say(`Set ${what}.`);
    name.value = value.value = '';
    reload();
  };
  return (
    <Form verb={`Set ${kind.one}`} send={sendKey}>
      <Field label="Name" value={name} required />
      <label class="field value">
        <span>Value</span>
        <textarea rows={1} required spellcheck={false} autocomplete="off" class={kind === SECRETS ? 'hidden-value' : undefined}
          value={value.value} onInput={(event) => (value.value = event.currentTarget.value)} />
      </label>
      <Field label="Repository" value={repository} title="OWNER/NAME; every repository without one" />
      <Field label="Environment" value={environment} title="production, say; every job without one" />
    </Form>
  );
}
