//! The rights of a person, by hand of the privacy officer: access, export, erasure, restriction,
//! objection. People do the same themselves on their page, through these functions.
//!
//! Each is on record as a request with a clock (RTS-3), which keeps the date of a letter.
//!
//! - [`access`]: everything that is held, as data and as a page, with their photos
//! - [`export`]: what they gave, and their receipts, for somewhere else

use std::path::PathBuf;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::geometry::PixelRect;
use grata_core::id::{ObjectionId, PhotoId, RequestId, SubjectId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::Photo;
use grata_core::rights::{Deadline, ErasurePlan, deadline};
use grata_core::signed::Document;
use grata_core::subject::Restriction;
use grata_core::time::{Date, day};
use grata_store::Store;
use grata_store::erasure::CertificateParties;
use grata_store::queries::releases::StoredRendition;
use grata_store::queries::requests::{Request, RequestKind};
use grata_store::sweep::Needles;
use serde_json::json;

use super::people;
use super::tags::outside;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};

pub mod access;
pub mod export;
mod messages;
mod page;

/// How long a backup lives if the installation does not say otherwise, in days.
pub const DEFAULT_BACKUP_DAYS: u32 = 35;

/// Under which name the installation says how long a backup lives.
pub const BACKUP_DAYS: &str = "backup_days";

/// Under which name the installation says who answers for it.
pub const CONTROLLER: &str = "controller";

/// A request on its way: when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received(pub Option<Date>);

/// Puts a request on record before anything is done about it.
fn open_request(
    store: &Store,
    cx: &Cx,
    subject: Option<SubjectId>,
    kind: RequestKind,
    received: Received,
) -> Result<RequestId, AppError> {
    let today = day(cx.now());
    let received_on = received.0.unwrap_or(today);
    if received_on > today {
        return Err(AppError::new(ErrorKind::Invalid, "the request came in on a day that has not come yet"));
    }
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let id = RequestId::random(&mut store.rng());
    let request = Request { id, subject, kind, received_on, extended_on: None, closed_at: None };
    tx.insert_request(&request)?;
    let mut event = by.event(EventKind::RequestOpened);
    if let Some(subject) = subject {
        event = event.about(subject, json!({"what": "request", "kind": kind.as_str()}));
    }
    tx.commit(event)?;
    Ok(id)
}

/// The requests that wait for an answer, with their deadlines.
///
/// # Errors
/// The store cannot be used.
pub fn open_requests(store: &Store, cx: &Cx) -> Result<Vec<(Request, Deadline)>, AppError> {
    let requests = store.read()?.open_requests()?;
    let with_deadline = |request: Request| {
        let due = deadline(request.received_on, request.extended_on, cx.now());
        (request, due)
    };
    Ok(requests.into_iter().map(with_deadline).collect())
}

/// Freezes use of a person's data, or lifts it (RTS-10). Acts at once; what has left is for
/// `recalls::recall`. Returns how many live renditions show them.
///
/// # Errors
/// There is no such person.
pub fn restrict(
    store: &Store,
    cx: &Cx,
    subject: SubjectId,
    lift: bool,
    received: Received,
) -> Result<usize, AppError> {
    let request = open_request(store, cx, Some(subject), RequestKind::Restrict, received)?;
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let (kind, restriction, what) = if lift {
        (EventKind::RestrictionLifted, Restriction::None, "restriction lifted")
    } else {
        (EventKind::Restricted, Restriction::Since(tx.now()), "restricted")
    };
    tx.set_restriction(subject, restriction)?;
    tx.close_request(request)?;
    tx.commit(by.event(kind).about(subject, json!({ "what": what })))?;
    Ok(store.read()?.live_renditions_showing(subject)?.len())
}

/// What somebody objects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectedTo {
    /// Every picture of a person.
    Person(SubjectId),
    /// A whole photo, whoever says so (BYS-8).
    Photo(PhotoId),
    /// A place in a photo.
    Place(PhotoId, PixelRect),
}

