// The shapes of the wall, the queue, insights and a run's workflow (web/README.md).

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
