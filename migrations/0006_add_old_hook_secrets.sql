-- The secret before the last rotation, valid for a while beside the new one.
ALTER TABLE repositories ADD COLUMN old_hook_secret BLOB;                      -- sealed
ALTER TABLE repositories ADD COLUMN old_secret_until INTEGER NOT NULL DEFAULT 0;
