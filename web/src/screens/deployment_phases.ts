// How long each phase of a deployment took, from the steps of its job, and what its effects are about. Pure.

import type { Deployment, Job } from '../api/types';

export interface Phase {
  name: string;
  /** Milliseconds since the epoch; each phase ends where the next one begins, so they add up to the whole. */
  from: number;
  to: number;
}

const timeOf = (at: string | null | undefined): number | null => (at ? new Date(at).getTime() : null);

/** `now` (ms) is where what still goes on ends. Steps of another attempt than the deployment's own time are left out. */
export function phasesOf(deployment: Deployment, job: Job | undefined, now: number): Phase[] {
  const created = timeOf(deployment.created_at);
  const started = timeOf(deployment.started_at);
  if (created === null || started === null) return [];
  const end = timeOf(deployment.finished_at) ?? now;
  const begins: { name: string; from: number }[] = [];
  if (started > created) begins.push({ name: 'Wait for its place', from: created });
  begins.push({ name: 'Begin', from: started });
  for (const step of job?.steps ?? []) {
    const from = timeOf(step.started_at);
    if (from === null || from < started || from > end) continue;
    begins.push({ name: step.name, from });
  }
  return begins.map(({ name, from }, index) => ({ name, from, to: begins[index + 1]?.from ?? end }));
}

/** What an effect is about, of the JSON that the ledger keeps: its service and image. */
export function aboutEffect(target: string): string {
  try {
    const { service, image } = JSON.parse(target) as { service?: string; image?: string };
    return [service, image].filter(Boolean).join(', ');
  } catch {
    return target;
  }
}
