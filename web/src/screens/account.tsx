// One's own account: who one is here, and another password.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { live } from '../api/live';
import { useTitle } from '../app/title';
import { Field, Form } from '../parts/field';
import { say } from '../parts/notice';

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
    </section>
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
