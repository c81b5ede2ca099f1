//! Keys. A data key for each person and each photo, wrapped by the key of the present epoch, which
//! is wrapped by a root key that lives elsewhere:
//!
//! ```text
//! root key (a file, an age identity, another program)
//!  └─ epoch key        changed at every erasure; the one before is destroyed
//!      └─ data key     of a person or a photo; destroying it erases what is under it
//! ```
//!
//! Wrapped keys have a file, a folder and a backup of their own: a backup that holds keys and data
//! together makes destroying a key worthless (KEY-1, KEY-5).

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use grata_core::id::{PhotoId, SubjectId, TemplateId};
use hmac::{Hmac, Mac as _};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::engine::sqlite::{refine, scrub, set_up};
use crate::error::{Result, StoreError, StoreErrorKind};
use crate::random;

mod root;

pub use root::{AgeRoot, CommandRoot, FileRoot, RootKey};

/// 256 bits that are wiped when they are dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// Whose data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// Of a person: names, contacts, evidence, what the log says about them.
    Subject(SubjectId),
    /// Of a photo: the original, its name, what was made of it.
    Photo(PhotoId),
    /// Of one template, beside that of the person: a new one for each enrolment, destroyed with the old
    /// (KEY-4).
    Template(TemplateId),
    /// The seed of the key that signs the log and receipts.
    Log,
    /// Keys digests of photos and handles of the log, so that they mean nothing elsewhere.
    Installation,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(id) => write!(f, "subject:{id}"),
            Self::Photo(id) => write!(f, "photo:{id}"),
            Self::Template(id) => write!(f, "template:{id}"),
            Self::Log => f.write_str("log"),
            Self::Installation => f.write_str("installation"),
        }
    }
}

impl KeyName {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("subject", id)) => id.parse().ok().map(Self::Subject),
            Some(("photo", id)) => id.parse().ok().map(Self::Photo),
            Some(("template", id)) => id.parse().ok().map(Self::Template),
            None if text == "log" => Some(Self::Log),
            None if text == "installation" => Some(Self::Installation),
            _ => None,
        }
    }
}

/// Where a sealed value stands. A value that is moved to another row, column or table does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table, or the kind of blob.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The id of the row.
    pub row: &'a [u8],
}

impl Place<'_> {
    pub(crate) fn bytes(&self, key: KeyName) -> Vec<u8> {
        let mut bytes = format!("grata sealed 1\0{key}\0{}\0{}\0", self.table, self.column).into_bytes();
        bytes.extend_from_slice(self.row);
        bytes
    }
}

/// The keys, and what is done with them. No key leaves it but for the log's.
pub struct Vault {
    root: Box<dyn RootKey>,
    state: Mutex<State>,
}

