// What a run plans and applies with Terraform: each resource, the plan's hash, who approved exactly that,
// and how far an apply came.

import { useSignal } from '@preact/signals';
import { withQuery } from '../api/client';
import type { Approval } from '../api/approval';
import { useResource } from '../api/resource';
import type { Deployment, List, Run, Summaries } from '../api/types';
import { path } from '../app/router';
import { CopyButton, Failure, Loading } from '../parts/notice';
import { shortDigest } from '../parts/facts';
import { Status, StatusMark } from '../parts/status';
import { When } from '../parts/when';
import { APPROVAL_LOOKS } from './approval_words';
import { stepPath } from './run_places';
import { ACTIONS, ACTION_LOOKS, collect, isTerraform, isWhatWasApproved, readFates, readValue } from './terraform_words';
import type { Action, Change, Fate, FolderPlan, TerraformJob } from './terraform_words';

// Elements of a list; what is more stands as one text below.
const MOST_ROWS = 120;
// Of what is replaced so many show their values from the first.
const MOST_OPEN = 10;
const MOST_STATES = 10;

export function TerraformTab({ run }: { run: Run }) {
  const topic = `run:${run.id}`;
  const jobs = run.jobs ?? [];
  const environments = [...new Set(jobs.filter(isTerraform).map((job) => job.environment ?? ''))].filter(Boolean);
  const summaries = useResource<Summaries>(path`/runs/${run.id}/summaries`, topic);
  const approvals = useResource<List<Approval>>(withQuery('/approvals', { run: run.id }), topic);
  const deployments = useResource<List<Deployment>>(
    environments.length > 0 ? withQuery('/deployments', { repository: run.repository, environment: environments.length === 1 ? environments[0] : '', limit: 100 }) : null, 'deployments');
  const error = summaries.error.value ?? approvals.error.value ?? deployments.error.value;
  if (error) return <Failure error={error} />;
  if (!summaries.data.value || !approvals.data.value) return <Loading />;
  const all = collect(jobs, summaries.data.value.items, deployments.data.value?.items ?? [], approvals.data.value.items);
  if (all.length === 0) return <p class="quiet-text">No job of this run plans or applies with Terraform.</p>;
  return <div class="terraform">{all.map((one) => <OneJob key={one.job.id} run={run} one={one} deployments={deployments.data.value?.items ?? []} />)}</div>;
}

function OneJob({ run, one, deployments }: { run: Run; one: TerraformJob; deployments: Deployment[] }) {
  const { job, plans, deployment } = one;
  const fates = readFates(deployment?.reason ?? job.reason);
  return (
    <section aria-label={job.name}>
      <header class="job-head">
        <h2><bdi>{job.name}</bdi></h2>
        <Status state={job.state} cause={job.cause} />
        {job.environment && <span class="quiet-text">to <bdi>{job.environment}</bdi></span>}
        <span class="grow" />
        <a href={stepPath(run.id, job, undefined)}>Log</a>
        {deployment && <a href={path`/deployments/${deployment.id}`}>Deployment {deployment.id}</a>}
      </header>
      <Reason one={one} />
      <Facts one={one} />
      <States one={one} all={deployments} />
      {plans.map((plan) => <Folder key={plan.folder} plan={plan} fates={fates} />)}
      {plans.length === 0 && <p class="quiet-text">{job.finished_at ? 'It came to no plan.' : 'It has no plan yet.'}</p>}
    </section>
  );
}

/** Half applied, locked, stale: in the server's words, which name what to do. */
function Reason({ one: { job, deployment } }: { one: TerraformJob }) {
  const reason = deployment?.reason ?? job.reason;
  if (!reason) return null;
  const title = reason.includes('partially applied') ? 'Half applied.' : / is locked by /.test(reason) ? 'Somebody holds the lock.' : '';
  return <p class="box conflict">{title && <strong>{title} </strong>}<bdi>{reason}</bdi></p>;
}

