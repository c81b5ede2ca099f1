//! A person of a closed group lets themselves be found: in their own session, from stills taken there, moving as
//! they are asked to, with a code that they were handed (CON-2, ABU-2). The stills stay in memory and are gone with it
//! (RTS-9).

use std::io;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::basis::Basis;
use grata_core::enrolment::{EnrolmentCode, HOURS_TO_FIRST_RESULTS, is_told, may_acknowledge};
use grata_core::id::{AlbumId, CryptoRng, SubjectId};
use grata_core::scope::{Errand, Scope};
use grata_core::time::{Timestamp, hours_before};
use grata_store::queries::enrolments::{Presented, StoredEnrolment};
use grata_store::queries::groups::Group;
use grata_store::queries::subjects::Invitation;
use grata_store::{Reader, Store, StoreErrorKind};
use grata_vision::recognise::Template;
use serde_json::json;
use zeroize::{Zeroize as _, Zeroizing};

use super::models::find;
use super::{batch, groups};
use crate::cx::{By, Cx};
use crate::error::{AppError, ErrorKind};
use crate::worker::group::{GroupAnswer, GroupTask, Pose};
use crate::worker::protocol::{Checked, Task};

/// Bytes of a still, at most: a photo of a phone is far below.
pub const MOST_STILL_BYTES: usize = 4 << 20;

/// What becomes of stills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// There is a template now.
    Yes,
    /// There is none: which still, and names of reasons. The person can try again.
    TryAgain(Vec<(u32, String)>),
    /// The code is not theirs; this many more may be tried. No picture was looked at.
    WrongCode {
        /// How many.
        left: u32,
    },
    /// There is no code that would be right: none was made, or it was used or tried too often.
    NoCode,
}

/// Makes a code for somebody on the roster, or for everybody: also for who enrolled already, so that a list of codes
/// says nothing about that. What they had before is worth nothing any more. By name; shown this once.
///
/// # Errors
/// There is no such group, or nobody such on its roster.
pub fn make_codes(
    store: &Store,
    album: AlbumId,
    only: Option<SubjectId>,
    by: By,
) -> Result<Vec<NewCode>, AppError> {
    let mut tx = store.begin(by.at)?;
    groups::known(&tx, album)?;
    let mut roster = tx.roster(album)?;
    roster.retain(|one| only.is_none_or(|only| only == *one));
    if roster.is_empty() {
        let message = match only {
            Some(_) => "this person is not on the roster of the group",
            None => "nobody is on the roster of the group",
        };
        return Err(AppError::new(ErrorKind::NotFound, message)
            .hint("`grata group roster` says who is expected. No code was made."));
    }
    let mut made = Vec::new();
    let event = by.event(EventKind::EnrolmentCodesMade).in_album(album);
    let mut event = event.counting(Count::Subjects, roster.len() as u64);
    for subject in roster {
        let code = EnrolmentCode::random(&mut store.rng());
        tx.put_enrolment_code(album, subject, &code)?;
        event = event.about(subject, json!({ "what": "a code to enrol with was made" }));
        made.push(NewCode { subject, name: tx.profile(subject)?.name, code });
    }
    tx.commit(event)?;
    made.sort_by(|one, other| (&one.name, one.subject).cmp(&(&other.name, other.subject)));
    Ok(made)
}

/// A code for somebody, to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// For whom.
    pub subject: SubjectId,
    /// Their name.
    pub name: String,
    /// The code.
    pub code: EnrolmentCode,
}

/// The enrolments by somebody's link that their page tells of.
///
/// # Errors
/// The store cannot be used.
pub fn told(
    reader: &Reader,
    album: AlbumId,
    subject: SubjectId,
    now: Timestamp,
) -> Result<Vec<StoredEnrolment>, AppError> {
    let mut all = reader.enrolments_of(subject)?;
    all.retain(|one| one.album == album && is_told(one.enrolled_at, one.acknowledged_at, now));
    Ok(all)
}

