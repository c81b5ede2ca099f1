//! The folder of installed packs: read with their sums checked, written whole or not at all.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use grata_vision::bundle;
use serde::Serialize;

use super::manifest::{Library, Manifest, Sha256Sum};
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Largest file that is read: above the largest file on any list.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Note about an installation, beside the files. Nothing relies on it.
pub const RECEIPT: &str = "receipt.json";

/// One installed file, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Name of the file in the pack's folder.
    pub file: String,
    /// How it is.
    pub state: State,
}

/// How an installed file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// On the list, and not a bit changed.
    Ok,
    /// Not there.
    Missing,
    /// There, but not what the list says.
    Changed,
    /// There, and on no list.
    Unknown,
}

/// Folder of the pack that `manifest` describes.
pub fn pack_folder(models: &Path, manifest: &Manifest) -> PathBuf {
    models.join(&manifest.id)
}

/// The installed model, verified; `None` if it is not installed.
///
/// # Errors
/// `Denied` if it is not on the list, `Unavailable` if it cannot be read.
pub fn open_model(models: &Path, manifest: &Manifest) -> Result<Option<Vec<u8>>, AppError> {
    let path = pack_folder(models, manifest).join(&manifest.model.file);
    let Some(bytes) = read(&path)? else { return Ok(None) };
    check_model(&bytes, manifest, &path)?;
    Ok(Some(bytes))
}

/// Whether `bytes` are the model of `manifest`, by sum, by licence and by outputs.
///
/// # Errors
/// `Denied` with what differs.
pub fn check_model(bytes: &[u8], manifest: &Manifest, path: &Path) -> Result<(), AppError> {
    if Sha256Sum::of(bytes) != manifest.model.sha256 {
        return Err(changed(path, manifest));
    }
    manifest.check_licence()?;
    let interface = bundle::interface(bytes)
        .map_err(|error| AppError::new(ErrorKind::Denied, "the model cannot be read").because(error))?;
    manifest.check_interface(&interface)
}

/// The installed library file for this machine, verified; `None` if there is none.
///
/// # Errors
/// `Denied` if it is not on the list, `Unavailable` if it cannot be read.
pub fn open_library(models: &Path, manifest: &Manifest) -> Result<Option<PathBuf>, AppError> {
    let Some(library) = manifest.library() else { return Ok(None) };
    let path = pack_folder(models, manifest).join(&library.file);
    let Some(bytes) = read(&path)? else { return Ok(None) };
    if !is_on_list(&bytes, library) {
        return Err(changed(&path, manifest));
    }
    // The loader would look for a bare name elsewhere.
    let path = std::path::absolute(&path).unwrap_or(path);
    Ok(Some(path))
}

/// Whether `bytes` are that library file.
pub fn is_on_list(bytes: &[u8], library: &Library) -> bool {
    library.sha256.contains(&Sha256Sum::of(bytes))
}

/// Looks at every file of a pack anew; empty if the pack is not installed.
///
/// # Errors
/// `Unavailable` if the folder or a file cannot be read.
pub fn look(models: &Path, manifest: &Manifest) -> Result<Vec<Looked>, AppError> {
    let folder = pack_folder(models, manifest);
    let names = file_names(&folder)?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut looked = Vec::new();
    if !names.contains(&manifest.model.file) {
        looked.push(Looked { file: manifest.model.file.clone(), state: State::Missing });
    }
    for file in names {
        let state = match read(&folder.join(&file))? {
            None => State::Missing,
            Some(bytes) => state(&file, &bytes, manifest),
        };
        looked.push(Looked { file, state });
    }
    Ok(looked)
}

fn state(file: &str, bytes: &[u8], manifest: &Manifest) -> State {
    let library = manifest.library().filter(|library| library.file == file);
    let right = match library {
        _ if file == manifest.model.file => Sha256Sum::of(bytes) == manifest.model.sha256,
        Some(library) => is_on_list(bytes, library),
        None => return State::Unknown,
    };
    if right { State::Ok } else { State::Changed }
}

