// One environment: what serves, its ledger, the way back, and how the others differ.

import { useSignal } from '@preact/signals';
import { withQuery } from '../api/client';
import { useResource } from '../api/resource';
import type { WayBack } from '../api/redeployment';
import type { Deployment, Environment, List, Repository } from '../api/types';
import { path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { Sha, shortDigest } from '../parts/facts';
import { Empty, Failure, Loading } from '../parts/notice';
import { lookOf, StatusMark } from '../parts/status';
import { When } from '../parts/when';
import { compareUrl, counterpart, differenceWords, isEarlierGood, liveOf } from './ledger_words';
import { RedeployDialog } from './redeploy';
import { Traffic } from './traffic';
import type { Plan } from './redeploy';

export function EnvironmentScreen({ params }: { params: Params }) {
  const repository = `${params.owner ?? ''}/${params.name ?? ''}`;
  const name = params.environment ?? '';
  useTitle(`${name} of ${repository}`);
  const ledger = useResource<List<Deployment>>(withQuery('/deployments', { repository, environment: name, limit: 100 }), 'deployments');
  const everywhere = useResource<List<Deployment>>(withQuery('/deployments', { repository, state: 'succeeded', limit: 100 }), 'deployments');
  const environments = useResource<List<Environment>>('/environments', 'deployments');
  const repositories = useResource<List<Repository>>('/repositories');
  const plan = useSignal<Plan | null>(null);
  if (ledger.error.value) return <Failure error={ledger.error.value} retry={ledger.reload} />;
  const rows = ledger.data.value?.items;
  if (!rows) return <Loading />;
  const live = liveOf(rows);
  const own = (environments.data.value?.items ?? []).filter((each) => each.repository === repository);
  const clone = repositories.data.value?.items.find((each) => each.full_name === repository)?.clone_url;
  const others = own.filter((each) => each.name !== name).map((each) => each.name);
  const good = everywhere.data.value?.items ?? [];
  const ways = own.find((each) => each.name === name)?.ways_back ?? [];
  const goBack = (row: Deployment) => {
    plan.value = { kind: 'rollback', repository, clone, source: row, choices: [{ environment: name, live: live.find((each) => each.target === row.target) }] };
  };
  const promote = (row: Deployment) => {
    const choices = others.map((environment) => ({ environment, live: counterpart(row, good.filter((each) => each.environment === environment)) }));
    plan.value = { kind: 'promotion', repository, clone, source: row, choices };
  };
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/environments">Environments</a><bdi>{repository}</bdi></p>
        <h1><bdi>{name}</bdi></h1>
        <p><a href={path`/repositories/${params.owner ?? ''}/${params.name ?? ''}/rules/${name}`}>Rules and freezes</a></p>
      </header>
      {live.length === 0 && <Empty icon="environments" title="Nothing is live here yet"><p>The first deployment comes from a run.</p></Empty>}
      {live.map((row) => (
        <Live key={row.id} row={row} way={ways.find((each) => each.deployment === row.id)} promote={others.length > 0 && row.digest ? () => promote(row) : undefined} />
      ))}
      <Differences live={live} rows={rows} others={others} good={good} clone={clone} />
      {rows.length > 0 && (
        <>
          <h2>Ledger</h2>
          <ol class="effects ledger">
            {rows.map((row) => <Row key={row.id} row={row} live={live} goBack={isEarlierGood(row, live) ? () => goBack(row) : undefined} />)}
          </ol>
        </>
      )}
      {plan.value && <RedeployDialog plan={plan.value} onClose={() => (plan.value = null)} />}
    </section>
  );
}

function Live({ row, way, promote }: { row: Deployment; way?: WayBack; promote?: () => void }) {
  return (
    <div class="box">
      <dl class="facts">
        <div><dt>Live</dt><dd><a href={path`/deployments/${row.id}`}>deployment {row.id}</a><span>since <When at={row.finished_at} /></span></dd></div>
        <div><dt>Target</dt><dd><bdi>{row.target}</bdi></dd></div>
        <div><dt>Commit</dt><dd><Sha value={row.sha} /></dd></div>
        {row.digest && <div><dt>Digest</dt><dd><code title={row.image ?? ''}>{shortDigest(row.digest)}</code></dd></div>}
        {row.redeployment && <div><dt>Made as</dt><dd><bdi>{row.redeployment.text}</bdi></dd></div>}
        {way && <div><dt>Way back</dt><dd><Way way={way} /></dd></div>}
      </dl>
      {row.driver === 'alb' && <LiveTraffic id={row.id} />}
      {promote && <p class="buttons"><button type="button" onClick={promote}>Promote to…</button></p>}
    </div>
  );
}

/** Rows of lists do not say where a listener leads. */
function LiveTraffic({ id }: { id: string }) {
  const { data } = useResource<Deployment>(path`/deployments/${id}`);
  return data.value ? <Traffic deployment={data.value} /> : null;
}

function Way({ way }: { way: WayBack }) {
  const to = <a href={path`/deployments/${way.source}`}>deployment {way.source}</a>;
  const when = <span class="quiet-text">looked at <When at={way.looked_at} /></span>;
  if (way.state === 'there') return <><span>{to} can still be had</span>{when}</>;
  const word = way.state === 'gone' ? 'can no longer be had' : 'could not be looked at';
  return <>{to}<span class={way.state === 'gone' ? 'bad-text' : ''}>{word}: <bdi>{way.reason}</bdi></span>{when}</>;
}

interface DifferencesProps {
  live: Deployment[];
  rows: Deployment[];
  others: string[];
  good: Deployment[];
  clone?: string | null;
}

function Differences({ live, rows, others, good, clone }: DifferencesProps) {
  const found = live.flatMap((mine) => others.flatMap((environment) => {
    const theirRows = good.filter((row) => row.environment === environment);
    const theirs = counterpart(mine, theirRows);
    return theirs ? [{ mine, theirs, words: differenceWords(mine, rows, theirs, theirRows), url: compareUrl(clone, mine.sha, theirs.sha) }] : [];
  }));
  if (found.length === 0) return null;
  return (
    <>
      <h2>Other environments</h2>
      <ul class="differences">
        {found.map(({ mine, theirs, words, url }) => (
          <li key={`${mine.id} ${theirs.id}`}>
            <bdi>{words}</bdi> <a href={path`/deployments/${theirs.id}`}>deployment {theirs.id}</a>
            {url && <> <a href={url} rel="noreferrer">Compare commits</a></>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ row, live, goBack }: { row: Deployment; live: Deployment[]; goBack?: () => void }) {
  const serves = live.some((each) => each.id === row.id);
  const note = row.redeployment?.text ?? row.reason;
  return (
    <li>
      <StatusMark state={row.state} />
      <span>
        <a href={path`/deployments/${row.id}`}>deployment {row.id}</a> {serves ? <strong>live</strong> : lookOf(row.state).word}{' '}
        <Sha value={row.sha} /> {row.digest && <code title={row.image ?? ''}>{shortDigest(row.digest)}</code>}{' '}
        <When at={row.finished_at ?? row.created_at} /> {note && <span class="quiet-text"><bdi>{note}</bdi></span>}
      </span>
      {goBack ? <button type="button" onClick={goBack}>Go back<span class="hidden"> to deployment {row.id}</span></button> : <span />}
    </li>
  );
}
