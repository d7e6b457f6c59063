// Asks before a digest is deployed again: what changes, from what to what.

import { useSignal } from '@preact/signals';
import { send } from '../api/client';
import type { Deployment } from '../api/types';
import { navigate, path } from '../app/router';
import { Dialog } from '../parts/dialog';
import { Sha, shortDigest } from '../parts/facts';
import { Field, Form } from '../parts/field';
import { compareUrl } from './ledger_words';

export interface Plan {
  kind: 'rollback' | 'promotion';
  repository: string;
  clone?: string | null;
  /** Whose digest. */
  source: Deployment;
  /** Where it may go, and what serves there; one for a rollback. */
  choices: { environment: string; live?: Deployment }[];
}

interface Started {
  run: string;
}

export function RedeployDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { kind, source, choices } = plan;
  const chosen = useSignal(choices[0]?.environment ?? '');
  const typed = useSignal('');
  const environment = chosen.value;
  const live = choices.find((each) => each.environment === environment)?.live;
  const start = async () => {
    if (kind === 'promotion' && typed.value !== environment) throw new Error(`Type ${environment} to say that you mean it.`);
    const target = kind === 'rollback' ? source.target : live?.target;
    const body = { kind, environment, deployment: source.id, ...(target ? { target } : {}) };
    const started = await send<Started>('POST', `/repositories/${plan.repository}/deployments`, body);
    onClose();
    if (started) navigate(path`/runs/${started.run}`);
  };
  return (
    <Dialog title={kind === 'rollback' ? 'Go back?' : `Promote deployment ${source.id}`} onClose={onClose}>
      <Form verb={kind === 'rollback' ? 'Go back' : 'Promote'} send={start}>
        {kind === 'promotion' && (
          <label class="field">
            <span>To</span>
            <select value={environment} onChange={(event) => (chosen.value = event.currentTarget.value)}>
              {choices.map((each) => <option key={each.environment}>{each.environment}</option>)}
            </select>
          </label>
        )}
        <Changes environment={environment} live={live} source={source} clone={plan.clone} />
        <p class="quiet-text">Nothing is built. The rules of <bdi>{environment}</bdi> hold: reviewers, branches, freezes.</p>
        {kind === 'promotion' && <Field label={<>Type <bdi>{environment}</bdi> to confirm</>} value={typed} />}
      </Form>
      <div class="buttons"><button type="button" onClick={onClose}>No</button></div>
    </Dialog>
  );
}

function Changes({ environment, live, source, clone }: { environment: string; live?: Deployment; source: Deployment; clone?: string | null }) {
  const url = compareUrl(clone, live?.sha, source.sha);
  return (
    <dl class="facts changes">
      <div><dt>Changes</dt><dd><bdi>{environment}</bdi></dd></div>
      <div><dt>From</dt><dd>{live ? <Side row={live} /> : 'nothing that is known here'}</dd></div>
      <div><dt>To</dt><dd><Side row={source} /></dd></div>
      {url && <div><dt>Between</dt><dd><a href={url} rel="noreferrer">Compare commits</a></dd></div>}
    </dl>
  );
}

function Side({ row }: { row: Deployment }) {
  return <><span>deployment {row.id}</span><Sha value={row.sha} />{row.digest && <code>{shortDigest(row.digest)}</code>}</>;
}
