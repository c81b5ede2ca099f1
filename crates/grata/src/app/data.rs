//! The data folder and the key folder: made once, opened by every command that keeps something.
//!
//! The root key is never in the data folder. Which kind it is stands in `root.toml` in the key
//! folder, so that no command has to be told again.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use grata_core::audit::checkpoint::Origin;
use grata_store::vault::{AgeRoot, CommandRoot, FileRoot, RootKey};
use grata_store::{Store, StorePlaces};
use serde::{Deserialize, Serialize};

use super::backup;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Says in the key folder what holds the root key.
const ROOT_NOTE: &str = "root.toml";

/// The root key, if it is a file of grata's own.
const ROOT_FILE: &str = "root.key";

/// What holds the root key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RootHolder {
    /// A file in the key folder that only its owner reads.
    File,
    /// An age identity in a file of the operator's.
    AgeIdentity {
        /// The file.
        path: PathBuf,
    },
    /// A program that talks to a TPM or an HSM.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

/// Where an installation keeps its things.
///
/// `keys`: if nobody says, beside the data: `grata-data` and `grata-data-keys`.
pub fn places(data: &Path, keys: Option<&Path>) -> StorePlaces {
    match keys {
        Some(keys) => StorePlaces { data: data.to_path_buf(), keys: keys.to_path_buf() },
        None => StorePlaces::beside(data),
    }
}

/// Makes a new installation whose log is called `origin`.
///
/// # Errors
/// There is one already, or the folders or the root key cannot be used.
pub fn create(
    places: &StorePlaces,
    holder: &RootHolder,
    origin: &Origin,
    cx: &Cx,
) -> Result<Store, AppError> {
    check_untouched(places)?;
    make_private(&places.keys)?;
    let note = places.keys.join(ROOT_NOTE);
    if note.exists() && *holder != read_holder(places)? {
        let message = format!("{} belongs to another installation", shown(&places.keys));
        return Err(AppError::new(ErrorKind::Conflict, message)
            .hint("Give another folder for the keys with --keys. Nothing was done."));
    }
    let root: Box<dyn RootKey> = match holder {
        // One that an interrupted start has left opens what that start has written.
        RootHolder::File if !places.keys.join(ROOT_FILE).exists() => {
            Box::new(FileRoot::create(&places.keys.join(ROOT_FILE))?)
        }
        _ => root_key(places, holder)?,
    };
    if !note.exists() {
        write_note(&note, holder)?;
    }
    Ok(Store::create(places, root, origin, cx.now())?)
}

/// What the store would refuse as well, before anything is written.
fn check_untouched(places: &StorePlaces) -> Result<(), AppError> {
    if places.keys.starts_with(&places.data) || places.data.starts_with(&places.keys) {
        let message = "keys and data have to be in different folders, neither inside the other";
        return Err(AppError::new(ErrorKind::Invalid, message).hint("Give another one with --keys."));
    }
    let (database, keys) = (places.data.join("grata.db"), places.keys.join("keys.db"));
    if database.exists() && !keys.exists() {
        let message = format!("{} holds an installation already, with other keys", shown(&places.data));
        return Err(AppError::new(ErrorKind::Conflict, message)
            .hint("Give its keys with --keys, or another folder with --data. Nothing was done."));
    }
    Ok(())
}

/// Opens the installation in these folders. This process owns it until the store is dropped. What a killed
/// backup has left among the data goes first.
///
/// # Errors
/// There is none, another process has it, or the root key cannot be used.
pub fn open(places: &StorePlaces) -> Result<Store, AppError> {
    if !places.data.join("grata.db").exists() {
        let message = format!("there is no installation in {}", shown(&places.data));
        return Err(AppError::new(ErrorKind::NotFound, message)
            .hint("`grata init` makes one; --data names the folder of another."));
    }
    let root = root_key(places, &read_holder(places)?)?;
    let store = Store::open(places, root)?;
    // Only whoever owns the folder makes such copies, so nobody is at work on one now.
    backup::remove_copies(&places.data)?;
    Ok(store)
}

/// The root key of an installation, as its key folder says.
///
/// # Errors
/// The key folder is not there, or the root key cannot be read.
pub fn root(places: &StorePlaces) -> Result<Box<dyn RootKey>, AppError> {
    root_key(places, &read_holder(places)?)
}

fn root_key(places: &StorePlaces, holder: &RootHolder) -> Result<Box<dyn RootKey>, AppError> {
    Ok(match holder {
        RootHolder::File => Box::new(FileRoot::read(&places.keys.join(ROOT_FILE))?),
        RootHolder::AgeIdentity { path } => Box::new(AgeRoot::read(path)?),
        RootHolder::Command { command } => {
            let (program, arguments) = command.split_first().ok_or_else(no_program)?;
            Box::new(CommandRoot { program: program.into(), arguments: arguments.to_vec() })
        }
    })
}

fn no_program() -> AppError {
    AppError::new(ErrorKind::Invalid, "the program that holds the root key has no name")
}

fn read_holder(places: &StorePlaces) -> Result<RootHolder, AppError> {
    let note = places.keys.join(ROOT_NOTE);
    let text = fs::read_to_string(&note).map_err(|error| {
        AppError::new(ErrorKind::NotFound, format!("{} does not say what holds the root key", shown(&note)))
            .because(error)
            .hint("Give the folder with the keys of this installation with --keys.")
    })?;
    toml::from_str(&text).map_err(|error| {
        AppError::new(ErrorKind::Invalid, format!("{} makes no sense", shown(&note))).because(error)
    })
}

fn write_note(path: &Path, holder: &RootHolder) -> Result<(), AppError> {
    let failed = |error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be written", shown(path))).because(error)
    };
    let text = toml::to_string(holder)
        .map_err(|error| AppError::new(ErrorKind::Internal, "the root key cannot be noted").because(error))?;
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

fn make_private(path: &Path) -> Result<(), AppError> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be made", shown(path)))
            .because(error)
            .hint("Give another folder for the keys with --keys. Nothing was done.")
    })
}
