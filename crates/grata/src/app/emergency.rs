//! What no role may do, opened by two people for an hour (SEC-6): the list of the photos that one named person
//! is in. Each step is on record, and told to the person in the same moment (TRA-4).

use grata_core::audit::entry::EventKind;
use grata_core::emergency::{Emergency, State, Why};
use grata_core::id::{EmergencyId, PhotoId, SubjectId};
use grata_core::rights::own_view;
use grata_core::subject::Restriction;
use grata_core::time::Timestamp;
use grata_store::queries::accounts::{Account, Role};
use grata_store::queries::subjects::Profile;
use grata_store::{Reader, Store};
use serde_json::{Value, json};

use super::{people, views};
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Longest written reason, in characters.
const LONGEST_REASON: usize = 500;

/// What somebody sees who opens such a list.
pub const OF: &str = "the list of your photos";

/// What somebody sees who is asked to approve.
const OF_ASKED: &str = "your name, in an emergency that somebody asked for";

/// Why they look.
const WHY_ASKED: &str = "to approve it or not";

/// Who may ask and approve: nobody else gets this far, and the rule does not rest on pages alone.
fn check_role(account: &Account) -> Result<(), AppError> {
    match account.role {
        Role::Privacy | Role::Owner => Ok(()),
        Role::Photographer | Role::Reviewer | Role::Publisher => {
            Err(AppError::new(ErrorKind::Denied, "this is for a privacy officer and an owner"))
        }
    }
}

fn check_not_frozen(reader: &Reader, subject: SubjectId) -> Result<(), AppError> {
    if people::known(reader, subject)?.restriction == Restriction::None {
        return Ok(());
    }
    Err(AppError::new(ErrorKind::Denied, "use of this person's data is frozen, for emergencies as well"))
}

fn payload(what: &str, emergency: &Emergency, roles: &[Role], until: Option<Timestamp>) -> Value {
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    json!({
        "what": what,
        "why": emergency.why.as_str(),
        "roles": roles,
        "until": until.map(|until| until.to_string()),
    })
}

/// Asks for it. A second person has to approve.
///
/// # Errors
/// `Invalid` without a written reason; `Denied` if the person's data is frozen.
pub fn ask(
    store: &Store,
    by: &Account,
    subject: SubjectId,
    why: Why,
    reason: &str,
    who: By,
) -> Result<EmergencyId, AppError> {
    check_role(by)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let message = format!("write down the reason, in 1 to {LONGEST_REASON} letters");
        return Err(AppError::new(ErrorKind::Invalid, message));
    }
    let mut tx = store.begin(who.at)?;
    check_not_frozen(&tx, subject)?;
    let emergency = Emergency {
        id: EmergencyId::random(&mut store.rng()),
        subject,
        why,
        asked_by: by.id,
        asked_at: tx.now(),
        approved: None,
        ended_at: None,
    };
    tx.insert_emergency(&emergency, reason)?;
    let event = who.event(EventKind::EmergencyAsked);
    tx.commit(event.about(subject, payload("emergency asked for", &emergency, &[by.role], None)))?;
    Ok(emergency.id)
}

fn known(reader: &Reader, id: EmergencyId) -> Result<Emergency, AppError> {
    reader.emergency(id)?.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such emergency"))
}

/// Approves what somebody else has asked for. It is open from now on, for an hour.
///
/// # Errors
/// `Denied` if it is the same person, or waits for nobody any more.
pub fn approve(store: &Store, by: &Account, id: EmergencyId, who: By) -> Result<(), AppError> {
    check_role(by)?;
    let mut tx = store.begin(who.at)?;
    let asked = known(&tx, id)?;
    check_not_frozen(&tx, asked.subject)?;
    // Whoever asked and was sent away since is no second person.
    let first = tx.open_account(asked.asked_by)?;
    let first =
        first.ok_or_else(|| AppError::new(ErrorKind::Denied, "whoever asked has no account any more"))?;
    let open = asked.approved_by(by.id, tx.now());
    let open = open.map_err(|refused| AppError::new(ErrorKind::Denied, refused.to_string()))?;
    tx.update_emergency(&open)?;
    let until = match open.state(tx.now()) {
        State::Open(until) => Some(until),
        State::Asked(_) | State::Over => None,
    };
    let event = who.event(EventKind::EmergencyOpened);
    let payload = payload("emergency opened", &open, &[first.role, by.role], until);
    tx.commit(event.about(open.subject, payload))?;
    Ok(())
}

