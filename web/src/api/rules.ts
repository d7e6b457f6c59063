// What an environment asks of whoever deploys to it.

export interface EnvironmentRules {
  approvals: number;
  reviewers: string[];
  allow_author: boolean;
  branches: string[];
  wait_minutes: number;
  expires_minutes: number;
  /** They are set for `*`, not for this environment. */
  inherited?: boolean;
  freezes: { from: string; until: string; reason: string }[];
}
