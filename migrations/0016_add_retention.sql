-- What is kept of a repository's history, where an admin says otherwise than the configuration; NULL: as that says, 0: no limit.
CREATE TABLE retention (
    repository INTEGER PRIMARY KEY REFERENCES repositories (id),
    run_days INTEGER,
    runs INTEGER,                    -- the newest so many
    log_days INTEGER,
    log_bytes INTEGER
) STRICT;

-- Logs of which no row speaks any more. Their files go after the commit that says so: what dies between leaves files,
-- which the next round removes, and never a row without its file.
CREATE TABLE unwanted_logs (
    fence INTEGER PRIMARY KEY
) STRICT;

ALTER TABLE attempts ADD COLUMN log_bytes INTEGER NOT NULL DEFAULT 0; -- of all steps, once it has ended; 0 when removed
ALTER TABLE attempts ADD COLUMN logs_removed_at INTEGER;
UPDATE attempts SET log_bytes = (SELECT coalesce(sum(log_bytes), 0) FROM steps WHERE attempt = attempts.id)
    WHERE ended_at IS NOT NULL;
CREATE INDEX attempts_logs ON attempts (ended_at, job, log_bytes) WHERE log_bytes > 0;
CREATE INDEX runs_ended ON runs (repository, finished_at) WHERE finished_at IS NOT NULL;

-- For whoever is removed: who still refers to it.
CREATE INDEX runs_definition ON runs (definition);
CREATE INDEX artifacts_job ON artifacts (job);
CREATE INDEX artifacts_attempt ON artifacts (attempt);
CREATE INDEX reports_job ON reports (job);
CREATE INDEX pull_runs_run ON pull_runs (run);
CREATE INDEX deployments_run ON deployments (run);
CREATE INDEX deployment_effects_fence ON deployment_effects (fence);
CREATE INDEX deployment_evidence_fence ON deployment_evidence (fence);
