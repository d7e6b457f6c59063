// The one-time link that opens the first session, and the page for those who have none.

import { useEffect, useState } from 'preact/hooks';
import { messageOf, send, signedOut } from '../api/client';
import { live } from '../api/live';
import { navigate, place } from '../app/router';
import { useTitle } from '../app/title';
import { Logo } from '../parts/icon';
import { Code } from '../parts/notice';

// The token leaves the address bar at once, so that no history and no picture of the screen keeps it.
let token = '';

function takeToken(): void {
  const given = place.peek().query.get('token');
  if (!given) return;
  token = given;
  navigate('/setup', { replace: true });
}

async function signIn(): Promise<void> {
  await send('POST', '/setup', { token });
  token = '';
  signedOut.value = false;
  live.start();
  navigate('/', { replace: true });
}

export function SetupScreen() {
  useTitle('Set up');
  const [error, setError] = useState('');
  useEffect(takeToken, []);
  const enter = () => {
    setError('');
    signIn().catch((failure: unknown) => setError(messageOf(failure)));
  };
  return (
    <section class="screen gate">
      <Logo />
      <h1>Welcome to Triphammer</h1>
      <p>This link signs this browser in as administrator. It works once.</p>
      <div class="buttons"><button type="button" class="primary" onClick={enter}>Sign in as administrator</button></div>
      {error && <><p class="bad-text" role="alert">{error}</p><NewLink /></>}
    </section>
  );
}

export function SignedOutScreen() {
  useTitle('Not signed in');
  return (
    <section class="screen gate">
      <Logo />
      <h1>You are not signed in</h1>
      <p>Sessions are opened by a one-time link.</p>
      <NewLink />
    </section>
  );
}

function NewLink() {
  return (
    <>
      <p>On the server's machine this prints a fresh one; open it in this browser within 15 minutes:</p>
      <Code>triphammer setup-link</Code>
    </>
  );
}
