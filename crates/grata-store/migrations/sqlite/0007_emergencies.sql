-- What two people open together for an hour (SEC-6). Nobody approves what they have asked for themselves.
CREATE TABLE emergencies (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject       BLOB NOT NULL REFERENCES subjects (id),
    why           TEXT NOT NULL CHECK (why IN ('person-asked', 'authority', 'danger', 'fault')),
    sealed_reason BLOB NOT NULL,
    asked_by      BLOB NOT NULL REFERENCES accounts (id),
    asked_at      INTEGER NOT NULL,
    approved_by   BLOB REFERENCES accounts (id) CHECK (approved_by <> asked_by),
    approved_at   INTEGER CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    ended_at      INTEGER
) STRICT;
CREATE INDEX emergencies_subject ON emergencies (subject);
CREATE INDEX emergencies_asked_by ON emergencies (asked_by);
CREATE INDEX emergencies_approved_by ON emergencies (approved_by);
