-- Of entries that a restored backup took over (§8): handles of what was not in it. A photo that was added after the
-- backup may be added once more, and is withheld then.
CREATE TABLE unmet_handles (
    place   INTEGER NOT NULL,
    handle  BLOB NOT NULL,
    PRIMARY KEY (place, handle)
) STRICT;
