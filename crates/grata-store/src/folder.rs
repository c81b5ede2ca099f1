//! The data folder: who owns it, and where things are in it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError, StoreErrorKind};

/// A data folder that this process owns. A second one is told so.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Held open: the lock goes with it, however the process ends.
    lock: File,
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // Closing is not enough: a child that is just being started has the file open, too, for a moment.
        let _ = self.lock.unlock();
    }
}

impl DataFolder {
    /// Makes the folder if need be, readable by its owner alone, and takes it over.
    ///
    /// # Errors
    /// Another process owns it, or it cannot be used.
    pub fn own(path: &Path) -> Result<Self> {
        let failed = |error| StoreError::unavailable("the data folder", error);
        make_private(path).map_err(failed)?;
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_path_buf(), lock }),
            Err(TryLockError::WouldBlock) => {
                let message = "another grata is using this data folder; stop it first, or use it";
                Err(StoreError::new(StoreErrorKind::Conflict, message))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path.join("grata.db")
    }

    /// Photos.
    pub fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }
}

/// A folder that only its owner enters.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
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
        let inherited = first.lock.try_clone().unwrap();
        drop(first);
        DataFolder::own(&path).unwrap();
        drop(inherited);
    }
}
