// How long runs of a workflow usually take, by those that are in the list. Pure.

import type { Run } from '../api/types';

// Fewer say nothing, and smaller differences are none.
const ENOUGH = 3;
const LEAST_MS = 1_000;
const LEAST_SHARE = 0.1;
const LEAST_QUEUED_MS = 5_000;

/** In ms; null where it has not begun or not ended. */
export function tookMs(run: Run): number | null {
  if (!run.started_at || !run.finished_at) return null;
  return new Date(run.finished_at).getTime() - new Date(run.started_at).getTime();
}

function keyOf(run: Run): string {
  return `${run.repository} ${run.workflow}`;
}

/** The median of those that succeeded, for each workflow that has enough of them. */
export function usualTimes(runs: Run[]): Map<string, number> {
  const times = new Map<string, number[]>();
  for (const run of runs) {
    const took = run.state === 'succeeded' ? tookMs(run) : null;
    if (took === null) continue;
    const known = times.get(keyOf(run));
    if (known) known.push(took);
    else times.set(keyOf(run), [took]);
  }
  const enough = [...times].filter(([, all]) => all.length >= ENOUGH);
  return new Map(enough.map(([key, all]) => [key, all.sort((one, other) => one - other)[all.length >> 1] ?? 0]));
}

/** What this run took more (or, negative, less) than usual, in ms; null where that says nothing. */
export function beyondUsual(run: Run, usual: Map<string, number>): number | null {
  const middle = usual.get(keyOf(run));
  const took = run.state === 'succeeded' ? tookMs(run) : null;
  if (middle === undefined || took === null) return null;
  const beyond = took - middle;
  return Math.abs(beyond) < Math.max(LEAST_MS, middle * LEAST_SHARE) ? null : beyond;
}

/** How long it stood in the queue, in ms; null where it has not begun or was not held up. */
export function queuedMs(run: Run): number | null {
  if (!run.started_at) return null;
  const waited = new Date(run.started_at).getTime() - new Date(run.created_at).getTime();
  return waited >= LEAST_QUEUED_MS ? waited : null;
}
