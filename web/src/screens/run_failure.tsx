// The failure box: what failed, why, and the lines that most likely say it.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { getLog, isAbort, withQuery } from '../api/client';
import type { Past } from '../api/past';
import { useResource } from '../api/resource';
import type { Job, Problem, Run, Step } from '../api/types';
import { path } from '../app/router';
import { plainText, tokenize } from '../log/ansi';
import { toLines } from '../log/pages';
import { Out } from '../parts/facts';
import { Icon } from '../parts/icon';
import { Code } from '../parts/notice';
import { useOnce } from '../parts/once';
import { wordOfCause } from '../parts/status';
import { FailedTests } from './failed_tests';
import { filePlace, loudLines } from './loud_lines';
import type { LoudLine } from './loud_lines';
import { RerunJob } from './run_actions';
import { failuresOf, hasFailed, stepPath } from './run_places';

const MAX_FAILURES = 5;
const TAIL_LINES = 1_000; // of one answer; 1,024 is the most

export function hasFailureBox(run: Run): boolean {
  return hasFailed(run.state) || failuresOf(run.jobs ?? []).length > 0;
}

/** Tells `onWhole` when everything that it fetches is there, or will not come. */
export function FailureBox({ run, onWhole }: { run: Run; onWhole: () => void }) {
  const failures = failuresOf(run.jobs ?? []);
  const shown = failures.slice(0, MAX_FAILURES);
  const { data, error } = useResource<Past>(path`/runs/${run.id}/past`);
  const past = data.value;
  const hasTests = hasFailed(run.state) && failures.length > 0;
  const open = useRef(1 + Number(hasTests) + shown.filter(({ step }) => hasLines(step)).length);
  const onPart = () => {
    if (--open.current === 0) onWhole();
  };
  useOnce(past !== undefined || error.value !== undefined, onPart);
  return (
    <section class="failure-box" aria-label="What failed">
      {run.cause === 'invalid' && <p><strong>The workflow cannot be read, so no job was made.</strong></p>}
      {run.problems && run.problems.length > 0 && <Problems problems={run.problems} file={run.workflow_path ?? run.workflow} />}
      {run.reason && <p><bdi>{run.reason}</bdi></p>}
      {shown.map(({ job, step }) => <OneFailure key={job.id} run={run} job={job} step={step} past={past} onPart={onPart} />)}
      {hasTests && <FailedTests run={run} files={past?.files} onPart={onPart} />}
      {failures.length > MAX_FAILURES && <p>and {failures.length - MAX_FAILURES} more</p>}
      {error.value === undefined && <SinceGreen past={past} />}
    </section>
  );
}

/** Its line is there at once: what comes later moves nothing. */
function SinceGreen({ past }: { past: Past | undefined }) {
  if (!past) return <p class="quiet-text">Looking at the runs before.</p>;
  if (!past.green) return <p class="quiet-text">No run before it of this workflow and branch was green.</p>;
  return (
    <p class="quiet-text since-green">
      Last green: <a href={path`/runs/${past.green.id}`}>#{past.green.number}</a>
      {past.compare ? <>, <Out to={past.compare}>what changed since</Out></> : <> at <code>{past.green.sha.slice(0, 7)}</code></>}
    </p>
  );
}

function FirstSeen({ run, job, past }: { run: Run; job: Job; past: Past | undefined }) {
  const first = past?.failures.find((failure) => failure.job === job.id)?.first;
  if (!first) return null;
  return first.id === run.id
    ? <span class="quiet-text">new in this run</span>
    : <span class="quiet-text">first seen in <a href={path`/runs/${first.id}`}>#{first.number}</a></span>;
}

