//! A mark in the data folder while photos are written.
//!
//! A photo has a key and a blob before it has a row. A process that is killed in between leaves them:
//! nothing opens them, but they lie there. To look for them takes a walk through all photos, so it is
//! only done where a mark says that somebody was stopped.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use grata_store::Store;

use super::backup::RESTORED;
use crate::error::{AppError, ErrorKind};

/// The mark's name.
const MARK: &str = "at-work";

/// Stands for work that is under way; dropping it says that it has come to an end.
#[derive(Debug)]
pub struct AtWork(PathBuf);

impl Drop for AtWork {
    fn drop(&mut self) {
        // Whoever panics may have left something. A mark that cannot be removed costs the next a look.
        if !std::thread::panicking() {
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// Sets the mark, after sweeping what a killed process has left, if one was.
///
/// # Errors
/// The data folder cannot be used.
pub fn begin(store: &Store) -> Result<AtWork, AppError> {
    let mark = store.places().data.join(MARK);
    let failed = |error: io::Error| {
        AppError::new(ErrorKind::Unavailable, "the data folder cannot be written").because(error)
    };
    // On a restored backup a key without a row may belong to a photo that a newer backup holds.
    if mark.try_exists().map_err(failed)? && store.read()?.setting(RESTORED)?.is_none() {
        store.sweep_orphans()?;
    }
    File::create(&mark).map_err(failed)?;
    Ok(AtWork(mark))
}
