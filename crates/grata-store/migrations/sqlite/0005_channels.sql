-- A channel that is retired takes no new answers and no new releases; what has left by it stays, and can be
-- recalled. What people call a channel is data, in every language that they are asked in (TRA-5).
ALTER TABLE channels ADD COLUMN retired_at INTEGER;

CREATE TABLE channel_titles (
    channel  TEXT NOT NULL REFERENCES channels (name),
    language TEXT NOT NULL,
    title    TEXT NOT NULL CHECK (trim(title) <> ''),
    PRIMARY KEY (channel, language)
) STRICT;
