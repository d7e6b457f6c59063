-- The first schema. Times are unix milliseconds; states are the names of server/model/states.hpp.
-- Invariants stand here as CHECKs, so that a bug fails in its transaction and not in somebody's build.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Counters that pages and metrics show; kept by the writer, never counted at page time.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,           -- jobs.<state>, runs.<state>, deliveries.<outcome>
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How long things took, for histograms: how many ended up to each bound, and their sum.
CREATE TABLE durations (
    name TEXT NOT NULL,              -- job_wait, job_run
    bound_ms INTEGER NOT NULL,       -- -1: beyond the last
    count INTEGER NOT NULL,
    sum_ms INTEGER NOT NULL,
    PRIMARY KEY (name, bound_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    forge_id INTEGER UNIQUE,         -- GitHub's numeric id; learned from the first signed delivery
    full_name TEXT NOT NULL COLLATE NOCASE,
    clone_url TEXT NOT NULL,
    default_branch TEXT NOT NULL DEFAULT '',
    workflows_dir TEXT NOT NULL DEFAULT '.triphammer',
    workflow_files TEXT NOT NULL DEFAULT '', -- patterns of the files in it that count, a line each; '': all
    workflow_access TEXT NOT NULL DEFAULT 'owner' CHECK (workflow_access IN ('none', 'owner', 'everyone')), -- whose workflows may call its
    hook TEXT NOT NULL UNIQUE,       -- the last part of /webhooks/github/HOOK
    hook_secret BLOB NOT NULL,       -- sealed (access/): nonce, ciphertext, tag
    clone_token BLOB,                -- sealed
    next_run_number INTEGER NOT NULL DEFAULT 1,
    follows_runs INTEGER NOT NULL DEFAULT 0, -- a workflow of the default branch starts on workflow_run
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX repositories_name ON repositories (full_name) WHERE removed_at IS NULL;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,              -- '' for the server's own hook
    guid TEXT NOT NULL,
    event TEXT NOT NULL,
    action TEXT NOT NULL DEFAULT '',
    received_at INTEGER NOT NULL,
    source_address TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'started', 'ignored', 'duplicate', 'refused', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    reasons TEXT NOT NULL DEFAULT 'null',    -- model::Reason as JSON
    repository INTEGER REFERENCES repositories (id),
    content_key TEXT NOT NULL DEFAULT '',
    plan_attempts INTEGER NOT NULL DEFAULT 0,
    next_plan_at INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER,
    facts TEXT NOT NULL DEFAULT 'null',      -- model::Event as JSON
    body_bytes INTEGER NOT NULL DEFAULT 0,
    CHECK ((outcome = 'pending') = (finished_at IS NULL))
) STRICT;
-- Only an accepted delivery makes a later one a duplicate.
CREATE UNIQUE INDEX deliveries_guid ON deliveries (guid, hook) WHERE outcome <> 'refused';
CREATE INDEX deliveries_pending ON deliveries (repository, next_plan_at, id) WHERE outcome = 'pending';
CREATE INDEX deliveries_content ON deliveries (repository, content_key) WHERE content_key <> '';
CREATE INDEX deliveries_refused ON deliveries (id) WHERE outcome = 'refused';
CREATE INDEX deliveries_refused_guid ON deliveries (guid) WHERE outcome = 'refused';
CREATE INDEX deliveries_by_repository ON deliveries (repository, id) WHERE repository IS NOT NULL;

-- What the workflows of the default branch say in on.schedule.
CREATE TABLE schedules (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    path TEXT NOT NULL,
    cron TEXT NOT NULL,
    timezone TEXT NOT NULL,
    next_at INTEGER,                 -- 0: not reckoned yet; NULL: never (30 February)
    UNIQUE (repository, path, cron, timezone)
) STRICT;
CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;

-- What is large and written once, out of the way of lists and of every change of a state.
CREATE TABLE delivery_bodies (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id),
    headers TEXT NOT NULL,
    body BLOB                                -- zstd; NULL for refused ones
) STRICT;

