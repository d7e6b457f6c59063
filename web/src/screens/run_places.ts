// Where a run's page looks first. Pure.

import { path } from '../app/router';
import type { Attempt, Job, JobState, Run, Step } from '../api/types';

const FAILED = ['failed', 'timed_out'];

export function isEnded(state: string): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'waiting' && state !== 'blocked' && state !== 'pending';
}

export function hasFailed(state: string): boolean {
  return FAILED.includes(state);
}

/** A job that has ended may, also while others go on; a run that is being cancelled begins nothing. */
export function mayRerun(run: Run, job: Job): boolean {
  return isEnded(job.state) && (isEnded(run.state) || !run.cancel_requested_at);
}

/** Whether one of its jobs failed and may run again. */
export function hasRerunnable(run: Run): boolean {
  return (run.jobs ?? []).some((job) => (hasFailed(job.state) || job.state === 'cancelled') && mayRerun(run, job));
}

function firstIn<T extends { state: string }>(items: T[], order: string[]): T | undefined {
  for (const state of order) {
    const found = items.find((item) => item.state === state);
    if (found) return found;
  }
  return undefined;
}

/** The asked one, else what failed, runs, waits; else the first. */
export function chooseJob(jobs: Job[], asked: string | undefined): Job | undefined {
  if (asked !== undefined) return jobs.find((job) => job.id === asked);
  return firstIn(jobs, [...FAILED, 'running', 'waiting', 'queued']) ?? jobs[0];
}

/** The asked one, else what failed or runs; else the last that was not skipped. */
export function chooseStep(steps: Step[], asked: string | undefined): Step | undefined {
  if (asked !== undefined) return steps.find((step) => String(step.number) === asked);
  const loud = firstIn(steps, [...FAILED, 'running', 'cancelled']);
  return loud ?? longest(steps) ?? steps[0];
}

function longest(steps: Step[]): Step | undefined {
  return steps.reduce<Step | undefined>(
    (best, step) => ((step.log_lines ?? 0) > (best?.log_lines ?? 0) ? step : best), undefined);
}

export interface FailedStep {
  job: Job;
  step: Step | undefined;
}

export function failuresOf(jobs: Job[]): FailedStep[] {
  return jobs.filter((job) => hasFailed(job.state)).map((job) => ({
    job,
    step: job.steps?.find((step) => hasFailed(step.state)),
  }));
}

/** The failure after the one that is shown, round the end. */
export function nextFailure(jobs: Job[], job: string | undefined, step: string | undefined): FailedStep | undefined {
  const failures = failuresOf(jobs);
  const at = failures.findIndex((failure) =>
    failure.job.id === job && (step === undefined || String(failure.step?.number) === step));
  return failures[(at + 1) % Math.max(1, failures.length)];
}

export function stepPath(run: string, job: Job, step: Step | undefined): string {
  const place = step ? path`/runs/${run}/jobs/${job.id}/steps/${step.number}` : path`/runs/${run}/jobs/${job.id}`;
  return job.isOlder ? `${place}?attempt=${job.attempt}` : place;
}

/** By number; one that never attached gave its number on. */
export function attemptsOf(job: Job): Attempt[] {
  return [...new Map((job.attempts ?? []).map((each) => [each.number, each])).values()];
}

/** The job as one of its attempts left it. */
export function asItWas(job: Job, number: number): Job {
  const attempt = attemptsOf(job).find((each) => each.number === number);
  if (!attempt) return job;
  return {
    ...job, isOlder: true, attempt: number, state: (attempt.result ?? 'cancelled') as JobState, cause: attempt.cause, reason: null,
    started_at: attempt.attached_at ?? attempt.claimed_at, finished_at: attempt.ended_at, steps: attempt.steps ?? [],
  };
}

export type Grouping = 'stage' | 'state';

/** What asks for a person first. */
const LOUD_FIRST = ['failed', 'timed_out', 'running', 'waiting', 'queued', 'blocked', 'cancelled', 'succeeded', 'skipped'];

/** Stages in the order in which they first appear; states with the loudest first. */
export function groupJobs(jobs: Job[], by: Grouping): { name: string; jobs: Job[] }[] {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) groups.set(job[by], [...(groups.get(job[by]) ?? []), job]);
  const list = [...groups].map(([name, members]) => ({ name, jobs: members }));
  return by === 'stage' ? list : list.sort((one, other) => LOUD_FIRST.indexOf(one.name) - LOUD_FIRST.indexOf(other.name));
}
