//! The log that cannot be changed quietly: read in full, handed out, kept by witnesses (ACC-1 to ACC-4).
//!
//! A log that only its keeper has seen shows mistakes, not dishonesty. So an installation names a folder
//! and a witness file on another medium ([`keep`]); what was done is handed out there ([`hand_out`]),
//! and a state that is older than what a witness has seen is refused ([`check_pinned`]).

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use grata_core::audit::Witness as _;
use grata_core::audit::checkpoint::{Checkpoint, Origin, parse_verifier_key};
use grata_core::audit::entry::EventKind;
use grata_core::audit::verify::{VerifiedLog, verify_log};
use grata_store::Store;
use grata_store::log_files::LogFolder;
use grata_store::witness::FileWitness;

use super::releases::folder::{keep_out_of_store, unusable};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Under which name the installation says where its log is handed out.
pub const FOLDER: &str = "log_folder";

/// Under which name the installation says where its witness is.
pub const WITNESS: &str = "witness_file";

/// Whoever hands out goes first. Two at once would write the same files, and the later one could hand out
/// the older head. One process owns an installation, so this is all that can meet.
static HANDING_OUT: Mutex<()> = Mutex::new(());

/// Take it before looking at what is on record: a look from before it may be an older one.
fn my_turn() -> MutexGuard<'static, ()> {
    // Nothing is kept in it that whoever failed could have left half done.
    HANDING_OUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the whole log of an installation and compares it with the heads in `witnesses`, and in the
/// installation's own witness file.
///
/// # Errors
/// `Unavailable`, and what is wrong with it.
pub fn verify(store: &Store, witnesses: &[PathBuf]) -> Result<VerifiedLog, AppError> {
    let reader = store.read()?;
    let own = reader.setting(WITNESS)?.map(PathBuf::from);
    let mut pinned = Vec::new();
    for path in witnesses.iter().chain(&own) {
        pinned.extend(heads(path, store.origin(), |note| {
            Checkpoint::verify(note, store.origin(), &store.verifying_key())
        })?);
    }
    Ok(reader.verify_log(&pinned)?)
}

/// Reads a log that was handed out as files, with nothing but its key. Needs no installation.
///
/// # Errors
/// `Invalid` if the key is none; `Unavailable`, and what is wrong with the log.
pub fn verify_folder(folder: &Path, key: &str, witnesses: &[PathBuf]) -> Result<VerifiedLog, AppError> {
    let (origin, key) = parse_verifier_key(key).ok_or_else(|| {
        AppError::new(ErrorKind::Invalid, "this is not the key of a log")
            .hint("It looks like `photos.example.org/grata+1a2b3c4d+AbC...`; `grata log verify` prints it.")
    })?;
    let mut pinned = Vec::new();
    for path in witnesses {
        pinned.extend(heads(path, &origin, |note| Checkpoint::verify(note, &origin, &key))?);
    }
    let source = LogFolder::new(folder);
    let note = source.head()?;
    verify_log(&source, &note, &origin, &key, &pinned)
        .map_err(|fault| AppError::new(ErrorKind::Unavailable, format!("the log does not verify: {fault}")))
}

fn heads<E: std::fmt::Display>(
    path: &Path,
    origin: &Origin,
    verify: impl Fn(&str) -> Result<Checkpoint, E>,
) -> Result<Vec<Checkpoint>, AppError> {
    let notes = FileWitness::new(path).all().map_err(|error| unreachable_witness(path, error))?;
    notes
        .iter()
        .map(|note| {
            verify(note).map_err(|fault| {
                let message = format!("{} holds a head that is not of {}", shown(path), origin.as_str());
                AppError::new(ErrorKind::Unavailable, format!("{message}: {fault}"))
            })
        })
        .collect()
}

fn unreachable_witness(path: &Path, error: grata_core::audit::WitnessError) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("the witness {} cannot be used", shown(path)))
        .because(error)
        .hint("Connect the medium that it is on.")
}

/// Where an installation hands out its log from now on; what is not named stays as it was.
///
/// # Errors
/// They cannot be used, or lie among the data.
pub fn keep(store: &Store, cx: &Cx, folder: Option<&Path>, witness: Option<&Path>) -> Result<(), AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    for (name, path) in [(FOLDER, folder), (WITNESS, witness)] {
        let Some(path) = path else { continue };
        keep_out_of_store(path, store)?;
        let whole = std::path::absolute(path).ok();
        let text = whole.as_deref().and_then(Path::to_str).map(str::to_string).ok_or_else(|| {
            AppError::new(ErrorKind::Invalid, format!("{} cannot be noted as text", shown(path)))
        })?;
        tx.set_setting(name, &text)?;
    }
    tx.commit(by.event(EventKind::ConfigChanged))?;
    let _turn = my_turn();
    publish(store)
}

/// Whether an installation is as new as its witness has seen. Ask before anything is done.
///
/// # Errors
/// `Unavailable`: it is an older state, such as a backup that was copied by hand.
pub fn check_pinned(store: &Store) -> Result<(), AppError> {
    let reader = store.read()?;
    let Some(path) = reader.setting(WITNESS)?.map(PathBuf::from) else { return Ok(()) };
    let latest = FileWitness::new(&path).latest().map_err(|error| unreachable_witness(&path, error))?;
    let Some(note) = latest else {
        // It had one when it was named. Silence is no witness.
        let message = format!("the witness {} is not there", shown(&path));
        return Err(AppError::new(ErrorKind::Unavailable, message)
            .hint("Connect the medium that it is on, or name another one with `grata log keep`."));
    };
    let head = Checkpoint::verify(&note, store.origin(), &store.verifying_key()).map_err(|fault| {
        AppError::new(ErrorKind::Unavailable, format!("the witness {}: {fault}", shown(&path)))
    })?;
    if reader.log_size()? < head.size {
        // Says what to do in the store's words.
        store.check_not_behind(&note)?;
    }
    Ok(())
}

/// Hands out what has been put on record since the last time, to the folder and the witness that the
/// installation has named. Does nothing if it has named none.
///
/// # Errors
/// They cannot be reached. What was done is done, and handed out the next time.
pub fn hand_out(store: &Store) -> Result<(), AppError> {
    let _turn = my_turn();
    check_pinned(store)?;
    publish(store)
}

/// With the turn taken.
fn publish(store: &Store) -> Result<(), AppError> {
    let reader = store.read()?;
    let Some(head) = reader.log_head()? else { return Ok(()) };
    if let Some(folder) = reader.setting(FOLDER)? {
        LogFolder::new(Path::new(&folder)).publish(&reader)?;
    }
    if let Some(path) = reader.setting(WITNESS)?.map(PathBuf::from) {
        let witness = FileWitness::new(&path);
        let failed = |error| unreachable_witness(&path, error);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| unusable(parent, error))?;
        }
        if witness.latest().map_err(failed)?.as_deref() != Some(&head) {
            witness.publish(&head).map_err(failed)?;
        }
    }
    Ok(())
}
