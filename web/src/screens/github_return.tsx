// Back from GitHub, with a code or an error in the address: a session, or one's account linked.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { send, signedOut } from '../api/client';
import { live } from '../api/live';
import { navigate, place } from '../app/router';
import { useTitle } from '../app/title';
import { Failure, say } from '../parts/notice';
import { takePlace } from './github_way';

// What GitHub said leaves the address bar at once.
function takeAnswer() {
  const query = place.peek().query;
  const answer = Object.fromEntries(['code', 'state', 'error'].map((name) => [name, query.get(name) ?? '']));
  history.replaceState(history.state, '', '/sign-in/github');
  return answer;
}

export function GitHubReturnScreen() {
  useTitle('Sign in');
  const error = useSignal<unknown>(null);
  useEffect(() => {
    send<{ linked?: boolean }>('POST', '/session/github/code', takeAnswer()).then(
      (answer) => {
        signedOut.value = false;
        live.start();
        navigate(takePlace(), { replace: true });
        if (answer?.linked) say('Your account is linked with GitHub.');
      },
      (failure: unknown) => (error.value = failure),
    );
  }, []);
  return (
    <section class="screen gate">
      <h1>Sign in through GitHub</h1>
      {error.value === null
        ? <p role="status">GitHub is asked who you are …</p>
        : <><Failure error={error.value} /><div class="buttons"><a class="button" href={takePlace()}>Back to sign in</a></div></>}
    </section>
  );
}
