// A GitHub App in three steps: GitHub makes it from a manifest that this page posts, sends the browser back with a
// code, and once it is installed each repository that it was given has a switch here.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf, send } from '../api/client';
import type { ForgeApp, ForgeAppState } from '../api/forge';
import { navigate, place } from '../app/router';
import { useTitle } from '../app/title';
import { Choice, Field, TallForm, useSending } from '../parts/field';
import { useGot } from '../parts/got';
import { Failure } from '../parts/notice';
import { Given } from './given_repositories';

const HERE = '/connect/github';

export function GitHubAppScreen() {
  useTitle('GitHub App');
  const query = place.value.query;
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a></p>
        <h1>Connect with a GitHub App</h1>
      </header>
      {query.has('code') || query.has('error') ? <Finish /> : <Present />}
    </section>
  );
}

// The code leaves the address bar at once: it is worth the App's keys.
function takeAnswer() {
  const query = place.peek().query;
  const answer = {
    code: query.get('code') ?? '',
    state: query.get('state') ?? '',
    error: query.get('error_description') ?? query.get('error') ?? '',
  };
  history.replaceState(history.state, '', HERE);
  return answer;
}

function Finish() {
  const failure = useSignal('');
  const answer = useSignal<ReturnType<typeof takeAnswer> | null>(null);
  const finish = async () => {
    failure.value = '';
    const { code, state, error } = answer.value ??= takeAnswer();
    if (error) return (failure.value = `GitHub made no App: ${error}`);
    try {
      const made = await send<ForgeApp>('POST', '/github/app/conversions', { code, state });
      if (made?.install_url) location.assign(made.install_url);
    } catch (problem) {
      failure.value = messageOf(problem);
    }
    return undefined;
  };
  useEffect(() => void finish(), []);
  if (!failure.value) return <p role="status">GitHub has made the App; its keys are taken over, then it asks where to install it …</p>;
  return (
    <div class="new-pipeline">
      <Failure error={failure.value} />
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void finish()}>Try again</button>
        <a class="button" href={HERE} target="_self">Begin again</a>
      </div>
    </div>
  );
}

function Present() {
  const [state, instead, reload] = useGot<ForgeAppState>('/github/app');
  if (!state) return instead;
  return state.app ? <Made app={state.app} reload={reload} /> : <Make state={state} />;
}

function Make({ state }: { state: ForgeAppState }) {
  const name = useSignal(state.suggested_name);
  const organization = useSignal('');
  const writes = useSignal(false);
  const begin = async () => {
    const body = { name: name.value.trim(), organization: organization.value.trim(), contents_write: writes.value };
    const begun = await send<{ action: string; manifest: string }>('POST', '/github/app/manifest', body);
    if (begun) post(begun.action, begun.manifest);
  };
  if (state.problem) return <div class="new-pipeline"><Failure error={state.problem} /><ByToken /></div>;
  return (
    <>
      <TallForm verb="Go to GitHub" send={begin}>
        <p>GitHub makes an App of your own, with a key and a webhook secret that only this server gets. It may read the
          repositories that you choose, report on commits and pull requests, and gives each job a token that dies with it.</p>
        {state.mode === 'poll'
          ? <p>This server is not reached from outside (<code>github.mode: poll</code>): it asks GitHub for what happened. GitHub will
            show each delivery as failed, and that is as it should be.</p>
          : <p>GitHub will send events to <code>{state.hook_url}</code>.</p>}
        <Field label="Name at GitHub; nobody else may have it. It can still be changed there." value={name} required maxLength={34} />
        <Field label="Organization that shall own it; empty: you" value={organization} />
        <Choice value={writes}>Jobs that ask for it may push, tag and release (<em>Contents: read and write</em>)</Choice>
      </TallForm>
      <div class="new-pipeline"><ByToken /></div>
    </>
  );
}

function ByToken() {
  return <p class="quiet-text">Or <a href="/connect">connect one repository with a token</a>.</p>;
}

/** GitHub takes a manifest as a form only. */
function post(action: string, manifest: string): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'manifest';
  field.value = manifest;
  form.append(field);
  document.body.append(form);
  form.submit();
}

function Made({ app, reload }: { app: ForgeApp; reload: () => void }) {
  const requested = place.value.query.get('setup_action') === 'request';
  return (
    <>
      <div class="new-pipeline">
        <p>
          <strong><bdi>{app.name ?? `App ${app.id}`}</bdi></strong>
          {app.from === 'configuration' ? ' is named in the configuration, and that counts.' : ' was made from here.'}
          {app.page && <> <a href={app.page}>At GitHub</a></>}
        </p>
        {app.problem && <Failure error={app.problem} />}
        {requested && <p role="status">An owner of the organization has been asked to install it, and has to approve.</p>}
        <div class="buttons">
          {app.install_url && <a class="button" href={app.install_url}>Install it, or choose repositories</a>}
          {app.from === 'here' && <Forget app={app} reload={reload} />}
        </div>
        {app.from === 'here' && <Rotate app={app} reload={reload} />}
      </div>
      {!app.problem && <Given install={app.install_url ?? ''} />}
    </>
  );
}

/** Both secrets are valid for a day, so that no delivery is refused meanwhile. */
function Rotate({ app, reload }: { app: ForgeApp; reload: () => void }) {
  const { busy, failure, start } = useSending(async () => {
    await send('POST', '/github/app/hook/secret', {});
    reload();
  });
  return (
    <div class="buttons">
      <button type="button" disabled={busy} onClick={start}>Make another webhook secret</button>
      {app.old_secret_until && (
        <span class="quiet-text" role="status">GitHub signs with another one; the old one is valid until {new Date(app.old_secret_until).toLocaleString('en-GB')}.</span>
      )}
      {failure}
    </div>
  );
}

function Forget({ app, reload }: { app: ForgeApp; reload: () => void }) {
  const asked = useSignal(false);
  const { failure, start } = useSending(async () => {
    await send('DELETE', '/github/app');
    navigate(HERE, { replace: true });
    reload();
  });
  if (!asked.value) return <button type="button" onClick={() => (asked.value = true)}>Forget it here</button>;
  return (
    <>
      <button type="button" class="danger" onClick={start}>Forget its keys</button>
      <span class="quiet-text">Its repositories get no events and no token then. At GitHub it stays until you <a href={`${app.page ?? ''}`}>delete it there</a>.</span>
      {failure}
    </>
  );
}
