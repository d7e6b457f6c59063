// The shapes of /api/v1 that the page reads (web/README.md). Absent and null mean the same.

import type { Counts } from './board_types';
import type { Probe, Redeployment, WayBack } from './redeployment';
import type { EnvironmentRules } from './rules';

export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
export type JobState = RunState | 'blocked' | 'timed_out' | 'skipped';
export type StepState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out' | 'skipped';
export type DeliveryOutcome = 'pending' | 'started' | 'ignored' | 'duplicate' | 'refused' | 'failed';
export type DeploymentState = 'pending' | 'running' | 'succeeded' | 'failed' | 'rolled_back' | 'unknown';
export type Time = string | null | undefined;

export interface List<T> {
  items: T[];
  next: string | null;
}

export interface Step {
  number: number;
  id?: string | null;
  name: string;
  state: StepState;
  cause?: string | null;
  reason?: string | null;
  exit_status?: number | null;
  started_at?: Time;
  finished_at?: Time;
  log_lines?: number | null;
}

/** What steps wrote to GITHUB_STEP_SUMMARY, in the order in which the jobs ended. */
export interface Summaries {
  items: { job: string; name: string; steps: { number: number; name: string; markdown: string }[] }[];
}

/** One try of a job. `steps` come with GET /runs/ID/jobs/JOB alone. */
export interface Attempt {
  number: number;
  state: string;
  /** The state of a job in which it ended. */
  result?: string | null;
  cause?: string | null;
  executor?: string | null;
  claimed_at?: Time;
  attached_at?: Time;
  ended_at?: Time;
  steps?: Step[] | null;
}

export interface Job {
  id: string;
  key: string;
  name: string;
  kind: string;
  stage: string;
  state: JobState;
  cause?: string | null;
  reason?: string | null;
  attempt?: number | null;
  needs?: string[] | null;
  label?: string | null;
  environment?: string | null;
  queued_at?: Time;
  started_at?: Time;
  finished_at?: Time;
  steps?: Step[] | null;
  outputs?: Record<string, string> | null;
  attempts?: Attempt[] | null;
  /** The page's own word: one of its older attempts is shown. */
  isOlder?: boolean;
}

export interface Covered {
  lines: number;
  covered: number;
}

export interface ReportCounts {
  passed: number;
  failed: number;
  skipped: number;
  ms: number;
  coverage: Covered | null;
}

/** What `reports:` of one job came to. */
export interface ReportedJob extends ReportCounts {
  job: string;
  name: string;
  flaky: number;
  coverage: (Covered & { files?: (Covered & { path: string })[] }) | null;
  findings: { tool: string; rule: string; level: string; message: string; file: string; line: number }[];
  texts: { path: string; text: string }[];
  problems: string[];
  line: (ReportCounts & { run: string; number: number; sha: string })[];
}

export interface PastResult {
  run: string;
  number: number;
  sha: string;
  outcome: string;
  flaky: boolean;
  ms: number;
}

export interface ReportedTest {
  id: string;
  job: string;
  suite: string | null;
  name: string;
  outcome: string;
  flaky: boolean;
  ms: number;
  file: string | null;
  line: number | null;
  message: string | null;
  details: string | null;
  past: PastResult[];
}

export interface TestReport {
  jobs: ReportedJob[];
  items: ReportedTest[];
  next: string | null;
}

export interface Artifact {
  id: string;
  name: string;
  run: string;
  job: string;
  bytes: number;
  sha256: string;
  created_at?: Time;
  expires_at?: Time;
}

export interface Problem {
  file?: string | null;
  line?: number | null;
  column?: number | null;
  severity?: 'error' | 'warning' | null;
  code?: string | null;
  message: string;
  hint?: string | null;
}

export interface Run {
  id: string;
  number: number;
  repository: string;
  workflow: string;
  workflow_path?: string | null;
  event: string;
  ref: string;
  sha: string;
  title: string;
  actor: string;
  state: RunState;
  cause?: string | null;
  reason?: string | null;
  delivery?: string | null;
  attempt?: number | null;
  cancel_requested_at?: Time;
  created_at: string;
  started_at?: Time;
  finished_at?: Time;
  problems?: Problem[] | null;
  jobs?: Job[] | null;
}

export interface Reason {
  yes: boolean;
  code: string;
  text: string;
  children?: Reason[] | null;
}

export interface Delivery {
  guid: string;
  event: string;
  action?: string | null;
  received_at: string;
  outcome: DeliveryOutcome;
  reason?: string | null;
  reasons?: Reason | null;
  repository?: string | null;
  facts?: {
    ref?: string | null;
    branch?: string | null;
    tag?: string | null;
    sha?: string | null;
    pull_request?: { number?: number | null } | null;
  } | null;
  runs?: string[] | null;
}