/// Puts an objection on record; it hides from then on, and is decided afterwards (RTS-12).
///
/// # Errors
/// There is no such person or photo, or the place is not in it.
pub fn object(store: &Store, cx: &Cx, to: ObjectedTo, received: Received) -> Result<ObjectionId, AppError> {
    let (target, subject, album) = {
        let reader = store.read()?;
        let photo = |id: PhotoId| {
            let photo = reader.photo(id)?;
            photo.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such photo"))
        };
        // By its pixels, where they are known: whoever adds it again without its metadata does not show them.
        let digest = |photo: &Photo| photo.pixels.unwrap_or(photo.file);
        match to {
            ObjectedTo::Person(subject) => (ObjectionTarget::Subject(subject), Some(subject), None),
            ObjectedTo::Photo(id) => {
                let photo = photo(id)?;
                (ObjectionTarget::Photo(digest(&photo)), None, Some(photo.album))
            }
            ObjectedTo::Place(id, rect) => {
                let photo = photo(id)?;
                let inside = rect.intersection(photo.size.rect()).ok_or_else(|| outside(&photo))?;
                (ObjectionTarget::Region(digest(&photo), inside), None, Some(photo.album))
            }
        }
    };
    let request = open_request(store, cx, subject, RequestKind::Object, received)?;
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let id = ObjectionId::random(&mut store.rng());
    tx.insert_objection(&Objection { id, target, raised: tx.now(), outcome: Outcome::Open })?;
    // It is in effect; deciding about it has no deadline of its own.
    tx.close_request(request)?;
    let mut event = by.event(EventKind::ObjectionRaised);
    if let Some(album) = album {
        event = event.in_album(album).counting(Count::Photos, 1);
    }
    if let Some(subject) = subject {
        event = event.about(subject, json!({"what": "objection", "objection": id.to_string()}));
    }
    tx.commit(event)?;
    Ok(id)
}

/// What is decided about an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It stays in effect.
    Uphold,
    /// It ends; the person gets the reasons.
    Reject,
    /// Whoever made it takes it back.
    TakeBack,
}

/// Decides about an objection.
///
/// # Errors
/// There is no such open objection.
pub fn decide_objection(
    store: &Store,
    cx: &Cx,
    objection: ObjectionId,
    ruling: Ruling,
) -> Result<(), AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let at = tx.now();
    let outcome = match ruling {
        Ruling::Uphold => Outcome::Upheld(at),
        Ruling::Reject => Outcome::Rejected(at),
        Ruling::TakeBack => Outcome::TakenBack(at),
    };
    tx.decide_objection(objection, outcome)?;
    tx.commit(by.event(EventKind::ObjectionDecided))?;
    Ok(())
}

/// Takes back every objection of a person to all pictures of them: their answers count again. For somebody with
/// a guardian it is not on record which of them objected, so neither overrules the other here.
///
/// # Errors
/// `Denied` if they have a guardian; `NotFound` if there is no objection.
pub fn no_longer_object(store: &Store, cx: &Cx, subject: SubjectId) -> Result<(), AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    if !people::known(&tx, subject)?.guardians.is_empty() {
        return Err(AppError::new(ErrorKind::Denied, "the organisation takes an objection for a child back"));
    }
    if !people::objects(&tx, subject)? {
        return Err(AppError::new(ErrorKind::NotFound, "there is no objection"));
    }
    let at = tx.now();
    let mut event = by.event(EventKind::ObjectionDecided);
    for objection in tx.objections_of(subject)?.into_iter().filter(|one| one.hides(subject)) {
        tx.decide_objection(objection.id, Outcome::TakenBack(at))?;
        let told = json!({"what": "objection taken back", "objection": objection.id.to_string()});
        event = event.about(subject, told);
    }
    tx.commit(event)?;
    Ok(())
}

/// What an erasure would do. Changes nothing.
///
/// # Errors
/// There is no such person.
pub fn preview_erasure(store: &Store, subject: SubjectId) -> Result<ErasurePlan, AppError> {
    Ok(store.read()?.plan_erasure(subject)?)
}

/// An erasure that is finished.
#[derive(Debug)]
pub struct Erased {
    /// The certificate, signed after the sweep (ACC-9).
    pub certificate: Document,
    /// What showed the person and is dead now: whoever got it has to be told (RTS-14).
    pub recalled: Vec<StoredRendition>,
}

