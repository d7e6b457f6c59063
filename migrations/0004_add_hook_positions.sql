-- How far the forge's log of a hook's deliveries was read; hook as in deliveries.
CREATE TABLE hook_positions (
    hook TEXT PRIMARY KEY,
    since INTEGER NOT NULL,          -- what was delivered before is nobody's business; the forge's clock
    read_until INTEGER NOT NULL      -- what was delivered until then is kept, or will never be
) STRICT;
