//! Releases that stay in the house: their renditions are what galleries show and ZIP files hold. Made
//! photo by photo as a release into a folder is, with the same plan, check and record.

use std::sync::Arc;

use grata_core::audit::entry::EventKind;
use grata_core::id::{PhotoId, ReleaseId};
use grata_core::obscure::ObscureStyle;
use grata_core::purpose::Publish;
use grata_core::recall::recall;
use grata_core::release::{Planned, plan_photo};
use grata_store::queries::photos::PhotoCase;
use grata_store::queries::releases::{Release, StoredRendition};
use grata_store::{Reader, Store};

use super::Works;
use crate::app::channels;
use crate::app::releases::render::{Made, Studio, take_down};
use crate::cx::Cx;
use crate::error::AppError;
use crate::worker::pool::Slot;

/// Who gets what is released here: whoever opens the gallery, or fetches the ZIP file.
pub const RECIPIENT: &str = "gallery";

/// Under which name the progress of a release is kept.
pub fn name(publish: &Publish) -> String {
    format!("release {} {}", publish.album, publish.channel)
}

/// Brings the release of an album through a channel up to date, photo by photo, in the background:
/// what may not be shown any more dies, what is missing or could show more is made. `false`: that is
/// being done already.
///
/// # Errors
/// There is no such album or channel.
pub fn release(works: &Works, store: &Arc<Store>, cx: &Cx, publish: &Publish) -> Result<bool, AppError> {
    let photos = store.read()?.photos_in(publish.album)?;
    channels::check_open(&store.read()?, &publish.channel)?;
    let name = name(publish);
    if !works.begin(&name, photos.len()) {
        return Ok(false);
    }
    let release = match newest(&store.read()?, publish)? {
        Some(release) => release,
        None => begin(store, cx, publish)?,
    };
    for photo in photos {
        let (works_too, store, cx) = (works.clone(), Arc::clone(store), cx.clone());
        let (release, name) = (release.clone(), name.clone());
        works.later(move |slot| {
            let outcome = settle(&store, &cx, slot, &release, photo);
            works_too.note(&name, |progress| {
                progress.done += 1;
                match outcome {
                    Ok(Outcome::Shown) => {}
                    Ok(Outcome::Withheld) => progress.withheld += 1,
                    Ok(Outcome::Failed) | Err(_) => {
                        progress.failed += 1;
                        progress.failures.push(photo);
                    }
                }
            });
        });
    }
    Ok(true)
}

/// The release of an album through a channel, if there was one.
///
/// # Errors
/// The store cannot be used.
pub fn newest(reader: &Reader, publish: &Publish) -> Result<Option<Release>, AppError> {
    let newest: Option<ReleaseId> = reader.newest_release(publish, RECIPIENT)?;
    Ok(newest.map(|id| reader.release(id)).transpose()?.flatten())
}

fn begin(store: &Store, cx: &Cx, publish: &Publish) -> Result<Release, AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let release = Release {
        id: ReleaseId::random(&mut store.rng()),
        publish: publish.clone(),
        recipient: RECIPIENT.into(),
        begun_at: tx.now(),
    };
    tx.insert_release(&release)?;
    tx.commit(by.event(EventKind::Released).in_album(publish.album))?;
    Ok(release)
}

enum Outcome {
    Shown,
    Withheld,
    Failed,
}

fn settle(
    store: &Store,
    cx: &Cx,
    slot: &mut Slot<'_>,
    release: &Release,
    photo: PhotoId,
) -> Result<Outcome, AppError> {
    let (live, outdated) = {
        let reader = store.read()?;
        let live = reader.live_renditions_of(photo)?.into_iter().find(|one| one.release == release.id);
        let case = reader.photo_case(photo)?;
        let outdated = live.as_ref().is_some_and(|live| !is_up_to_date(&reader, &case, live, cx));
        (live, outdated)
    };
    match live {
        Some(_) if !outdated => return Ok(Outcome::Shown),
        Some(live) => take_down(store, &live, cx)?,
        None => {}
    }
    let studio = Studio { store, cx, style: ObscureStyle::default() };
    Ok(match studio.rendition(slot, release, photo)? {
        Made::Rendition(..) => Outcome::Shown,
        Made::Withheld(_) => Outcome::Withheld,
        Made::Failed(_) | Made::Stopped => Outcome::Failed,
    })
}

/// Whether a rendition is what would be made of its photo now.
fn is_up_to_date(reader: &Reader, case: &PhotoCase, live: &StoredRendition, cx: &Cx) -> bool {
    let evidence = case.evidence(reader.age_rules());
    let Planned::Leaves(plan) = plan_photo(&case.photo, &live.rendition.publish, &evidence, cx.now()) else {
        return false;
    };
    let (today, _) = plan.into_rendition(live.rendition.id, live.rendition.made);
    let same_shown = today.shown.len() == live.rendition.shown.len()
        && today.shown.iter().all(|shown| live.rendition.shown.contains(shown));
    let same_hidden = today.hidden.len() == live.rendition.hidden.len()
        && today.hidden.iter().all(|hidden| live.rendition.hidden.contains(hidden));
    same_shown && same_hidden
}

/// The finished photos of an album and channel that may be shown at this moment. One that a withdrawal
/// or an objection has made outdated is not among them, whether or not it was recalled yet (RTS-12).
///
/// # Errors
/// The store cannot be used.
pub fn showable(reader: &Reader, publish: &Publish, cx: &Cx) -> Result<Vec<StoredRendition>, AppError> {
    let Some(release) = newest(reader, publish)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for rendition in reader.renditions_for(release.id)? {
        if may_be_shown(reader, &rendition, cx)? {
            found.push(rendition);
        }
    }
    // The order in which they were made would tell the order in which they were taken.
    found.sort_by(|one, other| one.file_name.cmp(&other.file_name));
    Ok(found)
}

/// Whether a rendition may be shown at this moment.
///
/// # Errors
/// Something about its photo cannot be read: then it must not be shown.
pub fn may_be_shown(reader: &Reader, rendition: &StoredRendition, cx: &Cx) -> Result<bool, AppError> {
    if rendition.recalled_at.is_some() {
        return Ok(false);
    }
    let case = reader.photo_case(rendition.rendition.photo)?;
    let evidence = case.evidence(reader.age_rules());
    Ok(recall(&rendition.rendition, &case.photo, &evidence, cx.now()).is_none())
}
