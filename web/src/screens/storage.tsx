// What is kept for how long, what each repository takes, and what would go. For admins.

import { useSignal } from '@preact/signals';
import { getJson, send } from '../api/client';
import { useResource } from '../api/resource';
import type { Retention, RetentionPreview, RetentionRules } from '../api/retention';
import { useTitle } from '../app/title';
import { ask } from '../parts/dialog';
import { attempt, Failure, Loading } from '../parts/notice';

const CAUSES: Record<string, string> = { age: 'too old', count: 'more than are kept', bytes: 'too large together' };

export function StorageScreen() {
  useTitle('Storage');
  const { data, error, reload } = useResource<Retention>('/retention');
  const kept = data.value;
  return (
    <section class="screen page keys">
      <header class="screen-head"><h1>Storage</h1></header>
      {error.value ? <Failure error={error.value} retry={reload} /> : !kept ? <Loading /> : (
        <>
          <Kept kept={kept} />
          <Preview done={reload} />
        </>
      )}
    </section>
  );
}

function Kept({ kept }: { kept: Retention }) {
  return (
    <section class="box" aria-labelledby="kept">
      <h2 id="kept">What is kept</h2>
      <p class="quiet-text">
        {rulesText(kept.rules)}; all logs together {kept.log_bytes ? size(kept.log_bytes) : 'without limit'}; deliveries {kept.delivery_days ? `${kept.delivery_days} days` : 'for ever'}.
        Never removed: what runs or serves, and the newest run of each workflow on a branch. The rules stand under <code>retention</code> and <code>quota</code> of the server's configuration, a repository's own are set by <code>triphammer repo retention</code>.
      </p>
      {kept.repositories.length === 0 ? <p>No repository yet.</p> : (
        <ul class="key-rows">
          {kept.repositories.map((one) => (
            <li key={one.repository}>
              <code>{one.repository}</code>
              <span>{one.runs} runs</span>
              <span class="quiet-text">logs {size(one.log_bytes)}</span>
              <span class="quiet-text">artifacts {size(one.artifact_bytes)}</span>
              <span class="quiet-text">caches {size(one.cache_bytes)}</span>
              {Object.values(one.own).some((limit) => limit !== null) && <span>{rulesText(one.own)}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Preview({ done }: { done: () => void }) {
  const preview = useSignal<RetentionPreview | null>(null);
  const error = useSignal<unknown>(null);
  const busy = useSignal(false);
  const look = async () => {
    busy.value = true;
    error.value = null;
    try {
      preview.value = (await getJson<Retention>('/retention?preview=true')).preview;
    } catch (failure) {
      error.value = failure;
    }
    busy.value = false;
  };
  const remove = async () => {
    if (!await ask('Remove it now?', 'These runs, logs and deliveries cannot be brought back.', 'Remove it', true, 'remove')) return;
    busy.value = true;
    if (await attempt(() => send('POST', '/retention'), 'It is removed.')) {
      preview.value = null;
      done();
    }
    busy.value = false;
  };
  return (
    <section class="box" aria-labelledby="going">
      <h2 id="going">What would go</h2>
      <p class="quiet-text">The server removes it by itself, every ten minutes.</p>
      {error.value !== null && <Failure error={error.value} />}
      {preview.value && <Going preview={preview.value} />}
      <p>
        <button type="button" disabled={busy.value} onClick={() => void look()}>What would go now?</button>{' '}
        {preview.value && !isEmpty(preview.value) && <button type="button" class="danger" disabled={busy.value} onClick={() => void remove()}>Remove it now</button>}
      </p>
    </section>
  );
}

function Going({ preview }: { preview: RetentionPreview }) {
  if (isEmpty(preview)) return <p>Nothing: all of it is kept.</p>;
  return (
    <ul class="key-rows">
      {preview.items.map((line) => (
        <li key={line.repository + line.cause}>
          <code>{line.repository}</code>
          <span>{line.runs} runs, logs of {line.logs} attempts</span>
          <span class="quiet-text">{size(line.bytes)}</span>
          <span class="quiet-text">{CAUSES[line.cause] ?? line.cause}</span>
        </li>
      ))}
      {preview.deliveries > 0 && <li><span>{preview.deliveries} deliveries without a run</span></li>}
      {preview.more && <li><span class="quiet-text">and more</span></li>}
    </ul>
  );
}

function isEmpty(preview: RetentionPreview): boolean {
  return preview.items.length === 0 && preview.deliveries === 0;
}

/** Only what is said: a repository's own rules leave the others to the server. */
function rulesText(rules: RetentionRules): string {
  const said = [
    limitText('runs', rules.run_days, (days) => `${days} days`),
    limitText('the newest', rules.runs, (count) => `${count} runs`),
    limitText('logs', rules.log_days, (days) => `${days} days`),
    limitText('logs of a repository', rules.log_bytes, size),
  ];
  return said.filter((text) => text !== '').join(', ');
}

function limitText(what: string, limit: number | null, text: (limit: number) => string): string {
  if (limit === null) return '';
  if (limit === 0) return what === 'the newest' ? 'any number of runs' : `${what} for ever`;
  return `${what} ${text(limit)}`;
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