/// Erases a person: rows, key, epoch, free pages, sweep, certificate. `also`: folders besides those of
/// grata that are swept, such as access packages.
///
/// # Errors
/// `Conflict` if the sweep still finds something: then there is no certificate, and the erasure counts
/// as unfinished until it is called again.
pub fn erase(
    store: &Store,
    cx: &Cx,
    subject: SubjectId,
    also: &[PathBuf],
    received: Received,
) -> Result<Erased, AppError> {
    open_request(store, cx, Some(subject), RequestKind::Erase, received)?;
    let requests: Vec<RequestId> = {
        let open = store.read()?.open_requests()?;
        open.into_iter().filter(|one| one.subject == Some(subject)).map(|one| one.id).collect()
    };
    let controller = controller(store)?;
    let begun = store.begin_erasure(subject, cx.actor, cx.now())?;
    let parties = CertificateParties { controller: &controller, backup_days: backup_days(store)? };
    let certificate =
        store.finish_erasure(begun.tombstone, &begun.needles, also, &parties, cx.now()).map_err(|error| {
            AppError::from(error).hint(
                "Remove the files that name the person, such as access packages, and run \
                 `grata rights erase --unfinished`. The person is hidden and their key is destroyed already.",
            )
        })?;
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    for request in requests {
        tx.close_request(request)?;
    }
    tx.commit(by.event(EventKind::RequestClosed))?;
    Ok(Erased { certificate, recalled: begun.recalled })
}

/// Finishes erasures that were interrupted. What the sweep looked for is not kept, so `names` are
/// looked for: what the caller still knows.
///
/// # Errors
/// As [`erase`].
pub fn finish_erasures(
    store: &Store,
    cx: &Cx,
    names: &[String],
    also: &[PathBuf],
) -> Result<Vec<Document>, AppError> {
    let mut needles = Needles::default();
    for name in names {
        needles.add(name.as_bytes());
    }
    let controller = controller(store)?;
    let parties = CertificateParties { controller: &controller, backup_days: backup_days(store)? };
    let unfinished = store.read()?.unfinished_erasures()?;
    let finish = |tombstone| Ok(store.finish_erasure(tombstone, &needles, also, &parties, cx.now())?);
    let certificates = unfinished.into_iter().map(finish).collect::<Result<Vec<_>, AppError>>()?;
    close_requests_of_nobody(store, cx)?;
    Ok(certificates)
}

/// Requests to erase somebody who is gone are answered, once no erasure is unfinished.
fn close_requests_of_nobody(store: &Store, cx: &Cx) -> Result<(), AppError> {
    let answered = |one: &Request| one.subject.is_none() && one.kind == RequestKind::Erase;
    let open: Vec<Request> = store.read()?.open_requests()?.into_iter().filter(answered).collect();
    if open.is_empty() {
        return Ok(());
    }
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    for request in open {
        tx.close_request(request.id)?;
    }
    tx.commit(by.event(EventKind::RequestClosed))?;
    Ok(())
}

/// How long a backup lives here, in days.
///
/// # Errors
/// The setting makes no sense.
pub fn backup_days(store: &Store) -> Result<u32, AppError> {
    match store.read()?.setting(BACKUP_DAYS)? {
        None => Ok(DEFAULT_BACKUP_DAYS),
        Some(text) => text.parse().map_err(|_| {
            AppError::new(ErrorKind::Invalid, "the setting `backup_days` of this installation is no number")
        }),
    }
}

/// Who answers for this installation: its setting, else those of its albums, else the name of its log.
///
/// # Errors
/// The store cannot be used.
pub fn controller(store: &Store) -> Result<String, AppError> {
    let reader = store.read()?;
    if let Some(name) = reader.setting(CONTROLLER)? {
        return Ok(name);
    }
    let mut names: Vec<String> = reader.albums()?.into_iter().map(|album| album.controller).collect();
    names.sort();
    names.dedup();
    Ok(if names.is_empty() { store.origin().as_str().to_string() } else { names.join("; ") })
}
