// Where the bars of a run's timeline stand, and which jobs the run waited for. Pure.

import type { Past } from '../api/past';
import type { Job, Step } from '../api/types';

export type PieceKind = 'waited' | 'pull' | 'clone' | 'step';

/** A stretch of a job's bar; 0 to 1 of the whole. */
export interface Piece {
  kind: PieceKind;
  name: string;
  from: number;
  to: number;
  seconds: number;
}

export interface Bar {
  job: Job;
  /** Parts of the whole, 0 to 1: waiting from `queued` to `from`, working from there to `to`. */
  queued: number;
  from: number;
  to: number;
  /** Waiting, then set-up, check-out and steps; what lies between belongs to the stretch before it. */
  pieces: Piece[];
  /** Where green runs of late had it. */
  usual: { from: number; to: number; seconds: number } | null;
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
export function layOut(jobs: Job[], end: number, usual: Past['usual'] = []): Timeline {
  const begun = jobs.filter((job) => job.started_at);
  const endOf = (job: Job): number => timeOf(job.finished_at) ?? end;
  const first = Math.min(...begun.map((job) => timeOf(job.queued_at) ?? timeOf(job.started_at) ?? end));
  const last = Math.max(...begun.map(endOf));
  const whole = Math.max(1, last - first);
  const chain = criticalChain(begun, endOf);
  const part = (time: number): number => Math.min(1, Math.max(0, (time - first) / whole));
  const bars = begun.map((job) => {
    const from = timeOf(job.started_at) ?? first;
    const ghost = usual.find((each) => each.key === job.key);
    return {
      job, queued: part(timeOf(job.queued_at) ?? from), from: part(from), to: part(endOf(job)), critical: chain.includes(job),
      pieces: piecesOf(job, endOf(job)).map((piece) => ({ ...piece, from: part(piece.from), to: part(piece.to), seconds: (piece.to - piece.from) / 1_000 })),
      usual: ghost ? { from: part(first + ghost.from_ms), to: part(first + ghost.from_ms + ghost.took_ms), seconds: ghost.took_ms / 1_000 } : null,
    };
  });
  bars.sort((one, other) => one.from - other.from);
  return { bars, seconds: begun.length ? whole / 1_000 : 0, chain };
}

/** Step 0 brings images and tools; a step that checks out is told by its name. */
function kindOf(step: Step): PieceKind {
  if (step.number === 0) return 'pull';
  return /\bcheck[ -]?out\b|\bclone\b/i.test(step.name) ? 'clone' : 'step';
}

/** In milliseconds since 1970. */
function piecesOf(job: Job, end: number): Omit<Piece, 'seconds'>[] {
  const start = timeOf(job.started_at) ?? end;
  const queued = timeOf(job.queued_at) ?? start;
  const steps = (job.steps ?? []).filter((step) => step.started_at).map((step) => ({ step, from: timeOf(step.started_at) ?? start }));
  steps.sort((one, other) => one.from - other.from);
  const pieces: Omit<Piece, 'seconds'>[] = queued < start ? [{ kind: 'waited', name: 'waiting', from: queued, to: start }] : [];
  const head = steps[0]?.from ?? end;
  if (head > start) pieces.push({ kind: steps.length > 0 ? 'pull' : 'step', name: steps.length > 0 ? 'set-up' : job.name, from: start, to: head });
  steps.forEach(({ step, from }, at) => pieces.push({ kind: kindOf(step), name: step.name, from, to: steps[at + 1]?.from ?? end }));
  return pieces;
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
