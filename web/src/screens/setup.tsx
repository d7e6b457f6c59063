// The ways in: a name and a password, a one-time link that opens the first session, or one by which
// somebody chooses a password.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { getJson, messageOf, send, signedOut } from '../api/client';
import { live } from '../api/live';
import { navigate, place } from '../app/router';
import { useTitle } from '../app/title';
import { Field, Form } from '../parts/field';
import { Logo } from '../parts/icon';
import { attempt, Code } from '../parts/notice';
import { goToGitHub } from './github_way';

// The token leaves the address bar at once, so that no history and no picture of the screen keeps it.
let token = '';

function takeToken(): void {
  const given = place.peek().query.get('token');
  if (!given) return;
  token = given;
  navigate('/setup', { replace: true });
}

async function enter(method: string, path: string, body: object): Promise<void> {
  await send(method, path, body);
  token = '';
  signedOut.value = false;
  live.start();
  if (place.peek().path === '/setup') navigate('/', { replace: true });
}

/** Whose link it is: a user's, an admin's (''), or nobody's any more. */
export function SetupScreen() {
  useTitle('Set up');
  const name = useSignal<string | null>(null);
  const error = useSignal('');
  useEffect(() => {
    takeToken();
    send<{ name: string | null }>('POST', '/setup', { token, peek: true }).then(
      (link) => (name.value = link?.name ?? ''),
      (failure: unknown) => (error.value = messageOf(failure)),
    );
  }, []);
  if (error.value) return <Gate title="This link does not work"><p class="bad-text" role="alert">{error.value}</p><NewLink /></Gate>;
  if (name.value === null) return <Gate title="Welcome to Triphammer" />;
  return name.value === '' ? <AdminsLink /> : <UsersLink name={name.value} />;
}

function Gate({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="screen gate">
      <Logo />
      <h1>{title}</h1>
      {children}
    </section>
  );
}

function AdminsLink() {
  const name = useSignal('');
  const password = useSignal('');
  const error = useSignal('');
  const pass = () => enter('POST', '/setup', { token }).catch((failure: unknown) => (error.value = messageOf(failure)));
  return (
    <Gate title="Welcome to Triphammer">
      <p>This link works once, for an administrator. Make your account with it:</p>
      <Form verb="Make account" send={() => enter('POST', '/setup', { token, name: name.value.trim(), password: password.value })}>
        <Field label="Name" value={name} autocomplete="username" required />
        <Field label="Password, at least 10 characters" value={password} type="password" autocomplete="new-password" required />
      </Form>
      <p class="quiet-text">Or only sign this browser in, without an account:</p>
      <div class="buttons"><button type="button" onClick={() => void pass()}>Sign in as administrator</button></div>
      {error.value && <p class="bad-text" role="alert">{error.value}</p>}
    </Gate>
  );
}

function UsersLink({ name }: { name: string }) {
  const password = useSignal('');
  return (
    <Gate title={`Welcome, ${name}`}>
      <p>Choose a password. This link works once.</p>
      <Form verb="Sign in" send={() => enter('POST', '/setup', { token, password: password.value })}>
        <Field label="Password, at least 10 characters" value={password} type="password" autocomplete="new-password" required />
      </Form>
    </Gate>
  );
}

export function SignedOutScreen() {
  useTitle('Sign in');
  const name = useSignal('');
  const password = useSignal('');
  const github = useSignal(false);
  useEffect(() => {
    getJson<{ github: boolean }>('/session/ways').then((ways) => (github.value = ways.github), () => undefined);
  }, []);
  return (
    <Gate title="Sign in to Triphammer">
      {github.value && <div class="buttons"><button type="button" onClick={() => void attempt(() => goToGitHub('/session/github'), '')}>Sign in with GitHub</button></div>}
      <Form verb="Sign in" send={() => enter('POST', '/session', { name: name.value.trim(), password: password.value })}>
        <Field label="Name" value={name} autocomplete="username" required />
        <Field label="Password" value={password} type="password" autocomplete="current-password" required />
      </Form>
      <details>
        <summary>No account, or the password is lost</summary>
        <NewLink />
      </details>
    </Gate>
  );
}

function NewLink() {
  return (
    <>
      <p>On the server's machine these print a fresh link; open it in this browser. For an administrator, within 15 minutes:</p>
      <Code>triphammer setup-link</Code>
      <p>For somebody who has an account, within three days:</p>
      <Code>triphammer user reset NAME</Code>
    </>
  );
}
