//! Saying by hand who a face is, and who it is not. What is said stays on record; the last word that
//! holds counts, and "not me" holds against all of them (RTS-7).

use grata_core::audit::entry::{Count, EventKind};
use grata_core::geometry::PixelRect;
use grata_core::id::{AlbumId, FaceId, NotMeId, PhotoId, SubjectId, TagId};
use grata_core::photo::{Face, Found, Photo, Review};
use grata_core::region::Region;
use grata_core::tag::{FaceStanding, NotMe, TagAct, TagKind, Tagger, standing};
use grata_store::queries::albums::Album;
use grata_store::{Reader, Store, Tx};
use serde_json::json;

use super::albums::is_id;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::words::harmless;

/// A face and the photo it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceInPhoto {
    /// The photo.
    pub photo: Photo,
    /// The face, which is one of the photo's.
    pub face: Face,
}

/// A photo with what is held to be true about its faces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoTags {
    /// The photo.
    pub photo: Photo,
    /// What its file was called.
    pub name: String,
    /// Its faces, in order.
    pub faces: Vec<(Face, FaceStanding)>,
    /// What was said about them.
    pub tags: Vec<TagAct>,
}

/// Says that a face is this person.
///
/// # Errors
/// The person said that it is not them, or there is no such person.
pub fn set(store: &Store, at: &FaceInPhoto, subject: SubjectId, by: By) -> Result<TagId, AppError> {
    tag(store, at, TagKind::Is(subject), Some(subject), EventKind::Tagged, by)
}

/// Says that there is no face, so that nothing is hidden there.
///
/// # Errors
/// The store cannot be used.
pub fn no_face(store: &Store, at: &FaceInPhoto, by: By) -> Result<TagId, AppError> {
    tag(store, at, TagKind::NotAFace, None, EventKind::Tagged, by)
}

/// Takes back the last word about a face; what was said before holds again.
///
/// # Errors
/// `NotFound` if nothing was said that could be taken back.
pub fn undo(store: &Store, at: &FaceInPhoto, by: By) -> Result<TagId, AppError> {
    let tags = store.read()?.tags_on(at.photo.id)?;
    let last = last_that_holds(&tags, at.face.id).ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "nothing was said about this face that could be undone")
    })?;
    let about = match last.kind {
        TagKind::Is(subject) => Some(subject),
        TagKind::NotAFace | TagKind::Undo(_) => None,
    };
    tag(store, at, TagKind::Undo(last.id), about, EventKind::TagUndone, by)
}

/// Read from the end, as core does: what something later undoes does not count.
fn last_that_holds(tags: &[TagAct], face: FaceId) -> Option<&TagAct> {
    let mut undone = Vec::new();
    for act in tags.iter().rev().filter(|act| act.face == face) {
        match act.kind {
            _ if undone.contains(&act.id) => {}
            TagKind::Undo(id) => undone.push(id),
            TagKind::Is(_) | TagKind::NotAFace => return Some(act),
        }
    }
    None
}

fn tag(
    store: &Store,
    at: &FaceInPhoto,
    kind: TagKind,
    about: Option<SubjectId>,
    event: EventKind,
    by: By,
) -> Result<TagId, AppError> {
    write(store, store.begin(by.at)?, at, kind, about, (event, Tagger::Reviewer(by.account())), by)
}

fn write(
    store: &Store,
    mut tx: Tx,
    at: &FaceInPhoto,
    kind: TagKind,
    about: Option<SubjectId>,
    (event, tagger): (EventKind, Tagger),
    by: By,
) -> Result<TagId, AppError> {
    let act =
        TagAct { id: TagId::random(&mut store.rng()), face: at.face.id, kind, by: tagger, at: tx.now() };
    if let Some(subject) = about {
        // No key, no person: one who is gone cannot be tagged again.
        tx.profile(subject)?;
    }
    tx.insert_tag(at.photo.id, &act)?;
    let mut event = by.event(event).in_album(at.photo.album).counting(Count::Faces, 1);
    if let Some(subject) = about {
        let what = if matches!(kind, TagKind::Undo(_)) { "tag undone" } else { "tagged" };
        let photo = at.photo.id.to_string();
        event = event.about(subject, json!({"what": what, "photo": photo, "face": at.face.id.to_string()}));
    }
    tx.commit(event)?;
    Ok(act.id)
}

