//! One photo, from the sealed original to bytes that may leave.
//!
//! The original is opened in memory and goes to the worker through its pipe; what comes back is
//! sealed at once. Neither is ever a file in the open.

use grata_core::audit::entry::{Count, EventKind};
use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_core::id::{PhotoId, RenditionId};
use grata_core::obscure::ObscureStyle;
use grata_core::photo::Photo;
use grata_core::region::{Margin, Region, Shape};
use grata_core::release::{PhotoPlan, Planned, Treatment, Withheld, plan_photo};
use grata_core::rights::OwnView;
use grata_store::blobs::BlobKey;
use grata_store::queries::releases::{NewRendition, Release, StoredRendition};
use grata_store::{Store, StoreErrorKind};
use grata_vision::decode::{self, Format};
use serde_json::json;

use crate::app::batch;
use crate::app::naming::extension;
use crate::cx::Cx;
use crate::error::AppError;
use crate::worker::pool::Slot;
use crate::worker::protocol::{Done, PlannedRegions, Task};

/// How often a photo is planned again because somebody said something meanwhile.
const ATTEMPTS: u32 = 3;

/// What it takes to make finished photos of sealed ones.
#[derive(Debug, Clone, Copy)]
pub struct Studio<'a> {
    /// Where they lie.
    pub store: &'a Store,
    /// The world around.
    pub cx: &'a Cx,
    /// What stands in place of a face.
    pub style: ObscureStyle,
}

/// What became of a photo.
#[derive(Debug)]
pub enum Made {
    /// On record, with its bytes.
    Rendition(Box<StoredRendition>, Vec<u8>),
    /// It stays in the house.
    Withheld(Withheld),
    /// Not made, and why; nothing is left of it.
    Failed(String),
    /// Somebody ended the work.
    Stopped,
}

/// What a worker made of a photo.
#[derive(Debug)]
pub enum Obscured {
    /// A finished file, and what is hidden in it besides the plan.
    Done(Format, Vec<u8>, Vec<Region>),
    /// Nothing, and why.
    Failed(String),
    /// Somebody ended the work.
    Stopped,
}

impl Studio<'_> {
    /// Makes and records the rendition of a photo for a release. What it shows is planned here and
    /// again by the store at the commit. If somebody else was faster, theirs is what there is.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn rendition(
        &self,
        slot: &mut Slot<'_>,
        release: &Release,
        photo: PhotoId,
    ) -> Result<Made, AppError> {
        for _ in 0..ATTEMPTS {
            let (planned, size) = {
                let reader = self.store.read()?;
                let mut live = reader.live_renditions_of(photo)?.into_iter();
                if let Some(live) = live.find(|one| one.release == release.id) {
                    let blob = BlobKey::Rendition(photo, live.rendition.id);
                    let bytes = self.store.blobs().get(self.store.vault(), blob)?;
                    return Ok(Made::Rendition(Box::new(live), bytes.to_vec()));
                }
                let case = reader.photo_case(photo)?;
                let evidence = case.evidence(reader.age_rules());
                (plan_photo(&case.photo, &release.publish, &evidence, self.cx.now()), case.photo.size)
            };
            let plan = match planned {
                Planned::Withheld(why) => return Ok(Made::Withheld(why)),
                Planned::Leaves(plan) => plan,
            };
            let (format, bytes, besides) = match self.obscured(slot, photo, regions(&plan, size))? {
                Obscured::Done(format, bytes, besides) => (format, bytes, besides),
                Obscured::Failed(reason) => return Ok(Made::Failed(reason)),
                Obscured::Stopped => return Ok(Made::Stopped),
            };
            if let Some(rendition) = self.record(release, plan, &besides, format, &bytes)? {
                return Ok(Made::Rendition(Box::new(rendition), bytes));
            }
        }
        Ok(Made::Failed("what may be shown in it changed while it was made; try again".into()))
    }

    /// Blob first, then its row. `None`: what may be shown has changed; nothing is left of it.
    fn record(
        &self,
        release: &Release,
        plan: PhotoPlan,
        besides: &[Region],
        format: Format,
        bytes: &[u8],
    ) -> Result<Option<StoredRendition>, AppError> {
        let id = RenditionId::random(&mut self.store.rng());
        let photo = plan.photo();
        let new = NewRendition {
            id,
            release: release.id,
            // The id is random and says nothing (PUB-8).
            file_name: format!("{id}.{}", extension(format)),
            sha256: Digest::of(bytes),
        };
        let blob = BlobKey::Rendition(photo, id);
        self.store.blobs().put(self.store.vault(), blob, bytes)?;
        let recorded = (|| {
            let by = self.cx.by();
            let mut tx = self.store.begin(by.at)?;
            let rendition = tx.insert_rendition(&new, plan, besides)?;
            let mut event = by
                .event(EventKind::Released)
                .in_album(release.publish.album)
                .counting(Count::Renditions, 1)
                .counting(Count::Shown, rendition.shown.len() as u64)
                .counting(Count::Hidden, rendition.hidden.len() as u64);
            if !besides.is_empty() {
                event = event.counting(Count::Faces, besides.len() as u64);
            }
            for (_, subject) in &rendition.shown {
                let told = json!({
                    "what": "shown in a released photo",
                    "channel": release.publish.channel.as_str(),
                    "recipient": release.recipient,
                    "file": new.file_name,
                });
                event = event.about(*subject, told);
            }
            tx.commit(event)?;
            Ok(rendition)
        })();
        match recorded {
            Ok(rendition) => Ok(Some(StoredRendition {
                rendition,
                release: release.id,
                file_name: new.file_name,
                sha256: new.sha256,
                recalled_at: None,
            })),
            Err(error) => {
                self.store.blobs().delete(blob)?;
                let error: grata_store::StoreError = error;
                if error.kind() == StoreErrorKind::Conflict { Ok(None) } else { Err(error.into()) }
            }
        }
    }

    /// A photo for a person in it. Not kept, and not a release.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn own_copy(&self, slot: &mut Slot<'_>, photo: &Photo, view: &OwnView) -> Result<Obscured, AppError> {
        self.obscured(slot, photo.id, planned(photo.size, view.hide.iter(), &view.shown, &view.no_face))
    }

    fn obscured(
        &self,
        slot: &mut Slot<'_>,
        photo: PhotoId,
        planned: PlannedRegions,
    ) -> Result<Obscured, AppError> {
        let original = self.store.blobs().get(self.store.vault(), BlobKey::Original(photo))?;
        let task = Task {
            obscure: Some(self.style.into()),
            margin: Margin::DEFAULT.share(),
            planned: Some(planned),
            ..Task::default()
        };
        let mut bytes = Vec::new();
        let sink = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        let answer = batch::process_bytes(self.cx, slot, &original, &task, sink);
        drop(original);
        Ok(match answer {
            Ok(Some(done)) => match done.format {
                Some(format) if decode::sniff(&bytes) == Some(format) => {
                    Obscured::Done(format, bytes, besides(&done))
                }
                _ => Obscured::Failed("the worker process gave something else than a picture".into()),
            },
            Ok(None) => Obscured::Stopped,
            Err(reason) => Obscured::Failed(reason),
        })
    }
}

