// A repository's first workflow: made for its tree, or carried over from GitHub or Jenkins.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { Starter, Starters } from '../api/types';
import { navigate, path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { attempt, CopyButton, Empty, Failure, Loading } from '../parts/notice';

export function FirstWorkflowScreen({ params }: { params: Params }) {
  const name = `${params.owner ?? ''}/${params.name ?? ''}`;
  useTitle(`First workflow of ${name}`);
  const { data, error, reload } = useResource<Starters>(path`/repositories/${params.owner ?? ''}/${params.name ?? ''}/starters`);
  const chosen = useSignal(0);
  if (error.value) return <Failure error={error.value} retry={reload} />;
  if (!data.value) return <Loading />;
  const starters = data.value.items;
  const starter = starters[chosen.value] ?? starters[0];
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/repositories">Repositories</a></p>
        <h1>First workflow of <bdi>{name}</bdi></h1>
      </header>
      {starter
        ? <div class="new-pipeline">
          <Choice starters={starters} chosen={starter} choose={(at) => (chosen.value = at)} />
          <Chosen key={starter.path + starter.origin} starter={starter} repository={name} />
        </div>
        : <Nothing />}
    </section>
  );
}

function Nothing() {
  return (
    <Empty icon="repositories" title="Nothing here that Triphammer knows a workflow for">
      <p>It knows Python, Node, Go, CMake and Dockerfiles, GitHub's workflows and Jenkinsfiles. <a href="/new-pipeline">Begin with a template</a></p>
    </Empty>
  );
}

function Choice({ starters, chosen, choose }: { starters: Starter[]; chosen: Starter; choose: (at: number) => void }) {
  return (
    <fieldset class="choices">
      <legend>Begin with</legend>
      {starters.map((starter, at) => (
        <label key={starter.path + starter.origin} class="choice">
          <input type="radio" name="starter" checked={starter === chosen} onChange={() => choose(at)} />
          <span>
            <strong><bdi>{starter.source ?? starter.title}</bdi></strong>{' '}
            <span class="quiet-text">{starter.why}{starter.lines > 0 && ` ${starter.carried} of ${starter.lines} lines are carried over.`}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Chosen({ starter, repository }: { starter: Starter; repository: string }) {
  return (
    <>
      <WouldRun starter={starter} />
      <Deploying starter={starter} />
      <Remarks starter={starter} />
      <h2><code>{starter.path}</code> <CopyButton text={starter.text} what="workflow" /></h2>
      <pre class="preview" tabIndex={0} aria-label="The workflow's text">{starter.text}</pre>
      <Ways starter={starter} repository={repository} />
    </>
  );
}

function WouldRun({ starter }: { starter: Starter }) {
  const jobs = starter.would_start.flatMap((run) => run.jobs);
  if (jobs.length === 0) return <p class="would-run">A push to the default branch would not start it: <bdi>{starter.reason}</bdi></p>;
  return <p class="would-run">A push to the default branch would run: {jobs.map((job) => <code key={job.key}>{job.name || job.key}</code>)}</p>;
}

function Deploying({ starter }: { starter: Starter }) {
  const jobs = starter.deploying;
  if (jobs.length === 0) return null;
  return (
    <div class="box conflict" role="note">
      <strong>GitHub deploys with this file, too.</strong>{' '}
      {jobs.map((job) => <code key={job}>{job}</code>)} would run there and here. Disable the workflow at GitHub first (Actions → the workflow → ⋯ → Disable workflow), or take these jobs out.
    </div>
  );
}

function Remarks({ starter }: { starter: Starter }) {
  if (starter.remarks.length === 0) return null;
  return (
    <section aria-label="What changed on the way">
      <h2>Line by line</h2>
      <ul class="remarks">
        {starter.remarks.map((remark, at) => (
          <li key={at} class={remark.kind}>
            <code>{starter.source}:{remark.line}</code> <strong>{remark.kind === 'left' ? 'not carried' : 'changed'}</strong>: <bdi>{remark.message}</bdi>
            {remark.remedy && <span class="quiet-text"> {remark.remedy}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `Jenkinsfile` becomes jenkinsfile; names of pipelines are small. */
function pipelineName(starter: Starter, repository: string): string {
  const file = starter.path.slice(starter.path.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
  return `${repository.split('/')[1] ?? ''}-${file}`.toLowerCase().replace(/[^a-z0-9._-]/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, 64);
}

function Ways({ starter, repository }: { starter: Starter; repository: string }) {
  const keep = async () => {
    const address = path`/pipelines/${pipelineName(starter, repository)}`;
    const saved = () => send('PUT', address, { text: starter.text, base_version: 0, note: `the first of ${repository}` });
    const bound = () => send('PUT', `${address}/repositories`, { repositories: [repository] });
    if (await attempt(async () => { await saved(); await bound(); }, 'Kept on this server; the next push runs it.')) navigate(address);
  };
  return (
    <>
      <div class="buttons">
        {starter.commit_url && <a class="button primary" href={starter.commit_url} target="_blank" rel="noreferrer">Commit it at GitHub</a>}
        <button type="button" onClick={() => void keep()} disabled={starter.problems.some((problem) => problem.severity === 'error')}>Keep it on this server</button>
      </div>
      <p class="quiet-text">Committed, it is part of the repository and changes with it. Kept here, admins edit it in the browser.</p>
    </>
  );
}
