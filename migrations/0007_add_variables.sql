-- Configuration variables: the `vars` of workflows.
CREATE TABLE variables (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL DEFAULT 0,   -- 0: the server's
    environment TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL COLLATE NOCASE,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (repository, environment, name)
) STRICT;
