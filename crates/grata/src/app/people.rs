//! The people in the photos: inviting them, and what is known of them. Names and contacts are sealed
//! by the store; nothing here repeats one in an error.

use grata_core::audit::entry::{Count, EventKind};
use grata_core::consent::{Decision, decide};
use grata_core::digest::Digest;
use grata_core::id::{AlbumId, GuardianId, SubjectId};
use grata_core::notice::Language;
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::release::HideReason;
use grata_core::subject::{Age, Country, NotACountry, Subject};
use grata_core::time::{Date, Timestamp, day, hours_after};
use grata_store::queries::albums::Album;
use grata_store::queries::channels::Channel;
use grata_store::queries::subjects::{Invitation, NewSubject, Profile};
use grata_store::vault::KeyName;
use grata_store::{Reader, Store, Tx};
use serde_json::json;

use super::albums::is_id;
use super::views;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Where the pages of people are, if nobody has said.
pub const DEFAULT_ADDRESS: &str = "http://localhost:8080";

/// The setting that says where the pages of people are: what links begin with.
pub const ADDRESS: &str = "address";

/// Days for which a link leads somewhere, if nobody says otherwise.
pub const INVITATION_DAYS: u16 = 60;

/// Most days for which a link leads somewhere.
pub const MOST_INVITATION_DAYS: u16 = 400;

/// A person to be invited, or to be invited once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Somebody who is not known yet.
    New(NewPerson),
    /// Somebody who is.
    Known(SubjectId),
}

/// A person who is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Name and contact.
    pub profile: Profile,
    /// How old, if somebody knows. Without, no yes counts.
    pub age: Age,
    /// Whose table of ages counts.
    pub country: Country,
    /// In which language they are spoken to.
    pub language: Language,
}

/// A guardian to be added and invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGuardian {
    /// Name and contact.
    pub profile: Profile,
    /// The last day on which they may act (RTS-5).
    pub until: Option<Date>,
}

/// What to send out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteOrder {
    /// Whom.
    pub person: Invited,
    /// Who answers for them as well.
    pub guardian: Option<NewGuardian>,
    /// For the photos of this album.
    pub album: AlbumId,
    /// Days for which the links lead somewhere.
    pub days: u16,
}

/// Invitations that were made. The links are kept nowhere: only hashes are (SEC-7).
#[derive(Clone, PartialEq, Eq)]
pub struct Invitations {
    /// Whose.
    pub subject: SubjectId,
    /// The person's own link.
    pub link: String,
    /// The guardian, with theirs.
    pub guardian: Option<(GuardianId, String)>,
    /// Until when they lead somewhere.
    pub expires_at: Timestamp,
}

