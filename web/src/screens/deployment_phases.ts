// How long each phase of a deployment took, and what its effects are about. Pure.

import type { DeploymentPhase } from '../api/types';

export interface Phase {
  job: string;
  name: string;
  /** Milliseconds since the epoch; each phase ends where the next one begins, so they add up to the whole. */
  from: number;
  to: number;
}

/** `now` (ms) is where what still goes on ends; a job's key stands with its first phase alone. */
export function phasesOf(phases: readonly DeploymentPhase[], now: number): Phase[] {
  return phases.map(({ job, name, from, to }, index) => ({
    job: job && job !== phases[index - 1]?.job ? job : '',
    name,
    from: new Date(from).getTime(),
    to: to ? new Date(to).getTime() : now,
  }));
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
