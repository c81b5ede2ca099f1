-- Who signs in, and what they may do. What somebody signs in with is kept as a keyed hash; what their
-- colleagues call them is sealed.
CREATE TABLE accounts (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    login_hash   BLOB NOT NULL UNIQUE CHECK (length(login_hash) = 32),
    sealed_label BLOB NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('photographer', 'reviewer', 'publisher', 'privacy', 'owner')),
    password     TEXT NOT NULL CHECK (password LIKE '$argon2id$%'),
    added_at     INTEGER NOT NULL,
    closed_at    INTEGER
) STRICT;

-- Links with which somebody makes their account, once. Only a hash is kept (SEC-7).
CREATE TABLE account_links (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    role       TEXT NOT NULL CHECK (role IN ('photographer', 'reviewer', 'publisher', 'privacy', 'owner')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

-- Who is signed in. Only a hash of what the browser keeps.
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    account    BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account);

-- Links by which people reach the finished photos of one album and channel (SEC-7).
CREATE TABLE gallery_links (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    album      BLOB NOT NULL REFERENCES albums (id),
    channel    TEXT NOT NULL REFERENCES channels (name),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX gallery_links_album ON gallery_links (album);

-- What pages ask for by album, file name and person.
CREATE INDEX photos_album ON photos (album, added_at, id);
CREATE INDEX renditions_file ON renditions (file_name);
CREATE INDEX invitations_album ON invitations (album, subject);
CREATE INDEX consent_acts_album ON consent_acts (album, subject);