/// Whether links may begin like this.
///
/// # Errors
/// `Invalid` with what they begin with.
pub fn check_address(address: &str) -> Result<(), AppError> {
    // This machine, and nothing whose name only begins like it.
    let is_here = |name| {
        let rest = address.strip_prefix("http://").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    let safe = address.starts_with("https://") || is_here("localhost") || is_here("127.0.0.1");
    if !safe || address.contains(['#', '?', ' ', '"', '\\']) {
        let message = "links to people begin with https:// (or http://localhost), without `?` and `#`";
        return Err(AppError::new(ErrorKind::Invalid, message));
    }
    Ok(())
}

/// Where the pages of people are.
///
/// # Errors
/// The store cannot be used.
pub fn address(reader: &Reader) -> Result<String, AppError> {
    Ok(reader.setting(ADDRESS)?.unwrap_or_else(|| DEFAULT_ADDRESS.to_string()))
}

/// Invites a person, and a guardian if one is given: a link each. Nothing personal is in a link, and
/// its secret stands behind the `#`, which browsers keep to themselves (SEC-7).
///
/// # Errors
/// There is no such person or album.
pub fn invite(store: &Store, order: &InviteOrder, by: By) -> Result<Invitations, AppError> {
    let subject = match &order.person {
        Invited::Known(subject) => *subject,
        Invited::New(_) => SubjectId::random(&mut store.rng()),
    };
    let is_new = matches!(order.person, Invited::New(_));
    if is_new {
        store.vault().create(KeyName::Subject(subject))?;
    }
    let invited = write_invitations(store, order, subject, by);
    if invited.is_err() && is_new {
        // Nothing is under it; the sweep would find it as well.
        let _ = store.vault().shred(KeyName::Subject(subject));
    }
    invited
}

fn write_invitations(
    store: &Store,
    order: &InviteOrder,
    subject: SubjectId,
    by: By,
) -> Result<Invitations, AppError> {
    let expires_at = hours_after(by.at, u32::from(order.days) * 24);
    let mut tx = store.begin(by.at)?;
    let address = address(&tx)?;
    let album =
        tx.album(order.album)?.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such album"))?;
    match &order.person {
        Invited::New(new) => tx.insert_subject(&NewSubject {
            id: subject,
            profile: new.profile.clone(),
            age: new.age,
            country: new.country,
            language: new.language.clone(),
        })?,
        Invited::Known(_) => {
            tx.profile(subject)?;
        }
    }
    let guardian = match &order.guardian {
        None => None,
        Some(guardian) => {
            let id = GuardianId::random(&mut store.rng());
            tx.insert_guardian(subject, id, &guardian.profile, guardian.until)?;
            Some((id, link(&mut tx, &address, subject, Some(id), order.album, expires_at)?))
        }
    };
    let own = link(&mut tx, &address, subject, None, order.album, expires_at)?;
    let payload = json!({
        "what": "invited",
        "album": album.title,
        "guardian": guardian.is_some(),
        "until": expires_at.to_string(),
    });
    let event = by
        .event(EventKind::Invited)
        .in_album(order.album)
        .counting(Count::Subjects, u64::from(matches!(order.person, Invited::New(_))))
        .about(subject, payload);
    tx.commit(event)?;
    Ok(Invitations { subject, link: own, guardian, expires_at })
}

fn link(
    tx: &mut Tx,
    address: &str,
    subject: SubjectId,
    guardian: Option<GuardianId>,
    album: AlbumId,
    expires_at: Timestamp,
) -> Result<String, AppError> {
    let token = tx.invite(&Invitation { subject, guardian, album, expires_at })?;
    Ok(format!("{address}/i#{}", Digest(token)))
}

/// Whose link this is, and for which album. Unknown, expired and revoked look the same (SEC-7).
///
/// # Errors
/// `NotFound` if it leads nowhere, or nowhere any more.
pub fn open_link(reader: &Reader, link: &str, now: Timestamp) -> Result<Invitation, AppError> {
    let nowhere = || {
        AppError::new(ErrorKind::NotFound, "this link leads nowhere, or nowhere any more")
            .hint("`grata person invite` makes a new one.")
    };
    let secret = link.trim().rsplit('#').next().unwrap_or_default();
    let token: Digest = secret.parse().map_err(|_| nowhere())?;
    reader.invitation(&token.0, now)?.ok_or_else(nowhere)
}

/// Lets all links of a person lead nowhere.
///
/// # Errors
/// There is no such person.
pub fn revoke_links(store: &Store, subject: SubjectId, by: By) -> Result<u64, AppError> {
    let mut tx = store.begin(by.at)?;
    tx.profile(subject)?;
    let revoked = tx.revoke_invitations(subject)?;
    let event = by.event(EventKind::SubjectChanged);
    tx.commit(event.about(subject, json!({"what": "links revoked"})))?;
    Ok(revoked)
}

/// Puts on record how old a person is, as they or their guardian said.
///
/// # Errors
/// There is no such person.
pub fn set_age(store: &Store, subject: SubjectId, age: Age, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.set_age(subject, age)?;
    let event = by.event(EventKind::SubjectChanged);
    tx.commit(event.about(subject, json!({"what": "age changed"})))?;
    Ok(())
}

/// Records that a guardian's authority was checked, and how: the outcome, no papers (CON-10).
///
/// # Errors
/// There is no such guardian.
pub fn verify_guardian(
    store: &Store,
    subject: SubjectId,
    guardian: GuardianId,
    how: &str,
    by: By,
) -> Result<(), AppError> {
    if how.trim().is_empty() {
        return Err(AppError::new(ErrorKind::Invalid, "say how it was checked, such as `by telephone`"));
    }
    let mut tx = store.begin(by.at)?;
    tx.verify_guardian(subject, guardian, how.trim())?;
    let event = by.event(EventKind::GuardianChanged);
    tx.commit(event.about(subject, json!({"what": "guardian verified", "how": how.trim()})))?;
    Ok(())
}

/// Ends a guardian's powers with a day (RTS-5).
///
/// # Errors
/// There is no such guardian.
pub fn end_guardian(
    store: &Store,
    subject: SubjectId,
    guardian: GuardianId,
    until: Date,
    by: By,
) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.end_guardian(subject, guardian, until)?;
    let event = by.event(EventKind::GuardianChanged);
    tx.commit(event.about(subject, json!({"what": "guardian ends", "on": until.to_string()})))?;
    Ok(())
}

