-- What others made of our messages, so that it is changed instead of made again: a comment, a check run, a
-- chat message. The key is that of the outbox.
CREATE TABLE told_objects (
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,        -- counts objects that somebody removed there
    remote_id TEXT NOT NULL DEFAULT '',      -- '': there is none, or the answer that named it was lost
    shown TEXT NOT NULL DEFAULT '',          -- SHA-256 of what it says
    PRIMARY KEY (channel, subject)
) STRICT, WITHOUT ROWID;

-- The newest run of each workflow on a pull request: what its comment is about.
CREATE TABLE pull_runs (
    repository INTEGER NOT NULL REFERENCES repositories (id),
    number INTEGER NOT NULL,                 -- of the pull request
    workflow_path TEXT NOT NULL,
    event TEXT NOT NULL,
    head_sha TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    PRIMARY KEY (repository, number, workflow_path, event)
) STRICT, WITHOUT ROWID;

-- Each kind of message is sent by itself: a mail server that is away holds up no status.
DROP INDEX outbox_pending;
CREATE INDEX outbox_pending ON outbox (channel, next_at, id) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
