//! Looks again, in photos that are there already, when they were taken: after an album has begun to ask
//! for it, or asks for more.

use std::collections::BTreeMap;
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
            let reasons = look(&store, &cx, slot, album, &some, step);
            works_too.note(&name, |progress| {
                progress.done += some.len();
                for (reason, photos) in reasons {
                    progress.failed += photos;
                    *progress.reasons.entry(reason).or_default() += photos;
                }
            });
        });
    }
    Ok(true)
}

/// Looks at these photos: why some could not be read, or none kept, and how many.
fn look(
    store: &Store,
    cx: &Cx,
    slot: &mut Slot<'_>,
    album: AlbumId,
    photos: &[PhotoId],
    step: TimeStep,
) -> BTreeMap<String, usize> {
    let (mut found, mut reasons) = (Vec::new(), BTreeMap::new());
    for photo in photos {
        match times::look(store, cx, slot, *photo, step) {
            Ok(Some(taken)) => found.push((*photo, taken)),
            Ok(None) => *reasons.entry("the work was ended".into()).or_default() += 1,
            Err(reason) => *reasons.entry(reason).or_default() += 1,
        }
    }
    if let Err(error) = times::keep(store, album, &found, cx.by()) {
        *reasons.entry(error.to_string().replace('\n', " ")).or_default() += found.len();
    }
    reasons
}