/// What follows when somebody says of a place in a photo that it is them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is on record.
    Recorded,
    /// It was on record already.
    Known,
    /// Somebody else is held to be there: nothing changes, and the person is told whom to write to.
    SomebodyElse,
    /// No face is known there: the same.
    NoFace,
}

impl Claimed {
    /// Its name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Known => "known",
            Self::SomebodyElse => "somebody-else",
            Self::NoFace => "no-face",
        }
    }
}

/// "That's me", said by the person about a place in a photo: an ordinary tag, of which nobody knows how
/// they came to it. It never takes a face from somebody else: who is shown is decided by the consent of
/// whoever is held to be there, so a person could uncover or hide others with it.
///
/// # Errors
/// The person said that it is not them, or there is no such person.
pub fn thats_me(
    store: &Store,
    photo: &Photo,
    place: PixelRect,
    subject: SubjectId,
    by: By,
) -> Result<Claimed, AppError> {
    let place = place.intersection(photo.size.rect()).ok_or_else(|| outside(photo))?;
    // What is read here and what is written rest on the same moment: nobody says something in between.
    let tx = store.begin(by.at)?;
    let (tags, marks) = (tx.tags_on(photo.id)?, tx.not_me_in(photo)?);
    let common = |face: &Face| {
        let shared = face.region.rect.intersection(place);
        shared.map_or(0, |shared| u64::from(shared.width) * u64::from(shared.height))
    };
    let face = photo.faces.iter().filter(|face| common(face) > 0).max_by_key(|face| common(face)).copied();
    let Some(face) = face else { return Ok(Claimed::NoFace) };
    match standing(photo, &face, &tags, &marks) {
        FaceStanding::Confirmed(known) if known == subject => Ok(Claimed::Known),
        FaceStanding::Confirmed(_) => Ok(Claimed::SomebodyElse),
        FaceStanding::NotAFace => Ok(Claimed::NoFace),
        FaceStanding::Unknown => {
            let at = FaceInPhoto { photo: photo.clone(), face };
            let said = (EventKind::Tagged, Tagger::Subject(subject));
            write(store, tx, &at, TagKind::Is(subject), Some(subject), said, by)?;
            Ok(Claimed::Recorded)
        }
    }
}

/// Adds a face that the detector missed: hidden exactly where it was marked.
///
/// # Errors
/// `Invalid` if nothing of the place lies in the picture.
pub fn add_face(store: &Store, photo: &Photo, place: PixelRect, by: By) -> Result<Face, AppError> {
    let region = Region::exactly(place, photo.size).ok_or_else(|| outside(photo))?;
    let face = Face { id: FaceId::random(&mut store.rng()), region, found: Found::Reviewer };
    let mut tx = store.begin(by.at)?;
    tx.insert_face(photo.id, &face)?;
    let event = by.event(EventKind::FaceAdded);
    tx.commit(event.in_album(photo.album).counting(Count::Faces, 1))?;
    Ok(face)
}

/// What to say about a place that is not in a photo.
pub(super) fn outside(photo: &Photo) -> AppError {
    let message = "nothing of this place lies in the picture";
    let size = photo.size;
    AppError::new(ErrorKind::Invalid, message).hint(format!(
        "The upright picture has {} x {} pixels; give X,Y,WIDTH,HEIGHT.",
        size.width, size.height
    ))
}

/// Says that somebody has looked at a photo, so that it may leave (PUB-1).
///
/// # Errors
/// There is no such photo.
pub fn reviewed(store: &Store, photo: &Photo, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.set_review(photo.id, Review::Done)?;
    let event = by.event(EventKind::PhotoReviewed);
    tx.commit(event.in_album(photo.album).counting(Count::Photos, 1))?;
    Ok(())
}

