// What the jobs' reports say: tests that failed or are flaky with their past, coverage, findings, texts.

import { useSignal } from '@preact/signals';
import type { PastResult, ReportedJob, ReportedTest, Run, TestReport } from '../api/types';
import { path } from '../app/router';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { formatDuration } from '../parts/when';

const SHOWN = [['', 'Failed and flaky'], ['all', 'All'], ['skipped', 'Skipped'], ['slowest', 'Slowest first']] as const;
const PAGE = 50;

export function TestsTab({ run }: { run: Run }) {
  const outcome = useSignal('');
  const pages = useSignal(1);
  const wanted = outcome.value === 'slowest' ? 'outcome=all&order=slowest' : `outcome=${outcome.value}`;
  const limit = Math.min(100, pages.value * PAGE);
  const [report, instead] = useGot<TestReport>(
    `${path`/runs/${run.id}/tests`}?limit=${limit}&${wanted}`, `run:${run.id}`);
  if (!report) return instead;
  if (report.jobs.length === 0) {
    return <p class="page quiet-text">No job of this run has collected reports (<code>reports:</code> of a job names the files).</p>;
  }
  return (
    <div class="page reports">
      {report.jobs.map((job) => <JobReport key={job.job} job={job} />)}
      {report.jobs.some((job) => job.passed + job.failed + job.skipped > 0) && (
        <section>
          <label class="shown-tests">
            Tests <select value={outcome.value} onChange={(event) => { outcome.value = event.currentTarget.value; pages.value = 1; }}>
              {SHOWN.map(([value, title]) => <option key={value} value={value}>{title}</option>)}
            </select>
          </label>
          {report.items.length === 0 && <p class="quiet-text">{outcome.value ? 'There are none.' : 'No test failed, and none is flaky.'}</p>}
          <ul class="tests">{report.items.map((test) => <OneTest key={`${test.job}/${test.id}`} run={run} test={test} />)}</ul>
          {report.next && limit < 100 && <button type="button" onClick={() => { pages.value += 1; }}>Show more</button>}
          {report.next && limit >= 100 && <p class="quiet-text">There are more: <code>GET /api/v1/runs/{run.id}/tests</code> has them all.</p>}
        </section>
      )}
    </div>
  );
}

function percent(coverage: { lines: number; covered: number }): string {
  return coverage.lines === 0 ? '–' : `${((100 * coverage.covered) / coverage.lines).toFixed(1)} %`;
}

function JobReport({ job }: { job: ReportedJob }) {
  const before = job.line[1]?.coverage;
  return (
    <section class="job-report">
      <h2><bdi>{job.name}</bdi></h2>
      <p class="summary">
        {job.failed > 0 && <strong class="bad-text">{job.failed} failed</strong>}
        {job.passed + job.failed + job.skipped > 0 && <span>{job.passed} passed</span>}
        {job.skipped > 0 && <span>{job.skipped} skipped</span>}
        {job.flaky > 0 && <span>{job.flaky} flaky</span>}
        {job.ms > 0 && <span>{formatDuration(job.ms / 1_000)}</span>}
        {job.coverage && <span>{percent(job.coverage)} of {job.coverage.lines} lines covered{before ? `, ${percent(before)} before` : ''}</span>}
        <Trend job={job} />
      </p>
      {job.problems.length > 0 && (
        <ul class="problems">{job.problems.map((problem, at) => <li key={at}><Icon name="warning" /><bdi>{problem}</bdi></li>)}</ul>
      )}
      {job.coverage?.files && job.coverage.files.some((file) => file.covered < file.lines) && (
        <details><summary>Files with the most lines left out</summary>
          <ul class="files">{job.coverage.files.filter((file) => file.covered < file.lines).slice(0, 20).map((file) => (
            <li key={file.path}><code>{file.path}</code> {percent(file)} of {file.lines}</li>))}</ul>
        </details>
      )}
      {job.findings.length > 0 && (
        <details open><summary>{job.findings.length} findings</summary>
          <ul class="problems">{job.findings.map((one, at) => (
            <li key={at}><Icon name={one.level === 'error' ? 'cross' : 'warning'} /><span>
              {one.file && <code>{one.file}{one.line ? `:${one.line}` : ''}</code>} <bdi>{one.message}</bdi>{' '}
              <span class="quiet-text"><bdi>{one.tool} {one.rule}</bdi></span></span></li>))}</ul>
        </details>
      )}
      {job.texts.map((text) => <details key={text.path}><summary><code>{text.path}</code></summary><pre>{text.text}</pre></details>)}
    </section>
  );
}

/** The job's reports, oldest first: which were green. */
function Trend({ job }: { job: ReportedJob }) {
  if (job.line.length < 2) return null;
  const bad = job.line.filter((one) => one.failed > 0).length;
  const words = `Failures in ${bad} of the last ${job.line.length} reports`;
  return <span class="past" role="img" aria-label={words} title={words}>{[...job.line].reverse().map((one, at) =>
    <i key={at} class={one.failed > 0 ? 'failed' : 'passed'} />)}</span>;
}

function OneTest({ run, test }: { run: Run; test: ReportedTest }) {
  const job = (run.jobs ?? []).find((one) => one.id === test.job);
  return (
    <li>
      <p>
        <Icon name={test.outcome === 'failed' ? 'cross' : test.outcome === 'skipped' ? 'dash' : 'check'} />
        <strong><bdi>{test.name}</bdi></strong>
        {test.suite && <span class="quiet-text"><bdi>{test.suite}</bdi></span>}
        {test.flaky && <span class="flaky" title="It passed and failed at this commit">flaky</span>}
        {test.file && <code>{test.file}{test.line ? `:${test.line}` : ''}</code>}
        {test.ms > 0 && <span class="quiet-text">{formatDuration(test.ms / 1_000)}</span>}
        {job && <span class="quiet-text">in <bdi>{job.name}</bdi></span>}
        <Past past={test.past} />
      </p>
      {test.message && <p class="message"><bdi>{test.message}</bdi></p>}
      {test.details && test.details !== test.message && <details><summary>Details</summary><pre>{test.details}</pre></details>}
    </li>
  );
}

function Past({ past }: { past: PastResult[] }) {
  if (past.length < 2) return null;
  const failures = past.filter((one) => one.outcome === 'failed').length;
  return (
    <span class="past" aria-label={`Failed in ${failures} of its last ${past.length} runs`}>
      {[...past].reverse().map((one, at) => (
        <a key={at} href={path`/runs/${one.run}/tests`} class={one.outcome} title={`#${one.number}: ${one.outcome}${one.flaky ? ', flaky' : ''}`} />
      ))}
    </span>
  );
}
