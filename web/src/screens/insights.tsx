// A repository over time: how long, how often well, how long in the queue, which tests are flaky, the
// four numbers of DORA; and its badge.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { withQuery } from '../api/client';
import { useResource } from '../api/resource';
import type { DayInsight, Insights, RunGroup } from '../api/board_types';
import type { Environment, List } from '../api/types';
import { navigate, path, place, withFilter } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { Icon } from '../parts/icon';
import { CopyButton, Empty, Failure, Loading } from '../parts/notice';
import { Day, formatDuration } from '../parts/when';
import { saveCsv } from './csv';

const RANGES = [7, 30, 90];

export function InsightsScreen({ params }: { params: Params }) {
  const name = `${params.owner ?? ''}/${params.name ?? ''}`;
  useTitle(name);
  const days = Number(place.value.query.get('days')) || 30;
  const environment = place.value.query.get('environment') ?? '';
  const base = path`/repositories/${params.owner ?? ''}/${params.name ?? ''}/insights`;
  const { data, error, reload } = useResource<Insights>(withQuery(base, { days, environment }), 'runs');
  if (error.value && !data.value) return <Failure error={error.value} retry={reload} />;
  const insights = data.value;
  return (
    <section class="screen page">
      <header class="screen-head with-buttons">
        <div>
          <p class="crumbs"><a href="/repositories">Repositories</a></p>
          <h1><bdi>{name}</bdi></h1>
          <p><a href={path`/repositories/${params.owner ?? ''}/${params.name ?? ''}/rules`}>Rules of environments and forks</a></p>
        </div>
        <nav class="ranges" aria-label="Days">
          {RANGES.map((range) => (
            <a key={range} class="button" href={withFilter({ days: String(range) })} aria-current={range === days ? 'true' : undefined}>{range} days</a>
          ))}
        </nav>
      </header>
      {insights ? <Body insights={insights} name={name} /> : <Loading />}
      <BadgeBox name={name} />
    </section>
  );
}

const time = (ms: number | null | undefined) => (ms === null || ms === undefined ? '–' : formatDuration(ms / 1_000));
const percent = (share: number | null | undefined) => (share === null || share === undefined ? '–' : `${Math.round(share * 1_000) / 10} %`);

function Body({ insights, name }: { insights: Insights; name: string }) {
  const { all } = insights;
  if (all.runs === 0 && !insights.deployments.environment) {
    return (
      <Empty icon="insights" title="No run has ended in this time">
        <p>Choose more days, or <a href={`/start-run?repository=${encodeURIComponent(name)}`}>run a workflow</a>.</p>
      </Empty>
    );
  }
  return (
    <>
      {insights.cut && <p class="quiet-text">There are more runs than are counted: these are the newest 2,000, since <Day at={insights.since} />.</p>}
      <dl class="numbers">
        <Figure title="Success" value={percent(all.success)} note={`${all.succeeded} of ${all.succeeded + all.failed} runs`} />
        <Figure title="Duration" value={time(all.duration_p50_ms)} note={`9 of 10 within ${time(all.duration_p90_ms)}`} />
        <Figure title="In the queue" value={time(all.wait_p50_ms)} note={`9 of 10 within ${time(all.wait_p90_ms)}`} />
        <Figure title="Runs" value={String(all.runs)} note={`that ended, since ${insights.since.slice(0, 10)}`} />
      </dl>
      <Chart days={insights.days} />
      <Workflows groups={insights.workflows} />
      <SlowSteps steps={insights.slow_steps ?? []} />
      <Dora insights={insights} name={name} />
      <Flaky insights={insights} />
    </>
  );
}

function Figure({ title, value, note }: { title: string; value: string; note: string }) {
  return <div><dt>{title}</dt><dd><strong>{value}</strong><span class="quiet-text">{note}</span></dd></div>;
}