/// Puts down that a person knows of the enrolments by their link, but for those of the last day: whoever enrolled in
/// their place holds the same link.
///
/// # Errors
/// `Conflict` if there is none that could be acknowledged by now.
pub fn acknowledge(store: &Store, album: AlbumId, subject: SubjectId, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    if !told(&tx, album, subject, by.at)?.iter().any(|one| may_acknowledge(one.enrolled_at, by.at)) {
        let message = "there is no enrolment that could be put away by now";
        return Err(AppError::new(ErrorKind::Conflict, message));
    }
    tx.acknowledge_enrolments(album, subject, hours_before(by.at, HOURS_TO_FIRST_RESULTS))?;
    let event = by.event(EventKind::EnrolmentAcknowledged).in_album(album);
    tx.commit(event.about(subject, json!({ "what": "you said that you know of the enrolment" })))?;
    Ok(())
}

/// What a person is asked to do, in which order: straight ahead first, then to both sides in an order that
/// nobody knows before.
pub fn poses(rng: &mut dyn CryptoRng) -> [Pose; 3] {
    let mut byte = [0];
    rng.fill_bytes(&mut byte);
    if byte[0] & 1 == 0 {
        [Pose::Straight, Pose::Left, Pose::Right]
    } else {
        [Pose::Straight, Pose::Right, Pose::Left]
    }
}

/// The basis of the group that an invitation is for, if this person may enrol in it by this link.
///
/// # Errors
/// `Denied` for a guardian's link, for somebody who is not in the group, or who has not said yes; `Conflict` if
/// the group is closed.
pub fn may_enrol(store: &Store, cx: &Cx, invitation: &Invitation) -> Result<(Group, Basis), AppError> {
    let reader = store.read()?;
    if invitation.guardian.is_some() {
        let message = "only the person enrols, by their own link";
        return Err(AppError::new(ErrorKind::Denied, message));
    }
    if !reader.is_on_roster(invitation.album, invitation.subject)? {
        return Err(AppError::new(ErrorKind::Denied, "this album has no closed group that you are in"));
    }
    let (group, gate) = groups::gate(&reader, &cx.config, invitation.album, cx.now())?;
    let basis = gate.map_err(|missing| groups::closed(&missing))?;
    Ok((group, basis))
}

/// Compares what was given for a code with the person's. `None`: it is theirs. A wrong one is counted, on record, and
/// told to the person.
fn refuse_code(
    store: &Store,
    invitation: &Invitation,
    code: Option<&EnrolmentCode>,
    by: By,
) -> Result<Option<Enrolled>, AppError> {
    let (album, subject) = (invitation.album, invitation.subject);
    let mut tx = store.begin(by.at)?;
    let Some(code) = code else {
        // What is no code at all is no guess either.
        let left = tx.enrolment_code_tries(album, subject)?;
        return Ok(Some(left.map_or(Enrolled::NoCode, |left| Enrolled::WrongCode { left })));
    };
    Ok(match tx.present_enrolment_code(album, subject, code)? {
        Presented::Right => None,
        Presented::NoneIsThere => Some(Enrolled::NoCode),
        Presented::Wrong { left } => {
            let event = by.event(EventKind::EnrolmentRefused).in_album(album);
            tx.commit(event.about(subject, json!({ "what": "a wrong code was given to enrol" })))?;
            Some(Enrolled::WrongCode { left })
        }
    })
}

