-- How exactly the photos of an album say when they were taken; 'off': not at all (PUB-9).
ALTER TABLE albums ADD COLUMN times TEXT NOT NULL DEFAULT 'off' CHECK (times IN ('off', 'day', 'hour', 'quarter'));
-- Rounded down to that before it is written.
ALTER TABLE photos ADD COLUMN taken TEXT;
-- Numbers and codes by which photos are found: a keyed hash to find them by, and the code itself under the
-- photo's key.
CREATE TABLE photo_codes (
    photo     BLOB NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    sealed    BLOB NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (photo, code_hash)
) STRICT;
CREATE INDEX photo_codes_hash ON photo_codes (code_hash);
-- Whether a link leads to all albums that were released through its channel.
ALTER TABLE gallery_links ADD COLUMN all_albums INTEGER NOT NULL DEFAULT 0 CHECK (all_albums IN (0, 1));
