// What the runs around one say of it: GET /runs/ID/past.

export interface Near {
  id: string;
  number: number;
  sha: string;
}

export interface Past {
  before: Near | null;
  after: Near | null;
  /** The newest before it of its workflow, event and ref that succeeded. */
  green: Near | null;
  failures: { job: string; first: Near | null }[];
  greens: number;
  /** Medians of the last `greens` green runs, counted from the first job's queueing. */
  usual: { key: string; from_ms: number; took_ms: number }[];
  /** Where the files of its commit are pages, with the slash. */
  files: string | null;
  /** The page of what changed since `green`. */
  compare: string | null;
}
