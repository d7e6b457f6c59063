// What a repository's environments ask of whoever deploys to them, and whose pull requests wait: rules that the server
// keeps and no workflow changes. For its admins; others read.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { EnvironmentRules } from '../api/rules';
import type { Environment, List, Repository } from '../api/types';
import { navigate, path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { Field, Form } from '../parts/field';
import { Failure, Loading, say } from '../parts/notice';
import { describeRules } from './rule_words';

const POLICIES: [string, string][] = [
  ['all', 'every one of a fork waits for an approval'],
  ['first-time', 'only those of people whose code was never approved here'],
  ['none', 'none waits: anybody on the internet can run code here'],
];

export function RulesScreen({ params }: { params: Params }) {
  const name = `${params.owner ?? ''}/${params.name ?? ''}`;
  useTitle(`Rules of ${name}`);
  const place = path`/repositories/${params.owner ?? ''}/${params.name ?? ''}`;
  const { data, error, reload } = useResource<List<Repository>>('/repositories');
  const { data: environments } = useResource<List<Environment>>('/environments', 'deployments');
  const known = data.value?.items.find((one) => one.full_name === name);
  return (
    <section class="screen page keys">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a> / <a href={place}><bdi>{name}</bdi></a></p>
        <h1>Rules</h1>
      </header>
      {error.value ? <Failure error={error.value} retry={reload} />
        : !data.value || !environments.value ? <Loading />
          : !known ? <Failure error={`No repository is called ${name}.`} />
            : <><Forks place={place} policy={known.fork_approval ?? 'all'} reload={reload} /><Environments place={place} items={environments.value.items.filter((one) => one.repository === name)} /></>}
    </section>
  );
}

function Forks({ place, policy, reload }: { place: string; policy: string; reload: () => void }) {
  const chosen = useSignal(policy);
  const set = async () => {
    await send('PUT', `${place}/fork-approval`, { fork_approval: chosen.value });
    say('The rule counts from now on, also for what waits.');
    reload();
  };
  return (
    <section class="box" aria-labelledby="forks">
      <h2 id="forks">Pull requests from forks</h2>
      <Form verb="Set" send={set}>
        <label class="field"><span>Which wait for an approval</span>
          <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            {POLICIES.map(([value, says]) => <option key={value} value={value}>{value}: {says}</option>)}
          </select>
        </label>
      </Form>
      <p class="quiet-text">Whatever is set here, they get no secrets and deploy nothing.</p>
    </section>
  );
}

function Environments({ place, items }: { place: string; items: Environment[] }) {
  const another = useSignal('');
  const to = (name: string) => `${place}/rules/${encodeURIComponent(name)}`;
  return (
    <section class="box" aria-labelledby="environments">
      <h2 id="environments">Environments</h2>
      <ul class="key-rows">
        {items.map((one) => (
          <li key={one.name}><a href={to(one.name)}><bdi>{one.name}</bdi></a><span class="quiet-text">{one.rules ? describeRules(one.rules) : 'nobody can read its rules: its jobs fail'}</span></li>
        ))}
        {!items.some((one) => one.name === '*') && <li><a href={to('*')}>*</a><span class="quiet-text">every environment without rules of its own</span></li>}
      </ul>
      <Form verb="Set its rules" send={async () => navigate(to(another.value.trim()))}>
        <Field label="Another environment" value={another} required />
      </Form>
    </section>
  );
}

export function EnvironmentRulesScreen({ params }: { params: Params }) {
  const { owner = '', name = '', environment = '' } = params;
  useTitle(`Rules of ${environment}`);
  const target = path`/environments/${owner}/${name}/${environment}`;
  const { data, error, reload } = useResource<EnvironmentRules>(target);
  return (
    <section class="screen page keys">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a> / <a href={path`/repositories/${owner}/${name}`}><bdi>{owner}/{name}</bdi></a> / <a href={path`/repositories/${owner}/${name}/rules`}>Rules</a></p>
        <h1>{environment === '*' ? 'Environments without rules of their own' : <bdi>{environment}</bdi>}</h1>
      </header>
      {error.value ? <Failure error={error.value} retry={reload} /> : !data.value ? <Loading /> : <RulesForm target={target} rules={data.value} />}
    </section>
  );
}

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);
/** What a field for a date takes, and what it gave; both in the reader's time zone. */
const toField = (time: string) => new Date(Date.parse(time) - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const fromField = (text: string) => (text ? new Date(text).toISOString() : '');

function RulesForm({ target, rules }: { target: string; rules: EnvironmentRules }) {
  const approvals = useSignal(String(rules.approvals));
  const reviewers = useSignal(rules.reviewers.join(', '));
  const author = useSignal(rules.allow_author);
  const branches = useSignal(rules.branches.join(', '));
  const wait = useSignal(String(rules.wait_minutes));
  const expires = useSignal(String(rules.expires_minutes));
  const freezes = useSignal(rules.freezes.map((one) => ({ from: toField(one.from), until: toField(one.until), reason: one.reason })));
  const change = (at: number, part: object) => (freezes.value = freezes.value.map((one, n) => (n === at ? { ...one, ...part } : one)));
  const save = async () => {
    await send('PUT', target, {
      approvals: Number(approvals.value), reviewers: words(reviewers.value), allow_author: author.value, branches: words(branches.value),
      wait_minutes: Number(wait.value), expires_minutes: Number(expires.value),
      freezes: freezes.value.map((one) => ({ from: fromField(one.from), until: fromField(one.until), reason: one.reason })),
    });
    say('The rules are set; jobs that wait are judged by them now.');
  };
  return (
    <Form verb="Set the rules" send={save}>
      {rules.inherited && <p class="quiet-text">This environment has none of its own: these are set for <code>*</code>. Once you set them here, those of <code>*</code> do not count here any more.</p>}
      <fieldset class="box">
        <legend>People</legend>
        <Field label="How many must approve (0: nobody is asked)" value={approvals} type="number" required />
        <Field label="Of whom: accounts, approver or admin; empty: whoever may approve" value={reviewers} />
        <label class="switch"><input type="checkbox" checked={author.value} onChange={(event) => (author.value = event.currentTarget.checked)} /><span>Also whose change or run it is</span></label>
        <Field label="Minutes until a question, or an answer that nobody used, expires" value={expires} type="number" required />
      </fieldset>
      <fieldset class="box">
        <legend>Branches and time</legend>
        <Field label="Only these branches: main, release/**, tags as refs/tags/v*; empty: all" value={branches} />
        <Field label="Minutes that pass before a job starts" value={wait} type="number" required />
      </fieldset>
      <fieldset class="box">
        <legend>Freezes</legend>
        <p class="quiet-text">Within one nothing starts. An approver gets through by breaking the glass on the approval’s page, with a reason; it is kept in the audit. Times are yours, on this device.</p>
        {freezes.value.map((one, at) => (
          <div class="freeze" key={at}>
            <label class="field"><span>From</span><input type="datetime-local" required value={one.from} onInput={(event) => change(at, { from: event.currentTarget.value })} /></label>
            <label class="field"><span>Until</span><input type="datetime-local" required value={one.until} onInput={(event) => change(at, { until: event.currentTarget.value })} /></label>
            <label class="field"><span>Why</span><input value={one.reason} onInput={(event) => change(at, { reason: event.currentTarget.value })} /></label>
            <button type="button" class="quiet" onClick={() => (freezes.value = freezes.value.filter((_, n) => n !== at))}>Remove</button>
          </div>
        ))}
        <button type="button" class="add-freeze" onClick={() => (freezes.value = [...freezes.value, { from: '', until: '', reason: '' }])}>Add a freeze</button>
      </fieldset>
    </Form>
  );
}