function Facts({ one }: { one: TerraformJob }) {
  const { hash, approvals, deployment, job } = one;
  const same = isWhatWasApproved(one);
  return (
    <dl class="facts">
      {hash && <div><dt>Plan</dt><dd><code><bdi>{hash}</bdi></code><CopyButton text={hash} what="hash of the plan" /></dd></div>}
      {approvals.map((approval) => (
        <div key={approval.id}>
          <dt>Approval</dt>
          <dd><span>
            <a href={path`/approvals/${approval.id}`}>{APPROVAL_LOOKS[approval.state].word}</a>
            {approval.votes.map((vote) => <span key={vote.actor}>, {vote.approves ? 'yes' : 'no'} by <bdi>{vote.actor}</bdi> <When at={vote.at} /></span>)}
          </span></dd>
        </div>
      ))}
      {same !== null && <div><dt>Approved was</dt><dd class={same ? '' : 'bad-text'}>{same ? 'exactly this plan' : 'another plan than this'}</dd></div>}
      {deployment?.target && <div><dt>Lock</dt><dd><span><bdi>{deployment.target}</bdi>{deployment.state === 'running' ? ', held by this job' : deployment.state === 'unknown' ? ', kept until somebody settles it' : ', free again'}</span></dd></div>}
      {job.outputs?.object && <div><dt>State after it</dt><dd><code><bdi>{job.outputs.object}</bdi></code></dd></div>}
    </dl>
  );
}

function Folder({ plan, fates }: { plan: FolderPlan; fates: Map<string, Fate> }) {
  const groups = ACTIONS.map((action) => ({ action, changes: plan.changes.filter((change) => change.action === action) }));
  return (
    <>
      <h3><code><bdi>{plan.folder}</bdi></code> <span class="row-note">{plan.says}</span></h3>
      {groups.filter(({ changes }) => changes.length > 0).map((group) => <Group key={group.action} {...group} fates={fates} />)}
      {plan.more && <p class="quiet-text">{plan.more}</p>}
    </>
  );
}

/** What is destroyed or replaced is never folded. */
function Group({ action, changes, fates }: { action: Action; changes: Change[]; fates: Map<string, Fate> }) {
  const look = ACTION_LOOKS[action];
  const title = `${changes.length.toLocaleString('en')} ${look.word}`;
  const list = (
    <>
      <ul>{changes.slice(0, MOST_ROWS).map((change) => <Row key={change.address} change={change} fate={fates.get(`${action} ${change.address}`)} open={look.tone === 'bad' && changes.length <= MOST_OPEN} />)}</ul>
      {changes.length > MOST_ROWS && <pre class="preview" tabIndex={0}>{changes.slice(MOST_ROWS).map((change) => change.address).join('\n')}</pre>}
    </>
  );
  if (look.tone === 'bad') return <section class="resources bad"><h4>{title}</h4>{list}</section>;
  return <details class="resources" open><summary>{title}</summary>{list}</details>;
}

/** Attribute by attribute; what forces a replacement is marked. */
function Values({ values, open }: { values: string[]; open: boolean }) {
  const shown = useSignal(open);
  return (
    <details open={shown.value} onToggle={(event) => (shown.value = event.currentTarget.open)}>
      <summary>{values.length === 1 ? 'one value' : `${values.length} values`}</summary>
      {shown.value && <ul>
        {values.map(readValue).map(({ text, forces }, at) => (
          <li key={at}><code><bdi>{text}</bdi></code>{forces && <strong class="bad-text">forces replacement</strong>}</li>
        ))}
      </ul>}
    </details>
  );
}

/** The applies to this state, newest first. */
function States({ one, all }: { one: TerraformJob; all: Deployment[] }) {
  const target = one.deployment?.target;
  const rows = all.filter((each) => target && each.driver === 'terraform' && each.target === target).slice(0, MOST_STATES);
  if (rows.length < 2) return null;
  return (
    <details class="resources states">
      <summary>The last {rows.length} applies to this state</summary>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <StatusMark state={row.state} />
            <span><a href={path`/deployments/${row.id}`}>deployment {row.id}</a> <a href={path`/runs/${row.run}/terraform`}>its plan</a> {row.digest && <code title={row.digest}>{shortDigest(row.digest)}</code>}</span>
            <When at={row.finished_at ?? row.created_at} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const FATE_STATES: Record<Fate, string> = { done: 'succeeded', failed: 'failed', interrupted: 'unknown', 'not begun': 'skipped' };

function Row({ change, fate, open }: { change: Change; fate: Fate | undefined; open: boolean }) {
  const look = ACTION_LOOKS[change.action];
  return (
    <li>
      <i class={`tone-${look.tone}`} aria-hidden="true">{look.sign}</i>
      <span>
        <code><bdi>{change.address}</bdi></code>
        {change.values.length > 0 && <Values values={change.values} open={open} />}
      </span>
      {fate && <span class={`status tone-${fate === 'done' ? 'good' : fate === 'not begun' ? 'calm' : 'bad'} state-${FATE_STATES[fate]}`}>{fate}</span>}
    </li>
  );
}
