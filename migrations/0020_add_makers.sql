-- Who made a token or a link, so that it ends with the account; 0: the command line, or before this was kept.
ALTER TABLE tokens ADD COLUMN maker INTEGER NOT NULL DEFAULT 0;
ALTER TABLE setup_links ADD COLUMN maker INTEGER NOT NULL DEFAULT 0;
-- Of a session without a user: who made the link that opened it.
ALTER TABLE sessions ADD COLUMN maker INTEGER NOT NULL DEFAULT 0;
