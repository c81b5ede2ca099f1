//! Database, keys and photos together.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ed25519_dalek::{SigningKey, VerifyingKey};
use grata_core::audit::checkpoint::{Checkpoint, Origin, verifier_key};
use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::audit::tile::TileHashes;
use grata_core::audit::tree::prove_inclusion;
use grata_core::digest::Digest;
use grata_core::photo::PhotoDigest;
use grata_core::purpose::ChannelKey;
use grata_core::signed::{Document, DocumentKind, LogProof};
use grata_core::subject::AgeRules;
use grata_core::time::Timestamp;
use hmac::Mac as _;
use serde_json::Value as Json;

use crate::blobs::Blobs;
use crate::engine::sqlite::Sqlite;
use crate::engine::{Access, Engine};
use crate::error::{Result, StoreError, StoreErrorKind};
use crate::folder::{DATABASE, DataFolder, FolderLock};
use crate::random;
use crate::tx::{Committed, Reader, Tx, keyed};
use crate::values;
use crate::vault::{KeyName, RootKey, Secret, Vault};

/// Where things are. Keys are not among the data: one backup must not hold both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorePlaces {
    /// Database and photos.
    pub data: PathBuf,
    /// Wrapped keys.
    pub keys: PathBuf,
}

impl StorePlaces {
    /// Keys beside the data: `photos` and `photos-keys`.
    pub fn beside(data: &Path) -> Self {
        let mut keys = data.as_os_str().to_owned();
        keys.push("-keys");
        Self { data: data.to_path_buf(), keys: keys.into() }
    }

    fn key_file(&self) -> PathBuf {
        self.keys.join("keys.db")
    }

    fn check(&self) -> Result<()> {
        if self.keys.starts_with(&self.data) || self.data.starts_with(&self.keys) {
            let message = "keys and data have to be in different folders, neither inside the other";
            return Err(StoreError::new(StoreErrorKind::Refused, message));
        }
        Ok(())
    }
}

/// What readers and writers share.
pub(crate) struct Shared {
    pub vault: Arc<Vault>,
    pub origin: Origin,
    pub signing: SigningKey,
    pub installation: Secret,
    pub age_rules: AgeRules,
    /// See [`Reader::changes`](crate::tx::Reader::changes).
    pub changes: Arc<AtomicU64>,
}

/// An open data folder.
pub struct Store {
    pub(crate) folder: DataFolder,
    pub(crate) places: StorePlaces,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) shared: Arc<Shared>,
    blobs: Blobs,
    _key_lock: FolderLock,
}

/// The keys, and the lock on their folder: whoever else had them would rotate or shred them.
struct LockedKeys {
    vault: Vault,
    lock: FolderLock,
}

