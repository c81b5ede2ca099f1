//! A person of a closed group lets themselves be found: in their own session, from stills taken there, moving as
//! they are asked to (CON-2, ABU-2). The stills stay in memory and are gone with it (RTS-9).

use std::io;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::basis::Basis;
use grata_core::id::CryptoRng;
use grata_core::scope::{Errand, Scope};
use grata_store::queries::groups::Group;
use grata_store::queries::subjects::Invitation;
use grata_store::{Store, StoreErrorKind};
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

/// Makes the template of whoever the invitation is for. The stills are the person's own, taken in this session.
///
/// # Errors
/// As [`may_enrol`]; nothing is kept then.
pub fn enrol(
    store: &Store,
    cx: &Cx,
    invitation: &Invitation,
    stills: &[(&[u8], Pose)],
    by: By,
) -> Result<Enrolled, AppError> {
    let (group, basis) = may_enrol(store, cx, invitation)?;
    let nobody = || AppError::new(ErrorKind::Denied, "there is no consent to comparison");
    let permit = basis.permit(invitation.subject).ok_or_else(nobody)?;
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