CREATE TABLE definitions (             -- the text that a run was made from, once per content
    sha256 TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    number INTEGER NOT NULL,
    workflow TEXT NOT NULL,
    workflow_path TEXT NOT NULL,
    event TEXT NOT NULL,
    ref TEXT NOT NULL,
    sha TEXT NOT NULL,
    title TEXT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
    cause TEXT NOT NULL DEFAULT '',
    delivery INTEGER REFERENCES deliveries (id),
    definition TEXT NOT NULL REFERENCES definitions (sha256),
    attempt INTEGER NOT NULL DEFAULT 1,
    from_fork INTEGER NOT NULL DEFAULT 0 CHECK (from_fork IN (0, 1)),
    concurrency TEXT NOT NULL DEFAULT '',    -- the workflow's group, evaluated: {name, cancels, keeps_all}
    cancel_requested_at INTEGER,
    cancel_reason TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    UNIQUE (repository, number),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
) STRICT;
CREATE INDEX runs_by_repository ON runs (repository, id);
CREATE INDEX runs_by_ref ON runs (repository, ref, id);
CREATE INDEX runs_by_state ON runs (state, id);
CREATE INDEX runs_by_delivery ON runs (delivery);
CREATE INDEX runs_by_sha ON runs (sha);

-- As delivery_bodies: a list of runs looks through thousands of rows.
CREATE TABLE run_contexts (
    run INTEGER PRIMARY KEY REFERENCES runs (id),
    contexts TEXT NOT NULL,                  -- what planning knew: github, inputs, vars (no secret)
    problems TEXT NOT NULL                   -- for cause invalid: [{line, column, code, message, hint}]
) STRICT;

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    position INTEGER NOT NULL,               -- in the workflow's order
    key TEXT NOT NULL,
    node TEXT NOT NULL,                      -- the workflow's job; the legs of its matrix share it
    parent TEXT NOT NULL DEFAULT '',         -- key of the job that calls the workflow it stands in
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('steps', 'image', 'deploy', 'terraform', 'approve')),
    stage TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('blocked', 'queued', 'running', 'waiting', 'succeeded', 'failed',
                                         'cancelled', 'timed_out', 'skipped')),
    cause TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',         -- why it was skipped, waits or failed, for people
    needs TEXT NOT NULL DEFAULT '[]',        -- keys
    label TEXT NOT NULL DEFAULT '',          -- runs-on, evaluated
    environment TEXT NOT NULL DEFAULT '',
    continue_on_error INTEGER NOT NULL DEFAULT 0,
    definition TEXT NOT NULL,                -- model::JobDefinition as JSON
    contexts TEXT NOT NULL DEFAULT '{}',     -- matrix, strategy
    outputs TEXT NOT NULL DEFAULT '{}',
    attempts INTEGER NOT NULL DEFAULT 0,     -- started ones; the current one has this number
    run_attempt INTEGER NOT NULL DEFAULT 1,  -- of the run, in which it was to begin last; others may be ahead
    unattached INTEGER NOT NULL DEFAULT 0,   -- attempts that never attached: given back, not counted
    not_before INTEGER NOT NULL DEFAULT 0,   -- retry back-off
    cancel_requested_at INTEGER,
    cancel_reason TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    queued_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    UNIQUE (run, key),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'timed_out', 'skipped')) = (finished_at IS NOT NULL)),
    CHECK (state <> 'running' OR started_at IS NOT NULL)
) STRICT;
CREATE INDEX jobs_queued ON jobs (repository, id) WHERE state = 'queued';
CREATE INDEX jobs_held ON jobs (not_before) WHERE state = 'queued' AND not_before > 0;
CREATE INDEX jobs_open ON jobs (run, state) WHERE finished_at IS NULL;
CREATE INDEX jobs_related ON jobs (run) WHERE parent <> '' OR node <> key;

-- Who has a concurrency group, and who waits for it.
CREATE TABLE concurrency (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL COLLATE NOCASE,
    run INTEGER NOT NULL REFERENCES runs (id),
    job INTEGER REFERENCES jobs (id),        -- NULL: the run as a whole
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)), -- 0: a place kept for a job that has not come yet
    holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
    CHECK (ready = 1 OR holds = 0)
) STRICT;
CREATE UNIQUE INDEX concurrency_holder ON concurrency (repository, name) WHERE holds = 1;
CREATE INDEX concurrency_group ON concurrency (repository, name, run, id);
CREATE INDEX concurrency_run ON concurrency (run);

