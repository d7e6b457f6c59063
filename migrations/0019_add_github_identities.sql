-- Whose account at GitHub is whose here: by GitHub's number, for a name may become another's.
CREATE TABLE github_identities (
    number INTEGER PRIMARY KEY CHECK (number > 0), -- GitHub's, of the account
    user INTEGER NOT NULL UNIQUE REFERENCES users (id),
    login TEXT NOT NULL,                     -- as GitHub called it at the last sign-in; for people to read
    joined INTEGER NOT NULL CHECK (joined IN (0, 1)), -- 1: the account was made by signing in
    linked_at INTEGER NOT NULL
) STRICT;