impl LockedKeys {
    fn open(places: &StorePlaces, root: Box<dyn RootKey>) -> Result<Self> {
        let lock = FolderLock::take(&places.keys, "key folder")?;
        Ok(Self { vault: Vault::open(&places.key_file(), root)?, lock })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Makes a new installation, whose log is called `origin`.
    ///
    /// # Errors
    /// There is one already, the keys are those of another one, or the folders cannot be used.
    pub fn create(
        places: &StorePlaces,
        root: Box<dyn RootKey>,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Self> {
        places.check()?;
        let keys = LockedKeys::open(places, root)?;
        // A new one shreds every key that it knows nothing of.
        let are_anothers = keys.vault.is_in_use()?;
        let refused =
            || StoreError::conflict("these are the keys of another installation; give a new folder");
        if are_anothers && !places.data.join(DATABASE).exists() {
            // Before the data folder is there: a backup is restored to a new one only.
            return Err(refused());
        }
        let folder = DataFolder::own(&places.data)?;
        if is_complete(&folder.database())? {
            return Err(StoreError::conflict("this data folder holds an installation already"));
        }
        if are_anothers {
            return Err(refused());
        }
        let store = Self::assemble(folder, places, keys, Some(origin))?;
        let mut tx = store.begin(now)?;
        let sql = "INSERT INTO settings (name, value) VALUES ('origin', $1) ON CONFLICT (name) DO NOTHING";
        tx.tx.execute(sql, values![origin.as_str()])?;
        for (name, audience) in ChannelKey::DEFAULTS {
            // The defaults are named as channels are, and a test of core says so.
            let name = name.parse().map_err(StoreError::refused)?;
            tx.put_channel(&name, audience)?;
        }
        tx.commit(Event::new(EventKind::Initialised, ActorClass::CommandLine))?;
        Ok(store)
    }

    /// Opens an installation. An erasure that was interrupted is not finished by this; ask
    /// [`Store::unfinished_erasures`].
    ///
    /// # Errors
    /// There is none, another process has it or its keys, or the root key is another one.
    pub fn open(places: &StorePlaces, root: Box<dyn RootKey>) -> Result<Self> {
        Self::open_on(places, root, |engine| engine)
    }

    /// The same, with something around its database: tests make it fail.
    ///
    /// # Errors
    /// As for [`Store::open`].
    #[doc(hidden)]
    pub fn open_on(
        places: &StorePlaces,
        root: Box<dyn RootKey>,
        wrap: impl FnOnce(Arc<dyn Engine>) -> Arc<dyn Engine>,
    ) -> Result<Self> {
        places.check()?;
        if !places.data.join(DATABASE).exists() {
            return Err(StoreError::not_found("installation in this data folder; `grata init` makes one"));
        }
        let folder = DataFolder::own(&places.data)?;
        if !is_complete(&folder.database())? {
            return Err(StoreError::not_found("finished installation in this data folder; make it again"));
        }
        let keys = LockedKeys::open(places, root)?;
        let mut store = Self::assemble(folder, places, keys, None)?;
        store.engine = wrap(store.engine);
        Ok(store)
    }

    fn assemble(
        folder: DataFolder,
        places: &StorePlaces,
        keys: LockedKeys,
        origin: Option<&Origin>,
    ) -> Result<Self> {
        let engine: Arc<dyn Engine> = Arc::new(Sqlite::open(&folder.database())?);
        engine.migrate()?;
        let origin = match origin {
            Some(origin) => origin.clone(),
            None => read_origin(engine.as_ref())?,
        };
        let LockedKeys { vault, lock: _key_lock } = keys;
        let vault = Arc::new(vault);
        let seed = vault.secret(KeyName::Log)?;
        let signing = SigningKey::from_bytes(&seed);
        let installation = vault.secret(KeyName::Installation)?;
        let age_rules = AgeRules::default();
        let shared =
            Arc::new(Shared { vault, origin, signing, installation, age_rules, changes: Arc::default() });
        let blobs = Blobs::in_folder(&folder.blobs())?;
        Ok(Self { folder, places: places.clone(), engine, shared, blobs, _key_lock })
    }

    /// The same store with another table of ages.
    #[must_use]
    pub fn with_age_rules(mut self, age_rules: AgeRules) -> Self {
        let Shared { vault, origin, signing, installation, changes, .. } = &*self.shared;
        self.shared = Arc::new(Shared {
            vault: Arc::clone(vault),
            origin: origin.clone(),
            signing: signing.clone(),
            installation: installation.clone(),
            age_rules,
            changes: Arc::clone(changes),
        });
        self
    }

    /// A consistent look at everything.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn read(&self) -> Result<Reader> {
        self.reader(Access::Read)
    }

    /// Begins a change at this moment. Others wait until it is over: keep it short.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn begin(&self, now: Timestamp) -> Result<Tx> {
        Ok(Tx::new(self.reader(Access::Write)?, now))
    }

    fn reader(&self, access: Access) -> Result<Reader> {
        // Counted before the look begins: what is read is never older than the count.
        let changes = self.shared.changes.load(Ordering::Acquire);
        Ok(Reader { tx: self.engine.begin(access)?, shared: Arc::clone(&self.shared), changes })
    }

    /// The photos.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The keys.
    pub fn vault(&self) -> &Vault {
        &self.shared.vault
    }

    /// Where things are.
    pub fn places(&self) -> &StorePlaces {
        &self.places
    }

    /// A photo by its file's bytes: what exact duplicates have in common.
    pub fn file_digest(&self, bytes: &[u8]) -> PhotoDigest {
        let mut mac = keyed(&self.shared, b"file");
        mac.update(bytes);
        PhotoDigest(Digest(mac.finalize().into_bytes().into()))
    }

    /// A photo by its upright pixels, row by row: what stays the same when metadata is stripped.
    pub fn pixel_digest(&self, width: u32, height: u32, pixels: &[u8]) -> PhotoDigest {
        let mut mac = keyed(&self.shared, b"pixels");
        mac.update(&width.to_be_bytes());
        mac.update(&height.to_be_bytes());
        mac.update(pixels);
        PhotoDigest(Digest(mac.finalize().into_bytes().into()))
    }

    /// Name and key of the log, as text: what outsiders verify with.
    pub fn log_key(&self) -> String {
        verifier_key(&self.shared.origin, &self.verifying_key())
    }

    /// The name of the log.
    pub fn origin(&self) -> &Origin {
        &self.shared.origin
    }