/** A column a day: how many succeeded and failed; the table below says the same. */
function Chart({ days }: { days: DayInsight[] }) {
  if (days.length === 0) return null;
  const most = Math.max(1, ...days.map((day) => day.succeeded + day.failed));
  const rows = days.map((day) => ({ ...day, title: day.day }));
  return (
    <>
      <div class="head-line"><h2>By day</h2><CsvButton name="by-day" head="day" groups={rows} /></div>
      <div class="chart" aria-hidden="true">
        {days.map((day) => (
          <span key={day.day} title={`${day.day}: ${day.succeeded} succeeded, ${day.failed} failed`}>
            <Column share={day.failed / most} kind="failed" /><Column share={day.succeeded / most} kind="succeeded" />
          </span>
        ))}
      </div>
      <p class="chart-ends quiet-text" aria-hidden="true"><span>{days[0]?.day}</span><span>{days[days.length - 1]?.day}</span></p>
      <details>
        <summary>As a table</summary>
        <Table label="By day" head="Day" groups={[...rows].reverse()} />
      </details>
    </>
  );
}

function Column({ share, kind }: { share: number; kind: string }) {
  const column = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (column.current) column.current.style.height = `${share * 100}%`;
  }, [share]);
  return <i ref={column} class={kind} />;
}

const COLUMNS = ['runs', 'succeeded', 'failed', 'success', 'duration_p50_ms', 'duration_p90_ms', 'duration_before_p50_ms', 'wait_p50_ms', 'wait_p90_ms'] as const;

function CsvButton({ name, head, groups }: { name: string; head: string; groups: (RunGroup & { title: string })[] }) {
  const save = () => saveCsv(`${name}.csv`, [[head, ...COLUMNS], ...groups.map((group) => [group.title, ...COLUMNS.map((column) => group[column])])]);
  return <button type="button" class="quiet" onClick={save}><Icon name="download" />CSV<span class="hidden"> {name.replace('-', ' ')}</span></button>;
}

function Workflows({ groups }: { groups: (RunGroup & { workflow: string })[] }) {
  if (groups.length === 0) return null;
  const rows = groups.map((group) => ({ ...group, title: group.workflow }));
  return (
    <>
      <div class="head-line"><h2>By workflow</h2><CsvButton name="by-workflow" head="workflow" groups={rows} /></div>
      <Table label="By workflow" head="Workflow" groups={rows} />
    </>
  );
}

