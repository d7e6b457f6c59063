-- Whether a stranger may see a repository's badge, and flaky tests by the time of their report.
ALTER TABLE repositories ADD COLUMN is_private INTEGER NOT NULL DEFAULT 1 CHECK (is_private IN (0, 1)); -- until a signed delivery says otherwise
CREATE INDEX test_results_flaky ON test_results (attempt, test) WHERE flaky = 1;