    /// The key that outsiders verify with.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.shared.signing.verifying_key()
    }

    /// Signs a document and proves that the log speaks of it. `part` is the place of `body` among the
    /// concerns of the event that was committed.
    ///
    /// # Errors
    /// The event had no such concern, or the log cannot be read.
    pub fn document(
        &self,
        kind: DocumentKind,
        body: Json,
        committed: &Committed,
        part: usize,
    ) -> Result<Document> {
        document(&self.read()?, kind, body, committed, part)
    }

    /// A copy of the database without free pages. Names and contacts in it are sealed, and the keys
    /// are not in it; it is to be encrypted all the same (KEY-7).
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn copy_database(&self, to: &Path) -> Result<()> {
        self.engine.copy_to(to)
    }

    /// Removes what a crash has left: photos and keys without a row, and halves of photos. Returns how
    /// many photos and keys. Run it
    /// when nothing is being added, and not on a restored backup: photos that were added after it
    /// have no row there.
    ///
    /// # Errors
    /// Something cannot be read or removed.
    pub fn sweep_orphans(&self) -> Result<(u64, u64)> {
        let reader = self.read()?;
        let mut blobs = self.blobs.remove_unfinished()?;
        for key in self.blobs.list()? {
            if !reader.has_blob(key)? {
                self.blobs.delete(key)?;
                blobs += 1;
            }
        }
        let mut keys = 0;
        for name in self.vault().list()? {
            let wanted = match name {
                KeyName::Subject(id) => reader.revision(id)?.is_some(),
                KeyName::Photo(id) => reader.has_photo(id)?,
                // Their keys are made while nobody else writes: see `shred_loose_templates`.
                KeyName::Template(_) => true,
                KeyName::Log | KeyName::Installation => true,
            };
            if !wanted {
                self.vault().shred(name)?;
                keys += 1;
            }
        }
        drop(reader);
        keys += self.shred_loose_templates()?;
        Ok((blobs, keys))
    }

    /// Destroys the keys of templates that are gone: after a withdrawal, an erasure or a crash. Returns how
    /// many. Safe to repeat.
    ///
    /// # Errors
    /// The database or the key file cannot be used.
    pub fn shred_loose_templates(&self) -> Result<u64> {
        if self.vault().templates()?.is_empty() {
            return Ok(0);
        }
        // As a writer: a key is made before its row, and both while nobody else writes.
        let writer = self.reader(Access::Write)?;
        let mut shredded = 0;
        for id in self.vault().templates()? {
            if !writer.has_template(id)? {
                self.vault().shred(KeyName::Template(id))?;
                shredded += 1;
            }
        }
        Ok(shredded)
    }

    /// Fresh ids and tokens for callers that have no chance of their own.
    pub fn rng(&self) -> impl grata_core::id::CryptoRng {
        random::rng()
    }
}

/// Whether `create` got to its end here. A crash before that leaves a folder to be made again.
fn is_complete(database: &Path) -> Result<bool> {
    if !database.exists() {
        return Ok(false);
    }
    let engine = Sqlite::open(database)?;
    engine.migrate()?;
    let tx = engine.begin(Access::Read)?;
    Ok(!tx.query("SELECT size FROM log_head", &[])?.is_empty())
}

fn read_origin(engine: &dyn Engine) -> Result<Origin> {
    let tx = engine.begin(Access::Read)?;
    let rows = tx.query("SELECT value FROM settings WHERE name = 'origin'", &[])?;
    let damaged = || StoreError::damaged("the name of the log");
    let name: String = rows.first().ok_or_else(damaged)?.get(0)?;
    Origin::new(name).map_err(|_| damaged())
}

/// See [`Store::document`]; `reader` sees the log at the head that was committed, or later.
pub(crate) fn document(
    reader: &Reader,
    kind: DocumentKind,
    body: Json,
    committed: &Committed,
    part: usize,
) -> Result<Document> {
    let opening = committed.openings.get(part).ok_or_else(|| StoreError::not_found("part of this event"))?;
    let damaged = |_| StoreError::damaged("the head of the log");
    let head = Checkpoint::parse(&committed.checkpoint).map_err(damaged)?;
    let hashes = TileHashes { tiles: reader, size: head.size };
    let inclusion = prove_inclusion(&hashes, committed.index, head.size)?;
    let checkpoint = committed.checkpoint.clone();
    let proof = LogProof::new(checkpoint, committed.index, &committed.entry, &inclusion, opening);
    let document = Document::sign(kind, body, &reader.shared.origin, &reader.shared.signing);
    Ok(document.with_log(proof))
}
