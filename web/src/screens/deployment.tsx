// One row of the ledger: what was deployed, each effect on the target with its record, why it ended so.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import { useResource } from '../api/resource';
import type { Probe } from '../api/redeployment';
import type { Deployment, Effect } from '../api/types';
import { path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { RunLink, Sha } from '../parts/facts';
import { Field, Form } from '../parts/field';
import { useGot } from '../parts/got';
import { CopyButton } from '../parts/notice';
import { lookOf, Status, StatusMark } from '../parts/status';
import { Took, When, formatDuration, now } from '../parts/when';
import { aboutEffect, phasesOf } from './deployment_phases';
import { Traffic } from './traffic';

const EFFECT_STATES: Record<string, string> = { open: 'running', ok: 'succeeded', failed: 'failed' };

export function DeploymentScreen({ params }: { params: Params }) {
  const [deployment, instead, reload] = useGot<Deployment>(path`/deployments/${params.id ?? ''}`, 'deployments');
  useTitle(deployment ? `${deployment.environment}, deployment ${deployment.id}` : 'Deployment', deployment?.state);
  if (!deployment) return instead;
  const effects = deployment.effects ?? [];
  return (
    <section class="screen page">
      <Head deployment={deployment} />
      {deployment.state === 'unknown' && <Undecided deployment={deployment} reload={reload} />}
      <Facts deployment={deployment} />
      <Traffic deployment={deployment} />
      <Phases deployment={deployment} />
      <Probes probes={deployment.probes ?? []} />
      {effects.length > 0 && <><h2>Effects</h2><ol class="effects">{effects.map((effect) => <EffectRow key={effect.n} effect={effect} />)}</ol></>}
      {deployment.excerpt && <><h2>The candidate’s last lines</h2><pre class="preview" tabIndex={0}>{deployment.excerpt}</pre></>}
    </section>
  );
}

function Head({ deployment }: { deployment: Deployment }) {
  return (
    <header class="screen-head">
      <p class="crumbs"><a href="/deployments">Deployments</a><bdi>{deployment.repository}</bdi></p>
      <h1><bdi>{deployment.environment}</bdi> <span class="row-note">deployment {deployment.id}</span></h1>
      <p class="summary">
        <Status state={deployment.state} />
        {deployment.phase && deployment.phase !== 'done' && <span>{deployment.phase.replace(/-/g, ' ')}</span>}
        <Took from={deployment.started_at} to={deployment.finished_at} going={deployment.state === 'running'} />
        <bdi>{deployment.reason}</bdi>
      </p>
    </header>
  );
}

/** What a person found is written down for good: the name of the environment is typed first. */
function Undecided({ deployment, reload }: { deployment: Deployment; reload: () => void }) {
  const state = useSignal('succeeded');
  const comment = useSignal('');
  const settle = async () => {
    const text = `It counts as ${lookOf(state.value).word}, and the environment is free again. This cannot be changed.`;
    if (!await ask(`Settle deployment ${deployment.id}?`, text, 'Settle it', true, deployment.environment)) return;
    await send('POST', path`/deployments/${deployment.id}/settle`, { state: state.value, comment: comment.value });
    reload();
  };
  return (
    <div class="box conflict">
      <p><strong>Nobody knows how this deployment ended.</strong> It keeps the environment locked until a person has looked and says what is true.</p>
      <Form verb="Settle…" send={settle}>
        <label class="field">
          <span>It</span>
          <select value={state.value} onChange={(event) => (state.value = event.currentTarget.value)}>
            {['succeeded', 'failed', 'rolled_back'].map((each) => <option key={each} value={each}>{lookOf(each).word}</option>)}
          </select>
        </label>
        <Field label="What you saw there" value={comment} required />
      </Form>
    </div>
  );
}

/** What the gates saw, and for how long they looked. */
function Probes({ probes }: { probes: Probe[] }) {
  if (probes.length === 0) return null;
  return (
    <>
      <h2>Probes</h2>
      <ul class="effects">
        {probes.map((probe, at) => (
          <li key={at}>
            <StatusMark state={probe.passed ? 'succeeded' : 'failed'} />
            <span>{probe.phase === 'gate' ? 'the candidate' : 'the address that people use'}, {probe.kind}: {probe.looks === 1 ? 'one look' : `${probe.looks} looks`} {probe.reason && <span class="quiet-text"><bdi>{probe.reason}</bdi></span>}</span>
            <span class="quiet-text">{formatDuration(probe.milliseconds / 1_000)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Facts({ deployment }: { deployment: Deployment }) {
  const { driver, target, strategy, image, digest, previous } = deployment;
  return (
    <dl class="facts">
      <div><dt>Target</dt><dd><span>{driver}{target ? <> to <bdi>{target}</bdi></> : null}{strategy ? `, ${strategy}` : ''}</span></dd></div>
      <div><dt>Run</dt><dd class="links"><RunLink id={deployment.run} /><a href={path`/runs/${deployment.run}/jobs/${deployment.job}`}>its log</a></dd></div>
      <div><dt>Commit</dt><dd><Sha value={deployment.sha} /></dd></div>
      {image && <div><dt>Image</dt><dd><code><bdi>{image}</bdi></code></dd></div>}
      {digest && <div><dt>Digest</dt><dd><code><bdi>{digest}</bdi></code><CopyButton text={digest} what="digest" /></dd></div>}
      {deployment.redeployment && <div><dt>Made as</dt><dd><bdi>{deployment.redeployment.text}</bdi></dd></div>}
      {previous && <div><dt>Before it</dt><dd><a href={path`/deployments/${previous}`}>deployment {previous}</a></dd></div>}
      <div><dt>Started</dt><dd><When at={deployment.started_at ?? deployment.created_at} /></dd></div>
    </dl>
  );
}

/** A stop-watch: each phase until the next one begins, so that they add up to the whole. Steps are told by the run's topic. */
export function Phases({ deployment }: { deployment: Deployment }) {
  const { data } = useResource<Deployment>(path`/deployments/${deployment.id}`, `run:${deployment.run}`);
  const phases = phasesOf((data.value ?? deployment).phases ?? [], now.value);
  if (phases.length === 0) return null;
  const seconds = (from: number, to: number) => formatDuration((to - from) / 1_000);
  const whole = seconds(phases[0]?.from ?? 0, phases[phases.length - 1]?.to ?? 0);
  return (
    <>
      <h2>Phases</h2>
      <div class="table phases" tabIndex={0}><table>
        <thead><tr><th scope="col">Phase</th><th scope="col">Took</th></tr></thead>
        <tbody>{phases.map((phase, index) => <tr key={index}><th scope="row">{phase.job && <><bdi>{phase.job}</bdi>: </>}<bdi>{phase.name}</bdi></th><td>{seconds(phase.from, phase.to)}</td></tr>)}</tbody>
        <tfoot><tr><th scope="row">In all</th><td>{whole}</td></tr></tfoot>
      </table></div>
    </>
  );
}

function EffectRow({ effect }: { effect: Effect }) {
  return (
    <li>
      <StatusMark state={EFFECT_STATES[effect.state] ?? effect.state} />
      <span><bdi>{effect.kind.replace(/-/g, ' ')}</bdi> <span class="quiet-text"><bdi>{aboutEffect(effect.target)}</bdi></span></span>
      <Took from={effect.opened_at} to={effect.closed_at} going={effect.state === 'open'} />
    </li>
  );
}
