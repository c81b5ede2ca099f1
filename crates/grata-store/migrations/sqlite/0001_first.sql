-- Ids are 16 random bytes. Moments are microseconds since 1970, days are texts like 2026-09-01.
-- Columns called sealed_... hold ciphertext under the key of the person or photo of their row, bound
-- to table, column and row. Every column has a label in inventory.toml.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE albums (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    title        TEXT NOT NULL CHECK (trim(title) <> ''),
    controller   TEXT NOT NULL CHECK (trim(controller) <> ''),
    source       TEXT NOT NULL CHECK (trim(source) <> '' AND source NOT IN ('web', 'unknown')),
    purpose      TEXT NOT NULL CHECK (trim(purpose) <> ''),
    contact      TEXT NOT NULL CHECK (trim(contact) <> ''),
    audience     TEXT NOT NULL CHECK (audience IN ('everyone', 'members')),
    keep_until   TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE channels (
    name     TEXT PRIMARY KEY,
    audience TEXT NOT NULL CHECK (audience IN ('everyone', 'members'))
) STRICT;

CREATE TABLE notices (
    album      BLOB NOT NULL REFERENCES albums (id),
    version    INTEGER NOT NULL CHECK (version > 0),
    language   TEXT NOT NULL,
    body       TEXT NOT NULL CHECK (trim(body) <> ''),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (album, version, language)
) STRICT;

CREATE TABLE photos (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    album        BLOB NOT NULL REFERENCES albums (id),
    file_digest  BLOB NOT NULL CHECK (length(file_digest) = 32),
    pixel_digest BLOB CHECK (length(pixel_digest) = 32),
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    review       TEXT NOT NULL CHECK (review IN ('clear', 'doubtful', 'done')),
    sealed_name  BLOB NOT NULL,
    added_at     INTEGER NOT NULL,
    UNIQUE (album, file_digest)
) STRICT;

CREATE TABLE faces (
    id       BLOB PRIMARY KEY CHECK (length(id) = 16),
    photo    BLOB NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    x        INTEGER NOT NULL,
    y        INTEGER NOT NULL,
    width    INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    shape    TEXT NOT NULL CHECK (shape IN ('rectangle', 'rounded')),
    found_by TEXT NOT NULL CHECK (found_by IN ('detector', 'reviewer')),
    place    INTEGER NOT NULL,
    UNIQUE (photo, place)
) STRICT;

CREATE TABLE subjects (
    id               BLOB PRIMARY KEY CHECK (length(id) = 16),
    tombstone        BLOB NOT NULL UNIQUE CHECK (length(tombstone) = 16),
    country          TEXT NOT NULL,
    language         TEXT NOT NULL,
    sealed_name      BLOB NOT NULL,
    sealed_contact   BLOB,
    sealed_age       BLOB NOT NULL,
    restricted_since INTEGER,
    revision         INTEGER NOT NULL,
    added_at         INTEGER NOT NULL
) STRICT;

CREATE TABLE guardians (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject        BLOB NOT NULL REFERENCES subjects (id) ON DELETE CASCADE,
    sealed_name    BLOB NOT NULL,
    sealed_contact BLOB,
    verified_at    INTEGER,
    verified_how   TEXT,
    until          TEXT,
    place          INTEGER NOT NULL,
    UNIQUE (subject, place)
) STRICT;

-- Links by which a person reaches their page. Only a hash is kept (SEC-7).
CREATE TABLE invitations (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    subject    BLOB NOT NULL REFERENCES subjects (id) ON DELETE CASCADE,
    guardian   BLOB REFERENCES guardians (id) ON DELETE CASCADE,
    album      BLOB NOT NULL REFERENCES albums (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX invitations_subject ON invitations (subject);
CREATE INDEX invitations_guardian ON invitations (guardian);

CREATE TABLE consent_acts (
    place           INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    subject         BLOB NOT NULL REFERENCES subjects (id),
    album           BLOB NOT NULL REFERENCES albums (id),
    purpose         TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('give', 'refuse', 'withdraw', 'contest', 'expire')),
    until           TEXT CHECK ((until IS NULL) = (kind <> 'give')),
    guardian        BLOB,
    means           TEXT NOT NULL CHECK (means IN ('own-session', 'paper', 'clock')),
    sealed_form     BLOB CHECK ((sealed_form IS NULL) = (means <> 'paper')),
    notice_version  INTEGER NOT NULL,
    notice_language TEXT NOT NULL,
    notice_sha256   BLOB NOT NULL CHECK (length(notice_sha256) = 32),
    at              INTEGER NOT NULL,
    -- The rules of core, once more where raw SQL cannot get around them (ABU-14, CON-12).
    CHECK (means <> 'paper' OR purpose LIKE 'publish:%'),
    CHECK ((means = 'clock') = (kind = 'expire'))
) STRICT;
CREATE INDEX consent_acts_subject ON consent_acts (subject, place);

CREATE TABLE tags (
    place   INTEGER PRIMARY KEY,
    id      BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    photo   BLOB NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    face    BLOB NOT NULL REFERENCES faces (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL CHECK (kind IN ('is', 'not-a-face', 'undo')),
    subject BLOB REFERENCES subjects (id) CHECK ((subject IS NULL) = (kind <> 'is')),
    undoes  BLOB CHECK ((undoes IS NULL) = (kind <> 'undo')),
    account BLOB,
    own     BLOB CHECK ((own IS NULL) = (account IS NOT NULL)),
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX tags_photo ON tags (photo, place);
CREATE INDEX tags_subject ON tags (subject);
CREATE INDEX tags_face ON tags (face);
CREATE INDEX tags_own ON tags (own);

CREATE TABLE not_me (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject    BLOB NOT NULL REFERENCES subjects (id),
    photo      BLOB NOT NULL CHECK (length(photo) = 32),
    x          INTEGER NOT NULL,
    y          INTEGER NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    taken_back INTEGER
) STRICT;
CREATE INDEX not_me_photo ON not_me (photo);
CREATE INDEX not_me_subject ON not_me (subject);

CREATE TABLE objections (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    photo      BLOB CHECK (length(photo) = 32),
    x          INTEGER,
    y          INTEGER,
    width      INTEGER,
    height     INTEGER,
    subject    BLOB REFERENCES subjects (id),
    raised_at  INTEGER NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('open', 'upheld', 'rejected', 'taken-back')),
    decided_at INTEGER CHECK ((decided_at IS NULL) = (outcome = 'open')),
    CHECK ((photo IS NULL) <> (subject IS NULL))
) STRICT;
CREATE INDEX objections_photo ON objections (photo);
CREATE INDEX objections_subject ON objections (subject);

-- Photos that were removed at somebody's wish, so that they do not come back (ABU-11).
CREATE TABLE removed_photos (
    digest     BLOB PRIMARY KEY CHECK (length(digest) = 32),
    removed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE releases (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    album      BLOB NOT NULL REFERENCES albums (id),
    channel    TEXT NOT NULL REFERENCES channels (name),
    begun_at   INTEGER NOT NULL,
    recipient  TEXT NOT NULL
) STRICT;
CREATE INDEX releases_album ON releases (album);

CREATE TABLE renditions (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    release     BLOB NOT NULL REFERENCES releases (id),
    photo       BLOB NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    album       BLOB NOT NULL,
    channel     TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    made_at     INTEGER NOT NULL,
    recalled_at INTEGER
) STRICT;
CREATE INDEX renditions_photo ON renditions (photo);
CREATE INDEX renditions_release ON renditions (release);

CREATE TABLE rendition_faces (
    rendition BLOB NOT NULL REFERENCES renditions (id) ON DELETE CASCADE,
    face      BLOB NOT NULL,
    subject   BLOB NOT NULL,
    PRIMARY KEY (rendition, face)
) STRICT;
CREATE INDEX rendition_faces_subject ON rendition_faces (subject);

CREATE TABLE rendition_regions (
    rendition BLOB NOT NULL REFERENCES renditions (id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    face      BLOB,
    x         INTEGER NOT NULL,
    y         INTEGER NOT NULL,
    width     INTEGER NOT NULL,
    height    INTEGER NOT NULL,
    shape     TEXT NOT NULL CHECK (shape IN ('rectangle', 'rounded')),
    PRIMARY KEY (rendition, place)
) STRICT;

CREATE TABLE requests (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject     BLOB REFERENCES subjects (id),
    kind        TEXT NOT NULL CHECK (kind IN ('access', 'erase', 'restrict', 'object', 'export', 'rectify')),
    received_on TEXT NOT NULL,
    extended_on TEXT,
    closed_at   INTEGER
) STRICT;
CREATE INDEX requests_subject ON requests (subject);

CREATE TABLE erasures (
    tombstone    BLOB PRIMARY KEY CHECK (length(tombstone) = 16),
    subject      BLOB CHECK (length(subject) = 16),
    begun_at     INTEGER NOT NULL,
    completed_at INTEGER,
    certificate  TEXT
) STRICT;

CREATE TABLE log_entries (
    place INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

CREATE TABLE log_tiles (
    level  INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, place)
) STRICT;

CREATE TABLE log_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;

-- What an entry says about a person, and the nonce that shows it; gone with the person's key.
CREATE TABLE log_payloads (
    place          INTEGER NOT NULL,
    part           INTEGER NOT NULL,
    subject        BLOB NOT NULL REFERENCES subjects (id),
    sealed_opening BLOB NOT NULL,
    PRIMARY KEY (place, part)
) STRICT;
CREATE INDEX log_payloads_subject ON log_payloads (subject);

-- Append-only. Rows about a person go when the person is erased, and only then: an erasure is on
-- record by that time. The log itself is never touched.
CREATE TRIGGER consent_acts_stay BEFORE UPDATE ON consent_acts
BEGIN SELECT RAISE (ABORT, 'consent acts are append-only'); END;
CREATE TRIGGER consent_acts_remain BEFORE DELETE ON consent_acts
WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.subject = OLD.subject)
BEGIN SELECT RAISE (ABORT, 'consent acts are append-only'); END;
CREATE TRIGGER tags_stay BEFORE UPDATE ON tags
BEGIN SELECT RAISE (ABORT, 'tags are append-only'); END;
CREATE TRIGGER log_entries_stay BEFORE UPDATE ON log_entries
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_entries_remain BEFORE DELETE ON log_entries
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER not_me_remain BEFORE DELETE ON not_me
WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.subject = OLD.subject)
BEGIN SELECT RAISE (ABORT, 'marks are append-only'); END;
CREATE TRIGGER erasures_remain BEFORE DELETE ON erasures
BEGIN SELECT RAISE (ABORT, 'erasures are append-only'); END;
