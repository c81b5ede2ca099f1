//! Take photos into an album: each is looked at once, in a worker, and sealed.
//!
//! A photo is in the album with its faces, or not at all. The order is key, blob, row: what a crash
//! leaves has no row, opens for nobody and is swept by the next that writes photos ([`at_work`]).

use std::io::{Read as _, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::id::{FaceId, PhotoId};
use grata_core::photo::{Face, Found, Photo as Kept, PhotoDigest, Review};
use grata_core::region::Region;
use grata_core::taken::{Taken, TimeStep};
use grata_core::time::day;
use grata_store::blobs::BlobKey;
use grata_store::queries::albums::Album;
use grata_store::vault::KeyName;
use grata_store::{Store, StoreError};

use super::albums;
use super::at_work::{self, AtWork};
use super::batch::{self, Audience, Look, Report, Status};
use super::obscure::NO_FACE;
use super::sources::{self, Photo};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::path_text;
use crate::worker::pool::Slot;
use crate::worker::protocol::{Done, Step, Task};

/// Note on a photo that nobody has looked at.
pub const NOT_LOOKED_AT: &str = "not looked at; it stays in the house until somebody has reviewed it";

/// What to take in, and what to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct IngestOrder {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// What to look for. Without a look at faces, photos wait for a person (PUB-1).
    pub look: Look,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// Takes every photo below the paths into the album; photos it has already are left out.
///
/// # Errors
/// [`AppError`] if nothing was done: the album lacks something (COL-2), or no worker starts. A photo
/// that cannot be taken in is told to `audience`.
pub fn ingest(
    order: &IngestOrder,
    store: &Store,
    album: &Album,
    cx: &Cx,
    say: &mut dyn Write,
    audience: &mut dyn Audience,
) -> Result<(), AppError> {
    let intake = Intake::new(store, album, order.look, cx)?;
    let found = sources::find(&order.paths, None)?;
    let any = batch::photos(&found).next().is_some();
    let items = batch::items(found, |_, _| ());
    if !any {
        batch::tell(items, audience);
        return Ok(());
    }
    let model = match order.look.min_face {
        Some(_) => Some((cx.hands.detect_model)(&cx.config, &cx.stop, say)?),
        None => None,
    };
    let crew = batch::crew(cx, model);
    let ready = batch::get_ready(&crew, say)?;
    batch::run(ready, &items, order.jobs, audience, |slot, photo, ()| intake.settle(slot, photo));
    Ok(())
}

/// What takes photos into an album, one at a time.
#[derive(Debug)]
pub struct Intake<'a> {
    store: &'a Store,
    album: &'a Album,
    look: Look,
    times: Option<TimeStep>,
    cx: &'a Cx,
    _at_work: AtWork,
}

/// Why a photo is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// The album has it.
    #[error("in the album already")]
    There,
    /// It may not come back (ABU-11).
    #[error("was removed at somebody's wish; it stays out")]
    Removed,
}

/// Why a photo is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// It was left alone, and why.
    LeftOut(LeftOut),
    /// It could not be done, and why. Nothing of it is kept.
    Failed(String),
    /// Somebody ended the work.
    Stopped,
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        // On one line, as all reasons are.
        Self::Failed(AppError::from(error).to_string().replace('\n', " "))
    }
}

impl<'a> Intake<'a> {
    /// For the photos of an album that has said everything it has to say (COL-2).
    ///
    /// # Errors
    /// It has not, or its photos are not kept any longer.
    pub fn new(store: &'a Store, album: &'a Album, look: Look, cx: &'a Cx) -> Result<Self, AppError> {
        let reader = store.read()?;
        let (notice, times) = (reader.notice(album.id)?, reader.times_of(album.id)?);
        drop(reader);
        albums::check_complete(album, notice.as_ref())?;
        if album.keep_until < day(cx.now()) {
            return Err(AppError::new(ErrorKind::Denied, "the photos of this album are not kept any longer")
                .hint("Make another album, with a later --keep-until. Nothing was done."));
        }
        Ok(Self { store, album, look, times, cx, _at_work: at_work::begin(store)? })
    }

    fn settle(&self, slot: &mut Slot<'_>, photo: &Photo) -> Option<Status> {
        match self.take(slot, photo) {
            Ok(report) => Some(Status::Done(report)),
            Err(NotTaken::LeftOut(reason)) => Some(Status::LeftOut(reason.to_string())),
            Err(NotTaken::Failed(reason)) => Some(Status::Failed(reason)),
            Err(NotTaken::Stopped) => None,
        }
    }

