//! What pages would otherwise read again and again, for as long as nothing has changed. In memory only.
//!
//! Every change is an entry in the log, so that the size of the log says whether a picture of an album
//! still holds. Names hold as long as nobody was added, changed or erased; the revisions of people say
//! so. After each change of ours what no longer holds is forgotten, not only left unread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use grata_core::id::{AlbumId, SubjectId};
use grata_store::Reader;

use super::pages::album::{Tile, tiles};
use crate::error::AppError;

/// People of an album by name.
pub type Names = Arc<Vec<(SubjectId, String)>>;

type Kept<V, T> = Mutex<Option<(AlbumId, V, Arc<T>)>>;

/// What is remembered: of the album that was asked for last.
#[derive(Default)]
pub struct Remembered {
    tiles: Kept<u64, Vec<Tile>>,
    names: Kept<(u64, u64), Vec<(SubjectId, String)>>,
}

impl Remembered {
    /// The photos of an album, with their states.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn tiles(&self, reader: &Reader, album: AlbumId) -> Result<Arc<Vec<Tile>>, AppError> {
        remembered(&self.tiles, album, reader.log_size()?, || tiles(reader, album))
    }

    /// The people of an album, with their names.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn names(&self, reader: &Reader, album: AlbumId) -> Result<Names, AppError> {
        remembered(&self.names, album, reader.people_version()?, || {
            let named = |subject| Ok((subject, reader.profile(subject)?.name));
            reader.people_of(album)?.into_iter().map(named).collect()
        })
    }

    /// Forgets what does not hold any more.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn forget_what_changed(&self, reader: &Reader) -> Result<(), AppError> {
        let (size, people) = (reader.log_size()?, reader.people_version()?);
        forget(&self.tiles, &size);
        forget(&self.names, &people);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic elsewhere has left is whole, or nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remembered<V: PartialEq, T>(
    kept: &Kept<V, T>,
    album: AlbumId,
    version: V,
    read: impl FnOnce() -> Result<T, AppError>,
) -> Result<Arc<T>, AppError> {
    // Whoever comes while it is read waits for it, and reads nothing.
    let mut kept = lock(kept);
    if let Some((of, at, value)) = &*kept
        && *of == album
        && *at == version
    {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(read()?);
    *kept = Some((album, version, Arc::clone(&value)));
    Ok(value)
}

fn forget<V: PartialEq, T>(kept: &Kept<V, T>, version: &V) {
    let mut kept = lock(kept);
    if kept.as_ref().is_some_and(|(_, at, _)| at != version) {
        *kept = None;
    }
}
