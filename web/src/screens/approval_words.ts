import type { Approval } from '../api/approval';

/** How a question looks: the mark of a run's state, and a word of its own. */
export const APPROVAL_LOOKS: Record<Approval['state'], { state: string; word: string }> = {
  pending: { state: 'waiting', word: 'waits' },
  approved: { state: 'succeeded', word: 'approved' },
  rejected: { state: 'failed', word: 'rejected' },
  void: { state: 'skipped', word: 'void' },
  expired: { state: 'timed_out', word: 'expired' },
};

export function titleOf(approval: Approval): string {
  if (approval.kind === 'fork') {
    const pull = approval.pull_request;
    return `Pull request ${pull?.number ?? ''} from a fork, by ${pull?.author ?? 'somebody'}`;
  }
  if (approval.kind === 'environment') return `${approval.job?.name ?? 'A job'} to ${approval.environment ?? ''}`;
  return approval.job?.name ?? 'A job that asks';
}
