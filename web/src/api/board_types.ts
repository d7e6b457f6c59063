// The shapes of the wall, the queue, insights, the bar's counts and a run's workflow (web/README.md).

import type { RunState, Time } from './types';

export interface RunPoint {
  id: string;
  number: number;
  workflow: string;
  title: string;
  actor: string;
  state: RunState;
  created_at: string;
  started_at?: Time;
  finished_at?: Time;
}

/** A repository on the wall. */
export interface WallCard {
  full_name: string;
  branch?: string | null;
  /** Of the default branch; none: nothing has ended there. */
  state?: RunState | null;
  broken_since?: RunPoint | null;
  going?: (RunPoint & { expected_ms?: number | null }) | null;
  runs: RunPoint[];
}

export interface OpenJob {
  id: string;
  run: string;
  number: number;
  repository: string;
  workflow: string;
  title: string;
  name: string;
  state: 'queued' | 'waiting' | 'running';
  label?: string | null;
  reason?: string | null;
  attempt?: string | null;
  executor?: string | null;
  run_started_at?: Time;
  expected_ms?: number | null;
  queued_at?: Time;
  started_at?: Time;
}

export interface Queue {
  running: OpenJob[];
  waiting: OpenJob[];
  more: boolean;
  /** An admin lets no job begin. */
  drained?: { by: string; at: string } | null;
}

export interface RunGroup {
  runs: number;
  succeeded: number;
  failed: number;
  success?: number | null;
  duration_p50_ms?: number | null;
  duration_p90_ms?: number | null;
  /** Of as many days before. */
  duration_before_p50_ms?: number | null;
  wait_p50_ms?: number | null;
  wait_p90_ms?: number | null;
}

export type DayInsight = RunGroup & { day: string };

export interface Insights {
  since: string;
  /** There are more runs than are counted. */
  cut: boolean;
  all: RunGroup;
  days: DayInsight[];
  workflows: (RunGroup & { workflow: string })[];
  /** Of the newest 60 runs; `before_p50_ms` is of the older half of them. */
  slow_steps?: { workflow: string; job: string; step: string; times: number; p50_ms: number; before_p50_ms?: number | null }[];
  flaky: { suite?: string | null; name: string; job: string; times: number; last_run?: string | null }[];
  deployments: {
    environment?: string | null;
    deployments: number;
    failed: number;
    per_day?: number | null;
    failure_rate?: number | null;
    lead_p50_ms?: number | null;
    restore_p50_ms?: number | null;
  };
}

/** The workflow of a run; `text` is null where it is not kept. */
export interface RunWorkflow {
  path: string;
  definition_sha: string;
  text: string | null;
  resolved: string;
}

/** Of the whole server: jobs at work, jobs that wait, and questions to people. */
export interface Counts {
  running: number;
  waiting: number;
  approvals: number;
}