/// The person that `text` names: an id, its beginning, or the name as it was given.
///
/// # Errors
/// `NotFound`, or `Conflict` with the ids of all it could be.
pub fn find(reader: &Reader, text: &str) -> Result<SubjectId, AppError> {
    // Nobody's name is opened for a whole id.
    if let Ok(id) = text.parse()
        && reader.subject(id)?.is_some()
    {
        return Ok(id);
    }
    let mut found = Vec::new();
    for subject in reader.subjects()? {
        if is_id(&subject.to_string(), text) || same_name(&reader.profile(subject)?.name, text) {
            found.push(subject);
        }
    }
    match found[..] {
        [subject] => Ok(subject),
        [] => Err(AppError::new(ErrorKind::NotFound, "there is no such person")
            .hint("`grata person list` prints everybody; `grata person invite` adds somebody.")),
        _ => {
            let ids: Vec<String> = found.iter().map(|id| format!("  {id}")).collect();
            Err(AppError::new(ErrorKind::Conflict, "there are several people of that name")
                .hint(format!("Give the id of one of them:\n{}", ids.join("\n"))))
        }
    }
}

fn same_name(name: &str, text: &str) -> bool {
    name.trim().to_lowercase() == text.trim().to_lowercase()
}

/// The guardian of a person that `text` names, in the same ways.
///
/// # Errors
/// `NotFound`, or `Conflict` if it could be several.
pub fn find_guardian(reader: &Reader, subject: &Subject, text: &str) -> Result<GuardianId, AppError> {
    let mut found = Vec::new();
    for guardian in &subject.guardians {
        let profile = reader.guardian_profile(subject.id, guardian.id)?;
        if is_id(&guardian.id.to_string(), text) || same_name(&profile.name, text) {
            found.push(guardian.id);
        }
    }
    match found[..] {
        [guardian] => Ok(guardian),
        [] => Err(AppError::new(ErrorKind::NotFound, "this person has no such guardian")
            .hint("`grata person show` prints them.")),
        _ => Err(AppError::new(ErrorKind::Conflict, "this person has several guardians of that name")
            .hint("Give an id; `grata person show` prints them.")),
    }
}

/// A person as decisions see them.
///
/// # Errors
/// `NotFound` if there is none, or none any more.
pub fn known(reader: &Reader, subject: SubjectId) -> Result<Subject, AppError> {
    reader.subject(subject)?.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such person"))
}

/// What is known of a person, for somebody of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonShown {
    /// Everything a decision needs.
    pub subject: Subject,
    /// Name and contact.
    pub profile: Profile,
    /// In which language they are spoken to.
    pub language: Language,
    /// Guardians by name.
    pub guardians: Vec<(GuardianId, Profile)>,
    /// For each album and channel that they were asked about, whether they are shown.
    pub answers: Vec<Standing>,
}

/// Whether somebody is shown in what leaves an album through a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which album.
    pub album: Album,
    /// Which way out.
    pub channel: ChannelKey,
    /// Yes to the end of this day, or no and why.
    pub shown: Result<Date, &'static str>,
}

