-- Tokens of the forge that jobs hold, sealed, until they are revoked after the job's end.
CREATE TABLE job_tokens (
    id INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
