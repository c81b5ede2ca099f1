//! What time ends: photos of albums whose last day has passed, and consents that have (CON-7). Decisions
//! do not wait for this; it deletes, and puts on record.

use std::path::Path;

use grata_core::audit::entry::{ActorClass, Count, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Lapsed, Means, lapsed};
use grata_core::id::{ActId, AlbumId, PhotoId, SubjectId};
use grata_core::time::{Timestamp, day, hours_after};
use grata_store::Store;
use grata_store::blobs::BlobKey;
use grata_store::queries::releases::StoredRendition;
use grata_store::vault::KeyName;
use serde::Serialize;

use super::backup::RESTORED;
use super::consents::receipt;
use super::output::OutputFolder;
use super::releases::Watcher;
use super::releases::folder::{keep_out_of_store, unusable, write_whole};
use super::releases::render::take_down;
use super::rights::backup_days;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};

/// The list of files that have to go, in the folder that was given for it.
pub const LIST: &str = "retention.json";

/// What is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Photos of albums that are over.
    pub photos: Vec<(AlbumId, PhotoId)>,
    /// Their live renditions: whoever has the files has to delete them.
    pub renditions: Vec<StoredRendition>,
    /// Consents that are over and not on record as such.
    pub consents: Vec<(SubjectId, Lapsed)>,
}

/// A file that has to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpiredFile {
    /// Through which channel it had left.
    pub channel: String,
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RetentionDone {
    /// Photos deleted.
    pub photos: u64,
    /// Renditions that died with them.
    pub renditions: u64,
    /// Consents put on record as expired.
    pub consents: u64,
    /// Blobs and keys without a row, left by a crash, that were removed.
    pub leftovers: u64,
}

/// What is due now. Changes nothing.
///
/// # Errors
/// The store cannot be used.
pub fn due(store: &Store, now: Timestamp) -> Result<Due, AppError> {
    let reader = store.read()?;
    let mut due = Due::default();
    for album in reader.albums()?.into_iter().filter(|album| album.keep_until < day(now)) {
        due.photos.extend(reader.photos_in(album.id)?.into_iter().map(|photo| (album.id, photo)));
        due.renditions.extend(reader.live_renditions_in(album.id)?);
    }
    for id in reader.subjects()? {
        if let Some(subject) = reader.subject(id)? {
            due.consents.extend(lapsed(&subject, now).into_iter().map(|lapsed| (id, lapsed)));
        }
    }
    Ok(due)
}

/// Files that have to go with what is due.
pub fn files(due: &Due) -> Vec<ExpiredFile> {
    due.renditions
        .iter()
        .map(|live| ExpiredFile {
            channel: live.rendition.publish.channel.to_string(),
            file: live.file_name.clone(),
            sha256: live.sha256.to_string(),
        })
        .collect()
}

/// Does what is due. The list of files that have to go is written to `out` before anything is deleted,
/// since nobody knows them afterwards.
///
/// # Errors
/// [`AppError`]; what was done by then is done, and the rest the next time.
pub fn run(
    store: &Store,
    cx: &Cx,
    out: Option<&Path>,
    watcher: &mut dyn Watcher<()>,
) -> Result<RetentionDone, AppError> {
    let due = due(store, cx.now())?;
    if let Some(out) = out {
        keep_out_of_store(out, store)?;
        let folder = OutputFolder::create(out, true).map_err(|error| unusable(out, error))?;
        let text = serde_json::to_string_pretty(&files(&due)).unwrap_or_default();
        write_whole(&folder, LIST, format!("{text}\n").as_bytes()).map_err(|error| unusable(out, error))?;
    }
    let mut done = RetentionDone::default();
    watcher.begins(due.consents.len() + due.photos.len());
    for (subject, lapsed) in &due.consents {
        expire(store, cx, *subject, lapsed)?;
        done.consents += 1;
        watcher.settled(());
    }
    for live in &due.renditions {
        take_down(store, live, cx)?;
        done.renditions += 1;
    }
    for (album, photo) in &due.photos {
        delete(store, cx, *album, *photo)?;
        done.photos += 1;
        watcher.settled(());
    }
    let mut tx = store.begin(cx.now())?;
    tx.drop_what_has_ended(day(cx.now()))?;
    let event = Event::new(EventKind::RetentionRun, ActorClass::Clock)
        .counting(Count::Photos, done.photos)
        .counting(Count::Renditions, done.renditions)
        .counting(Count::Entries, done.consents);
    tx.commit(event)?;
    // What is left without a row goes last, keys of templates among it.
    if every_backup_is_older(store, cx.now())? {
        let (blobs, keys) = store.sweep_orphans()?;
        done.leftovers = blobs + keys;
    }
    Ok(done)
}

/// Whether a key without a row belongs to nothing: on a restored backup it may belong to a photo that a newer backup
/// holds, as long as there is one.
fn every_backup_is_older(store: &Store, now: Timestamp) -> Result<bool, AppError> {
    let Some(restored) = store.read()?.setting(RESTORED)? else { return Ok(true) };
    let hours = backup_days(store)?.saturating_mul(24);
    Ok(restored.parse().is_ok_and(|restored: Timestamp| hours_after(restored, hours) < now))
}

/// Row first, then blobs and key: what a crash leaves in between is collected the next time.
fn delete(store: &Store, cx: &Cx, album: AlbumId, photo: PhotoId) -> Result<(), AppError> {
    let mut tx = store.begin(cx.now())?;
    tx.delete_photo(photo, false)?;
    let event = Event::new(EventKind::PhotoRemoved, ActorClass::Clock);
    tx.commit(event.in_album(album).counting(Count::Photos, 1))?;
    store.vault().shred(KeyName::Photo(photo))?;
    store.blobs().delete(BlobKey::Original(photo))?;
    Ok(())
}

fn expire(store: &Store, cx: &Cx, subject: SubjectId, lapsed: &Lapsed) -> Result<(), AppError> {
    let mut tx = store.begin(cx.now())?;
    let act = ConsentAct {
        id: ActId::random(&mut store.rng()),
        question: lapsed.question.clone(),
        kind: ActKind::Expire,
        speaker: lapsed.speaker,
        means: Means::Clock,
        notice: lapsed.notice.clone(),
        at: tx.now(),
    };
    tx.insert_act(subject, &act)?;
    let no_album = || AppError::new(ErrorKind::NotFound, "there is no such album");
    let album = tx.album(act.question.album)?.ok_or_else(no_album)?;
    let body = receipt(&tx, &act, &album)?;
    let event = Event::new(EventKind::ConsentExpired, ActorClass::Clock);
    tx.commit(event.in_album(act.question.album).about(subject, body))?;
    Ok(())
}
