//! Small pictures for screens. Each is made by the obscuring engine first and made small afterwards;
//! nothing here reads a pixel (PUB-5). Originals are opened in memory, for the worker, and are never
//! handed out (PUB-6).

use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_core::id::{PhotoId, SubjectId};
use grata_core::obscure::ObscureStyle;
use grata_core::photo::Photo;
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::region::{Region, Shape};
use grata_core::release::{Planned, Treatment, plan_photo};
use grata_core::rights::own_view;
use grata_core::subject::Restriction;
use grata_core::tag::{FaceStanding, standing};
use grata_core::time::Timestamp;
use grata_store::blobs::BlobKey;
use grata_store::queries::photos::PhotoCase;
use grata_store::queries::releases::StoredRendition;
use grata_store::{Reader, Store, StoreErrorKind};
use grata_vision::decode::{self, Format};

use crate::app::found::Question;
use crate::error::{AppError, ErrorKind};
use crate::worker::pool::Slot;
use crate::worker::process::WorkerError;
use crate::worker::protocol::{Checked, PlannedRegions, Screen, Task};

/// Longer side of a picture in a grid, in pixels: twice its size on the page.
pub const GRID_SIDE: u32 = 480;

/// Longer side of a large picture, in pixels.
pub const LARGE_SIDE: u32 = 1600;

/// A picture of a photo with every face hidden, whoever said yes to what.
///
/// # Errors
/// `NotFound` if there is no such photo; `Unavailable` if it cannot be made: then there is no picture.
pub fn all_hidden(
    store: &Store,
    slot: &mut Slot<'_>,
    photo: PhotoId,
    side: u32,
) -> Result<Vec<u8>, AppError> {
    let case = case(&store.read()?, photo)?;
    let hide = every_region(&case);
    let key = BlobKey::Preview(photo, name(&hide, side));
    if let Ok(kept) = store.blobs().get(store.vault(), key) {
        return Ok(kept.to_vec());
    }
    let screen = Screen { side, for_review: false };
    let places = Places { shown: Vec::new(), no_face: no_faces(&case) };
    let made = match make(store, slot, &case.photo, planned_task(&case.photo, &hide, &places, screen)) {
        // Somebody is seen whom nobody has found: look for faces once more, and hide them as well.
        Err(_) => make(store, slot, &case.photo, careful_task(&hide, screen))?,
        Ok(made) => made,
    };
    store.blobs().put(store.vault(), key, &made)?;
    Ok(made)
}

/// The same if it was made before; none otherwise. Takes no worker.
///
/// # Errors
/// As [`all_hidden`].
pub fn all_hidden_kept(store: &Store, photo: PhotoId, side: u32) -> Result<Option<Vec<u8>>, AppError> {
    let case = case(&store.read()?, photo)?;
    let key = BlobKey::Preview(photo, name(&every_region(&case), side));
    kept(store, key)
}

