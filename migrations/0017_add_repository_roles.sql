-- People whose only roles are on repositories: none on the server.
CREATE TABLE users_new (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL CHECK (role IN ('none', 'viewer', 'developer', 'approver', 'admin')),
    password TEXT NOT NULL DEFAULT '',       -- scrypt$LOG2N$R$P$SALT$HASH; empty: none chosen yet
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;
INSERT INTO users_new SELECT id, name, role, password, created_at, disabled_at FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

CREATE TABLE repository_roles (
    user INTEGER NOT NULL REFERENCES users (id),
    repository INTEGER NOT NULL REFERENCES repositories (id),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'developer', 'approver', 'admin')),
    PRIMARY KEY (user, repository)
) STRICT, WITHOUT ROWID;
