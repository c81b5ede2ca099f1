//! What pages would otherwise read again and again, for as long as nothing has changed. In memory only.
//!
//! The store counts its changes, so that the count says whether a picture of an album still holds; a
//! look at it changes nothing. Names hold as long as nobody was added, changed or erased; the revisions of people say
//! so. After each change of ours what no longer holds is forgotten, not only left unread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use grata_core::id::{AlbumId, SubjectId};
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::time::{Date, day};
use grata_store::{Reader, Store};

use super::pages::album::{Tile, tiles};
use super::pages::gallery::finding::{Shot, shots};
use crate::app::releases::{self, PlannedPhoto};
use crate::cx::Cx;
use crate::error::AppError;

/// For how long a plan is shown again.
const SECONDS_OF_A_PLAN: i64 = 60;

/// People of an album by name.
pub type Names = Arc<Vec<(SubjectId, String)>>;

type Kept<V, T> = Mutex<Option<(AlbumId, V, Arc<T>)>>;

/// What is remembered: of the album that was asked for last.
#[derive(Default)]
pub struct Remembered {
    tiles: Kept<u64, Vec<Tile>>,
    names: Kept<(u64, u64), Vec<(SubjectId, String)>>,
    plan: Kept<(u64, ChannelKey, i64), Vec<PlannedPhoto>>,
    shots: Kept<(u64, ChannelKey, Date), Vec<Shot>>,
}

impl Remembered {
    /// The photos of an album, with their states.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn tiles(&self, reader: &Reader, album: AlbumId) -> Result<Arc<Vec<Tile>>, AppError> {
        remembered(&self.tiles, album, reader.changes(), || tiles(reader, album))
    }

    /// What a release of an album would show, for a minute at most: time ends consents without a change.
    /// The release itself plans anew.
    ///
    /// # Errors
    /// There is no such album or channel.
    pub fn plan(
        &self,
        store: &Store,
        publish: &Publish,
        cx: &Cx,
    ) -> Result<Arc<Vec<PlannedPhoto>>, AppError> {
        let version = plan_version(&store.read()?, publish, cx);
        remembered(&self.plan, publish.album, version, || releases::plan(store, publish, cx))
    }

    /// The finished photos of a gallery, for a day at most: consents, guardians and ages end with a day. Each
    /// picture is asked about anew when it is fetched.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn shots(&self, reader: &Reader, publish: &Publish, cx: &Cx) -> Result<Arc<Vec<Shot>>, AppError> {
        let version = (reader.changes(), publish.channel.clone(), day(cx.now()));
        remembered(&self.shots, publish.album, version, || shots(reader, publish, cx))
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
        let (changes, people) = (reader.changes(), reader.people_version()?);
        forget(&self.tiles, |at| *at == changes);
        forget(&self.plan, |(at, ..)| *at == changes);
        forget(&self.shots, |(at, ..)| *at == changes);
        forget(&self.names, |at| *at == people);
        Ok(())
    }
}

/// Until when a plan holds: until something changes, a minute at most, and for its channel.
fn plan_version(reader: &Reader, publish: &Publish, cx: &Cx) -> (u64, ChannelKey, i64) {
    (reader.changes(), publish.channel.clone(), cx.now().as_second() / SECONDS_OF_A_PLAN)
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

fn forget<V, T>(kept: &Kept<V, T>, holds: impl Fn(&V) -> bool) {
    let mut kept = lock(kept);
    if kept.as_ref().is_some_and(|(_, at, _)| !holds(at)) {
        *kept = None;
    }
}
