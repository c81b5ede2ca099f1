-- ABU-2: what the link alone does not give. A code for each person of a roster, handed over in person: a keyed hash,
-- good for one enrolment, gone with the roster.
CREATE TABLE enrolment_codes (
    album     BLOB NOT NULL,
    subject   BLOB NOT NULL,
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    wrong     INTEGER NOT NULL CHECK (wrong >= 0),
    made_at   INTEGER NOT NULL,
    PRIMARY KEY (album, subject),
    FOREIGN KEY (album, subject) REFERENCES roster (album, subject) ON DELETE CASCADE
) STRICT;
CREATE INDEX enrolment_codes_subject ON enrolment_codes (subject);

-- That somebody enrolled by a person's link: told on their page, also after the numbers are gone.
CREATE TABLE enrolments (
    subject         BLOB NOT NULL REFERENCES subjects (id),
    album           BLOB NOT NULL REFERENCES albums (id),
    enrolled_at     INTEGER NOT NULL,
    acknowledged_at INTEGER,
    PRIMARY KEY (subject, album, enrolled_at)
) STRICT;
