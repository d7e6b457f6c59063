// What the run's jobs have uploaded: to download, and to remove before its time.

import { send } from '../api/client';
import type { Artifact, List, Run } from '../api/types';
import { path } from '../app/router';
import { ask } from '../parts/dialog';
import { bytesText } from '../parts/facts';
import { useGot } from '../parts/got';
import { attempt } from '../parts/notice';
import { Day } from '../parts/when';

export function ArtifactsTab({ run }: { run: Run }) {
  const [list, instead, reload] = useGot<List<Artifact>>(path`/runs/${run.id}/artifacts`, `run:${run.id}`);
  if (!list) return instead;
  if (list.items.length === 0) return <p class="page quiet-text">No job of this run has uploaded anything (or it has expired).</p>;
  return (
    <div class="page">
      <ul class="artifacts">{list.items.map((one) => <Row key={one.id} run={run} artifact={one} reload={reload} />)}</ul>
    </div>
  );
}

function Row({ run, artifact, reload }: { run: Run; artifact: Artifact; reload: () => void }) {
  const job = (run.jobs ?? []).find((one) => one.id === artifact.job);
  const place = path`/runs/${run.id}/artifacts/${artifact.id}`;
  return (
    <li>
      <a href={`/api/v1${place}/zip`} download={`${artifact.name}.zip`}><bdi>{artifact.name}</bdi></a>
      <span>{bytesText(artifact.bytes)}</span>
      {job && <span class="quiet-text">by <bdi>{job.name}</bdi></span>}
      <span class="quiet-text">kept until <Day at={artifact.expires_at} /></span>
      <code title={`SHA-256 ${artifact.sha256}`}>{artifact.sha256.slice(0, 12)}</code>
      <span class="grow" />
      <button type="button" class="quiet" onClick={() => void remove(place, artifact.name).then(reload)}>Remove</button>
    </li>
  );
}

async function remove(place: string, name: string): Promise<void> {
  const yes = await ask(`Remove “${name}”?`, 'Nobody can download it any more.', 'Remove it', true, name);
  if (yes) await attempt(() => send('DELETE', place), `“${name}” is removed.`);
}
