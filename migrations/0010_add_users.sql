-- People: a name, a role and what is left of a password; a link by which one chooses it.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'developer', 'approver', 'admin')),
    password TEXT NOT NULL DEFAULT '',       -- scrypt$LOG2N$R$P$SALT$HASH; empty: none chosen yet
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

ALTER TABLE sessions ADD COLUMN user INTEGER NOT NULL DEFAULT 0;     -- 0: opened by a set-up link
CREATE INDEX sessions_user ON sessions (user) WHERE ended_at IS NULL;
ALTER TABLE setup_links ADD COLUMN user INTEGER NOT NULL DEFAULT 0;  -- 0: an admin's
