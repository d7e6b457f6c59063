// One delivery: what it said, what was decided and why, and a way to have it decided again.

import { useState } from 'preact/hooks';
import { send } from '../api/client';
import type { Delivery, Reason } from '../api/types';
import { path } from '../app/router';
import type { Params } from '../app/router';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { RunLink, Sha } from '../parts/facts';
import { useGot } from '../parts/got';
import { Icon } from '../parts/icon';
import { attempt, CopyButton } from '../parts/notice';
import { Reasons } from '../parts/reasons';
import { Status } from '../parts/status';
import { When } from '../parts/when';
import { eventName } from './deliveries';

export function DeliveryScreen({ params }: { params: Params }) {
  const [delivery, instead, reload] = useGot<Delivery>(path`/deliveries/${params.guid ?? ''}`, 'deliveries');
  useTitle(delivery ? eventName(delivery) : 'Delivery');
  if (!delivery) return instead;
  return (
    <section class="screen page">
      <header class="screen-head">
        <p class="crumbs"><a href="/deliveries">Deliveries</a></p>
        <h1><bdi>{eventName(delivery)}</bdi></h1>
        <p class="summary"><Status state={delivery.outcome} /><bdi>{delivery.reason}</bdi></p>
        <Replay delivery={delivery} reload={reload} />
      </header>
      <Facts delivery={delivery} />
      <h2>Why</h2>
      {delivery.reasons ? <Reasons reason={delivery.reasons} /> : <p class="quiet-text">{delivery.outcome === 'pending' ? 'Not decided yet.' : 'No reasons were recorded.'}</p>}
      <Came guid={delivery.guid} />
    </section>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const facts = delivery.facts;
  return (
    <dl class="facts">
      <div><dt>Received</dt><dd><When at={delivery.received_at} /></dd></div>
      {delivery.repository && <div><dt>Repository</dt><dd><bdi>{delivery.repository}</bdi></dd></div>}
      {facts?.ref && <div><dt>Ref</dt><dd><bdi>{facts.ref}</bdi></dd></div>}
      {facts?.sha && <div><dt>Commit</dt><dd><Sha value={facts.sha} /></dd></div>}
      <div><dt>GUID</dt><dd><code>{delivery.guid}</code><CopyButton text={delivery.guid} what="GUID" /></dd></div>
      {delivery.runs && delivery.runs.length > 0 && (
        <div><dt>Runs</dt><dd class="links">{delivery.runs.map((id) => <RunLink key={id} id={id} />)}</dd></div>
      )}
    </dl>
  );
}

/** Fetched when somebody opens it. */
function Came({ guid }: { guid: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <h2>What came</h2>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>The payload, secrets masked</summary>
        {open && <Payload guid={guid} />}
      </details>
    </>
  );
}

function Payload({ guid }: { guid: string }) {
  const [told, instead] = useGot<{ payload: unknown; bytes: number }>(path`/deliveries/${guid}/payload`);
  if (!told) return instead;
  const { payload, bytes } = told;
  if (payload === null) return <p class="quiet-text">It is not shown: {bytes > 0 ? `${bytes.toLocaleString('en')} bytes are too many, or are kept no more` : 'nothing of it was kept'}.</p>;
  const text = JSON.stringify(payload, null, 2);
  return <><pre class="preview" tabIndex={0}>{text}</pre><CopyButton text={text} what="payload" /></>;
}

interface Outcome {
  outcome?: string;
  reason?: string | null;
  reasons?: Reason | null;
}

function Replay({ delivery, reload }: { delivery: Delivery; reload: () => void }) {
  const [tried, setTried] = useState<Outcome | null>(null);
  const address = path`/deliveries/${delivery.guid}/replay`;
  const tryOut = () => attempt(async () => setTried(await send<Outcome>('POST', `${address}?dry_run=true`) ?? {}), '');
  const replay = async () => {
    const yes = await ask('Replay this delivery?', 'It is planned again as if it had just come, and may start runs and deployments.', 'Replay');
    if (yes && await attempt(() => send('POST', address), 'The delivery is being planned again.')) reload();
  };
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={tryOut}><Icon name="search" />What would it do now?</button>
        <button type="button" onClick={replay}><Icon name="rerun" />Replay</button>
      </div>
      {tried && (
        <div class="box">
          <p class="summary"><strong>Now it would be:</strong> {tried.outcome && <Status state={tried.outcome} />} <bdi>{tried.reason}</bdi></p>
          {tried.reasons && <Reasons reason={tried.reasons} />}
        </div>
      )}
    </>
  );
}
