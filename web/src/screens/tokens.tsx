// Tokens of the API: made here, shown once, revoked here.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { List, Token } from '../api/types';
import { path } from '../app/router';
import { ask } from '../parts/dialog';
import { Field, Form } from '../parts/field';
import { attempt, Code, Failure, Loading } from '../parts/notice';
import { Day, When } from '../parts/when';
import { Choice, ROLES } from './roles';

export function Tokens() {
  const { data, error, reload } = useResource<List<Token>>('/tokens');
  const items = data.value?.items.filter((token) => !token.revoked_at);
  return (
    <section class="box" aria-labelledby="tokens">
      <h2 id="tokens">API tokens</h2>
      <p class="quiet-text">For programs: <code>Authorization: Bearer th_…</code>. What each role may do is written in <code>triphammer routes</code>.</p>
      {error.value ? <Failure error={error.value} retry={reload} /> : !items ? <Loading /> : <Table items={items} reload={reload} />}
      <NewToken reload={reload} />
    </section>
  );
}

function Table({ items, reload }: { items: Token[]; reload: () => void }) {
  if (items.length === 0) return <p>No token yet.</p>;
  return (
    <ul class="key-rows">
      {items.map((token) => (
        <li key={token.name}>
          <code>{token.name}</code>
          <span>{token.role}</span>
          <span class="quiet-text"><bdi>{token.repository ?? 'every repository'}</bdi></span>
          <span class="quiet-text">made <When at={token.created_at} /></span>
          <Ends at={token.expires_at} />
          <span class="grow" />
          <button type="button" class="quiet" aria-label={`Revoke ${token.name}`} onClick={() => void revoke(token.name, reload)}>Revoke</button>
        </li>
      ))}
    </ul>
  );
}

function Ends({ at }: { at: string | null | undefined }) {
  if (!at) return <span class="quiet-text">never expires</span>;
  const over = new Date(at).getTime() < Date.now();
  return <span class={over ? 'bad-text' : 'quiet-text'}>{over ? 'expired' : 'expires'} <Day at={at} /></span>;
}

async function revoke(name: string, reload: () => void): Promise<void> {
  const yes = await ask(`Revoke ${name}?`, 'Whoever uses it is refused from now on.', 'Revoke it', true);
  if (yes && await attempt(() => send('DELETE', path`/tokens/${name}`), `${name} is revoked.`)) reload();
}

function NewToken({ reload }: { reload: () => void }) {
  const name = useSignal('');
  const role = useSignal('viewer');
  const repository = useSignal('');
  const days = useSignal('90');
  const made = useSignal('');
  const make = async () => {
    const body = { name: name.value.trim(), role: role.value, repository: repository.value.trim(), expires_days: Number(days.value) || 0 };
    made.value = (await send<{ token: string }>('POST', '/tokens', body))?.token ?? '';
    name.value = '';
    reload();
  };
  return (
    <>
      <Form verb="Make token" send={make}>
        <Field label="Name" value={name} required />
        <label class="field">
          <span>Role</span>
          <Choice value={role.value} choices={ROLES} choose={(one) => (role.value = one)} />
        </label>
        <Field label="Repository" value={repository} title="OWNER/NAME; every repository without one" />
        <Field label="Days it lives" value={days} type="number" title="0: until it is revoked" />
      </Form>
      {made.value && <div role="status" class="made-token"><p>Copy it now; it is not shown again.</p><Code>{made.value}</Code></div>}
    </>
  );
}
