//! The photos of a closed group, one after the other, with those of its members who enrolled (M3).
//!
//! Before each photo the gate is asked anew, and a commit rests on the consent of every member whose template was
//! used: a withdrawal, an erasure or a freeze ends it between two photos (CON-5). What comes of it are questions to
//! members; about anybody else, that somebody has to look at the photo, as when the detector is in doubt (BYS-4).

use std::io::{self, Read as _};
use std::time::Duration;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::basis::{Basis, Missing, may_compare_again};
use grata_core::consent::Permit;
use grata_core::id::{AlbumId, PhotoId};
use grata_core::photo::{Face, Review};
use grata_core::purpose::Find;
use grata_core::scope::{Errand, Scope};
use grata_core::tag::is_open;
use grata_store::blobs::BlobKey;
use grata_store::queries::groups::Group;
use grata_store::queries::photos::PhotoCase;
use grata_store::{Reader, Store, StoreErrorKind};
use grata_vision::decode::{Format, converted_end, sniff};
use serde_json::json;
use zeroize::Zeroizing;

use super::models::find;
use super::{batch, groups};
use crate::cx::{By, Cx};
use crate::error::{AppError, ErrorKind};
use crate::worker::group::{GroupAnswer, GroupTask};
use crate::worker::pool::{Crew, Slot};
use crate::worker::process::WorkerError;
use crate::worker::protocol::{Checked, Task};

/// How long one photo may take at most: whoever takes their consent back is found by nothing within a minute.
const LONGEST: Duration = Duration::from_secs(30);

/// How often a photo is compared again because somebody said something meanwhile.
const ATTEMPTS: u32 = 3;

/// How a run ended. Nothing says who was found, or how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Photos that were compared.
    pub photos: u64,
    /// Faces that were turned into numbers.
    pub embedded: u64,
    /// Photos that could not be compared; somebody has to look at them.
    pub failed: u64,
    /// Photos that are left, for a later run.
    pub left: u64,
    /// What closed the group in the middle of it.
    pub closed: Vec<Missing>,
}

/// What became of a photo.
enum Photo {
    Done(u64),
    Failed,
    /// Somebody said something meanwhile, again and again.
    Later,
    /// The group is closed by now.
    Closed(Vec<Missing>),
    /// Nobody is enrolled (any more).
    Nobody,
    Stopped,
}

