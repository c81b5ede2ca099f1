//! The folder that is handed over: finished photos under neutral names, and a manifest.
//!
//! A folder belongs to one release. Its manifest says which, and which files are to be in it with what
//! content; nothing about anybody. It is written before the first photo, so that an interrupted
//! release is known again, and once more at the end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use grata_core::digest::Digest;
use grata_core::id::ReleaseId;
use grata_store::Store;
use grata_store::blobs::BlobKey;
use grata_store::queries::releases::{Release, StoredRendition};
use serde::{Deserialize, Serialize};

use crate::app::output::{OutputFolder, PlaceError, UNFINISHED_PREFIX, future_path};
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// The manifest's name.
pub const MANIFEST: &str = "release.json";

/// What the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `grata-release-1`.
    pub schema: String,
    /// Which release.
    pub release: String,
    /// Which way out.
    pub channel: String,
    /// Whether every photo that may leave is in the folder.
    pub complete: bool,
    /// What is to be in the folder, and nothing else.
    pub files: Vec<ManifestFile>,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

const SCHEMA: &str = "grata-release-1";

/// The folder of one release.
#[derive(Debug)]
pub struct ReleaseFolder {
    path: PathBuf,
    folder: OutputFolder,
    release: Release,
}

impl ReleaseFolder {
    /// Which release a folder holds; `None` if it is new or empty. Changes nothing.
    ///
    /// # Errors
    /// It holds something else, or lies among what grata keeps.
    pub fn look(path: &Path, store: &Store) -> Result<Option<ReleaseId>, AppError> {
        keep_out_of_store(path, store)?;
        let manifest = match fs::read(path.join(MANIFEST)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return if is_empty(path)? { Ok(None) } else { Err(not_empty(path)) };
            }
            Err(error) => return Err(unusable(path, error)),
        };
        let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|_| not_empty(path))?;
        if manifest.schema != SCHEMA {
            return Err(not_empty(path));
        }
        manifest.release.parse().map(Some).map_err(|_| not_empty(path))
    }

    /// Makes the folder if need be and says in it which release it belongs to.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(path: &Path, release: &Release) -> Result<Self, AppError> {
        let folder = OutputFolder::create(path, true).map_err(|error| unusable(path, error))?;
        let folder = Self { path: path.to_path_buf(), folder, release: release.clone() };
        if !path.join(MANIFEST).exists() {
            folder.write_manifest(Vec::new(), false)?;
        }
        Ok(folder)
    }

    /// Writes a rendition, from `bytes` or else from what the store keeps of it, unless it is there.
    ///
    /// # Errors
    /// It cannot be written, or what is kept is not what was recorded.
    pub fn put(
        &self,
        store: &Store,
        rendition: &StoredRendition,
        bytes: Option<&[u8]>,
    ) -> Result<(), AppError> {
        let there = fs::read(self.path.join(&rendition.file_name));
        if there.is_ok_and(|bytes| Digest::of(&bytes) == rendition.sha256) {
            return Ok(());
        }
        match bytes {
            Some(bytes) => self.write(&rendition.file_name, bytes),
            None => self.write(&rendition.file_name, &kept_bytes(store, rendition)?),
        }
    }

    /// Removes the file of a rendition that is dead.
    ///
    /// # Errors
    /// The system says so.
    pub fn remove(&self, rendition: &StoredRendition) -> Result<(), AppError> {
        // Names are of our own making, from a random id, and lead nowhere else.
        match fs::remove_file(self.path.join(&rendition.file_name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&self.path, error)),
            _ => Ok(()),
        }
    }

    /// Removes files of all renditions of this release that are dead, and what an interrupted run has
    /// left half-written.
    ///
    /// # Errors
    /// The system says so.
    pub fn drop_dead(&self, store: &Store) -> Result<(), AppError> {
        for stored in store.read()?.renditions_for(self.release.id)? {
            if stored.recalled_at.is_some() {
                self.remove(&stored)?;
            }
        }
        for entry in fs::read_dir(&self.path).map_err(|error| unusable(&self.path, error))? {
            let entry = entry.map_err(|error| unusable(&self.path, error))?;
            if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED_PREFIX.as_bytes()) {
                fs::remove_file(entry.path()).map_err(|error| unusable(&self.path, error))?;
            }
        }
        Ok(())
    }

    /// Writes the manifest of what is live.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(&self, store: &Store, complete: bool) -> Result<(), AppError> {
        let all = store.read()?.renditions_for(self.release.id)?;
        let live = all.into_iter().filter(|stored| stored.recalled_at.is_none());
        let mut files: Vec<ManifestFile> = live
            .map(|stored| ManifestFile { file: stored.file_name, sha256: stored.sha256.to_string() })
            .collect();
        // The order in which they were made would tell the order in which they were taken.
        files.sort_by(|one, other| one.file.cmp(&other.file));
        self.write_manifest(files, complete)
    }

    fn write_manifest(&self, files: Vec<ManifestFile>, complete: bool) -> Result<(), AppError> {
        let manifest = Manifest {
            schema: SCHEMA.into(),
            release: self.release.id.to_string(),
            channel: self.release.publish.channel.to_string(),
            complete,
            files,
        };
        // Texts and lists of them: nothing that JSON could refuse.
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        self.write(MANIFEST, format!("{text}\n").as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), AppError> {
        write_whole(&self.folder, name, bytes).map_err(|error| unusable(&self.path, error))
    }
}

