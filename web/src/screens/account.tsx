// One's own account: who one is here and at GitHub, and another password.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { live } from '../api/live';
import { useResource } from '../api/resource';
import { useTitle } from '../app/title';
import { Field, Form } from '../parts/field';
import { attempt, say } from '../parts/notice';
import { goToGitHub } from './github_way';

export function AccountScreen() {
  useTitle('Account');
  const hello = live.hello.value;
  const old = useSignal('');
  const chosen = useSignal('');
  if (!hello) return null;
  const name = hello.actor?.startsWith('user:') ? hello.actor.slice(5) : null;
  if (name === null) return <NoAccount />;
  const change = async () => {
    await send('PUT', '/session/password', { old: old.value, password: chosen.value });
    old.value = chosen.value = '';
    say('The password is changed; other sessions have ended.');
  };
  return (
    <section class="screen page">
      <header class="screen-head"><h1><bdi>{name}</bdi></h1></header>
      <p>Your role is {hello.role}.</p>
      <Form verb="Change password" send={change}>
        <Field label="Password now" value={old} type="password" autocomplete="current-password" required />
        <Field label="New one, at least 10 characters" value={chosen} type="password" autocomplete="new-password" required />
      </Form>
      <AtGitHub />
    </section>
  );
}

interface Me {
  github?: { id: number; login: string };
}

function AtGitHub() {
  const { data, reload } = useResource<Me>('/session');
  const { data: ways } = useResource<{ github: boolean }>('/session/ways');
  const password = useSignal('');
  if (!data.value || !ways.value) return null;
  const linked = data.value.github;
  if (!linked && !ways.value.github) return null;
  const unlink = async () => {
    if (await attempt(() => send('DELETE', '/session/github'), 'Your account is not linked with GitHub any more.')) reload();
  };
  return (
    <>
      <h2>GitHub</h2>
      {linked
        ? <p>You sign in as <strong><bdi>{linked.login}</bdi></strong> there (number {linked.id}). <button type="button" class="quiet" onClick={() => void unlink()}>Unlink</button></p>
        : (
          <>
            <p>Link this account to sign in by GitHub; what you push is then known to be yours.</p>
            <Form verb="Link with GitHub" send={() => goToGitHub('/session/github/link', { password: password.value })}>
              <Field label="Your password here" value={password} type="password" autocomplete="current-password" required />
            </Form>
          </>
        )}
    </>
  );
}

function NoAccount() {
  return (
    <section class="screen page">
      <header class="screen-head"><h1>Account</h1></header>
      <p>This session has no account: a set-up link opened it. Make accounts under <a href="/people">People</a>.</p>
    </section>
  );
}