export function Problems({ problems, file }: { problems: Problem[]; file: string }) {
  return (
    <ul class="problems">
      {problems.map((problem, at) => (
        <li key={at}>
          <Icon name={problem.severity === 'warning' ? 'warning' : 'cross'} />
          <span>
            <code>{problem.file ?? file}:{problem.line ?? 1}:{problem.column ?? 1}</code> <bdi>{problem.message}</bdi>
            {problem.hint && <span class="quiet-text"> {problem.hint}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function hasLines(step: Step | undefined): boolean {
  return (step?.log_lines ?? 0) > 0;
}

function sentence(job: Job, step: Step | undefined): string {
  const status = step?.exit_status;
  if (job.cause === 'exit' && status !== null && status !== undefined) return `ended with exit status ${status}`;
  return job.reason || wordOfCause(job.cause) || 'failed';
}

interface FailureProps {
  run: Run;
  job: Job;
  step: Step | undefined;
  past: Past | undefined;
  onPart: () => void;
}

function OneFailure({ run, job, step, past, onPart }: FailureProps) {
  const address = stepPath(run.id, job, step);
  return (
    <div class="one-failure">
      <p>
        <Icon name="cross" />
        <a href={address}><bdi>{job.name}</bdi>{step && <> › <bdi>{step.name}</bdi></>}</a>
        <span>{sentence(job, step)}</span>
        <FirstSeen run={run} job={job} past={past} />
      </p>
      {step && hasLines(step) && <Excerpt run={run} job={job} step={step} address={address} files={past?.files} onPart={onPart} />}
      {SERVERS.includes(job.cause ?? '') ? <ServersFault run={run} job={job} /> : <Repeat run={run} job={job} />}
    </div>
  );
}

/** Causes that say nothing about the workflow. */
const SERVERS = ['infrastructure', 'lost_runner'];

function ServersFault({ run, job }: { run: Run; job: Job }) {
  return (
    <p class="servers-fault">
      <Icon name="warning" />
      <span>This is the server's failure, not the workflow's: the job could not be carried out to its end. An admin finds more in the server's own log.</span>
      <RerunJob run={run} job={job} />
    </p>
  );
}

/** How to see the same on a laptop. A pipeline that the server holds is in no checkout. */
function Repeat({ run, job }: { run: Run; job: Job }) {
  const file = run.workflow_path;
  if (!file || file.startsWith('pipeline:') || job.kind !== 'steps' || job.cause !== 'exit') return null;
  const key = job.key.replace(/ [/(].*$/, '');  // of a leg, or in a called workflow: the job of the file
  return <p class="quiet-text">On your own machine: <Code>{`git checkout ${run.sha.slice(0, 12)} && triphammer run ${file} --job ${key}`}</Code></p>;
}

/** Undefined: not here yet. */
function useTail(run: Run, job: Job, step: Step): LoudLine[] | undefined {
  const lines = useSignal<LoudLine[] | undefined>(undefined);
  const total = step.log_lines ?? 0;
  useEffect(() => {
    const abort = new AbortController();
    const from = Math.max(1, total - TAIL_LINES + 1);
    const query = { step: step.number, attempt: job.attempt ?? 1, from_line: from, to_line: total, line_limit: 4_096 };
    getLog(withQuery(path`/runs/${run.id}/jobs/${job.id}/log`, query), abort.signal)
      .then((slice) => {
        const texts = toLines(slice.text).map((line) => plainText(tokenize(line).tokens));
        lines.value = loudLines(texts, from);
      })
      // The box stands without its excerpt; the log pane below reports what is wrong.
      .catch((error: unknown) => { if (!isAbort(error)) lines.value = []; });
    return () => abort.abort();
  }, [run.id, job.id, job.attempt, step.number, total]);
  return lines.value;
}

interface ExcerptProps {
  run: Run;
  job: Job;
  step: Step;
  address: string;
  files: string | null | undefined;
  onPart: () => void;
}

function Excerpt({ run, job, step, address, files, onPart }: ExcerptProps) {
  const lines = useTail(run, job, step);
  useOnce(lines !== undefined, onPart);
  if (!lines?.length) return null;
  return (
    <ol class="excerpt">
      {lines.map(({ number, text }) => (
        <li key={number}><a href={`${address}#L${number}`}><span class="number">{number}</span><code>{text}</code></a><FileLink files={files} text={text} /></li>
      ))}
    </ol>
  );
}

function FileLink({ files, text }: { files: string | null | undefined; text: string }) {
  const found = files ? filePlace(text) : null;
  if (!found) return null;
  const page = files + found.path.split('/').map(encodeURIComponent).join('/');
  return <Out class="file" to={`${page}#L${found.line}`}>{found.path}:{found.line}</Out>;
}
