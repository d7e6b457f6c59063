-- Who did what: append-only, each row's hash covers the row before (server/store/audit_store.hpp).
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,   -- 1, 2, 3, …: sqlite_sequence still knows a row that was cut off
    at INTEGER NOT NULL,
    actor_id TEXT NOT NULL,                  -- user:3, token:7, socket:1000, setup-link, server; '': nobody
    actor TEXT NOT NULL,                     -- what it was called then: user:ada
    address TEXT NOT NULL DEFAULT '',        -- the client's; unix: the command line; '': the server itself
    action TEXT NOT NULL,                    -- noun.verb: secret.set
    object TEXT NOT NULL DEFAULT '',         -- its name or number
    repository INTEGER NOT NULL DEFAULT 0,   -- 0: the server's
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    before TEXT NOT NULL DEFAULT '',         -- JSON; '': nothing was there
    after TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL                       -- SHA-256, hex
) STRICT;
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_repository ON audit (repository, seq) WHERE repository <> 0;

-- Against mistakes of ours; what stands against others is the chain.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;
