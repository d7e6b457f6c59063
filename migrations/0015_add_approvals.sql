-- What waits for people: the code of strangers, environments with rules, jobs that only ask.

-- Whose pull requests from forks run without being asked about: nobody's; those of people whose code was
-- approved here before; everybody's.
ALTER TABLE repositories ADD COLUMN fork_approval TEXT NOT NULL DEFAULT 'all'
    CHECK (fork_approval IN ('all', 'first-time', 'none'));
ALTER TABLE runs ADD COLUMN rerun_by TEXT NOT NULL DEFAULT '';       -- who asked for its newest attempt
ALTER TABLE environments ADD COLUMN rules TEXT NOT NULL DEFAULT '{}'; -- model::EnvironmentRules as JSON
ALTER TABLE jobs ADD COLUMN wake_at INTEGER;                         -- when a rule lets a waiting job try again
CREATE INDEX jobs_wake ON jobs (wake_at) WHERE wake_at IS NOT NULL;

-- Whose code a run of a fork's pull request is: the forge's numbers, never names. 0: not known.
CREATE TABLE fork_heads (
    run INTEGER PRIMARY KEY REFERENCES runs (id),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    sha TEXT NOT NULL,
    head_repository INTEGER NOT NULL,
    author INTEGER NOT NULL
) STRICT;
CREATE INDEX fork_heads_by_sha ON fork_heads (repository, sha);
INSERT INTO fork_heads (run, repository, sha, head_repository, author)
    SELECT id, repository, sha, 0, 0 FROM runs WHERE from_fork = 1;

-- A question to people, with what the answer is bound to.
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- stands in links that are kept
    kind TEXT NOT NULL CHECK (kind IN ('fork', 'environment', 'job')),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    run INTEGER NOT NULL REFERENCES runs (id), -- of a fork: the first one that asked
    job INTEGER REFERENCES jobs (id),        -- NULL for a fork: all its jobs
    run_attempt INTEGER NOT NULL DEFAULT 1,  -- the job's
    environment TEXT NOT NULL DEFAULT '',
    sha TEXT NOT NULL,
    head_repository INTEGER NOT NULL DEFAULT 0,
    author INTEGER NOT NULL DEFAULT 0,
    definition TEXT NOT NULL DEFAULT '',     -- SHA-256 of the workflow's text and the job's definition
    digests TEXT NOT NULL DEFAULT '{}',      -- of the run's images: {job: digest}
    asked TEXT NOT NULL DEFAULT '{}',        -- of a job: what its file asks for, evaluated
    subject TEXT NOT NULL,                   -- SHA-256 of all that the answer is bound to
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'void', 'expired')),
    reason TEXT NOT NULL DEFAULT '',
    break_glass TEXT NOT NULL DEFAULT '',    -- why a freeze does not count
    break_glass_by TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    expires_at INTEGER,                      -- NULL: never
    decided_at INTEGER,
    CHECK ((kind = 'fork') = (job IS NULL)),
    CHECK ((state = 'pending') = (decided_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX approvals_of_fork ON approvals (repository, sha, head_repository, author)
    WHERE kind = 'fork' AND state IN ('pending', 'approved');
CREATE INDEX approvals_of_author ON approvals (repository, author) WHERE kind = 'fork' AND state = 'approved';
CREATE UNIQUE INDEX approvals_of_job ON approvals (job) WHERE job IS NOT NULL AND state IN ('pending', 'approved');
CREATE INDEX approvals_by_run ON approvals (run);
CREATE INDEX approvals_by_job ON approvals (job, id) WHERE job IS NOT NULL;
CREATE INDEX approvals_pending ON approvals (id) WHERE state = 'pending';

CREATE TABLE approval_votes (
    approval INTEGER NOT NULL REFERENCES approvals (id),
    actor TEXT NOT NULL,
    approves INTEGER NOT NULL CHECK (approves IN (0, 1)),
    comment TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (approval, actor)
) STRICT, WITHOUT ROWID;

-- Runs whose code nobody may start, whoever planned them and however they came to be queued.
CREATE VIEW untrusted_runs AS
    SELECT runs.id AS run FROM runs
    JOIN repositories ON repositories.id = runs.repository
    LEFT JOIN fork_heads AS head ON head.run = runs.id
    WHERE runs.from_fork = 1 AND repositories.fork_approval <> 'none'
    AND NOT EXISTS (
        SELECT 1 FROM approvals AS known
        WHERE known.kind = 'fork' AND known.state = 'approved' AND known.repository = runs.repository
        AND known.sha = head.sha AND known.head_repository = head.head_repository
        AND known.author = head.author)
    AND NOT (repositories.fork_approval = 'first-time' AND coalesce(head.author, 0) > 0 AND EXISTS (
        SELECT 1 FROM approvals AS known
        WHERE known.kind = 'fork' AND known.state = 'approved' AND known.repository = runs.repository
        AND known.author = head.author));

-- The last door: whatever the code above it overlooks, no attempt of such a run comes to be.
CREATE TRIGGER attempts_need_trust BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM jobs JOIN untrusted_runs ON untrusted_runs.run = jobs.run WHERE jobs.id = NEW.job)
BEGIN
    SELECT RAISE(ABORT, 'the head commit of this pull request from a fork is not approved');
END;
