-- The secret of the App's hook before the last rotation, valid for a while beside the new one.
ALTER TABLE forge_app ADD COLUMN old_webhook_secret BLOB;                      -- sealed
ALTER TABLE forge_app ADD COLUMN old_secret_until INTEGER NOT NULL DEFAULT 0;