/// Ends it at once, or takes back what was asked. Whoever may ask may end.
///
/// # Errors
/// It is over already.
pub fn end(store: &Store, by: &Account, id: EmergencyId, who: By) -> Result<(), AppError> {
    check_role(by)?;
    let mut tx = store.begin(who.at)?;
    let emergency = known(&tx, id)?;
    if emergency.state(tx.now()) == State::Over {
        return Err(AppError::new(ErrorKind::Conflict, "this is over already"));
    }
    let ended = Emergency { ended_at: Some(tx.now()), ..emergency };
    tx.update_emergency(&ended)?;
    let event = who.event(EventKind::EmergencyEnded);
    tx.commit(event.about(ended.subject, payload("emergency ended", &ended, &[by.role], None)))?;
    Ok(())
}

/// One of them, as it is shown.
pub struct Shown {
    /// Which.
    pub emergency: Emergency,
    /// How it stands.
    pub state: State,
    /// The reason as it was written down.
    pub reason: String,
    /// About whom; none once it is over.
    pub profile: Option<Profile>,
    /// Their photos, if it is open to whoever looks.
    pub photos: Option<Vec<PhotoId>>,
}

/// Shows one of them: to all who may approve what is asked, with the photos to the two who opened it. That
/// somebody looked is on record, and told to the person, before anything is shown.
///
/// # Errors
/// There is none such.
pub fn show(store: &Store, by: &Account, id: EmergencyId, who: By) -> Result<Shown, AppError> {
    check_role(by)?;
    let tx = store.begin(who.at)?;
    let emergency = known(&tx, id)?;
    let is_frozen = people::known(&tx, emergency.subject)?.restriction != Restriction::None;
    let state = if is_frozen { State::Over } else { emergency.state(tx.now()) };
    let reason = tx.emergency_reason(&emergency)?;
    if state == State::Over {
        return Ok(Shown { emergency, state, reason, profile: None, photos: None });
    }
    let profile = Some(tx.profile(emergency.subject)?);
    let photos = match is_open(&tx, &emergency, by, tx.now())? {
        true => Some(photos_of(&tx, emergency.subject)?),
        false => None,
    };
    let subject = emergency.subject;
    match &photos {
        Some(_) => views::person(tx, subject, OF, emergency.why.as_str(), who)?,
        None => views::person(tx, subject, OF_ASKED, WHY_ASKED, who)?,
    }
    Ok(Shown { emergency, state, reason, profile, photos })
}

fn is_open(reader: &Reader, emergency: &Emergency, by: &Account, now: Timestamp) -> Result<bool, AppError> {
    if !emergency.is_open_to(by.id, now) {
        return Ok(false);
    }
    // A freeze or a closed account ends it as time does.
    let both = [Some(emergency.asked_by), emergency.approved.map(|(by, _)| by)];
    for account in both.into_iter().flatten() {
        if reader.open_account(account)?.is_none() {
            return Ok(false);
        }
    }
    Ok(people::known(reader, emergency.subject)?.restriction == Restriction::None)
}

/// The photos that a person is in, by hand tags that hold: never by a face.
fn photos_of(reader: &Reader, subject: SubjectId) -> Result<Vec<PhotoId>, AppError> {
    let mut photos = Vec::new();
    for id in reader.photos_tagged(subject)? {
        let case = reader.photo_case(id)?;
        if own_view(&case.photo, &case.evidence(reader.age_rules()), subject).is_some() {
            photos.push(id);
        }
    }
    Ok(photos)
}

/// Whose picture may be made for somebody who looks at one of them. What is shown with the list is on
/// record with it.
///
/// # Errors
/// `Denied` if it is not open to them.
pub fn subject_of(
    store: &Store,
    by: &Account,
    id: EmergencyId,
    now: Timestamp,
) -> Result<SubjectId, AppError> {
    check_role(by)?;
    let reader = store.read()?;
    let emergency = known(&reader, id)?;
    match is_open(&reader, &emergency, by, now)? {
        true => Ok(emergency.subject),
        false => Err(AppError::new(ErrorKind::Denied, "this is not open, or not to you")),
    }
}