-- Fairness between repositories: who was served last is served last.
CREATE TABLE turns (
    repository INTEGER PRIMARY KEY REFERENCES repositories (id),
    served INTEGER NOT NULL                  -- fence of the last claim
) STRICT;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- the fencing number: never reused
    job INTEGER NOT NULL REFERENCES jobs (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('claimed', 'running', 'ended', 'parked')),
    token_sha256 TEXT NOT NULL,
    nonce TEXT,
    executor TEXT NOT NULL DEFAULT '',
    runner_version TEXT NOT NULL DEFAULT '',
    acked INTEGER NOT NULL DEFAULT 0,        -- journal offset up to which everything is in these tables
    result TEXT NOT NULL DEFAULT '',         -- the job state that this attempt ended in
    cause TEXT NOT NULL DEFAULT '',
    claimed_at INTEGER NOT NULL,
    attached_at INTEGER,
    ended_at INTEGER,
    swept INTEGER NOT NULL DEFAULT 0,        -- engine objects and run folder are gone
    CHECK ((state IN ('ended', 'parked')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'running' OR nonce IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX attempts_open ON attempts (job) WHERE state IN ('claimed', 'running');
CREATE INDEX attempts_live ON attempts (state, id) WHERE state IN ('claimed', 'running');
CREATE INDEX attempts_unswept ON attempts (id) WHERE swept = 0;
CREATE UNIQUE INDEX attempts_token ON attempts (token_sha256);
CREATE INDEX attempts_by_job ON attempts (job, id);

CREATE TABLE steps (
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    number INTEGER NOT NULL,                 -- 0: set up; then the workflow's, then clean-up
    id TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'skipped')),
    cause TEXT NOT NULL DEFAULT '',
    exit_status INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    annotations TEXT NOT NULL DEFAULT '[]',
    started_at INTEGER,
    finished_at INTEGER,
    log_bytes INTEGER NOT NULL DEFAULT 0,
    log_lines INTEGER NOT NULL DEFAULT 0,
    log_sha256 TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (attempt, number)
) STRICT, WITHOUT ROWID;

-- What steps wrote to GITHUB_STEP_SUMMARY: Markdown of a job's, never HTML.
CREATE TABLE step_summaries (
    id INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    step INTEGER NOT NULL,
    part INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (attempt, step, part)
) STRICT;

-- What jobs have stored: the file's row is written after the file, and removed before it.
CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- stands in links that are kept
    repository INTEGER NOT NULL REFERENCES repositories (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    job INTEGER NOT NULL REFERENCES jobs (id),
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    name TEXT NOT NULL,
    blob TEXT NOT NULL UNIQUE,               -- the file's name
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (run, name)
) STRICT;
CREATE INDEX artifacts_expiry ON artifacts (expires_at);
CREATE INDEX artifacts_room ON artifacts (repository, bytes);

CREATE TABLE caches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    scope TEXT NOT NULL,                     -- the ref of the run that saved it
    version TEXT NOT NULL,                   -- hash of the paths in it
    key TEXT NOT NULL,
    blob TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    UNIQUE (repository, scope, version, key)
) STRICT;
CREATE INDEX caches_use ON caches (used_at);
CREATE INDEX caches_room ON caches (repository, used_at, bytes);

