//! Photos and scans of signed forms, sealed, wherever `object_store` puts them: a folder now, any other
//! store behind the same interface. A blob is written before its row and removed after it.

use std::fs;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::executor::block_on;
use grata_core::digest::Digest;
use grata_core::id::{EvidenceId, PhotoId, RenditionId, SubjectId};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use zeroize::Zeroizing;

use crate::error::{Result, StoreError};
use crate::vault::{KeyName, Place, Vault};

/// Everything that is stored as a blob, under the key of its photo or of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlobKey {
    /// The original. Never served (PUB-6).
    Original(PhotoId),
    /// What was made of it for a release.
    Rendition(PhotoId, RenditionId),
    /// The scan of a form that somebody signed (CON-12).
    Evidence(SubjectId, EvidenceId),
    /// A small picture of it with every face hidden, by a digest of what is hidden and how large it is
    /// (PUB-5). Can be made again at any time.
    Preview(PhotoId, Digest),
}

impl BlobKey {
    /// A finished photo and the small picture of it: they go together (PUB-7).
    pub fn of_rendition(photo: PhotoId, rendition: RenditionId) -> [Self; 2] {
        [Self::Rendition(photo, rendition), Self::small(photo, rendition)]
    }

    /// The small picture of a finished photo.
    pub fn small(photo: PhotoId, rendition: RenditionId) -> Self {
        Self::Preview(photo, Digest::of_parts(&[b"rendition 1", rendition.as_bytes()]))
    }

    fn key(self) -> KeyName {
        match self {
            Self::Original(photo) | Self::Rendition(photo, _) | Self::Preview(photo, _) => {
                KeyName::Photo(photo)
            }
            Self::Evidence(subject, _) => KeyName::Subject(subject),
        }
    }

    /// The first digits keep folders small.
    fn path(self) -> Path {
        let (kind, name) = match self {
            Self::Original(photo) => ("originals", photo.to_string()),
            Self::Rendition(photo, rendition) => ("renditions", format!("{photo}/{rendition}")),
            Self::Evidence(subject, evidence) => ("evidence", format!("{subject}/{evidence}")),
            Self::Preview(photo, digest) => ("previews", format!("{photo}/{digest}")),
        };
        Path::from(format!("{kind}/{}/{name}", name.get(..2).unwrap_or_default()))
    }

    fn parse(path: &Path) -> Option<Self> {
        let parts: Vec<String> = path.parts().map(|part| part.as_ref().to_string()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts[..] {
            ["originals", _, photo] => Some(Self::Original(photo.parse().ok()?)),
            ["renditions", _, photo, rendition] => {
                Some(Self::Rendition(photo.parse().ok()?, rendition.parse().ok()?))
            }
            ["evidence", _, subject, evidence] => {
                Some(Self::Evidence(subject.parse().ok()?, evidence.parse().ok()?))
            }
            ["previews", _, photo, digest] => Some(Self::Preview(photo.parse().ok()?, digest.parse().ok()?)),
            _ => None,
        }
    }
}

/// Where blobs are.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where that is, if it is a folder.
    folder: Option<PathBuf>,
}