/// Makes the template of whoever the invitation is for. The stills are the person's own, taken in this session; the
/// code is the one that they were handed, and is used up by it.
///
/// # Errors
/// As [`may_enrol`]; nothing is kept then.
pub fn enrol(
    store: &Store,
    cx: &Cx,
    invitation: &Invitation,
    code: Option<&EnrolmentCode>,
    stills: &[(&[u8], Pose)],
    by: By,
) -> Result<Enrolled, AppError> {
    let (group, basis) = may_enrol(store, cx, invitation)?;
    let nobody = || AppError::new(ErrorKind::Denied, "there is no consent to comparison");
    let permit = basis.permit(invitation.subject).ok_or_else(nobody)?;
    // Before any picture is looked at: what a wrong code comes with is not turned into numbers.
    if let Some(refused) = refuse_code(store, invitation, code, by)? {
        return Ok(refused);
    }
    let Some(code) = code else { return Ok(Enrolled::NoCode) };
    let Some(Errand::Enrol) = Scope::enrolment(permit).errand() else { return Err(nobody()) };
    let model = find::open(&cx.config, &groups::which(&group))?;
    if model.recogniser.digest != basis.model() {
        return Err(groups::closed(&[grata_core::basis::Missing::OtherModel]));
    }
    let task = Task {
        group: Some(GroupTask::Enrol {
            stills: stills.iter().map(|(bytes, pose)| (bytes.len() as u64, *pose)).collect(),
            agreement: basis.point().threshold.distance(),
        }),
        ..Task::default()
    };
    let mut body = Zeroizing::new(Vec::with_capacity(stills.iter().map(|(bytes, _)| bytes.len()).sum()));
    stills.iter().for_each(|(bytes, _)| body.extend_from_slice(bytes));
    let detect = (cx.hands.detect_model)(&cx.config, &cx.stop, &mut io::sink())?;
    let crew = batch::crew(cx, Some(detect)).comparing(model.files.clone());
    // Never grows beyond what the answer may have, so nothing is left where it was.
    let mut numbers = Zeroizing::new(Vec::with_capacity(4096));
    let answer = crew.slot().process(&task, &mut body.as_slice(), body.len() as u64, |piece| {
        if numbers.len() + piece.len() > numbers.capacity() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        numbers.extend_from_slice(piece);
        Ok(())
    });
    drop(body);
    match answer {
        Ok(Checked::Group(GroupAnswer::Enrolled { embedded }, _)) => {
            // As large as it gets, at once: a vector that grows leaves what it held behind.
            let mut values: Vec<f32> = Vec::with_capacity(numbers.len() / 4);
            values.extend(
                numbers.chunks_exact(4).filter_map(|own| own.try_into().ok().map(f32::from_le_bytes)),
            );
            let measure = model.recogniser.family.measure();
            let template = Template::unseal(&mut values, basis.model(), measure, permit);
            values.zeroize();
            drop(numbers);
            let mut tx = store.begin(by.at)?;
            template.seal(permit, |numbers| tx.insert_template(permit, basis.model(), numbers))?;
            match tx.use_enrolment_code(basis.album(), invitation.subject, code) {
                Ok(()) => {}
                Err(error) if error.kind() == StoreErrorKind::Conflict => {
                    drop(tx);
                    store.shred_loose_templates()?;
                    return Ok(Enrolled::NoCode);
                }
                Err(error) => return Err(error.into()),
            }
            tx.count_embedded(basis.album(), embedded)?;
            let training = &model.manifest.model.training;
            let told = json!({
                "what": "enrolled",
                "model": model.manifest.id,
                "taught with scraped faces": training.scraped,
            });
            let event = by.event(EventKind::Enrolled).in_album(basis.album());
            let done = tx.commit(event.counting(Count::Embedded, embedded).about(invitation.subject, told));
            // The key of an older template, or of this one if nothing was written.
            store.shred_loose_templates()?;
            match done {
                Ok(_) => Ok(Enrolled::Yes),
                Err(error) if error.kind() == StoreErrorKind::Conflict => Err(nobody()),
                Err(error) => Err(error.into()),
            }
        }
        Ok(Checked::Group(GroupAnswer::NotEnrolled { reasons, embedded }, _)) => {
            let mut tx = store.begin(by.at)?;
            tx.count_embedded(basis.album(), embedded)?;
            let event = by.event(EventKind::EnrolmentRefused).in_album(basis.album());
            tx.commit(event.counting(Count::Embedded, embedded))?;
            Ok(Enrolled::TryAgain(reasons))
        }
        Ok(Checked::Refused(reason)) => Err(AppError::new(ErrorKind::Invalid, reason)),
        Ok(_) => Err(AppError::new(ErrorKind::Internal, "the worker process answered something else")),
        Err(error) => Err(AppError::new(ErrorKind::Unavailable, format!("nothing was enrolled: {error}"))),
    }
}