/// Sorted; without the receipt and without hidden files, which unfinished writing may have left.
fn file_names(folder: &Path) -> Result<Vec<String>, AppError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| unreadable(folder, error))?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.retain(|name| name != RECEIPT && !name.starts_with('.'));
    names.sort();
    Ok(names)
}

/// The bytes of a file of no more than [`MAX_FILE_BYTES`]; `None` if there is none.
///
/// # Errors
/// `Unavailable` with the path.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, AppError> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(AppError::new(ErrorKind::Invalid, format!("{} is too large for a pack", shown(path))));
    }
    Ok(Some(bytes))
}

fn unreadable(path: &Path, error: io::Error) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("{} cannot be read", shown(path))).because(error)
}

fn changed(path: &Path, manifest: &Manifest) -> AppError {
    let message = format!("{} is not the file on the list of pack \"{}\"", shown(path), manifest.id);
    AppError::new(ErrorKind::Denied, message)
        .hint(format!("`grata models install {}` puts the right one there.", manifest.id))
}

/// Puts a file into the pack's folder: all of it under its name, or nothing.
///
/// Safe while another process does the same, or has the file open that was there before.
///
/// # Errors
/// `Unavailable` with the path.
pub fn place(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), AppError> {
    let target = folder.join(name);
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut unfinished = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
        unfinished.write_all(bytes)?;
        readable_by_all(unfinished.as_file())?;
        unfinished.as_file().sync_all()?;
        unfinished.persist(&target).map_err(|error| error.error)?;
        // The name itself; some file systems cannot, and the file is there all the same.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    };
    write().map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be written", shown(&target)))
            .because(error)
            .hint("GRATA_MODELS names another folder for packs.")
    })
}

/// Installed by one account, used by others: the service's, for example.
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use super::super::manifest;
    use super::*;

    fn detect() -> Manifest {
        manifest::named(manifest::DETECT).unwrap()
    }

    #[test]
    fn col_7_unknown_hash_is_refused() {
        let models = tempfile::tempdir().unwrap();
        let manifest = detect();
        assert_eq!(open_model(models.path(), &manifest).unwrap(), None);
        assert_eq!(look(models.path(), &manifest).unwrap(), []);
        let folder = pack_folder(models.path(), &manifest);
        place(&folder, &manifest.model.file, b"another model").unwrap();
        let error = open_model(models.path(), &manifest).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("grata models install detect"), "{error}");
        if let Some(library) = manifest.library() {
            place(&folder, &library.file, b"another library").unwrap();
            assert_eq!(open_library(models.path(), &manifest).unwrap_err().kind(), ErrorKind::Denied);
        }
    }

    #[test]
    fn col_7_every_file_that_is_wrong_is_named() {
        let models = tempfile::tempdir().unwrap();
        let manifest = detect();
        let folder = pack_folder(models.path(), &manifest);
        place(&folder, "age.onnx", b"stray").unwrap();
        place(&folder, RECEIPT, b"{}").unwrap();
        let looked = |file: &str, state| Looked { file: file.into(), state };
        let model = manifest.model.file.as_str();
        assert_eq!(
            look(models.path(), &manifest).unwrap(),
            [looked(model, State::Missing), looked("age.onnx", State::Unknown)]
        );
        place(&folder, model, b"changed").unwrap();
        assert_eq!(
            look(models.path(), &manifest).unwrap(),
            [looked("age.onnx", State::Unknown), looked(model, State::Changed)]
        );
    }

    #[test]
    fn a_file_is_placed_whole_and_nothing_is_left_beside_it() {
        let models = tempfile::tempdir().unwrap();
        let folder = models.path().join("a/b");
        place(&folder, "f", b"one").unwrap();
        place(&folder, "f", b"two").unwrap();
        assert_eq!(fs::read(folder.join("f")).unwrap(), b"two");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::write(models.path().join("file"), b"").unwrap();
        let error = place(&models.path().join("file"), "f", b"x").unwrap_err();
        assert!(error.to_string().contains("GRATA_MODELS"), "{error}");
    }
}
