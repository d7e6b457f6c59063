// Where the bars of a run's timeline stand, and which jobs the run waited for. Pure.

import type { Job } from '../api/types';

export interface Bar {
  job: Job;
  /** Parts of the whole, 0 to 1: waiting from `queued` to `from`, working from there to `to`. */
  queued: number;
  from: number;
  to: number;
  /** On the chain of jobs that decided how long the run took. */
  critical: boolean;
}

export interface Timeline {
  bars: Bar[];
  /** From the first job's queueing to the last one's end, in seconds. */
  seconds: number;
  chain: Job[];
}

const timeOf = (at: string | null | undefined): number | null => (at ? new Date(at).getTime() : null);

/** `end` (ms) is where what still goes on ends in the picture. Jobs that never began have no bar. */
export function layOut(jobs: Job[], end: number): Timeline {
  const begun = jobs.filter((job) => job.started_at);
  const endOf = (job: Job): number => timeOf(job.finished_at) ?? end;
  const first = Math.min(...begun.map((job) => timeOf(job.queued_at) ?? timeOf(job.started_at) ?? end));
  const last = Math.max(...begun.map(endOf));
  const whole = Math.max(1, last - first);
  const chain = criticalChain(begun, endOf);
  const part = (time: number): number => Math.min(1, Math.max(0, (time - first) / whole));
  const bars = begun.map((job) => {
    const from = timeOf(job.started_at) ?? first;
    return { job, queued: part(timeOf(job.queued_at) ?? from), from: part(from), to: part(endOf(job)), critical: chain.includes(job) };
  });
  bars.sort((one, other) => one.from - other.from);
  return { bars, seconds: begun.length ? whole / 1_000 : 0, chain };
}

/** Back from the job that ended last, each time to the need that ended last. */
function criticalChain(begun: Job[], endOf: (job: Job) => number): Job[] {
  const latest = (jobs: Job[]): Job | undefined =>
    jobs.reduce<Job | undefined>((best, job) => (best && endOf(best) >= endOf(job) ? best : job), undefined);
  const chain: Job[] = [];
  for (let job = latest(begun); job; job = latest(begun.filter((each) => needs(job as Job, each)))) {
    if (chain.includes(job)) break;
    chain.unshift(job);
  }
  return chain;
}

/** A need names a job, or all that a matrix or a call made of it: `test` is also `test (3.12)` and `test / unit`. */
function needs(job: Job, other: Job): boolean {
  return (job.needs ?? []).some((need) => other.key === need || other.key.startsWith(`${need} (`) || other.key.startsWith(`${need} / `));
}
