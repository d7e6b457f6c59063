// One question: what exactly would go out, who has answered, yes or no.

import { useSignal } from '@preact/signals';
import type { Approval, ApprovalJob, LiveThere } from '../api/approval';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { Run } from '../api/types';
import { useKeys } from '../app/keys';
import { path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { Ref, RunLink, Sha, shortDigest } from '../parts/facts';
import { useGot } from '../parts/got';
import { attempt } from '../parts/notice';
import { StatusMark } from '../parts/status';
import { When } from '../parts/when';
import { APPROVAL_LOOKS, titleOf } from './approval_words';

const MOST_JOBS = 40;

export function ApprovalScreen({ params }: { params: Params }) {
  const [approval, instead, reload] = useGot<Approval>(path`/approvals/${params.id ?? ''}`, 'approvals');
  useTitle(approval ? `${APPROVAL_LOOKS[approval.state].word}: ${titleOf(approval)}` : 'Approval', approval && APPROVAL_LOOKS[approval.state].state);
  if (!approval) return instead;
  return (
    <section class="screen page">
      <Head approval={approval} />
      <Answering approval={approval} reload={reload} />
      <Subject approval={approval} />
      {(approval.live ?? []).length > 0 && <><h2>Live there now</h2>{approval.live?.map((one) => <Live key={one.target} live={one} />)}</>}
      {(approval.jobs ?? []).length > 0 && <><h2>What will run</h2><ul class="effects">{approval.jobs?.map((job) => <WillRun key={job.key} job={job} />)}</ul></>}
      <Checks approval={approval} />
      <Votes approval={approval} />
    </section>
  );
}

function Head({ approval }: { approval: Approval }) {
  const look = APPROVAL_LOOKS[approval.state];
  return (
    <header class="screen-head">
      <p class="crumbs"><a href="/approvals">Approvals</a><bdi>{approval.repository}</bdi></p>
      <h1><bdi>{titleOf(approval)}</bdi></h1>
      <p class="summary">
        <StatusMark state={look.state} /><span>{look.word}</span>
        {approval.needed > 0 && <Given approval={approval} />}
        {approval.reason && <bdi>{approval.reason}</bdi>}
        {approval.state === 'pending' && approval.job?.reason && <bdi>{approval.job.reason}</bdi>}
      </p>
    </header>
  );
}

/** Who has said yes, and how many more it needs. */
function Given({ approval }: { approval: Approval }) {
  const yes = approval.votes.filter((vote) => vote.approves);
  const missing = Math.max(0, approval.needed - approval.given);
  return (
    <span class="voters">
      {approval.given} of {approval.needed}
      {yes.map((vote) => <span key={vote.actor} class="initials" title={vote.actor} aria-hidden="true">{vote.actor.replace(/^user:/, '').slice(0, 2)}</span>)}
      {Array.from({ length: Math.min(missing, 10) }, (_, at) => <span key={at} class="initials missing" aria-hidden="true" />)}
    </span>
  );
}

/** The subject goes along, so that nobody answers to something else than what stands here. */
function answer(approval: Approval, verb: 'approve' | 'reject', words: object): Promise<boolean> {
  const said = verb === 'approve' ? 'You have approved it.' : 'You have rejected it.';
  return attempt(() => send('POST', path`/approvals/${approval.id}/${verb}`, { subject: approval.subject, ...words }), said);
}

function Answering({ approval, reload }: { approval: Approval; reload: () => void }) {
  const comment = useSignal('');
  const open = approval.state === 'pending';
  const frozen = /frozen until/.test(approval.job?.reason ?? '');
  const give = async (verb: 'approve' | 'reject') => {
    if (verb === 'reject' && !(await ask('Reject it?', 'What waits for this approval ends.', 'Reject', true))) return;
    await answer(approval, verb, { comment: comment.value });
    reload();
  };
  const smash = async () => {
    if (!(await ask('Break the glass?', 'It goes out although the environment is frozen. Your name and the comment are kept.', 'Break the glass', true))) return;
    await answer(approval, 'approve', { break_glass: comment.value });
    reload();
  };
  useKeys(open && approval.may_answer ? [
    { keys: 'a', says: 'approve', run: () => void give('approve') },
    { keys: 'x', says: 'reject', run: () => void give('reject') },
  ] : [], [approval.subject, open, approval.may_answer]);
  if (!open && !frozen) return null;
  if (!approval.may_answer) return <div class="box"><p>{approval.why_not}</p></div>;
  return (
    <form class="box" onSubmit={(event) => event.preventDefault()}>
      <label>
        Comment
        <input type="text" name="comment" maxLength={4000} value={comment.value} onInput={(event) => (comment.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        {open && <button type="button" class="primary" onClick={() => void give('approve')}>{approval.kind === 'fork' ? 'Approve and run' : 'Approve'}</button>}
        {open && <button type="button" onClick={() => void give('reject')}>Reject</button>}
        {frozen && <button type="button" class="danger" disabled={!comment.value.trim()} onClick={() => void smash()}>Break the glass</button>}
      </div>
    </form>
  );
}

function Subject({ approval }: { approval: Approval }) {
  const { run, pull_request: pull, digests, job } = approval;
  return (
    <dl class="facts">
      <div><dt>Commit</dt><dd><Sha value={approval.sha} /><bdi>{run.title}</bdi>{approval.commit_url && <a href={approval.commit_url} rel="noopener">at GitHub</a>}</dd></div>
      {pull && <div><dt>From</dt><dd><span><bdi>{pull.head_repository}</bdi> (repository {pull.head_repository_id}), by <bdi>{pull.author}</bdi> (account {pull.author_id})</span></dd></div>}
      {pull?.title && <div><dt>Title</dt><dd><bdi>{pull.title}</bdi></dd></div>}
      <div><dt>Run</dt><dd class="links"><RunLink id={run.id} /><bdi>{run.workflow}</bdi><Ref value={run.ref} /><span>{run.event.replace(/_/g, ' ')} by <bdi>{run.actor}</bdi></span></dd></div>
      {job && <div><dt>Job</dt><dd><a href={path`/runs/${run.id}/jobs/${job.id}`}><bdi>{job.name}</bdi></a></dd></div>}
      {approval.asked && <div><dt>Subject</dt><dd><code><bdi>{approval.asked}</bdi></code></dd></div>}
      {Object.entries(digests ?? {}).map(([key, digest]) => (
        <div key={key}><dt>Goes out</dt><dd><bdi>{key}</bdi><code title={digest}>{shortDigest(digest)}</code></dd></div>
      ))}
      {approval.reviewers.length > 0 && <div><dt>Reviewers</dt><dd><bdi>{approval.reviewers.join(', ')}</bdi></dd></div>}
      {approval.expires_at && <div><dt>Ends</dt><dd><time dateTime={approval.expires_at}>{new Date(approval.expires_at).toLocaleString()}</time></dd></div>}
      {approval.break_glass && <div><dt>Glass</dt><dd><span>broken by <bdi>{approval.break_glass_by}</bdi>: <bdi>{approval.break_glass}</bdi></span></dd></div>}
    </dl>
  );
}

function Live({ live }: { live: LiveThere }) {
  return (
    <p class="summary">
      <bdi>{live.target}</bdi><Sha value={live.sha} />
      {live.digest && <code title={live.digest}>{shortDigest(live.digest)}</code>}
      <When at={live.since} />
      <a href={path`/deployments/${live.deployment}`}>deployment {live.deployment}</a>
      <a href={live.compare_url} rel="noopener">changes since</a>
    </p>
  );
}

function WillRun({ job }: { job: ApprovalJob }) {
  return <li><StatusMark state="blocked" /><span><bdi>{job.name}</bdi> <span class="quiet-text"><bdi>{job.steps.join(' · ')}</bdi></span></span></li>;
}

/** How the run's other jobs ended, and where its plan stands. */
function Checks({ approval: { run, job } }: { approval: Approval }) {
  const { data } = useResource<Run>(job ? path`/runs/${run.id}` : null, `run:${run.id}`);
  const jobs = (data.value?.jobs ?? []).filter((each) => each.id !== job?.id && each.state !== 'skipped');
  if (jobs.length === 0) return null;
  return (
    <>
      <h2>The run’s other jobs</h2>
      <p class="summary">{jobs.slice(0, MOST_JOBS).map((each) => <a key={each.id} class="check-job" href={path`/runs/${run.id}/jobs/${each.id}`}><StatusMark state={each.state} /> <bdi>{each.name}</bdi></a>)}</p>
      {jobs.some((each) => each.kind === 'terraform') && <p><a href={path`/runs/${run.id}/terraform`}>What its plan changes</a></p>}
    </>
  );
}

function Votes({ approval }: { approval: Approval }) {
  if (approval.votes.length === 0) return null;
  return (
    <>
      <h2>Answers</h2>
      <ul class="effects">
        {approval.votes.map((vote) => (
          <li key={vote.actor}>
            <StatusMark state={vote.approves ? 'succeeded' : 'failed'} />
            <span><bdi>{vote.actor}</bdi> {vote.approves ? 'approved' : 'rejected'}{vote.comment && <span class="quiet-text"> <bdi>{vote.comment}</bdi></span>}</span>
            <When at={vote.at} />
          </li>
        ))}
      </ul>
    </>
  );
}
