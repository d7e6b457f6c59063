-- A key pair made here, to fetch with over SSH.
ALTER TABLE repositories ADD COLUMN deploy_key BLOB;                           -- the private half, sealed
ALTER TABLE repositories ADD COLUMN deploy_key_public TEXT NOT NULL DEFAULT '';
