-- Whether people may look for themselves on their own device (M2), in what is released of an album through a channel:
-- what kind of people they are, and what a school or an employer has on record (CON-9).
CREATE TABLE own_device (
    album            BLOB NOT NULL REFERENCES albums (id),
    channel          TEXT NOT NULL REFERENCES channels (name),
    profile          TEXT NOT NULL CHECK (profile IN ('free', 'school', 'employer')),
    assessment       TEXT,
    assessment_on    TEXT CHECK ((assessment_on IS NULL) = (assessment IS NULL)),
    assessment_sha256 BLOB CHECK ((assessment_sha256 IS NULL) = (assessment IS NULL)),
    opinion          TEXT,
    opinion_on       TEXT CHECK ((opinion_on IS NULL) = (opinion IS NULL)),
    consultation     TEXT,
    consultation_on  TEXT CHECK ((consultation_on IS NULL) = (consultation IS NULL)),
    alternative      TEXT,
    alternative_on   TEXT CHECK ((alternative_on IS NULL) = (alternative IS NULL)),
    on_since         INTEGER,
    PRIMARY KEY (album, channel)
) STRICT;
-- It was a setting, and said nothing about that: off, until somebody turns it on and says it.
DELETE FROM settings WHERE name LIKE 'own\_device %' ESCAPE '\';
