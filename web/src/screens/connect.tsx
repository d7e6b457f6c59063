// Connects a repository: the server makes its hook at GitHub with the token given here, and the page
// waits for GitHub's ping.

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getJson, isAbort, messageOf, send } from '../api/client';
import type { Connected } from '../api/types';
import { useTitle } from '../app/title';
import { Choice, Field, TallForm } from '../parts/field';
import { Code } from '../parts/notice';

const PAUSE = 1_000;
const LONGEST = 30_000;

export function ConnectScreen() {
  useTitle('Connect a repository');
  const connected = useSignal<Connected | null>(null);
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a></p>
        <h1>Connect a repository</h1>
      </header>
      {!connected.value && (
        <p><a href="/connect/github" target="_self">Connect with a GitHub App</a> for many repositories, and tokens that
          nobody has to make. Or one, with a token:</p>
      )}
      {connected.value ? <Done hook={connected.value} /> : <Ask connected={connected} />}
    </section>
  );
}

function Ask({ connected }: { connected: Signal<Connected | null> }) {
  const name = useSignal('');
  const token = useSignal('');
  const key = useSignal(false);
  const connect = async () => {
    const body = { full_name: name.value.trim(), token: token.value.trim(), deploy_key: key.value };
    connected.value = (await send<Connected>('POST', '/repositories', body)) ?? null;
  };
  const wanted = (
    <>
      A token: a fine-grained one with <em>Contents: read</em>, <em>Webhooks</em>, <em>Commit statuses</em> and
      {' '}<em>Pull requests: read and write</em>, or a classic one with <code>repo</code> and <code>admin:repo_hook</code>. It is kept encrypted, and never shown.
    </>
  );
  return (
    <TallForm verb="Connect" send={connect}>
      <Field label="Repository at GitHub, OWNER/NAME" value={name} required />
      <Field label={wanted} value={token} type="password" required />
      <Choice value={key}>Fetch it over SSH, with a deploy key that is made now</Choice>
    </TallForm>
  );
}

function Done({ hook }: { hook: Connected }) {
  return (
    <div class="new-pipeline">
      <p><strong><bdi>{hook.full_name}</bdi></strong> is registered, with its hook at GitHub.</p>
      {hook.deploy_key && (
        <div>
          <p>At GitHub, under Settings → Deploy keys → Add deploy key, without write access:</p>
          <Code>{hook.deploy_key}</Code>
        </div>
      )}
      <Ping hook={hook} />
      <div class="buttons">
        <a class="button primary" href={`/repositories/${hook.full_name}/first-workflow`}>A first workflow</a>
        <a class="button" href="/repositories">Repositories</a>
      </div>
    </div>
  );
}

/** Waits for GitHub's ping, for a while; then what is in the way. */
function Ping({ hook }: { hook: Connected }) {
  const text = useSignal('Waiting for GitHub’s ping …');
  const bad = useSignal(false);
  const watch = async (abort: AbortSignal) => {
    const address = `/repositories/${hook.full_name}/hook`;
    for (const end = Date.now() + LONGEST; Date.now() < end; await new Promise((next) => setTimeout(next, PAUSE))) {
      const now = await getJson<Connected>(address, abort);
      if (now.pinged_at) return (text.value = 'GitHub’s ping arrived.');
    }
    bad.value = true;
    text.value = (await getJson<Connected>(`${address}?github=true`, abort)).advice ?? 'No ping of GitHub arrived.';
  };
  useEffect(() => {
    const abort = new AbortController();
    watch(abort.signal).catch((error) => {
      if (isAbort(error)) return;
      bad.value = true;
      text.value = messageOf(error);
    });
    return () => abort.abort();
  }, []);
  return <p role="status" class={bad.value ? 'bad-text' : undefined}>{text.value}</p>;
}
