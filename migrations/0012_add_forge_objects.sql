-- Check runs at GitHub. A job that runs again gets another one: annotations cannot be taken back.
CREATE TABLE check_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- stands in external_id there
    repository INTEGER NOT NULL REFERENCES repositories (id),
    sha TEXT NOT NULL,
    name TEXT NOT NULL,
    app TEXT NOT NULL,                       -- the number of the GitHub App that made it
    run INTEGER NOT NULL DEFAULT 0,          -- 0: of a workflow that a filter left out
    job INTEGER NOT NULL DEFAULT 0,          -- 0: of a run without jobs
    run_attempt INTEGER NOT NULL DEFAULT 0,  -- the job's
    remote_id TEXT NOT NULL DEFAULT '',      -- '': there is none, or the answer that named it was lost
    is_completed INTEGER NOT NULL DEFAULT 0 CHECK (is_completed IN (0, 1)),
    annotated INTEGER NOT NULL DEFAULT 0,    -- annotations that it has there; -1: the answer was lost
    shown TEXT NOT NULL DEFAULT ''           -- SHA-256 of what it says
) STRICT;
CREATE INDEX check_runs_by_name ON check_runs (repository, sha, name, id);
CREATE INDEX check_runs_by_run ON check_runs (run);

-- Deployments as GitHub shows them: of each job that names an environment, from its beginning on.
CREATE TABLE forge_deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- stands in the payload there
    repository INTEGER NOT NULL REFERENCES repositories (id),
    environment TEXT NOT NULL,
    line TEXT NOT NULL,                      -- workflow and job: a later one takes the place of an earlier one
    run INTEGER NOT NULL,
    job INTEGER NOT NULL,
    run_attempt INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'success', 'failure', 'error'))
) STRICT;
CREATE INDEX forge_deployments_by_job ON forge_deployments (job, id);
CREATE INDEX forge_deployments_line ON forge_deployments (repository, environment, line, id) WHERE state = 'success';

-- Where branches stood when they were compared last. The row of the ref '' says that they were.
CREATE TABLE branch_heads (
    repository INTEGER NOT NULL REFERENCES repositories (id),
    ref TEXT NOT NULL,
    sha TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (repository, ref)
) STRICT, WITHOUT ROWID;
