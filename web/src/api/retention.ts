// What `/retention` says.

/** How much of a repository's history stays; 0: no limit, null: as the server says. */
export interface RetentionRules {
  run_days: number | null;
  runs: number | null;
  log_days: number | null;
  log_bytes: number | null;
}

export interface RetentionPreview {
  items: { repository: string; cause: string; runs: number; logs: number; bytes: number }[];
  deliveries: number;
  more: boolean;
}

/** What is kept for how long, and what there is. */
export interface Retention {
  rules: RetentionRules;
  log_bytes: number;
  delivery_days: number;
  repositories: { repository: string; own: RetentionRules; runs: number; log_bytes: number; artifact_bytes: number; cache_bytes: number }[];
  preview: RetentionPreview | null;
}
