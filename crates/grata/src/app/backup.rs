//! Backup and restore (§8).
//!
//! A backup holds the database and the sealed photos, encrypted for one recipient (KEY-7), and no key: those
//! have a copy of their own ([`BackupOrder::key_copy`]). A restored backup is not there before it has caught
//! up with the log, which is kept outside it: it is unpacked beside its place, erases, freezes and withholds
//! whom the log says, and is moved into its place at the end.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{Count, EventKind};
use grata_store::age_file::{ForRecipient, decrypt};
use grata_store::log_files::LogFolder;
use grata_store::restore::CaughtUp;
use grata_store::witness::FileWitness;
use grata_store::{Store, StorePlaces};

use self::archive::{Packed, unpack as unpack_archive};
use super::data;
use super::releases::Watcher;
use super::releases::folder::{is_empty, keep_out_of_store, unusable};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

mod archive;

/// The database in a backup.
const DATABASE: &str = "grata.db";

/// The photos in a backup, and in the data folder.
const BLOBS: &str = "blobs";

/// A copy of the database that is being backed up.
const COPY: &str = "backup-copy.db";

/// Under which name an installation says that it was restored: keys without a photo may then belong to one
/// that a newer backup holds.
pub const RESTORED: &str = "restored";

/// What was backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// Files, the database among them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What is backed up to where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupOrder {
    /// A new file for the backup.
    pub out: PathBuf,
    /// Who can open it: an age recipient.
    pub recipient: String,
    /// A new file for a copy of the wrapped keys.
    pub key_copy: Option<PathBuf>,
}

/// Writes a backup to a new file, for whoever has the identity of its recipient, and the copy of the keys
/// if there is to be one.
///
/// # Errors
/// A file exists or cannot be written; then nothing is left of it.
pub fn backup(
    store: &Store,
    cx: &Cx,
    order: &BackupOrder,
    watcher: &mut dyn Watcher<()>,
) -> Result<BackedUp, AppError> {
    let recipient = ForRecipient::parse(&order.recipient)?;
    let out = order.out.as_path();
    for path in std::iter::once(out).chain(order.key_copy.as_deref()) {
        keep_out_of_store(path, store)?;
        if path.exists() {
            return Err(is_there(path));
        }
    }
    if order.key_copy.as_deref() == Some(out) {
        let message = "the backup and the copy of the keys cannot be the same file";
        return Err(AppError::new(ErrorKind::Invalid, message).hint("Give another file. Nothing was done."));
    }
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error| unusable(out, error);
    let unfinished = tempfile::Builder::new().prefix(".grata-").tempfile_in(folder).map_err(failed)?;
    let data = &store.places().data;
    let copy = data.join(COPY);
    remove_copies(data)?;
    let copied = store.copy_database(&copy);
    // Photos are written before their row and removed after it, so all that the copy names are there.
    let result = copied.map_err(AppError::from).and_then(|()| {
        let blobs = files_below(&data.join(BLOBS))?;
        watcher.begins(blobs.len() + 1);
        let mut archive = Packed::new(recipient.encrypt(BufWriter::new(unfinished.as_file()))?);
        let mut done = BackedUp { files: 0, bytes: 0 };
        let named = blobs.iter().map(|path| (path.as_path(), path.strip_prefix(data).unwrap_or(path)));
        for (path, name) in std::iter::once((copy.as_path(), Path::new(DATABASE))).chain(named) {
            if cx.stop.is_raised() {
                return Err(AppError::new(ErrorKind::Unavailable, "stopped; there is no backup"));
            }
            if let Some(bytes) = add(&mut archive, path, name).map_err(failed)? {
                done.files += 1;
                done.bytes += bytes;
            }
            watcher.settled(());
        }
        let mut output = archive.finish().and_then(|sealed| sealed.finish()).map_err(failed)?;
        output.flush().map_err(failed)?;
        Ok(done)
    });
    remove_copies(data)?;
    let done = result?;
    unfinished.as_file().sync_all().map_err(failed)?;
    let by = cx.by();
    let mut event = by.event(EventKind::BackedUp).counting(Count::Bytes, done.bytes);
    if order.key_copy.is_some() {
        event = event.counting(Count::Entries, store.vault().list()?.len() as u64);
    }
    // On record before they are there: a backup that nobody has is no harm, one that nobody knows of is.
    store.begin(by.at)?.commit(event)?;
    if let Some(path) = &order.key_copy {
        copy_keys(store, path)?;
    }
    if let Err(error) = unfinished.persist_noclobber(out) {
        if let Some(path) = &order.key_copy {
            remove(path)?;
        }
        return Err(unusable(out, error.error));
    }
    Ok(done)
}