/// What was made before. What cannot be read is not missing.
fn kept(store: &Store, key: BlobKey) -> Result<Option<Vec<u8>>, AppError> {
    match store.blobs().get(store.vault(), key) {
        Ok(bytes) => Ok(Some(bytes.to_vec())),
        Err(error) if error.kind() == StoreErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A picture for the reviewer who says who is who: faces can be seen, unless somebody wants none of
/// that (RTS-10, RTS-12). Made for one look and kept nowhere.
///
/// # Errors
/// As [`all_hidden`].
pub fn for_review(store: &Store, slot: &mut Slot<'_>, photo: PhotoId) -> Result<Vec<u8>, AppError> {
    let case = case(&store.read()?, photo)?;
    let hide = hidden_from_staff(&case);
    let screen = Screen { side: LARGE_SIDE, for_review: true };
    make(store, slot, &case.photo, planned_task(&case.photo, &hide, &Places::default(), screen))
}

/// A picture of what would leave through a channel at this moment, looked at for faces as a release is.
/// Made for one look and kept nowhere: a release makes its own, with a record.
///
/// # Errors
/// `Denied` if the photo would not leave; otherwise as [`all_hidden`].
pub fn as_released(
    store: &Store,
    slot: &mut Slot<'_>,
    photo: PhotoId,
    channel: ChannelKey,
    now: Timestamp,
) -> Result<Vec<u8>, AppError> {
    let reader = store.read()?;
    let case = case(&reader, photo)?;
    let publish = Publish { album: case.photo.album, channel };
    let plan = match plan_photo(&case.photo, &publish, &case.evidence(reader.age_rules()), now) {
        Planned::Leaves(plan) => plan,
        Planned::Withheld(_) => {
            return Err(AppError::new(ErrorKind::Denied, "this photo stays in the house"));
        }
    };
    drop(reader);
    let hide: Vec<Region> = plan.hidden().iter().map(|hidden| hidden.region).collect();
    let mut places = Places::default();
    for face in plan.faces() {
        let rect = face.face().region.rect;
        match face.treatment() {
            Treatment::Show(_) => places.shown.push(rect),
            Treatment::NotAFace => places.no_face.push(rect),
            Treatment::Obscure(_) => {}
        }
    }
    let screen = Screen { side: LARGE_SIDE, for_review: false };
    make(store, slot, &case.photo, planned_task(&case.photo, &hide, &places, screen))
}

/// A picture for a person in it: they see themselves, everybody else is hidden (15(4)).
///
/// # Errors
/// `NotFound` if nobody holds a face in it to be theirs; otherwise as [`all_hidden`].
pub fn for_person(
    store: &Store,
    slot: &mut Slot<'_>,
    photo: PhotoId,
    subject: SubjectId,
    side: u32,
) -> Result<Vec<u8>, AppError> {
    let reader = store.read()?;
    let case = case(&reader, photo)?;
    let view = own_view(&case.photo, &case.evidence(reader.age_rules()), subject);
    drop(reader);
    let view = view.ok_or_else(no_photo)?;
    let screen = Screen { side, for_review: false };
    let places = Places { shown: view.shown, no_face: view.no_face };
    make(store, slot, &case.photo, planned_task(&case.photo, &view.hide, &places, screen))
}

/// A picture for a person who is asked whether a face is theirs: that face is seen, everybody else is hidden. Made
/// for one look and kept nowhere.
///
/// # Errors
/// As [`all_hidden`].
pub fn for_question(
    store: &Store,
    slot: &mut Slot<'_>,
    question: &Question,
    side: u32,
) -> Result<Vec<u8>, AppError> {
    let (case, rect) = (&question.case, question.face.region.rect);
    let mut hide = every_region(case);
    hide.retain(|region| region.rect != rect);
    let screen = Screen { side, for_review: false };
    let places = Places { shown: vec![rect], no_face: no_faces(case) };
    make(store, slot, &case.photo, planned_task(&case.photo, &hide, &places, screen))
}

/// A small picture of a finished photo, if it was made before.
///
/// # Errors
/// It cannot be read.
pub fn of_rendition_kept(store: &Store, rendition: &StoredRendition) -> Result<Option<Vec<u8>>, AppError> {
    kept(store, rendition_key(rendition))
}

/// A small picture of a finished photo, whose bytes are `whole`. Nothing is hidden or shown anew: what
/// went through the check is made small.
///
/// # Errors
/// As [`all_hidden`].
pub fn of_rendition(
    store: &Store,
    slot: &mut Slot<'_>,
    rendition: &StoredRendition,
    whole: Vec<u8>,
) -> Result<Vec<u8>, AppError> {
    let size = store.read()?.photo(rendition.rendition.photo)?.ok_or_else(no_photo)?.size;
    let planned = PlannedRegions {
        size: (size.width, size.height),
        hide: Vec::new(),
        shown: Vec::new(),
        no_face: Vec::new(),
    };
    let screen = Screen { side: GRID_SIDE, for_review: true };
    let task = Task { planned: Some(planned), ..careful_task(&[], screen) };
    let made = ask(slot, &whole, &task)?;
    let key = rendition_key(rendition);
    store.blobs().put(store.vault(), key, &made)?;
    // A recall in the meantime has found nothing to delete yet.
    let is_live =
        store.read()?.rendition(rendition.rendition.id)?.is_some_and(|now| now.recalled_at.is_none());
    if !is_live {
        store.blobs().delete(key)?;
        return Err(AppError::new(ErrorKind::NotFound, "there is no such finished photo"));
    }
    Ok(made)
}

fn rendition_key(rendition: &StoredRendition) -> BlobKey {
    BlobKey::small(rendition.rendition.photo, rendition.rendition.id)
}

fn no_photo() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such photo")
}

fn case(reader: &Reader, photo: PhotoId) -> Result<PhotoCase, AppError> {
    match reader.photo(photo)? {
        Some(_) => Ok(reader.photo_case(photo)?),
        None => Err(no_photo()),
    }
}

/// Every face but those that a reviewer said are none, and every place that somebody pointed at.
fn every_region(case: &PhotoCase) -> Vec<Region> {
    let faces = case
        .photo
        .faces
        .iter()
        .filter(|face| standing(&case.photo, face, &case.tags, &case.not_me) != FaceStanding::NotAFace);
    faces.map(|face| face.region).chain(pointed_at(case)).collect()
}

fn pointed_at(case: &PhotoCase) -> impl Iterator<Item = Region> {
    let objected = case.objections.iter().filter_map(|objection| objection.hides_in(&case.photo));
    objected.map(|rect| Region { rect, shape: Shape::Rectangle })
}

/// Where a reviewer said that there is no face.
fn no_faces(case: &PhotoCase) -> Vec<PixelRect> {
    let is_none = |face: &_| standing(&case.photo, face, &case.tags, &case.not_me) == FaceStanding::NotAFace;
    case.photo.faces.iter().filter(|face| is_none(face)).map(|face| face.region.rect).collect()
}

/// Whom not even a reviewer sees: who objects, whose data is frozen, and places that somebody pointed
/// at. A photo that somebody objects to is hidden as a whole.
fn hidden_from_staff(case: &PhotoCase) -> Vec<Region> {
    if case.objections.iter().any(|objection| objection.withholds(&case.photo)) {
        return vec![Region { rect: case.photo.size.rect(), shape: Shape::Rectangle }];
    }
    let wants_none = |subject: SubjectId| {
        let frozen = case.subjects.get(&subject).is_some_and(|one| one.restriction != Restriction::None);
        frozen || case.objections.iter().any(|objection| objection.hides(subject))
    };
    let faces =
        case.photo.faces.iter().filter(|face| match standing(&case.photo, face, &case.tags, &case.not_me) {
            FaceStanding::Confirmed(subject) => wants_none(subject),
            FaceStanding::Unknown | FaceStanding::NotAFace => false,
        });
    faces.map(|face| face.region).chain(pointed_at(case)).collect()
}

/// The name of a picture: what is hidden in it, and how large it is.
fn name(hide: &[Region], side: u32) -> Digest {
    let mut regions: Vec<[u32; 5]> = hide
        .iter()
        .map(|Region { rect, shape }| {
            [rect.x, rect.y, rect.width, rect.height, u32::from(*shape == Shape::Rounded)]
        })
        .collect();
    regions.sort_unstable();
    let bytes: Vec<u8> = regions.iter().flatten().flat_map(|number| number.to_be_bytes()).collect();
    Digest::of_parts(&[b"preview 1", &side.to_be_bytes(), &bytes])
}

/// What the last look may see.
#[derive(Default)]
struct Places {
    /// A face that is shown.
    shown: Vec<PixelRect>,
    /// What looks like one and is none.
    no_face: Vec<PixelRect>,
}

fn planned_task(photo: &Photo, hide: &[Region], places: &Places, screen: Screen) -> Task {
    let rects = |places: &[PixelRect]| places.iter().map(|rect| (*rect).into()).collect();
    let Size { width, height } = photo.size;
    let planned = PlannedRegions {
        size: (width, height),
        hide: hide.iter().map(|region| (region.rect.into(), region.shape == Shape::Rounded)).collect(),
        shown: rects(&places.shown),
        no_face: rects(&places.no_face),
    };
    Task { planned: Some(planned), ..careful_task(&[], screen) }
}

/// Looks for faces and hides them besides what is given.
fn careful_task(hide: &[Region], screen: Screen) -> Task {
    Task {
        obscure: Some(ObscureStyle::default().into()),
        min_face: Some(grata_vision::detect::DetectOptions::default().min_face),
        margin: grata_core::region::Margin::DEFAULT.share(),
        given: hide.iter().map(|region| region.rect.into()).collect(),
        screen: Some(screen),
        ..Task::default()
    }
}

fn make(store: &Store, slot: &mut Slot<'_>, photo: &Photo, task: Task) -> Result<Vec<u8>, AppError> {
    let original = store.blobs().get(store.vault(), BlobKey::Original(photo.id))?;
    ask(slot, &original, &task)
}

fn ask(slot: &mut Slot<'_>, photo: &[u8], task: &Task) -> Result<Vec<u8>, AppError> {
    let mut bytes = Vec::new();
    let sink = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Ok(())
    };
    let answer = slot.process(task, &mut &photo[..], photo.len() as u64, sink);
    let failed = |reason: String| {
        AppError::new(ErrorKind::Unavailable, format!("the picture cannot be made: {reason}"))
    };
    match answer {
        Ok(Checked::Done(_)) if decode::sniff(&bytes) == Some(Format::Jpeg) => Ok(bytes),
        Ok(Checked::Done(_) | Checked::Measured(_) | Checked::Group(..)) => {
            Err(failed("the worker process gave something else".into()))
        }
        Ok(Checked::Refused(reason)) => Err(failed(reason)),
        Err(WorkerError::Stopped) => Err(failed("grata is being stopped".into())),
        Err(error) => Err(failed(error.to_string())),
    }
}
