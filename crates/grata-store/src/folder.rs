//! The data folder: who owns it, and where things are in it. The key folder has the same lock.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError, StoreErrorKind};

/// The database in a data folder.
pub(crate) const DATABASE: &str = "grata.db";

/// A lock on a folder. A second process is told that the folder is in use.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// Held open: the lock goes with it, however the process ends.
    file: File,
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing is not enough: a child that is just being started has the file open, too, for a moment.
        let _ = self.file.unlock();
    }
}

impl FolderLock {
    /// Makes the folder if need be, readable by its owner alone, and locks it. `what` it is to its reader.
    pub(crate) fn take(path: &Path, what: &str) -> Result<Self> {
        let failed = |error| StoreError::unavailable(&format!("the {what}"), error);
        make_private(path).map_err(failed)?;
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another grata is using this {what}; stop it first, or use it");
                Err(StoreError::new(StoreErrorKind::Conflict, message))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// A data folder that this process owns. A second one is told so.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: FolderLock,
}

impl DataFolder {
    /// Makes the folder if need be, readable by its owner alone, and takes it over.
    ///
    /// # Errors
    /// Another process owns it, or it cannot be used.
    pub fn own(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_path_buf(), _lock: FolderLock::take(path, "data folder")? })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Photos.
    pub fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }
}

/// A folder that only its owner enters.
fn make_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_that_the_folder_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let first = DataFolder::own(&path).unwrap();
        let error = DataFolder::own(&path).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Conflict);
        // As in a child that has not yet become another program.
        let inherited = first._lock.file.try_clone().unwrap();
        drop(first);
        DataFolder::own(&path).unwrap();
        drop(inherited);
    }
}
