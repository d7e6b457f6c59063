-- When a job was last given it, to a minute; NULL: not since this is kept. Each use stands in the audit.
ALTER TABLE secrets ADD COLUMN used_at INTEGER;