/// Compares what is to be compared: photos that never were; and once a day at most, those that were before somebody
/// enrolled (BYS-9). `progress` hears of photos done.
///
/// # Errors
/// `Conflict` if the group is closed; nothing was opened then.
pub fn run(
    store: &Store,
    cx: &Cx,
    album: AlbumId,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Compared, AppError> {
    let now = cx.now();
    let (group, photos) = {
        let reader = store.read()?;
        let (group, gate) = groups::gate(&reader, &cx.config, album, now)?;
        gate.map_err(|missing| groups::closed(&missing))?;
        // BYS-5: nobody to compare with, so the model is not even looked at.
        if reader.templates_in(album)?.is_empty() {
            return Ok(Compared::default());
        }
        let (photos, late) = reader.photos_to_compare(album)?;
        let (mut photos, late) =
            (groups::in_scope(&reader, &group, photos)?, groups::in_scope(&reader, &group, late)?);
        if !late.is_empty() && may_compare_again(group.late_rounds, group.late_round_at, now) {
            drop(reader);
            begin_late_round(store, album, late.len(), cx.by())?;
            photos.extend(late);
        }
        (group, photos)
    };
    let mut done = Compared { left: photos.len() as u64, ..Compared::default() };
    if photos.is_empty() {
        return Ok(done);
    }
    let crew = crew(cx, &group)?;
    let mut slot = crew.slot();
    for (at, photo) in photos.iter().enumerate() {
        progress(at, photos.len());
        if cx.stop.is_raised() {
            return Ok(done);
        }
        match one(store, cx, &mut slot, album, *photo)? {
            Photo::Done(embedded) => {
                (done.photos, done.embedded) = (done.photos + 1, done.embedded + embedded)
            }
            Photo::Failed => done.failed += 1,
            Photo::Later => continue,
            Photo::Closed(missing) => {
                done.closed = missing;
                return Ok(done);
            }
            Photo::Nobody | Photo::Stopped => return Ok(done),
        }
        done.left -= 1;
    }
    progress(photos.len(), photos.len());
    Ok(done)
}

fn begin_late_round(store: &Store, album: AlbumId, photos: usize, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.begin_late_round(album)?;
    let event = by.event(EventKind::GroupComparedAgain).in_album(album);
    tx.commit(event.counting(Count::Photos, photos as u64))?;
    Ok(())
}

fn crew(cx: &Cx, group: &Group) -> Result<Crew, AppError> {
    let model = find::open(&cx.config, &groups::which(group))?;
    let detect = (cx.hands.detect_model)(&cx.config, &cx.stop, &mut io::sink())?;
    let mut crew = batch::crew(cx, Some(detect)).comparing(model.files);
    crew.limits.time = crew.limits.time.min(LONGEST);
    Ok(crew)
}

/// One photo: what is to be compared, the comparison, and what follows, each with a look whether it still may be.
fn one(
    store: &Store,
    cx: &Cx,
    slot: &mut Slot<'_>,
    album: AlbumId,
    photo: PhotoId,
) -> Result<Photo, AppError> {
    for _ in 0..ATTEMPTS {
        let reader = store.read()?;
        let (group, gate) = match groups::gate(&reader, &cx.config, album, cx.now()) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Photo::Nobody),
            Err(error) => return Err(error),
        };
        let basis = match gate {
            Ok(basis) => basis,
            Err(missing) => return Ok(Photo::Closed(missing)),
        };
        // BYS-6: its day, or the window, may be another one by now.
        if !groups::is_in_scope(&reader, &group, photo)? {
            return Ok(Photo::Later);
        }
        let case = match reader.photo_case(photo) {
            Ok(case) => case,
            Err(error) if error.kind() == StoreErrorKind::NotFound => return Ok(Photo::Later),
            Err(error) => return Err(error.into()),
        };
        let asked = Asked::of(&reader, &basis, case)?;
        drop(reader);
        if asked.members.is_empty() {
            return Ok(Photo::Nobody);
        }
        let answer = match asked.places.is_empty() {
            // Nobody unknown is in it, or somebody objects to it: no face is looked at.
            true => Ok(Some(GroupAnswer::Compared { found: Vec::new(), embedded: 0, is_doubtful: false })),
            false => asked.ask(store, cx, slot, &basis),
        };
        match answer {
            Ok(Some(answer)) => match asked.record(store, cx, &group, answer)? {
                Some(photo) => return Ok(photo),
                None => continue,
            },
            Ok(None) => return Ok(Photo::Stopped),
            Err(()) => return asked.failed(store, cx).map(|()| Photo::Failed),
        }
    }
    Ok(Photo::Later)
}

/// One photo beside members.
struct Asked<'a> {
    case: PhotoCase,
    places: Vec<Face>,
    members: Vec<&'a Permit<Find>>,
    width: usize,
    templates: Zeroizing<Vec<u8>>,
}