impl Blobs {
    /// In a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn in_folder(folder: &FilePath) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::unavailable("the photo folder", error))?;
        // Empty folders go with what was in them: they are called like a photo or a person.
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed)?;
        let store = store.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_path_buf()) })
    }

    /// In any other store.
    pub fn in_store(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None }
    }

    /// Seals and stores bytes; what was there is replaced. They are there when it returns.
    ///
    /// # Errors
    /// There is no key for it, or the store cannot be used.
    pub fn put(&self, vault: &Vault, key: BlobKey, bytes: &[u8]) -> Result<()> {
        let path = key.path();
        let sealed = vault.seal(key.key(), &place(&path), bytes)?;
        block_on(self.store.put(&path, sealed.into())).map_err(failed)?;
        Ok(())
    }

    /// The bytes.
    ///
    /// # Errors
    /// They are not there, were changed, or their key is gone.
    pub fn get(&self, vault: &Vault, key: BlobKey) -> Result<Zeroizing<Vec<u8>>> {
        let path = key.path();
        let sealed = block_on(async { self.store.get(&path).await?.bytes().await }).map_err(failed)?;
        vault.open_sealed(key.key(), &place(&path), &sealed)
    }

    /// Removes a blob. Safe to repeat.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn delete(&self, key: BlobKey) -> Result<()> {
        match block_on(self.store.delete(&key.path())) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// All blobs there are: for a sweep of what a crash has left.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn list(&self) -> Result<Vec<BlobKey>> {
        self.below(None)
    }

    /// Every scan of a signed form that there is.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn evidence(&self) -> Result<Vec<(SubjectId, EvidenceId)>> {
        let scan = |key| if let BlobKey::Evidence(subject, id) = key { Some((subject, id)) } else { None };
        Ok(self.below(Some(&Path::from("evidence")))?.into_iter().filter_map(scan).collect())
    }

    fn below(&self, folder: Option<&Path>) -> Result<Vec<BlobKey>> {
        let found = block_on(self.store.list(folder).collect::<Vec<_>>());
        let mut keys = Vec::new();
        for object in found {
            keys.extend(BlobKey::parse(&object.map_err(failed)?.location));
        }
        keys.sort();
        Ok(keys)
    }

    /// Removes blobs that a stopped process has left half-written. Returns how many. Nothing may be on
    /// its way at that time. Stores that are no folder keep no halves.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub(crate) fn remove_unfinished(&self) -> Result<u64> {
        let unusable = |error| StoreError::unavailable("the photo folder", error);
        self.folder.as_deref().map_or(Ok(0), remove_unfinished_below).map_err(unusable)
    }
}

fn remove_unfinished_below(folder: &FilePath) -> io::Result<u64> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            removed += remove_unfinished_below(&entry.path())?;
        } else if is_unfinished(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// `object_store` writes to `NAME#NUMBER` first, refuses such names otherwise and lists none of them.
fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn place(path: &Path) -> Place<'_> {
    Place { table: "blobs", column: "bytes", row: path.as_ref().as_bytes() }
}

fn failed(error: object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::not_found("photo file"),
        other => StoreError::unavailable("the photo folder", other),
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;
    use crate::random;
    use crate::vault::FileRoot;

    /// One suite for every store.
    fn check(blobs: &Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let root = FileRoot::create(&folder.path().join("root")).unwrap();
        let vault = Vault::open(&folder.path().join("keys.db"), Box::new(root)).unwrap();
        let photo = PhotoId::random(&mut random::rng());
        let rendition = RenditionId::random(&mut random::rng());
        vault.create(KeyName::Photo(photo)).unwrap();
        let subject = SubjectId::random(&mut random::rng());
        vault.create(KeyName::Subject(subject)).unwrap();
        let keys = [
            BlobKey::Original(photo),
            BlobKey::Rendition(photo, rendition),
            BlobKey::Evidence(subject, EvidenceId::random(&mut random::rng())),
            BlobKey::Preview(photo, Digest::of(b"all hidden")),
        ];
        for key in keys {
            blobs.put(&vault, key, b"picture").unwrap();
            assert_eq!(blobs.get(&vault, key).unwrap().as_slice(), b"picture");
        }
        assert_eq!(blobs.list().unwrap(), keys);
        for key in [keys[1], keys[1], keys[2], keys[3]] {
            blobs.delete(key).unwrap();
        }
        assert_eq!(blobs.list().unwrap(), keys[..1]);
        vault.shred(KeyName::Photo(photo)).unwrap();
        assert!(blobs.get(&vault, keys[0]).is_err());
    }

    #[test]
    fn what_was_half_written_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let below = folder.path().join("originals/0a");
        fs::create_dir_all(&below).unwrap();
        for name in ["0a17", "0a17#1", "0a18#20", "0a19#", "0a20#x"] {
            fs::write(below.join(name), name).unwrap();
        }
        assert_eq!(blobs.remove_unfinished().unwrap(), 2);
        let mut left: Vec<_> =
            fs::read_dir(&below).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["0a17", "0a19#", "0a20#x"]);
        assert_eq!(blobs.remove_unfinished().unwrap(), 0);
    }

    #[test]
    fn key_1_blobs_are_sealed_in_a_folder_and_in_any_other_store() {
        let folder = tempfile::tempdir().unwrap();
        check(&Blobs::in_folder(folder.path()).unwrap());
        check(&Blobs::in_store(Arc::new(InMemory::new())));
    }
}
