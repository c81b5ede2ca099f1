//! Small files for one person's hands: receipts, codes. Written whole or not at all, readable by
//! their owner alone, never in place of another.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// A place that a file can be written to. Found out before anything is put on record, so that what
/// can be had once only is not lost.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    file: NamedTempFile,
}

impl Place {
    /// Makes the folder if need be.
    ///
    /// # Errors
    /// There is a file of that name, or the folder cannot be written to.
    pub fn prepare(path: &Path) -> Result<Self, AppError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(AppError::new(ErrorKind::Conflict, format!("{} is there already", shown(path)))
                .hint("Give another place."));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = fs::create_dir_all(folder)
            .and_then(|()| tempfile::Builder::new().prefix(".grata-").tempfile_in(folder));
        let file = file.map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_path_buf(), file })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// The disk is full, or another file has taken the name.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), AppError> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.as_file().sync_all());
        written.map_err(|error| failed(&self.path, error))?;
        self.file.persist_noclobber(&self.path).map_err(|error| failed(&self.path, error.error))?;
        Ok(())
    }
}

fn failed(path: &Path, error: std::io::Error) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("{} cannot be written", shown(path))).because(error)
}
