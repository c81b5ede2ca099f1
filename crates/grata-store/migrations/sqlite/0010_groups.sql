-- Closed groups (M3): what has to be on record before a face is compared (BYS-7), the roster, the templates of
-- those who enrolled themselves, and questions to them. Nothing here is about anybody who did not enrol.
CREATE TABLE closed_groups (
    album            BLOB PRIMARY KEY REFERENCES albums (id) CHECK (length(album) = 16),
    profile          TEXT NOT NULL CHECK (profile IN ('free', 'school', 'employer')),
    model            TEXT,
    closed_on        TEXT,
    roster_sha256    BLOB CHECK ((roster_sha256 IS NULL) = (closed_on IS NULL)),
    all_agreed_on    TEXT,
    assessment       TEXT,
    assessment_on    TEXT CHECK ((assessment_on IS NULL) = (assessment IS NULL)),
    assessment_sha256 BLOB CHECK ((assessment_sha256 IS NULL) = (assessment IS NULL)),
    notice_on        TEXT,
    captured_from    TEXT,
    accountable      TEXT,
    until            TEXT,
    ceiling          INTEGER CHECK (ceiling >= 0),
    calibration      TEXT,
    opinion          TEXT,
    opinion_on       TEXT CHECK ((opinion_on IS NULL) = (opinion IS NULL)),
    consultation     TEXT,
    consultation_on  TEXT CHECK ((consultation_on IS NULL) = (consultation IS NULL)),
    alternative      TEXT,
    alternative_on   TEXT CHECK ((alternative_on IS NULL) = (alternative IS NULL)),
    paused_at        INTEGER,
    embedded         INTEGER NOT NULL CHECK (embedded >= 0),
    late_rounds      INTEGER NOT NULL CHECK (late_rounds >= 0),
    late_round_at    INTEGER,
    created_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE roster (
    album    BLOB NOT NULL REFERENCES closed_groups (album) ON DELETE CASCADE,
    subject  BLOB NOT NULL REFERENCES subjects (id),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (album, subject)
) STRICT;
CREATE INDEX roster_subject ON roster (subject);

CREATE TABLE templates (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject        BLOB NOT NULL REFERENCES subjects (id),
    album          BLOB NOT NULL,
    consent        BLOB NOT NULL REFERENCES consent_acts (id),
    version        INTEGER NOT NULL CHECK (version = 1),
    model_sha256   BLOB NOT NULL CHECK (length(model_sha256) = 32),
    sealed_numbers BLOB NOT NULL,
    enrolled_at    INTEGER NOT NULL,
    UNIQUE (album, subject),
    FOREIGN KEY (album, subject) REFERENCES roster (album, subject) ON DELETE CASCADE
) STRICT;
CREATE INDEX templates_subject ON templates (subject);
CREATE INDEX templates_consent ON templates (consent);

-- Which photo and which face are sealed: who matched where is for nobody but the person.
CREATE TABLE suggestions (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject      BLOB NOT NULL REFERENCES subjects (id),
    album        BLOB NOT NULL REFERENCES closed_groups (album) ON DELETE CASCADE,
    sealed_match BLOB NOT NULL,
    made_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX suggestions_subject ON suggestions (subject);
CREATE INDEX suggestions_album ON suggestions (album);

-- Which photos were compared, whoever is in them.
CREATE TABLE compared_photos (
    photo       BLOB PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
    album       BLOB NOT NULL REFERENCES closed_groups (album) ON DELETE CASCADE,
    compared_at INTEGER NOT NULL
) STRICT;
CREATE INDEX compared_photos_album ON compared_photos (album);

-- CON-1: no template without a yes of that very person, to comparison, in that album, that has not ended and
-- was not taken back. Raw SQL cannot get around it.
CREATE TRIGGER templates_rest_on_consent BEFORE INSERT ON templates
WHEN NOT EXISTS (
    SELECT 1 FROM consent_acts given
    WHERE given.id = NEW.consent AND given.subject = NEW.subject AND given.album = NEW.album
      AND given.purpose = 'find' AND given.kind = 'give' AND given.means = 'own-session'
      AND given.until >= date(NEW.enrolled_at / 1000000, 'unixepoch')
      AND NOT EXISTS (
          SELECT 1 FROM consent_acts later
          WHERE later.subject = given.subject AND later.album = given.album AND later.purpose = 'find'
            AND later.kind <> 'give' AND later.place > given.place))
BEGIN SELECT RAISE (ABORT, 'a template rests on a consent that is in force'); END;
CREATE TRIGGER templates_stay BEFORE UPDATE ON templates
BEGIN SELECT RAISE (ABORT, 'a template is never changed'); END;

-- CON-5, CON-7: whoever says no, or whose yes has ended, is found by nothing from that moment on.
CREATE TRIGGER consent_acts_end_templates AFTER INSERT ON consent_acts
WHEN NEW.purpose = 'find' AND NEW.kind <> 'give'
BEGIN
    DELETE FROM templates WHERE subject = NEW.subject AND album = NEW.album;
    DELETE FROM suggestions WHERE subject = NEW.subject AND album = NEW.album;
END;
