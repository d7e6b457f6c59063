// What the event of a run brought: GET /runs/ID/changes.

export interface Commit {
  sha: string | null;
  title: string | null;
  author: string | null;
  at: string | null;
  page: string | null;
}

export interface PullChange {
  number: number | null;
  title: string | null;
  author: string | null;
  page: string | null;
  files_page: string | null;
  base: { ref: string | null; sha: string | null };
  head: { ref: string | null; sha: string | null };
  commits: number | null;
  files: number | null;
  additions: number | null;
  deletions: number | null;
}

export interface Changes {
  sha: string;
  page: string | null;
  compare: string | null;
  forced: boolean;
  /** Oldest first; null: the event names none. */
  commits: Commit[] | null;
  more_commits: number;
  files: { path: string; change: 'added' | 'modified' | 'removed' }[] | null;
  more_files: number;
  pull_request: PullChange | null;
}