/// What the plan hides; a face may be seen where the plan shows one or knows of none.
fn regions(plan: &PhotoPlan, size: Size) -> PlannedRegions {
    let (mut shown, mut no_face) = (Vec::new(), Vec::new());
    for face in plan.faces() {
        match face.treatment() {
            Treatment::Show(_) => shown.push(face.face().region.rect),
            Treatment::NotAFace => no_face.push(face.face().region.rect),
            Treatment::Obscure(_) => {}
        }
    }
    planned(size, plan.hidden().iter().map(|hidden| &hidden.region), &shown, &no_face)
}

fn planned<'a>(
    size: Size,
    hide: impl Iterator<Item = &'a Region>,
    shown: &[PixelRect],
    no_face: &[PixelRect],
) -> PlannedRegions {
    let rects = |places: &[PixelRect]| places.iter().map(|rect| (*rect).into()).collect();
    PlannedRegions {
        size: (size.width, size.height),
        hide: hide.map(|region| (region.rect.into(), region.shape == Shape::Rounded)).collect(),
        shown: rects(shown),
        no_face: rects(no_face),
    }
}

/// What only the last look has seen, and was hidden as well.
fn besides(done: &Done) -> Vec<Region> {
    let seen = done.regions.iter().filter(|region| region.score.is_some());
    seen.map(|region| Region::of_face(region.rect, Margin::DEFAULT, done.size)).collect()
}

/// Takes a rendition down: on record first, then its bytes.
///
/// # Errors
/// It is dead already, or the store cannot be used.
pub fn take_down(store: &Store, live: &StoredRendition, cx: &Cx) -> Result<(), AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    tx.recall_rendition(live.rendition.id)?;
    let mut event =
        by.event(EventKind::Recalled).in_album(live.rendition.publish.album).counting(Count::Renditions, 1);
    for (_, subject) in &live.rendition.shown {
        let told = json!({
            "what": "recalled a photo that showed you",
            "channel": live.rendition.publish.channel.as_str(),
            "file": live.file_name,
        });
        event = event.about(*subject, told);
    }
    tx.commit(event)?;
    for blob in BlobKey::of_rendition(live.rendition.photo, live.rendition.id) {
        store.blobs().delete(blob)?;
    }
    Ok(())
}
