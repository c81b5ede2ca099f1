//! About when the photos of an album were taken, for those who look for themselves among many (M1). Off
//! until an album asks for it, and then no finer than it says (PUB-9).

use std::io::Write;
use std::num::NonZeroUsize;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::id::{AlbumId, PhotoId};
use grata_core::taken::{Taken, TimeStep};
use grata_store::Store;
use grata_store::blobs::BlobKey;

use super::batch;
use super::releases::Watcher;
use crate::cx::{By, Cx};
use crate::error::AppError;
use crate::worker::pool::Slot;
use crate::worker::protocol::{Step, Task};

/// Says how exactly an album tells when its photos were taken; `None`: not at all. What is kept finer
/// than that is rounded or forgotten at once. Photos that come in later say it by themselves; for those
/// that are there, [`read_all`] looks again.
///
/// # Errors
/// There is no such album.
pub fn set(store: &Store, album: AlbumId, step: Option<TimeStep>, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    if tx.times_of(album)? == step {
        return Ok(());
    }
    tx.set_times(album, step)?;
    tx.commit(by.event(EventKind::AlbumChanged).in_album(album))?;
    Ok(())
}

/// Photos whose times are put on record together.
pub const TOGETHER: usize = 100;

/// Looks again, in the original of a photo, when it was taken. `Ok(None)`: the work was ended.
///
/// # Errors
/// Why it cannot be read, in plain words.
pub fn look(
    store: &Store,
    cx: &Cx,
    slot: &mut Slot<'_>,
    photo: PhotoId,
    step: TimeStep,
) -> Result<Option<Option<Taken>>, String> {
    let original = store.blobs().get(store.vault(), BlobKey::Original(photo));
    let original = original.map_err(|error| AppError::from(error).to_string().replace('\n', " "))?;
    let task = Task { taken: Some(Step::from(step)), ..Task::default() };
    let done = batch::process_bytes(cx, slot, &original, &task, |_| Ok(()))?;
    Ok(done.map(|done| done.taken))
}

/// Keeps when photos of an album were taken, as exactly as the album says by now.
///
/// # Errors
/// The store cannot be used; then none is kept.
pub fn keep(
    store: &Store,
    album: AlbumId,
    looked: &[(PhotoId, Option<Taken>)],
    by: By,
) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    let step = tx.times_of(album)?;
    for (photo, taken) in looked {
        // One that was removed in the meantime has no time to keep.
        if tx.photo(*photo)?.is_some() {
            tx.set_taken(*photo, taken.zip(step).map(|(taken, step)| taken.coarser(step)))?;
        }
    }
    let event = by.event(EventKind::AlbumChanged).in_album(album);
    tx.commit(event.counting(Count::Photos, looked.len() as u64))?;
    Ok(())
}

/// What became of a photo: whether it says when it was taken, or why it could not be read.
pub type Looked = (PhotoId, Result<bool, String>);

/// Looks again in the originals of all photos of an album that asks for times.
///
/// # Errors
/// [`AppError`] if no worker starts, or what was found cannot be kept. A photo that cannot be read is
/// told to `watcher`.
pub fn read_all(
    store: &Store,
    album: AlbumId,
    cx: &Cx,
    jobs: Option<NonZeroUsize>,
    say: &mut dyn Write,
    watcher: &mut dyn Watcher<Looked>,
) -> Result<(), AppError> {
    let reader = store.read()?;
    let Some(step) = reader.times_of(album)? else { return Ok(()) };
    let photos = reader.photos_in(album)?;
    drop(reader);
    let crew = batch::crew(cx, None);
    let ready = batch::get_ready(&crew, say)?;
    watcher.begins(photos.len());
    let work = |slot: &mut Slot<'_>, number: usize| {
        let photo = photos[number];
        look(store, cx, slot, photo, step).transpose().map(|outcome| (photo, outcome))
    };
    let (mut found, mut kept) = (Vec::new(), Ok(()));
    batch::run_each(ready, photos.len(), jobs, work, |(photo, outcome)| {
        watcher.settled((photo, outcome.as_ref().map(Option::is_some).map_err(Clone::clone)));
        found.extend(outcome.ok().map(|taken| (photo, taken)));
        if found.len() >= TOGETHER && kept.is_ok() {
            kept = keep(store, album, &std::mem::take(&mut found), cx.by());
        }
    });
    kept?;
    if found.is_empty() { Ok(()) } else { keep(store, album, &found, cx.by()) }
}