-- What `reports:` of a job came to, one row for each attempt that collected something. Reports of the
-- same job of the same workflow stand in one line: its history.
CREATE TABLE reports (
    attempt INTEGER PRIMARY KEY REFERENCES attempts (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    job INTEGER NOT NULL REFERENCES jobs (id),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    workflow_path TEXT NOT NULL,
    job_key TEXT NOT NULL,
    passed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    ms INTEGER NOT NULL DEFAULT 0,
    lines INTEGER,                           -- that coverage knows
    covered INTEGER
) STRICT;
CREATE INDEX reports_line ON reports (repository, workflow_path, job_key, attempt);
CREATE INDEX reports_run ON reports (run);

-- A report comes in parts, each once, whoever repeats it. What is no test stays as it came.
CREATE TABLE report_parts (
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    part INTEGER NOT NULL,
    body TEXT NOT NULL,                      -- results::Part as JSON, without its tests
    PRIMARY KEY (attempt, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE tests (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    workflow_path TEXT NOT NULL,
    job_key TEXT NOT NULL,
    suite TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (repository, workflow_path, job_key, suite, name)
) STRICT;

-- Of older reports only those that failed or were flaky.
CREATE TABLE test_results (
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    test INTEGER NOT NULL REFERENCES tests (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'failed', 'skipped')),
    flaky INTEGER NOT NULL DEFAULT 0 CHECK (flaky IN (0, 1)), -- the same commit had the other outcome, too
    ms INTEGER NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    message TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (attempt, test)
) STRICT, WITHOUT ROWID;
CREATE INDEX test_results_history ON test_results (test, attempt);

-- Append-only: what changed, for the outbox, live pages and the audit chain, in the transaction of the change.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY,                 -- the newest row is never removed, so none comes twice
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,                   -- run, job, step, delivery, deployment, approval, repository, …
    id INTEGER NOT NULL,
    run INTEGER NOT NULL DEFAULT 0,          -- the run it belongs to, for subscriptions
    from_state TEXT NOT NULL DEFAULT '',
    to_state TEXT NOT NULL DEFAULT '',
    number INTEGER NOT NULL DEFAULT 0,       -- of a step
    reason TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE cursors (                       -- how far a reader of `changes` has come
    reader TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,                   -- github-status
    repository INTEGER NOT NULL REFERENCES repositories (id),
    subject TEXT NOT NULL,                   -- channel's own key: for a status, sha and context
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'replaced', 'dead')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CHECK ((state = 'pending') = (finished_at IS NULL))
) STRICT;
CREATE INDEX outbox_pending ON outbox (next_at, id) WHERE state = 'pending';
CREATE INDEX outbox_subject ON outbox (channel, subject, id);

CREATE TABLE environments (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL,
    UNIQUE (repository, name)
) STRICT;

CREATE TABLE deployments (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    environment TEXT NOT NULL,
    target TEXT NOT NULL,                    -- driver and service, evaluated: what the lock is about
    driver TEXT NOT NULL,
    strategy TEXT NOT NULL DEFAULT '',
    run INTEGER NOT NULL REFERENCES runs (id),
    job INTEGER NOT NULL REFERENCES jobs (id),
    run_attempt INTEGER NOT NULL DEFAULT 1,  -- its job's: a re-run deploys once more
    sha TEXT NOT NULL,
    image TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '',
    config_sha256 TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'rolled_back', 'unknown')),
    phase TEXT NOT NULL DEFAULT 'waiting-lock',
    reason TEXT NOT NULL DEFAULT '',
    previous INTEGER REFERENCES deployments (id),
    target_ids TEXT NOT NULL DEFAULT '{}',
    probes TEXT NOT NULL DEFAULT '[]',
    excerpt TEXT NOT NULL DEFAULT '',        -- the candidate's last lines, when it failed
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    UNIQUE (job, run_attempt),
    CHECK ((state IN ('succeeded', 'failed', 'rolled_back')) = (finished_at IS NOT NULL))
) STRICT;
-- The lock: one open deployment for each target of the server's engine.
CREATE UNIQUE INDEX deployments_lock ON deployments (target) WHERE state IN ('running', 'unknown');
CREATE INDEX deployments_waiting ON deployments (target, run) WHERE state = 'pending';
CREATE INDEX deployments_open ON deployments (id) WHERE state IN ('running', 'unknown');
CREATE INDEX deployments_by_environment ON deployments (repository, environment, id);
CREATE INDEX deployments_history ON deployments (repository, environment, target, id);

CREATE TABLE deployment_effects (            -- the journal: intent before effect, result after it
    deployment INTEGER NOT NULL REFERENCES deployments (id),
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,                      -- create-candidate, before, switch, retire, …
    target TEXT NOT NULL,
    idem TEXT NOT NULL,
    fence INTEGER NOT NULL REFERENCES attempts (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'ok', 'failed')),
    result TEXT NOT NULL DEFAULT '{}',
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (deployment, n),
    CHECK ((state = 'open') = (closed_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX deployment_effects_open ON deployment_effects (deployment) WHERE state = 'open';

-- What an attempt that was over still said about an effect: kept, never believed.
CREATE TABLE deployment_evidence (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL REFERENCES deployments (id),
    n INTEGER NOT NULL,
    fence INTEGER NOT NULL REFERENCES attempts (id),
    at INTEGER NOT NULL,
    result TEXT NOT NULL
) STRICT;
CREATE INDEX deployment_evidence_of ON deployment_evidence (deployment, n);

CREATE TABLE migrations_run (                -- `before`: once for each version of a service
    repository INTEGER NOT NULL REFERENCES repositories (id),
    environment TEXT NOT NULL,
    service TEXT NOT NULL,
    digest TEXT NOT NULL,
    deployment INTEGER NOT NULL REFERENCES deployments (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'ok', 'failed')),
    PRIMARY KEY (repository, environment, service, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL DEFAULT 0,   -- 0: the server's
    environment TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL COLLATE NOCASE,
    sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (repository, environment, name)
) STRICT;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'developer', 'approver', 'admin')),
    repository INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE setup_links (
    sha256 TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    sha256 TEXT PRIMARY KEY,
    actor TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'developer', 'approver', 'admin')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE pipelines (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,                -- the active one
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX pipelines_name ON pipelines (name) WHERE removed_at IS NULL;

CREATE TABLE pipeline_versions (
    pipeline INTEGER NOT NULL REFERENCES pipelines (id),
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    PRIMARY KEY (pipeline, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE pipeline_bindings (
    pipeline INTEGER NOT NULL REFERENCES pipelines (id),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    PRIMARY KEY (pipeline, repository)
) STRICT, WITHOUT ROWID;
CREATE INDEX pipeline_bindings_repository ON pipeline_bindings (repository);
