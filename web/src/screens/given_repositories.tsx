// What the GitHub App was given, each with a switch.

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getJson, isAbort, send } from '../api/client';
import type { GivenRepository, Installation } from '../api/forge';
import type { List } from '../api/types';
import { path } from '../app/router';
import { attempt, Empty, Failure, Loading } from '../parts/notice';

const SHOWN = 200;

export function Given({ install }: { install: string }) {
  const items = useSignal<GivenRepository[]>([]);
  const places = useSignal<Installation[] | null>(null);
  const busy = useSignal(true);
  const error = useSignal<unknown>(null);
  const wanted = useSignal('');
  useEffect(() => {
    const abort = new AbortController();
    load(items, places, abort.signal)
      .catch((failure) => isAbort(failure) || (error.value = failure))
      .finally(() => (busy.value = false));
    return () => abort.abort();
  }, []);
  if (error.value) return <Failure error={error.value} />;
  if (!places.value) return <Loading />;
  if (places.value.length === 0) {
    return <Empty icon="repositories" title="It is not installed anywhere yet"><p><a href={install}>Choose an account and repositories at GitHub</a></p></Empty>;
  }
  const text = wanted.value.trim().toLowerCase();
  const found = items.value.filter((one) => one.full_name.toLowerCase().includes(text));
  return (
    <>
      {places.value.filter((one) => one.suspended).map((one) => (
        <p key={one.id} class="bad-text">The installation for <bdi>{one.account}</bdi> is suspended: <a href={one.page}>at GitHub</a></p>
      ))}
      <label class="field">
        <span>Find one of {items.value.length}{busy.value ? ' so far' : ''}</span>
        <input type="search" autocomplete="off" spellcheck={false} value={wanted.value} onInput={(event) => (wanted.value = event.currentTarget.value)} />
      </label>
      <ul class="switches">
        {found.slice(0, SHOWN).map((one) => <Switch key={one.id} repository={one} />)}
      </ul>
      {found.length > SHOWN && <p class="quiet-text">{found.length - SHOWN} more: say which above.</p>}
      {found.length === 0 && !busy.value && <p class="quiet-text">None. <a href={install}>Choose repositories at GitHub</a></p>}
    </>
  );
}

/** Page by page, so that the first ones are there at once. */
async function load(items: Signal<GivenRepository[]>, places: Signal<Installation[] | null>, abort: AbortSignal): Promise<void> {
  const installed = (await getJson<List<Installation>>('/github/app/installations', abort)).items;
  places.value = installed;
  for (const place of installed.filter((one) => !one.suspended)) {
    for (let cursor: string | null = '1'; cursor;) {
      const page: List<GivenRepository> = await getJson(path`/github/app/installations/${place.id}/repositories?cursor=${cursor}`, abort);
      items.value = [...items.value, ...page.items].sort((one, other) => one.full_name.localeCompare(other.full_name));
      cursor = page.next;
    }
  }
}

function Switch({ repository }: { repository: GivenRepository }) {
  const on = useSignal(repository.registered);
  const busy = useSignal(false);
  const [owner, name] = repository.full_name.split('/');
  const flip = async () => {
    busy.value = true;
    const to = !on.value;
    const done = to
      ? await attempt(() => send('PUT', path`/github/app/repositories/${owner ?? ''}/${name ?? ''}`), `${repository.full_name} is built here now.`)
      : await attempt(() => send('DELETE', path`/repositories/${owner ?? ''}/${name ?? ''}`), `${repository.full_name} is not built here any more; its history stays.`);
    if (done) repository.registered = on.value = to;
    busy.value = false;
  };
  return (
    <li>
      <label class="choice">
        <input type="checkbox" role="switch" checked={on.value} disabled={busy.value} onClick={(event) => { event.preventDefault(); void flip(); }} />
        <span>
          <bdi>{repository.full_name}</bdi>{' '}
          <span class="quiet-text">{repository.private ? 'private' : 'public'}{repository.archived && ', archived'}</span>
        </span>
      </label>
      {on.value && <a href={path`/repositories/${owner ?? ''}/${name ?? ''}/first-workflow`}>A first workflow</a>}
    </li>
  );
}