fn is_there(path: &Path) -> AppError {
    let message = format!("{} is there already", shown(path));
    AppError::new(ErrorKind::Conflict, message).hint("Give another file. Nothing was done.")
}

/// Copies the wrapped keys to a new file: kept apart from every backup, and only the newest one. The root
/// key is not in it.
fn copy_keys(store: &Store, out: &Path) -> Result<(), AppError> {
    store.vault().copy_to(out).map_err(|error| {
        let message = format!("the keys cannot be copied to {}", shown(out));
        AppError::new(ErrorKind::Unavailable, message)
            .because(error)
            .hint("Give a file in a folder that can be written. There is no backup.")
    })
}

/// Removes the copies of the database that a killed backup has left in a data folder: they hold what is
/// erased since.
///
/// # Errors
/// One cannot be removed.
pub fn remove_copies(data: &Path) -> Result<(), AppError> {
    // The database beside its files, which are there while it is being written.
    ["", "-journal", "-wal", "-shm"].iter().try_for_each(|end| remove(&data.join(format!("{COPY}{end}"))))
}

fn remove(path: &Path) -> Result<(), AppError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(path, error)),
        _ => Ok(()),
    }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, AppError> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| unusable(folder, io::Error::other(error)))?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// `None`: it is gone since the list was made.
