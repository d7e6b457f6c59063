// The way from nothing to a first run, shown wherever there is nothing yet.

import { useResource } from '../api/resource';
import type { Delivery, List } from '../api/types';
import { path } from '../app/router';
import { Code } from './notice';
import { StatusMark } from './status';
import { When } from './when';

export function FirstSteps() {
  return (
    <>
      <FirstHook />
    <ol class="first-steps">
      <li>
        <strong>Tell Triphammer about a repository.</strong>
        <p>
          <a href="/connect/github" target="_self">Connect with a GitHub App</a>, <a href="/connect">with a token</a>, or on the server's machine, with a GitHub token in a file. It makes the webhook at
          GitHub and waits for its ping.
        </p>
        <Code>triphammer repo add OWNER/NAME --token-file token</Code>
      </li>
      <li>
        <strong>Or make the webhook by hand.</strong>
        <p>
          Without a token <code>repo add OWNER/NAME</code> prints path and secret, once. At GitHub: Settings → Webhooks →
          Add webhook, content type <code>application/json</code>, this address with the printed path.
        </p>
        <Code>{`${location.origin}/webhooks/github/…`}</Code>
      </li>
      <li>
        <strong>Put a workflow into <code>.triphammer/</code> and push.</strong>
        <p>Or keep it on the server: <a href="/new-pipeline">write a pipeline here</a> and bind it to the repository.</p>
      </li>
    </ol>
    </>
  );
}

/** Waits with the reader, and says what came and whether it started something. */
function FirstHook() {
  const { data } = useResource<List<Delivery>>('/deliveries?limit=1', 'deliveries');
  const first = data.value?.items[0];
  if (!data.value) return null;
  return (
    <p class="first-hook" role="status">
      <StatusMark state={first?.outcome ?? 'queued'} silent />
      {first
        ? <span>A webhook came <When at={first.received_at} />: <a href={path`/deliveries/${first.guid}`}>{first.event}</a> <bdi>{first.repository}</bdi>. {first.reason && <bdi>{first.reason}</bdi>}</span>
        : <span>Waiting for the first webhook; it is told here the moment it comes.</span>}
    </p>
  );
}