impl<'a> Asked<'a> {
    fn of(reader: &Reader, basis: &'a Basis, case: PhotoCase) -> Result<Self, AppError> {
        let mut asked = Self {
            places: places(&case),
            case,
            members: Vec::new(),
            width: 0,
            templates: Zeroizing::default(),
        };
        for template in reader.templates_in(basis.album())? {
            // Only who is on the roster, by a consent that is in force, and by this model.
            let Some(permit) = basis.permit(template.subject).filter(|_| template.model == basis.model())
            else {
                continue;
            };
            if asked.places.is_empty() {
                asked.members.push(permit);
                continue;
            }
            let numbers = match reader.open_template(&template, permit) {
                Ok(numbers) => numbers,
                // A row without its key, as from a backup: the person enrols anew (KEY-4).
                Err(error) if [StoreErrorKind::NotFound, StoreErrorKind::Damaged].contains(&error.kind()) => {
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if asked.width == 0 {
                asked.width = numbers.len();
                // Never grows beyond it, so nothing is left where it was.
                let members = reader.templates_in(basis.album())?.len();
                asked.templates = Zeroizing::new(Vec::with_capacity(members * numbers.len() * 4));
            }
            if numbers.len() == asked.width {
                asked.templates.extend(numbers.iter().flat_map(|value| value.to_le_bytes()));
                asked.members.push(permit);
            }
        }
        Ok(asked)
    }

    /// `None`: the work was ended. An error: this photo is lost.
    fn ask(
        &self,
        store: &Store,
        cx: &Cx,
        slot: &mut Slot<'_>,
        basis: &Basis,
    ) -> Result<Option<GroupAnswer>, ()> {
        let scope = Scope::closed_group(basis, &self.members, cx.now()).map_err(|_| ())?;
        let Some(Errand::Compare { members }) = scope.errand() else { return Err(()) };
        let point = basis.point();
        let task = Task {
            group: Some(GroupTask::Compare {
                members,
                width: self.width,
                places: self.places.iter().map(|face| face.region.rect.into()).collect(),
                threshold: point.threshold.distance(),
                lead: point.lead,
            }),
            ..Task::default()
        };
        let original =
            store.blobs().get(store.vault(), BlobKey::Original(self.case.photo.id)).map_err(|_| ())?;
        let converted = match sniff(&original) {
            Some(Format::Heic | Format::Avif) => {
                let converted = cx.hands.converters.convert_bytes(&original, &cx.config.limits, &cx.stop);
                [converted.map_err(|_| ())?, converted_end(original.len() as u64).to_vec()].concat()
            }
            _ => Vec::new(),
        };
        let whole = (self.templates.len() + original.len() + converted.len()) as u64;
        let mut body = self.templates.as_slice().chain(original.as_slice()).chain(converted.as_slice());
        match slot.process(&task, &mut body, whole, |_| Ok(())) {
            Ok(Checked::Group(answer, _)) => Ok(Some(answer)),
            Err(WorkerError::Stopped) => Ok(None),
            Ok(_) | Err(_) => Err(()),
        }
    }

    /// Puts down what came of it, if everything that it rests on is as it was. `None`: it is not.
    fn record(
        &self,
        store: &Store,
        cx: &Cx,
        before: &Group,
        answer: GroupAnswer,
    ) -> Result<Option<Photo>, AppError> {
        let GroupAnswer::Compared { found, embedded, is_doubtful } = answer else {
            return Err(AppError::new(ErrorKind::Internal, "the worker process answered something else"));
        };
        let by = cx.by();
        let photo = &self.case.photo;
        let mut tx = store.begin(by.at)?;
        let is_as_it_was = tx.group(photo.album)?.is_some_and(|now| now.attested == before.attested)
            && groups::is_in_scope(&tx, before, photo.id)?
            && tx.photo_case(photo.id).is_ok_and(|now| now == self.case);
        if !is_as_it_was {
            // What was turned into numbers is counted all the same.
            if tx.group(photo.album)?.is_some() {
                tx.count_embedded(photo.album, embedded)?;
                let event = by.event(EventKind::GroupCompared).in_album(photo.album);
                tx.commit(event.counting(Count::Embedded, embedded))?;
            }
            return Ok(None);
        }
        self.members.iter().for_each(|permit| tx.rest_on(permit));
        let event = by.event(EventKind::GroupCompared).in_album(photo.album);
        let mut event = event.counting(Count::Photos, 1).counting(Count::Embedded, embedded);
        for (place, member) in found {
            let (Some(face), Some(permit)) =
                (self.places.get(place as usize), self.members.get(member as usize))
            else {
                continue;
            };
            let subject = permit.subject();
            // RTS-7: once said, for good.
            let said = |mark: &grata_core::tag::NotMe| mark.excludes(subject, photo, face);
            if self.case.not_me.iter().any(said) || !tx.insert_suggestion(permit, photo.id, face.id)? {
                continue;
            }
            event = event
                .about(subject, json!({"what": "asked whether this is you", "photo": photo.id.to_string()}));
        }
        if is_doubtful && photo.review == Review::Clear {
            tx.set_review(photo.id, Review::Doubtful)?;
        }
        tx.note_compared(photo.album, photo.id, embedded)?;
        match tx.commit(event) {
            Ok(_) => Ok(Some(Photo::Done(embedded))),
            Err(error) if error.kind() == StoreErrorKind::Conflict => {
                let mut tx = store.begin(by.at)?;
                tx.count_embedded(photo.album, embedded)?;
                let event = by.event(EventKind::GroupCompared).in_album(photo.album);
                tx.commit(event.counting(Count::Embedded, embedded))?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A photo that cannot be compared is looked at by somebody, as one that matched nobody.
    fn failed(&self, store: &Store, cx: &Cx) -> Result<(), AppError> {
        let (by, photo) = (cx.by(), &self.case.photo);
        let mut tx = store.begin(by.at)?;
        if photo.review == Review::Clear {
            tx.set_review(photo.id, Review::Doubtful)?;
        }
        tx.note_compared(photo.album, photo.id, 0)?;
        let event = by.event(EventKind::GroupCompared).in_album(photo.album);
        tx.commit(event.counting(Count::Failed, 1))?;
        Ok(())
    }
}

/// The faces that are worth a question: nobody has said who they are, and nobody objects.
fn places(case: &PhotoCase) -> Vec<Face> {
    let is_open = |face: &&Face| is_open(&case.photo, face, &case.tags, &case.not_me, &case.objections);
    case.photo.faces.iter().filter(is_open).copied().collect()
}