struct State {
    connection: Connection,
    epoch: i64,
    epoch_key: Secret,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS epochs (id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) STRICT;";

/// The first byte of everything that is sealed. There is one way to seal, and a number for the next.
const SEALED_V1: u8 = 1;
const NONCE_BYTES: usize = 24;

impl Vault {
    /// Opens the key file, or makes it, with the first epoch and the keys of the installation.
    ///
    /// # Errors
    /// The file cannot be used, or the root key is not the one it was made with.
    pub fn open(file: &Path, root: Box<dyn RootKey>) -> Result<Self> {
        let mut connection = Connection::open(file).map_err(refine)?;
        restrict_to_owner(file)?;
        set_up(&connection)?;
        connection.execute_batch(SCHEMA).map_err(refine)?;
        let newest = connection
            .query_row("SELECT id, wrapped FROM epochs ORDER BY id DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()
            .map_err(refine)?;
        let (epoch, epoch_key) = match newest {
            Some((epoch, wrapped)) => (epoch, root.open(&wrapped)?),
            None => {
                let key = random::secret();
                let wrapped = root.wrap(&key)?;
                let tx =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refine)?;
                tx.execute("INSERT INTO epochs (id, wrapped) VALUES (1, ?1)", [&wrapped]).map_err(refine)?;
                tx.commit().map_err(refine)?;
                (1, key)
            }
        };
        let vault = Self { root, state: Mutex::new(State { connection, epoch, epoch_key }) };
        for name in [KeyName::Log, KeyName::Installation] {
            if !vault.holds(name)? {
                vault.create(name)?;
            }
        }
        Ok(vault)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Changes to keys are transactions: a panic in one leaves the state before it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a data key.
    ///
    /// # Errors
    /// There is one already.
    pub fn create(&self, name: KeyName) -> Result<()> {
        let state = self.state();
        let wrapped = state.wrap(name, &random::secret())?;
        state
            .connection
            .prepare_cached("INSERT INTO keys (name, epoch, wrapped) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute((name.to_string(), state.epoch, wrapped)))
            .map_err(refine)?;
        Ok(())
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// The key file cannot be used.
    pub fn holds(&self, name: KeyName) -> Result<bool> {
        Ok(self.state().wrapped(name)?.is_some())
    }

    /// All keys of people and photos.
    ///
    /// # Errors
    /// The key file cannot be used.
    pub fn list(&self) -> Result<Vec<KeyName>> {
        let state = self.state();
        let mut statement =
            state.connection.prepare("SELECT name FROM keys ORDER BY name").map_err(refine)?;
        let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(refine)?;
        let names = names.collect::<std::result::Result<Vec<_>, _>>().map_err(refine)?;
        Ok(names.iter().filter_map(|name| KeyName::parse(name)).collect())
    }

    /// Whether it holds a key of a person, a photo or a template: more than every installation begins with.
    ///
    /// # Errors
    /// The key file cannot be used.
    pub(crate) fn is_in_use(&self) -> Result<bool> {
        let first = [KeyName::Log, KeyName::Installation].map(|name| name.to_string());
        let sql = "SELECT EXISTS (SELECT 1 FROM keys WHERE name NOT IN (?1, ?2))";
        self.state().connection.query_row(sql, first, |row| row.get(0)).map_err(refine)
    }

    /// Seals a value for a place.
    ///
    /// # Errors
    /// There is no such key, or none any more.
    pub fn seal(&self, name: KeyName, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        seal_with(&self.secret(name)?, &place.bytes(name), plain)
    }

    /// Opens a value that was sealed for this place.
    ///
    /// # Errors
    /// There is no such key any more, or the value was changed or moved.
    pub fn open_sealed(&self, name: KeyName, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        open_with(&self.secret(name)?, &place.bytes(name), sealed)
    }

    /// A key that takes both: whoever destroys either has destroyed it. `what` it is for.
    ///
    /// # Errors
    /// One of them is not there, or not any more.
    pub(crate) fn of_both(&self, one: KeyName, other: KeyName, what: &[u8]) -> Result<Secret> {
        let (one, other) = (self.secret(one)?, self.secret(other)?);
        // HMAC takes keys of any length, 32 bytes among them.
        let mut mac = match Hmac::<Sha256>::new_from_slice(one.as_slice()) {
            Ok(mac) => mac,
            Err(never) => unreachable!("{never}"),
        };
        mac.update(what);
        mac.update(other.as_slice());
        Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// The names of all keys of templates.
    ///
    /// # Errors
    /// The key file cannot be used.
    pub(crate) fn templates(&self) -> Result<Vec<TemplateId>> {
        let state = self.state();
        let sql = "SELECT name FROM keys WHERE name >= 'template:' AND name < 'template;'";
        let mut select = state.connection.prepare_cached(sql).map_err(refine)?;
        let names = select.query_map([], |row| row.get::<_, String>(0)).map_err(refine)?;
        let names = names.collect::<std::result::Result<Vec<_>, _>>().map_err(refine)?;
        Ok(names
            .iter()
            .filter_map(|name| match KeyName::parse(name) {
                Some(KeyName::Template(id)) => Some(id),
                _ => None,
            })
            .collect())
    }

    /// The data key itself.
    pub(crate) fn secret(&self, name: KeyName) -> Result<Secret> {
        let state = self.state();
        let wrapped = state.wrapped(name)?;
        state.unwrap(name, &wrapped.ok_or_else(|| StoreError::not_found("key, or none any more"))?)
    }

    /// Destroys a data key. What is under it stays closed for good, once [`Vault::rotate`] has
    /// destroyed the epoch it was wrapped in as well. Safe to repeat.
    ///
    /// # Errors
    /// The key file cannot be used; then nothing was destroyed.
    pub fn shred(&self, name: KeyName) -> Result<()> {
        let state = self.state();
        state.connection.execute("DELETE FROM keys WHERE name = ?1", [name.to_string()]).map_err(refine)?;
        Ok(())
    }

    /// Wraps all keys anew under a new epoch and destroys all older ones, with every trace in the
    /// file. Wrapped keys of yesterday open with nothing that is left (§8).
    ///
    /// # Errors
    /// The key file cannot be used; then the old epoch still holds and everything still opens.
    pub fn rotate(&self) -> Result<()> {
        let mut state = self.state();
        let key = random::secret();
        let wrapped = self.root.wrap(&key)?;
        let next = state.epoch + 1;
        let rewrapped: BTreeMap<String, Vec<u8>> = {
            let mut all = state.connection.prepare("SELECT name, wrapped FROM keys").map_err(refine)?;
            let rows = all
                .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .map_err(refine)?;
            let mut rewrapped = BTreeMap::new();
            for row in rows {
                let (name, wrapped) = row.map_err(refine)?;
                let known = KeyName::parse(&name).ok_or_else(|| StoreError::damaged("the key file"))?;
                let secret = state.unwrap(known, &wrapped)?;
                rewrapped.insert(name, wrap_with(&key, next, known, &secret)?);
            }
            rewrapped
        };
        let tx =
            state.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refine)?;
        tx.execute("INSERT INTO epochs (id, wrapped) VALUES (?1, ?2)", (next, wrapped)).map_err(refine)?;
        {
            let mut update =
                tx.prepare("UPDATE keys SET epoch = ?1, wrapped = ?2 WHERE name = ?3").map_err(refine)?;
            for (name, wrapped) in &rewrapped {
                update.execute((next, wrapped, name)).map_err(refine)?;
            }
        }
        tx.execute("DELETE FROM epochs WHERE id < ?1", [next]).map_err(refine)?;
        tx.commit().map_err(refine)?;
        state.epoch = next;
        state.epoch_key = key;
        scrub(&state.connection)
    }

    /// A copy of the key file, for a backup of its own, apart from that of the data. It holds wrapped
    /// keys; the root key is not in it. One from before an erasure has to go when the next is made.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let text = path.to_str().ok_or_else(|| StoreError::conflict("the path of the copy is not text"))?;
        self.state().connection.execute("VACUUM INTO ?1", [text]).map_err(refine)?;
        restrict_to_owner(path)
    }

    /// Which epoch it is; grows with each [`Vault::rotate`].
    pub fn epoch(&self) -> i64 {
        self.state().epoch
    }
}

impl State {
    fn wrapped(&self, name: KeyName) -> Result<Option<Vec<u8>>> {
        self.connection
            .prepare_cached("SELECT wrapped FROM keys WHERE name = ?1")
            .and_then(|mut select| select.query_row([name.to_string()], |row| row.get(0)).optional())
            .map_err(refine)
    }

    fn wrap(&self, name: KeyName, secret: &Secret) -> Result<Vec<u8>> {
        wrap_with(&self.epoch_key, self.epoch, name, secret)
    }

    fn unwrap(&self, name: KeyName, wrapped: &[u8]) -> Result<Secret> {
        let plain = open_with(&self.epoch_key, &key_place(self.epoch, name), wrapped)?;
        let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| StoreError::damaged("the key file"))?;
        Ok(Zeroizing::new(bytes))
    }
}

fn wrap_with(epoch_key: &Secret, epoch: i64, name: KeyName, secret: &Secret) -> Result<Vec<u8>> {
    seal_with(epoch_key, &key_place(epoch, name), secret.as_slice())
}

fn key_place(epoch: i64, name: KeyName) -> Vec<u8> {
    format!("grata key 1\0{epoch}\0{name}").into_bytes()
}

/// XChaCha20-Poly1305 with a random nonce, which is long enough never to repeat.
pub(crate) fn seal_with(key: &Secret, place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = random::bytes();
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place })
        .map_err(|_| StoreError::new(StoreErrorKind::Internal, "a value is too large to be sealed"))?;
    let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
    bytes.push(SEALED_V1);
    bytes.extend(nonce);
    bytes.extend(sealed);
    Ok(bytes)
}

pub(crate) fn open_with(key: &Secret, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let damaged = || StoreError::damaged("something sealed");
    let (&version, rest) = sealed.split_first().ok_or_else(damaged)?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
    if version != SEALED_V1 {
        return Err(damaged());
    }
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: place });
    plain.map(Zeroizing::new).map_err(|_| damaged())
}

/// Only the owner reads or writes a file with keys.
pub(crate) fn restrict_to_owner(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
            .map_err(|error| StoreError::unavailable("the key file", error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
