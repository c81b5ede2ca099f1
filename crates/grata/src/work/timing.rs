//! Looks again, in photos that are there already, when they were taken: after an album has begun to ask
//! for it, or asks for more.

use std::sync::Arc;

use grata_core::id::{AlbumId, PhotoId};
use grata_core::taken::TimeStep;
use grata_store::Store;

use super::Works;
use crate::app::times;
use crate::cx::Cx;
use crate::error::AppError;
use crate::worker::pool::Slot;

/// Photos of one job: others get in between.
const OF_A_JOB: usize = 20;

/// Under which name the progress is kept.
pub fn name(album: AlbumId) -> String {
    format!("times {album}")
}

/// Looks again in all photos of an album, in the background. `false`: that is being done already.
///
/// # Errors
/// There is no such album.
pub fn read_again(works: &Works, store: &Arc<Store>, cx: &Cx, album: AlbumId) -> Result<bool, AppError> {
    let reader = store.read()?;
    let (Some(step), photos) = (reader.times_of(album)?, reader.photos_in(album)?) else { return Ok(false) };
    drop(reader);
    let name = name(album);
    if !works.begin(&name, photos.len()) {
        return Ok(false);
    }
    for some in photos.chunks(OF_A_JOB) {
        let (works_too, store, cx) = (works.clone(), Arc::clone(store), cx.clone());
        let (some, name) = (some.to_vec(), name.clone());
        works.later(move |slot| {
            let failed = look(&store, &cx, slot, album, &some, step);
            works_too.note(&name, |progress| {
                progress.done += some.len();
                progress.failed += failed;
            });
        });
    }
    Ok(true)
}

/// How many of these photos could not be read, or not kept.
fn look(
    store: &Store,
    cx: &Cx,
    slot: &mut Slot<'_>,
    album: AlbumId,
    photos: &[PhotoId],
    step: TimeStep,
) -> usize {
    let mut found = Vec::new();
    for photo in photos {
        if let Ok(Some(taken)) = times::look(store, cx, slot, *photo, step) {
            found.push((*photo, taken));
        }
    }
    match times::keep(store, album, &found, cx.by()) {
        Ok(()) => photos.len() - found.len(),
        Err(_) => photos.len(),
    }
}
