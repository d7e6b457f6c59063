-- GitHub's own number of the hook that sends to us: made through its API, or found there by its address.
ALTER TABLE repositories ADD COLUMN forge_hook INTEGER;