fn add(archive: &mut Packed<impl Write>, path: &Path, name: &Path) -> io::Result<Option<u64>> {
    match File::open(path) {
        Ok(file) => archive.add(&file, name).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is restored, with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreOrder {
    /// The backup.
    pub backup: PathBuf,
    /// The age identity that opens it.
    pub identity: PathBuf,
    /// Where to: a data folder that is not there, and today's keys.
    pub places: StorePlaces,
    /// The log as it was handed out last: from outside the backup.
    pub log: PathBuf,
    /// Heads of the log that witnesses have kept, on another medium.
    pub witnesses: Vec<PathBuf>,
}

/// Restores a backup and brings it up to the log. Before that, nothing of it is in its place.
///
/// # Errors
/// The log is older than what a witness has seen, or does not continue the backup's; the keys are not
/// those of the installation. Then nothing is there.
pub fn restore(order: &RestoreOrder, cx: &Cx) -> Result<CaughtUp, AppError> {
    let data = &order.places.data;
    if !is_empty(data)? {
        let message = format!("{} is not empty", shown(data));
        return Err(AppError::new(ErrorKind::Conflict, message)
            .hint("Restore to a new folder with --data. Nothing was done."));
    }
    if !order.places.keys.join("keys.db").exists() {
        let message = format!("there are no keys in {}", shown(&order.places.keys));
        return Err(AppError::new(ErrorKind::NotFound, message)
            .hint("A backup holds no keys; give today's key folder with --keys. Nothing was done."));
    }
    let log = LogFolder::new(&order.log);
    let note = log.head()?;
    let pinned = newest_head(&order.witnesses)?;
    let staging = Staging::beside(data)?;
    let place = staging.path.join("data");
    unpack(order, &place)?;
    let places = StorePlaces { data: place.clone(), keys: order.places.keys.clone() };
    let root = data::root(&order.places)?;
    let store = Store::open(&places, root)?;
    check_heads(&store, &note, &pinned)?;
    let done = store.catch_up(&log, &note, cx.now())?;
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    tx.set_setting(RESTORED, &cx.now().to_string())?;
    tx.commit(by.event(EventKind::ConfigChanged))?;
    drop(store);
    fs::rename(&place, data).map_err(|error| unusable(data, error))?;
    Ok(done)
}

/// Where a backup is unpacked: a folder beside its place, always of the same name, so that the next restore
/// finds what a killed one has left. Gone when this is dropped.
struct Staging {
    path: PathBuf,
    /// Locked: nobody else restores to the same place meanwhile.
    _owned: File,
}

impl Staging {
    fn beside(data: &Path) -> Result<Self, AppError> {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        let failed = |error: io::Error| unusable(data, error);
        let mut path = std::path::absolute(data).map_err(failed)?;
        let Some(name) = path.file_name() else {
            return Err(failed(io::Error::other("it has no name")));
        };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push("-grata-restore");
        path.set_file_name(hidden);
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        if !path.symlink_metadata().map_err(failed)?.is_dir() {
            return Err(unusable(&path, io::Error::from(io::ErrorKind::NotADirectory)));
        }
        let owned = File::open(&path).map_err(failed)?;
        owned.try_lock().map_err(|_| {
            let message = format!("somebody else restores to {}", shown(data));
            AppError::new(ErrorKind::Conflict, message).hint("Wait until it is done. Nothing was done.")
        })?;
        // Fails where it is somebody else's.
        owned.set_permissions(fs::Permissions::from_mode(0o700)).map_err(failed)?;
        for left in fs::read_dir(&path).map_err(failed)? {
            let left = left.map_err(failed)?;
            let is_folder = left.file_type().map_err(failed)?.is_dir();
            let removed =
                if is_folder { fs::remove_dir_all(left.path()) } else { fs::remove_file(left.path()) };
            removed.map_err(failed)?;
        }
        Ok(Self { path, _owned: owned })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next restore.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The one with the most entries, wherever it stands in its file: a witness only adds, and whoever got hold
/// of it could have added an older one.
fn newest_head(witnesses: &[PathBuf]) -> Result<String, AppError> {
    let mut newest: Option<(u64, String)> = None;
    for path in witnesses {
        let witness = FileWitness::new(path);
        let unusable_witness = |error| {
            let message = format!("the witness {} cannot be used", shown(path));
            AppError::new(ErrorKind::Unavailable, message).because(error)
        };
        for note in witness.all().map_err(unusable_witness)? {
            let head = Checkpoint::parse(&note).map_err(|fault| {
                let message = format!("the witness {} holds what is no head of a log: {fault}", shown(path));
                AppError::new(ErrorKind::Unavailable, message)
            })?;
            if newest.as_ref().is_none_or(|(other, _)| *other <= head.size) {
                newest = Some((head.size, note));
            }
        }
    }
    newest.map(|(_, note)| note).ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "no witness has kept a head of the log").hint(
            "Without one nobody can tell who has withdrawn or was erased since the backup. \
                 Nothing was done.",
        )
    })
}

/// The log that was handed over is signed by this installation, and no older than what was seen.
fn check_heads(store: &Store, note: &str, pinned: &str) -> Result<(), AppError> {
    let key = store.verifying_key();
    let trusted = |note: &str, whose: &str| {
        Checkpoint::verify(note, store.origin(), &key).map_err(|fault| {
            AppError::new(ErrorKind::Unavailable, format!("{whose}: {fault}")).hint("Nothing was done.")
        })
    };
    let head = trusted(note, "the log")?;
    let seen = trusted(pinned, "the witness")?;
    if head.size < seen.size || head.contradicts(&seen) {
        let message = "the log is not the newest one: a witness has seen more of it, or another one";
        return Err(AppError::new(ErrorKind::Unavailable, message).hint(
            "Give the newest log with --log. Without it, who has withdrawn or was erased since is not \
             known. Nothing was done.",
        ));
    }
    Ok(())
}

fn unpack(order: &RestoreOrder, place: &Path) -> Result<(), AppError> {
    let backup = &order.backup;
    let failed = |error: io::Error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be restored", shown(backup)))
            .because(error)
            .hint("Nothing was done.")
    };
    let file = File::open(backup).map_err(failed)?;
    let archive = decrypt(BufReader::new(file), &order.identity)?;
    let mut has_database = false;
    unpack_archive(archive, |name, bytes, content| {
        let path = safe_path(place, name).ok_or_else(|| io::Error::other("a strange name in it"))?;
        has_database |= name == DATABASE;
        private_folder(path.parent().unwrap_or(place))?;
        let mut file = File::options().write(true).create_new(true).open(&path)?;
        if io::copy(content, &mut file)? != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.sync_all()
    })
    .map_err(failed)?;
    if has_database { Ok(()) } else { Err(failed(io::Error::other("there is no database in it"))) }
}

fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Below `place`, or not at all.
fn safe_path(place: &Path, name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && (name == DATABASE || path.starts_with(BLOBS))).then(|| place.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_and_blobs_are_unpacked_and_nothing_outside_the_folder() {
        let place = Path::new("/srv/data");
        for name in ["grata.db", "blobs/originals/ab/abcd", "blobs/evidence/ab/abcd/ef"] {
            assert_eq!(safe_path(place, name), Some(place.join(name)), "{name}");
        }
        for name in [
            "keys.db",
            "/etc/passwd",
            "../grata.db",
            "blobs/../../x",
            "./grata.db",
            "grata.db/x",
            "blobsx",
            "",
        ] {
            assert_eq!(safe_path(place, name), None, "{name}");
        }
    }
}
