-- Passkeys of those who work here. What verifies one is sealed; it is found by a keyed hash of the id that
-- the authenticator gave it.
CREATE TABLE passkeys (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    account         BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_hash BLOB NOT NULL UNIQUE CHECK (length(credential_hash) = 32),
    sealed_label    BLOB NOT NULL,
    sealed_key      BLOB NOT NULL,
    added_at        INTEGER NOT NULL,
    used_at         INTEGER
) STRICT;
CREATE INDEX passkeys_account ON passkeys (account);

-- By what somebody came in: where a passkey is demanded, a password alone opens next to nothing.
ALTER TABLE sessions ADD COLUMN came_by TEXT NOT NULL DEFAULT 'password'
    CHECK (came_by IN ('password', 'passkey', 'provider'));