export interface Deployment {
  id: string;
  repository: string;
  environment: string;
  driver: string;
  strategy?: string | null;
  target?: string | null;
  image?: string | null;
  digest?: string | null;
  sha: string;
  run: string;
  job: string;
  state: DeploymentState;
  phase?: string | null;
  reason?: string | null;
  previous?: string | null;
  redeployment?: Redeployment | null;
  excerpt?: string | null;
  probes?: Probe[] | null;
  target_ids?: { object?: string; previous?: string } | null;
  effects?: Effect[] | null;
  phases?: DeploymentPhase[] | null;
  created_at?: Time;
  started_at?: Time;
  finished_at?: Time;
}

/** From the push to the end; each ends where the next one begins. */
export interface DeploymentPhase { job?: string | null; name: string; from: string; to?: Time }

/** One intended change of the target, and what is known of it: open, ok or failed. */
export interface Effect {
  n: number;
  kind: string;
  target: string;
  state: string;
  opened_at?: Time;
  closed_at?: Time;
}

export interface Environment {
  repository: string;
  name: string;
  current?: Deployment | null;
  open?: Deployment | null;
  ways_back?: WayBack[];
  /** null: nobody can read them. */
  rules?: EnvironmentRules | null;
}

export interface Repository {
  id: string;
  full_name: string;
  default_branch?: string | null;
  clone_url?: string | null;
  workflows_dir?: string | null;
  /** Which pull requests of forks wait: all, first-time, none. */
  fork_approval?: string;
  hook?: string | null;
  last_delivery_at?: Time;
  last_run?: { id: string; number: number; state: RunState } | null;
}

/** A repository's hook at GitHub. */
export interface Connected {
  full_name: string;
  url: string;
  deploy_key?: string | null;
  pinged_at?: Time;
  advice?: string;
}

/** A secret (without its value) or a variable. */
export interface Key {
  name: string;
  value?: string;
  repository?: string | null;
  environment?: string | null;
  updated_at?: Time;
  updated_by?: string | null;
  /** Of a secret: when a job was last given it. */
  used_at?: Time;
}

export interface Token {
  name: string;
  role: string;
  repository?: string | null;
  created_at?: Time;
  expires_at?: Time;
  revoked_at?: Time;
}

/** Who hears of runs. */
export interface Channel {
  name: string;
  type: string;
  on: string[];
  repositories: string[];
  pending: number;
  dead: number;
}

/** What others were told, or could not be. */
export interface Message {
  id: string;
  channel: string;
  repository: string;
  error: string | null;
  created_at?: Time;
}
export interface Pipeline {
  name: string;
  version: number;
  text?: string;
  author?: string | null;
  note?: string | null;
  updated_at?: Time;
  repositories?: string[] | null;
}

export interface PipelineVersion {
  version: number;
  text?: string;
  author?: string | null;
  note?: string | null;
  created_at?: Time;
}

/** What a text would do with a delivery: POST /pipelines/preview. */
export interface Preview {
  outcome: string;
  reason: string;
  reasons: Reason;
  /** `resolved` of those that the text itself starts. */
  would_start: { workflow: string; path: string; title: string; resolved?: string; jobs: { key: string; name: string; state: string; stage: string; needs?: string[] | null }[] }[];
  /** The jobs of this text against those that the delivery started from it when it came. */
  difference: { job: string; change: 'added' | 'removed' | 'same' }[];
}

export interface Template {
  name: string;
  description?: string | null;
  text: string;
}

/** A first workflow for a repository: made for its tree, or carried over. */
export interface Starter {
  path: string;
  title: string;
  why: string;
  origin: 'made' | 'github' | 'jenkins';
  source?: string | null;
  text: string;
  lines: number;
  carried: number;
  remarks: { line: number; last_line: number; kind: 'changed' | 'left'; message: string; remedy: string }[];
  deploying: string[];
  problems: Problem[];
  would_start: { workflow: string; jobs: { key: string; name: string }[] }[];
  reason: string;
  commit_url?: string | null;
}

export interface Starters {
  items: Starter[];
  commit: string;
  branch: string;
}

/** What the live socket says; `seq` is absent for log lengths. */
export interface LiveEvent {
  type?: string;
  topic?: string;
  seq?: number;
  id?: string;
  to?: string;
  lines?: number;
  bytes?: number;
  done?: boolean;
  counts?: Counts;
}

export interface Hello {
  seq: number;
  actor?: string | null;
  role?: string | null;
  version?: string | null;
}