/// The bytes of a rendition, as they were recorded.
///
/// # Errors
/// They are not there, or are others.
pub fn kept_bytes(store: &Store, rendition: &StoredRendition) -> Result<Vec<u8>, AppError> {
    let key = BlobKey::Rendition(rendition.rendition.photo, rendition.rendition.id);
    let bytes = store.blobs().get(store.vault(), key)?;
    if Digest::of(&bytes) == rendition.sha256 {
        return Ok(bytes.to_vec());
    }
    Err(AppError::new(ErrorKind::Unavailable, "a finished photo that is kept is not the one on record"))
}

/// Writes a file whole or not at all.
///
/// # Errors
/// What the system says.
pub fn write_whole(folder: &OutputFolder, name: &str, bytes: &[u8]) -> Result<(), PlaceError> {
    let place = Path::new(name);
    let mut unfinished = folder.begin(place)?;
    folder.write(&mut unfinished, bytes)?;
    folder.finish(unfinished, place)
}

/// Whether nothing lies in a folder, or the folder is not there.
///
/// # Errors
/// It cannot be looked at.
pub fn is_empty(path: &Path) -> Result<bool, AppError> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(unusable(path, error)),
    }
}

/// Nothing that leaves is written among what is kept.
///
/// # Errors
/// It would be.
pub fn keep_out_of_store(path: &Path, store: &Store) -> Result<(), AppError> {
    let out = future_path(path).map_err(|error| unusable(path, error))?;
    let places = store.places();
    for kept in [&places.data, &places.keys] {
        let kept = future_path(kept).map_err(|error| unusable(kept, error))?;
        if out.starts_with(&kept) || kept.starts_with(&out) {
            let message = format!("{} lies among what grata keeps", shown(path));
            return Err(AppError::new(ErrorKind::Conflict, message)
                .hint("Give a folder outside the data and the key folder. Nothing was done."));
        }
    }
    Ok(())
}

fn not_empty(path: &Path) -> AppError {
    let message = format!("{} holds something else than a release of grata", shown(path));
    AppError::new(ErrorKind::Conflict, message).hint("Give a new folder with --out. Nothing was done.")
}

/// A folder cannot be used.
pub(crate) fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::new(ErrorKind::Denied, format!("{} cannot be used", shown(path)))
        .because(error)
        .hint("Give a folder that can be written.")
}
