// What stands first on the wall, and how far a run may be. Pure.

import type { RunPoint, WallCard } from '../api/board_types';

function newest(card: WallCard): string {
  return card.runs[0]?.created_at ?? '';
}

const RANK = (card: WallCard) => (card.state === 'failed' ? 0 : card.going ? 1 : 2);

/** What is broken first, then what runs, then what ran last. */
export function compareCards(one: WallCard, other: WallCard): number {
  return RANK(one) - RANK(other) || newest(other).localeCompare(newest(one)) || one.full_name.localeCompare(other.full_name);
}

/** In ms; 0 for what has not ended. */
export function tookOf(run: RunPoint): number {
  if (!run.finished_at) return 0;
  return Math.max(0, new Date(run.finished_at).getTime() - new Date(run.started_at ?? run.created_at).getTime());
}

/** From 0 to 1, by what it took before; null where nobody knows. Never quite done. */
export function shareDone(run: { started_at?: string | null; expected_ms?: number | null }, time: number): number | null {
  if (!run.expected_ms || !run.started_at) return null;
  return Math.min(0.97, Math.max(0, (time - new Date(run.started_at).getTime()) / run.expected_ms));
}
