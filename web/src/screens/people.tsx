// Who may come in, and as what. For admins.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { User } from '../api/people';
import type { List } from '../api/types';
import { path } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { Field, Form } from '../parts/field';
import { attempt, Code, Failure, Loading } from '../parts/notice';
import { When } from '../parts/when';
import { Choice, ROLES, SERVER_ROLES } from './roles';

interface Invitation {
  url: string;
}

export function PeopleScreen() {
  useTitle('People');
  const { data, error, reload } = useResource<List<User>>('/users', 'users');
  const invitation = useSignal<{ name: string; url: string } | null>(null);
  const invite = async (name: string, answer: Promise<Invitation | undefined>) => {
    const made = await answer;
    invitation.value = made ? { name, url: made.url } : null;
    reload();
  };
  const items = data.value?.items;
  return (
    <section class="screen page">
      <header class="screen-head"><h1>People</h1></header>
      {error.value ? <Failure error={error.value} retry={reload} /> : !items ? <Loading /> : <Table items={items} invite={invite} reload={reload} />}
      {invitation.value && (
        <div role="status" class="box">
          <p>Give this link to <strong><bdi>{invitation.value.name}</bdi></strong>, who chooses a password by it. It works once, for three days, and is not shown again.</p>
          <Code>{invitation.value.url}</Code>
        </div>
      )}
      <NewUser invite={invite} />
    </section>
  );
}

type Invite = (name: string, answer: Promise<Invitation | undefined>) => Promise<void>;

function Table({ items, invite, reload }: { items: User[]; invite: Invite; reload: () => void }) {
  if (items.length === 0) return <p>Nobody has an account yet.</p>;
  return <ul class="key-rows">{items.map((user) => <Row key={user.name} user={user} invite={invite} reload={reload} />)}</ul>;
}

function Row({ user, invite, reload }: { user: User; invite: Invite; reload: () => void }) {
  const place = path`/users/${user.name}`;
  const change = async (body: object, done: string) => {
    await attempt(() => send('PUT', place, body), done);
    reload();
  };
  const reset = async () => {
    const yes = user.invited || await ask(`Reset ${user.name}’s password?`, 'The password and every session end; a new link is made.', 'Reset it', true);
    if (yes) await attempt(() => invite(user.name, send<Invitation>('POST', `${place}/invitation`)), '');
  };
  const unlink = async () => {
    await attempt(() => send('DELETE', `${place}/github`), `${user.name} is not linked with GitHub any more.`);
    reload();
  };
  const disable = async () => {
    const yes = await ask(`Disable ${user.name}?`, 'Every session ends, and nobody comes in by this account.', 'Disable it', true);
    if (yes) await change({ disabled: true }, `${user.name} is disabled.`);
  };
  return (
    <li>
      <strong><bdi>{user.name}</bdi></strong>
      {user.disabled_at
        ? <span class="bad-text">disabled <When at={user.disabled_at} /></span>
        : <Choice label={`Role of ${user.name}`} value={user.role} choices={SERVER_ROLES} choose={(role) => void change({ role }, `${user.name} is ${role} now.`)} />}
      {user.github && <span class="quiet-text" title={`number ${user.github.id}`}>GitHub: <bdi>{user.github.login}</bdi></span>}
      <span class="quiet-text">{user.invited ? 'has not chosen a password yet' : <>since <When at={user.created_at} /></>}</span>
      <span class="grow" />
      {user.disabled_at
        ? <button type="button" class="quiet" onClick={() => void change({ disabled: false }, `${user.name} is enabled.`)}>Enable</button>
        : <>
            <button type="button" class="quiet" onClick={() => void reset()}>{user.invited ? 'New link' : 'Reset password'}</button>
            {user.github && <button type="button" class="quiet" onClick={() => void unlink()}>Unlink</button>}
            <button type="button" class="quiet" onClick={() => void disable()}>Disable</button>
          </>}
      <Grants user={user} reload={reload} />
    </li>
  );
}

/** Roles on single repositories, beside the server's. */
function Grants({ user, reload }: { user: User; reload: () => void }) {
  const repository = useSignal('');
  const role = useSignal('developer');
  const place = (name: string) => path`/users/${user.name}/repositories` + '/' + name.split('/').map(encodeURIComponent).join('/');
  const give = async (name: string, given: string) => {
    if (await attempt(() => send('PUT', place(name), { role: given }), `${user.name} is ${given} of ${name} now.`)) reload();
  };
  const take = async (name: string) => {
    if (await attempt(() => send('DELETE', place(name)), `${user.name} has no role of ${name} any more.`)) reload();
  };
  return (
    <details class="grants">
      <summary>{user.repositories.length === 0 ? 'repositories' : user.repositories.map((one) => `${one.repository}: ${one.role}`).join(', ')}</summary>
      <ul class="key-rows">
        {user.repositories.map((one) => (
          <li key={one.repository}>
            <bdi>{one.repository}</bdi>
            <Choice label={`Role of ${user.name} on ${one.repository}`} value={one.role} choices={ROLES} choose={(given) => void give(one.repository, given)} />
            <button type="button" class="quiet" onClick={() => void take(one.repository)}>Take</button>
          </li>
        ))}
      </ul>
      <Form verb="Give" send={() => give(repository.value.trim(), role.value)}>
        <Field label="Repository, OWNER/NAME" value={repository} required />
        <label class="field"><span>Role there</span><Choice value={role.value} choices={ROLES} choose={(one) => (role.value = one)} /></label>
      </Form>
    </details>
  );
}

function NewUser({ invite }: { invite: Invite }) {
  const name = useSignal('');
  const role = useSignal('developer');
  const add = async () => {
    const body = { name: name.value.trim(), role: role.value };
    await invite(body.name, send<Invitation>('POST', '/users', body));
    name.value = '';
  };
  return (
    <Form verb="Add" send={add}>
      <Field label="Name" value={name} required />
      <label class="field">
        <span>Role</span>
        <Choice value={role.value} choices={SERVER_ROLES} choose={(one) => (role.value = one)} />
      </label>
    </Form>
  );
}
