// What of this run waits for people, above everything else of it.

import type { Approval } from '../api/approval';
import { withQuery } from '../api/client';
import { useResource } from '../api/resource';
import type { List, Run } from '../api/types';
import { useKeys } from '../app/keys';
import { navigate, path } from '../app/router';
import { titleOf } from './approval_words';
import { isEnded } from './run_places';

export function WaitingApprovals({ run }: { run: Run }) {
  const place = isEnded(run.state) ? null : withQuery('/approvals', { run: run.id, state: 'pending' });
  const { data } = useResource<List<Approval>>(place, `run:${run.id}`);
  const items = data.value?.items ?? [];
  const first = items[0];
  useKeys(first ? [{ keys: 'a', says: 'what waits for an approval', run: () => navigate(path`/approvals/${first.id}`) }] : [], [first?.id]);
  return (
    <>
      {items.map((approval) => (
        <div key={approval.id} class="box conflict" role="status">
          <p>
            <strong>Waits for an approval:</strong> <bdi>{titleOf(approval)}</bdi>
            {approval.needed > 0 && <>, {approval.given} of {approval.needed}</>}
          </p>
          <p class="buttons"><a class="button primary" href={path`/approvals/${approval.id}`}>{approval.kind === 'fork' ? 'Approve and run…' : 'Look at it…'}</a></p>
        </div>
      ))}
    </>
  );
}
