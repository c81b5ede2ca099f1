//! A mark in the data folder while photos are written.
//!
//! A photo has a key and a blob before it has a row. A process that is killed in between leaves them:
//! nothing opens them, but they lie there. To look for them takes a walk through all photos, so it is
//! only done where a mark says that somebody was stopped, and never while this process writes: what it
//! is writing has no row yet, either. No other process can, since one process owns the folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use grata_store::Store;

use super::backup::RESTORED;
use crate::error::{AppError, ErrorKind};

/// The mark's name.
const MARK: &str = "at-work";

/// How much work is under way in this process, by mark.
static UNDER_WAY: Mutex<Option<HashMap<PathBuf, usize>>> = Mutex::new(None);

/// Stands for work that is under way; dropping it says that it has come to an end.
#[derive(Debug)]
pub struct AtWork(PathBuf);

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut under_way = under_way();
        let Some(count) = under_way.as_mut().and_then(|marks| marks.get_mut(&self.0)) else { return };
        // Whoever panics may have left something: it stays on the list, and the mark where it is.
        if std::thread::panicking() {
            return;
        }
        *count -= 1;
        if *count == 0 {
            // A mark that cannot be removed costs the next a look.
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
    let mut under_way = under_way();
    let count = under_way.get_or_insert_default().entry(mark.clone()).or_default();
    if *count == 0 {
        // On a restored backup a key without a row may belong to a photo that a newer backup holds.
        if mark.try_exists().map_err(failed)? && store.read()?.setting(RESTORED)?.is_none() {
            store.sweep_orphans()?;
        }
        File::create(&mark).map_err(failed)?;
    }
    *count += 1;
    Ok(AtWork(mark))
}

fn under_way() -> MutexGuard<'static, Option<HashMap<PathBuf, usize>>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}
