-- Scans of signed forms (CON-12). What they show lies with the photos, sealed under the key of the person;
-- here is whose it is and what kind of file. Which acts rest on one stands in their sealed form.

CREATE TABLE evidence (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject    BLOB NOT NULL REFERENCES subjects (id),
    media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    bytes      INTEGER NOT NULL CHECK (bytes > 0),
    added_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_subject ON evidence (subject);

CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
BEGIN SELECT RAISE (ABORT, 'evidence is append-only'); END;
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.subject = OLD.subject)
BEGIN SELECT RAISE (ABORT, 'evidence is append-only'); END;