    fn take(&self, slot: &mut Slot<'_>, photo: &Photo) -> Result<Report, NotTaken> {
        // The same bytes are looked at and kept, whatever becomes of the file meanwhile.
        let bytes = self.read(photo)?;
        self.take_bytes(slot, &bytes, &path_text(&photo.relative))
    }

    /// Takes in the photo with these bytes, whose file was called `name`.
    ///
    /// # Errors
    /// Why it is not taken in.
    pub fn take_bytes(&self, slot: &mut Slot<'_>, bytes: &[u8], name: &str) -> Result<Report, NotTaken> {
        let file = self.store.file_digest(bytes);
        self.check_new(file)?;
        let task = Task {
            min_face: self.look.min_face,
            margin: self.look.margin.share(),
            digest: true,
            taken: self.times.map(Step::from),
            ..Task::default()
        };
        let done = batch::process_bytes(self.cx, slot, bytes, &task, |_| Ok(()))
            .map_err(NotTaken::Failed)?
            .ok_or(NotTaken::Stopped)?;
        let kept = self.kept(file, &done);
        self.keep(&kept, done.taken, bytes, name)?;
        Ok(self.report(kept.id, done))
    }

    fn read(&self, photo: &Photo) -> Result<Vec<u8>, NotTaken> {
        let (file, length) = batch::open(self.cx, photo).map_err(NotTaken::Failed)?;
        let mut bytes = Vec::new();
        let read = file.take(length).read_to_end(&mut bytes);
        read.map_err(|error| NotTaken::Failed(format!("cannot be read: {error}")))?;
        Ok(bytes)
    }

    fn check_new(&self, file: PhotoDigest) -> Result<(), NotTaken> {
        let reader = self.store.read()?;
        if reader.was_removed(file)? {
            return Err(NotTaken::LeftOut(LeftOut::Removed));
        }
        match reader.photo_with(self.album.id, file)? {
            Some(_) => Err(NotTaken::LeftOut(LeftOut::There)),
            None => Ok(()),
        }
    }

    fn kept(&self, file: PhotoDigest, done: &Done) -> Kept {
        let mut rng = self.store.rng();
        let face = |region: &crate::worker::protocol::Region, id| Face {
            id,
            region: Region::of_face(region.rect, self.look.margin, done.size),
            found: Found::Detector,
        };
        let pixels = done.digest.map(|sum| self.store.pixel_digest(done.size.width, done.size.height, &sum));
        Kept {
            id: PhotoId::random(&mut rng),
            album: self.album.id,
            file,
            pixels,
            size: done.size,
            faces: done.regions.iter().map(|region| face(region, FaceId::random(&mut rng))).collect(),
            review: if self.look.min_face.is_some() { Review::Clear } else { Review::Doubtful },
        }
    }

    fn keep(&self, photo: &Kept, taken: Option<Taken>, bytes: &[u8], name: &str) -> Result<(), NotTaken> {
        let kept = self.seal_and_write(photo, taken, bytes, name);
        if kept.is_ok() {
            return Ok(());
        }
        // Nothing opens it and nothing names it; removing it now saves the sweep the work.
        let _ = self.store.blobs().delete(BlobKey::Original(photo.id));
        let _ = self.store.vault().shred(KeyName::Photo(photo.id));
        // Another slot may have taken in the same content in the meantime.
        self.check_new(photo.file)?;
        kept.map_err(NotTaken::from)
    }

    fn seal_and_write(
        &self,
        photo: &Kept,
        taken: Option<Taken>,
        bytes: &[u8],
        name: &str,
    ) -> Result<(), StoreError> {
        let store = self.store;
        store.vault().create(KeyName::Photo(photo.id))?;
        store.blobs().put(store.vault(), BlobKey::Original(photo.id), bytes)?;
        let by = self.cx.by();
        let mut tx = store.begin(by.at)?;
        tx.insert_photo(photo, name)?;
        // As exactly as the album says at this moment: it may have changed while the photo was looked at.
        if let (Some(taken), Some(step)) = (taken, tx.times_of(photo.album)?) {
            tx.set_taken(photo.id, Some(taken.coarser(step)))?;
        }
        let event = by
            .event(EventKind::PhotosAdded)
            .in_album(self.album.id)
            .counting(Count::Photos, 1)
            .counting(Count::Faces, photo.faces.len() as u64);
        tx.commit(event).map(drop)
    }

    fn report(&self, id: PhotoId, done: Done) -> Report {
        let Done { size, regions, mut notes, .. } = done;
        if self.look.min_face.is_none() {
            notes.insert(0, NOT_LOOKED_AT.into());
        } else if regions.is_empty() {
            notes.insert(0, NO_FACE.into());
        }
        Report { out: None, kept: Some(id), size, regions, notes }
    }
}