function Table({ label, head, groups }: { label: string; head: string; groups: (RunGroup & { title: string })[] }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr><th scope="col">{head}</th><th scope="col">Runs</th><th scope="col">Failed</th><th scope="col">Success</th><th scope="col">Duration</th><th scope="col">9 of 10</th><th scope="col">Queue</th></tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.title}>
              <th scope="row"><bdi>{group.title}</bdi></th><td>{group.runs}</td><td>{group.failed}</td><td>{percent(group.success)}</td>
              <td>{time(group.duration_p50_ms)}<Against now={group.duration_p50_ms} before={group.duration_before_p50_ms} when="in as many days before" /></td><td>{time(group.duration_p90_ms)}</td><td>{time(group.wait_p50_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Steps = NonNullable<Insights['slow_steps']>;

function SlowSteps({ steps }: { steps: Steps }) {
  if (steps.length === 0) return null;
  const save = () => saveCsv('slowest-steps.csv', [
    ['workflow', 'job', 'step', 'times', 'p50_ms', 'before_p50_ms'],
    ...steps.map((one) => [one.workflow, one.job, one.step, one.times, one.p50_ms, one.before_p50_ms]),
  ]);
  return (
    <>
      <div class="head-line"><h2>Slowest steps</h2><button type="button" class="quiet" onClick={save}><Icon name="download" />CSV<span class="hidden"> slowest steps</span></button></div>
      <div class="table" tabIndex={0} role="region" aria-label="Slowest steps">
        <table>
          <thead><tr><th scope="col">Step</th><th scope="col">Job</th><th scope="col">Workflow</th><th scope="col">Times</th><th scope="col">Duration</th></tr></thead>
          <tbody>
            {steps.map((one) => (
              <tr key={`${one.workflow} ${one.job} ${one.step}`}>
                <th scope="row"><bdi>{one.step}</bdi></th><td><bdi>{one.job}</bdi></td><td><bdi>{one.workflow}</bdi></td><td>{one.times}</td>
                <td>{time(one.p50_ms)}<Against now={one.p50_ms} before={one.before_p50_ms} when="in the runs before" /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet-text">Of the newest 60 runs, in the middle of the newer half; compared with the older half.</p>
    </>
  );
}

/** Where it is a tenth and a second more or less. */
function Against({ now, before, when }: { now?: number | null; before?: number | null; when: string }) {
  if (!now || !before || Math.abs(now - before) < Math.max(1_000, before / 10)) return null;
  const share = Math.round((now / before - 1) * 100);
  return <span class={share > 0 ? 'bad-text' : 'quiet-text'} title={`${time(before)} ${when}`}> {share > 0 ? `+${share} % slower` : `−${-share} %`}</span>;
}

function Dora({ insights, name }: { insights: Insights; name: string }) {
  const { deployments } = insights;
  const { data } = useResource<List<Environment>>('/environments', 'deployments');
  const names = (data.value?.items ?? []).filter((each) => each.repository === name).map((each) => each.name);
  if (!deployments.environment) {
    return <><h2>Deployments</h2><p class="quiet-text">It deployed nowhere yet. The first job with an <code>environment</code> begins these numbers.</p></>;
  }
  const perDay = deployments.per_day ?? 0;
  return (
    <>
      <h2>Deployments</h2>
      {names.length > 1 && (
        <label class="chip"><span>Environment</span>
          <select value={deployments.environment} onChange={(event) => navigate(withFilter({ environment: event.currentTarget.value }), { replace: true })}>
            {names.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
      )}
      <dl class="numbers">
        <Figure title="How often" value={perDay >= 1 ? `${perDay.toFixed(1)} a day` : `${(perDay * 7).toFixed(1)} a week`} note={`${deployments.deployments} to ${deployments.environment}`} />
        <Figure title="From push to there" value={time(deployments.lead_p50_ms)} note="in the middle" />
        <Figure title="Failed changes" value={percent(deployments.failure_rate)} note={`${deployments.failed} of ${deployments.failed + deployments.deployments}`} />
        <Figure title="Well again after" value={time(deployments.restore_p50_ms)} note="from the first failure to a success" />
      </dl>
    </>
  );
}

function Flaky({ insights }: { insights: Insights }) {
  return (
    <>
      <h2>Flaky tests</h2>
      {insights.flaky.length === 0
        ? <p class="quiet-text">No test had two outcomes for one commit. Jobs with <code>reports:</code> are counted.</p>
        : (
          <ul class="flaky-list">
            {insights.flaky.map((test) => (
              <li key={`${test.job} ${test.suite ?? ''} ${test.name}`}>
                <span class="row-text"><bdi>{test.name}</bdi><span class="quiet-text"><bdi>{[test.suite, test.job].filter(Boolean).join(' · ')}</bdi></span></span>
                <span>{test.times} {test.times === 1 ? 'time' : 'times'}</span>
                {test.last_run && <a href={path`/runs/${test.last_run}/tests`}>last</a>}
              </li>
            ))}
          </ul>
        )}
    </>
  );
}

function BadgeOf({ label, value, unset }: { label: string; value: Signal<string>; unset: string }) {
  return <label class="field"><span>{label}</span><input value={value.value} placeholder={unset} autocomplete="off" spellcheck={false} onChange={(event) => (value.value = event.currentTarget.value)} /></label>;
}

/** The picture as it is now, and what goes into a README. */
function BadgeBox({ name }: { name: string }) {
  const branch = useSignal('');
  const workflow = useSignal('');
  const job = useSignal('');
  const [owner, repository] = name.split('/');
  const address = withQuery(`${path`/badges/${owner ?? ''}/${repository ?? ''}`}.svg`, { branch: branch.value.trim(), workflow: workflow.value.trim(), job: job.value.trim() });
  const page = `${location.origin}/?repository=${encodeURIComponent(name)}`;
  const markdown = `[![build](${location.origin}${address})](${page})`;
  return (
    <section class="badge-box">
      <h2>Badge</h2>
      <p><img src={address} alt="The badge as it is now" height="20" /></p>
      <div class="key-form">
        <BadgeOf label="Branch" value={branch} unset="the default branch" />
        <BadgeOf label="Workflow" value={workflow} unset="the worst of all" />
        <BadgeOf label="Job" value={job} unset="all of them" />
      </div>
      <p class="markdown-line"><code>{markdown}</code><CopyButton text={markdown} what="Markdown" /></p>
      <p class="quiet-text">
        Of a private repository strangers see “unknown”. For them add <code>token=</code> with a viewer's token of this repository alone, from <a href="/keys">Keys</a>; it stands readable in the address.
      </p>
    </section>
  );
}
