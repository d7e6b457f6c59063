-- A digest of the ledger, deployed again without a build: back to it, or on to another environment.
CREATE TABLE redeployments (
    job INTEGER PRIMARY KEY REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('rollback', 'promotion')),
    source INTEGER NOT NULL REFERENCES deployments (id), -- whose digest it is
    replaces INTEGER REFERENCES deployments (id),        -- what served when it was asked for; NULL: nothing did
    actor TEXT NOT NULL
) STRICT;

-- What each night finds: whether the image that a target would go back to can still be had.
CREATE TABLE ways_back (
    deployment INTEGER PRIMARY KEY REFERENCES deployments (id), -- what serves
    source INTEGER NOT NULL REFERENCES deployments (id),        -- what it would go back to
    state TEXT NOT NULL CHECK (state IN ('there', 'gone', 'unknown')),
    reason TEXT NOT NULL DEFAULT '',
    looked_at INTEGER NOT NULL
) STRICT;
