-- The GitHub App that was made from the dashboard; what a configuration file names is not kept here.
CREATE TABLE forge_app (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    app_id TEXT NOT NULL,            -- GitHub's number of it
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    page TEXT NOT NULL,              -- its address at GitHub
    client_id TEXT NOT NULL,
    private_key BLOB NOT NULL,       -- sealed, as are the next two
    webhook_secret BLOB NOT NULL,
    client_secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;
-- Who was sent to GitHub to make one, until they come back.
CREATE TABLE forge_app_requests (
    state_sha256 TEXT PRIMARY KEY,
    session_sha256 TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