/// Puts on record that a person says that a place in a photo is not them. It wins over every tag,
/// and survives that the photo is added again (RTS-7).
///
/// # Errors
/// There is no such person.
pub fn not_me(store: &Store, at: &FaceInPhoto, subject: SubjectId, by: By) -> Result<NotMeId, AppError> {
    let mut tx = store.begin(by.at)?;
    let mark = NotMe {
        id: NotMeId::random(&mut store.rng()),
        subject,
        photo: at.photo.pixels.unwrap_or(at.photo.file),
        region: at.face.region.rect,
        at: tx.now(),
        taken_back: None,
    };
    tx.insert_not_me(&mark)?;
    let payload = json!({"what": "not me", "photo": at.photo.id.to_string(), "mark": mark.id.to_string()});
    let event = by.event(EventKind::NotMe).in_album(at.photo.album);
    tx.commit(event.about(subject, payload))?;
    Ok(mark.id)
}

/// Takes a "not me" back, at the wish of the person who said it.
///
/// # Errors
/// There is no such mark of this person.
pub fn take_back_not_me(store: &Store, subject: SubjectId, mark: NotMeId, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.take_back_not_me(subject, mark)?;
    let payload = json!({"what": "not me taken back", "mark": mark.to_string()});
    tx.commit(by.event(EventKind::NotMeTakenBack).about(subject, payload))?;
    Ok(())
}

/// A photo with what is held to be true about its faces.
///
/// # Errors
/// There is no such photo.
pub fn photo_tags(reader: &Reader, id: PhotoId) -> Result<PhotoTags, AppError> {
    let photo = photo(reader, id)?;
    let (tags, not_me) = (reader.tags_on(id)?, reader.not_me_in(&photo)?);
    let faces = photo.faces.iter().map(|face| (*face, standing(&photo, face, &tags, &not_me))).collect();
    Ok(PhotoTags { name: reader.photo_name(id)?, faces, tags, photo })
}

fn photo(reader: &Reader, id: PhotoId) -> Result<Photo, AppError> {
    reader.photo(id)?.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such photo"))
}

/// The photo that `text` names: its id, or in `album` the beginning of its id or its file's name.
///
/// # Errors
/// `NotFound`, or `Conflict` if it could be several.
pub fn find_photo(reader: &Reader, album: Option<&Album>, text: &str) -> Result<Photo, AppError> {
    if let Ok(id) = text.parse::<PhotoId>() {
        return photo(reader, id);
    }
    let albums: Vec<AlbumId> = match album {
        Some(album) => vec![album.id],
        None => reader.albums()?.iter().map(|album| album.id).collect(),
    };
    let mut found = Vec::new();
    for album in albums {
        for id in reader.photos_in(album)? {
            if is_id(&id.to_string(), text) || reader.photo_name(id)? == text {
                found.push(id);
            }
        }
    }
    match found[..] {
        [id] => photo(reader, id),
        [] => Err(AppError::new(ErrorKind::NotFound, format!("there is no photo called {}", harmless(text)))
            .hint("`grata tag list ALBUM` prints all of them.")),
        _ => Err(AppError::new(ErrorKind::Conflict, format!("several photos are called {}", harmless(text)))
            .hint("Name the album with --album, or give the id that `grata tag list` prints.")),
    }
}

/// The face that `text` names: its id, or its photo and its number in it, as in `match.jpg#2`.
///
/// # Errors
/// `NotFound`, or `Conflict` if the photo could be several.
pub fn find_face(reader: &Reader, album: Option<&Album>, text: &str) -> Result<FaceInPhoto, AppError> {
    let no_face = || {
        AppError::new(ErrorKind::NotFound, "there is no such face")
            .hint("Give the id that `grata tag list` prints, or photo and number as in `match.jpg#2`.")
    };
    if let Ok(id) = text.parse::<FaceId>() {
        let photo = photo(reader, reader.photo_of_face(id)?.ok_or_else(no_face)?)?;
        let face = photo.faces.iter().find(|face| face.id == id).copied().ok_or_else(no_face)?;
        return Ok(FaceInPhoto { photo, face });
    }
    let (name, number) = text.rsplit_once('#').ok_or_else(no_face)?;
    let number: usize = number.parse().map_err(|_| no_face())?;
    let photo = find_photo(reader, album, name)?;
    let face = number.checked_sub(1).and_then(|index| photo.faces.get(index)).copied().ok_or_else(no_face)?;
    Ok(FaceInPhoto { photo, face })
}
