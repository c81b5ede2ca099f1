-- As whom colleagues are known to a provider of sign-ins: a keyed hash of the provider and its name for them.
CREATE TABLE identities (
    identity_hash BLOB PRIMARY KEY CHECK (length(identity_hash) = 32),
    account       BLOB NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    added_at      INTEGER NOT NULL
) STRICT;