/// Shows a person, and puts on record that somebody looked and why (TRA-4).
///
/// # Errors
/// There is no such person.
pub fn show(store: &Store, subject: SubjectId, why: &str, by: By) -> Result<PersonShown, AppError> {
    let tx = store.begin(by.at)?;
    let known = known(&tx, subject)?;
    let shown = PersonShown {
        profile: tx.profile(subject)?,
        language: tx.subject_language(subject)?,
        guardians: known
            .guardians
            .iter()
            .map(|guardian| Ok((guardian.id, tx.guardian_profile(subject, guardian.id)?)))
            .collect::<Result<_, AppError>>()?,
        answers: standings(&tx, &known, by.at)?,
        subject: known,
    };
    views::person(tx, subject, "name, contact, guardians, answers", why, by)?;
    Ok(shown)
}

fn standings(reader: &Reader, subject: &Subject, now: Timestamp) -> Result<Vec<Standing>, AppError> {
    let mut standings = Vec::new();
    let objects = objects(reader, subject.id)?;
    for album in reader.albums()? {
        if !subject.acts.iter().any(|act| act.question.album == album.id) {
            continue;
        }
        for Channel { key: channel, .. } in reader.all_channels()? {
            let publish = Publish { album: album.id, channel: channel.clone() };
            let shown = standing(reader, subject, objects, &publish, now);
            standings.push(Standing { album: album.clone(), channel, shown });
        }
    }
    Ok(standings)
}

/// The setting that says in which country people live unless somebody says otherwise (CON-8).
pub const COUNTRY: &str = "country";

/// Where that is if nobody has set it.
pub const DEFAULT_COUNTRY: &str = "FR";

/// In which country people live unless somebody says otherwise.
///
/// # Errors
/// The store cannot be used.
pub fn country(reader: &Reader) -> Result<Country, AppError> {
    let set = reader.setting(COUNTRY)?;
    parsed_country(set.as_deref().unwrap_or(DEFAULT_COUNTRY))
}

/// Whether a text names a country, for the setting.
///
/// # Errors
/// It does not.
pub fn check_country(text: &str) -> Result<(), AppError> {
    parsed_country(text).map(drop)
}

fn parsed_country(text: &str) -> Result<Country, AppError> {
    text.parse().map_err(|error: NotACountry| {
        AppError::new(ErrorKind::Invalid, error.to_string()).hint("Nothing was done.")
    })
}

/// Whether somebody has objected to every picture of them: then no yes of theirs shows them (RTS-12).
///
/// # Errors
/// The store cannot be used.
pub fn objects(reader: &Reader, subject: SubjectId) -> Result<bool, AppError> {
    Ok(reader.objections_of(subject)?.iter().any(|objection| objection.hides(subject)))
}

/// Whether somebody is shown: to the end of which day, or why not. `objects`: what [`objects`] says of them.
pub fn standing(
    reader: &Reader,
    subject: &Subject,
    objects: bool,
    publish: &Publish,
    now: Timestamp,
) -> Result<Date, &'static str> {
    if objects {
        return Err(HideReason::Objection.as_str());
    }
    match decide(subject, publish, reader.age_rules(), now) {
        // A permit ends with the first moment at which it no longer holds.
        Decision::Yes(permit) => Ok(day(just_before(permit.ends()))),
        Decision::No(reason) => Err(reason.as_str()),
    }
}

fn just_before(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond().saturating_sub(1)).unwrap_or(at)
}

/// Everybody by name, with their ids. That somebody looked is on record (TRA-4).
///
/// # Errors
/// The store cannot be used.
pub fn list(store: &Store, by: By) -> Result<Vec<(SubjectId, Profile)>, AppError> {
    let tx = store.begin(by.at)?;
    let mut people = Vec::new();
    for subject in tx.subjects()? {
        people.push((subject, tx.profile(subject)?));
    }
    people.sort_by_cached_key(|(_, profile)| profile.name.to_lowercase());
    if !people.is_empty() {
        views::everybody(tx, people.len(), by)?;
    }
    Ok(people)
}
