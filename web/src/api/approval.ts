// Questions to people, in the shapes of /api/v1/approvals.

type Time = string | null | undefined;

export interface Vote {
  actor: string;
  approves: boolean;
  comment?: string | null;
  at?: Time;
}

export interface ApprovalJob {
  key: string;
  name: string;
  kind: string;
  steps: string[];
}

/** What an environment runs before the job that asks. */
export interface LiveThere {
  deployment: string;
  target: string;
  sha: string;
  digest?: string | null;
  since?: Time;
  compare_url: string;
}

export interface Approval {
  id: string;
  kind: 'fork' | 'environment' | 'job';
  state: 'pending' | 'approved' | 'rejected' | 'void' | 'expired';
  reason?: string | null;
  repository: string;
  environment?: string | null;
  run: { id: string; number: number; workflow: string; event: string; ref: string; title: string; actor: string };
  job?: { id: string; key: string; name: string; reason?: string | null } | null;
  pull_request?: {
    number: number | null;
    title: string | null;
    author: string | null;
    author_id: number;
    head_repository: string | null;
    head_repository_id: number;
  } | null;
  sha: string;
  digests?: Record<string, string> | null;
  asked?: string | null;
  subject: string;
  needed: number;
  given: number;
  reviewers: string[];
  votes: Vote[];
  may_answer: boolean;
  why_not?: string | null;
  break_glass?: string | null;
  break_glass_by?: string | null;
  created_at?: Time;
  expires_at?: Time;
  /** Only of one question, not in lists. */
  jobs?: ApprovalJob[];
  live?: LiveThere[];
  commit_url?: string;
}
