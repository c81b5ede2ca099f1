//! Whether people may look for themselves, on their own device, in what is released of an album through a
//! channel (M2). Off until somebody turns it on and says what kind of people they are, which is on record; at a
//! school or at work off without its four records (CON-9).

use grata_core::audit::entry::EventKind;
use grata_core::basis::{Missing, Profile, Records, own_device as gate};
use grata_core::purpose::Publish;
use grata_core::time::{Date, Timestamp, day};
use grata_store::{Reader, Store};

use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has turned it on.
    Off,
    /// People look for themselves.
    On(Profile),
    /// Somebody has turned it on, and what it takes is not on record.
    Refused(Vec<Missing>),
}

impl Standing {
    /// Whether people look for themselves.
    pub fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }
}

/// How it stands at a moment. It is asked each time: what is on record may be another thing by now.
///
/// # Errors
/// The store cannot be used.
pub fn standing(reader: &Reader, publish: &Publish, now: Timestamp) -> Result<Standing, AppError> {
    let Some(own) = reader.own_device(publish)?.filter(|own| own.is_on) else { return Ok(Standing::Off) };
    Ok(match stands(reader, publish, own.profile, own.records, day(now))? {
        Ok((profile, _)) => Standing::On(profile),
        Err(missing) => Standing::Refused(missing),
    })
}

/// What holds for an album: the kind of people and the records, those of its closed group among them.
type Stands = Result<(Profile, Records), Vec<Missing>>;

/// The gate, with what the album's closed group has on record as well. Whoever is a school in one of them is one.
fn stands(
    reader: &Reader,
    publish: &Publish,
    profile: Profile,
    records: Records,
    today: Date,
) -> Result<Stands, AppError> {
    let group = reader.group(publish.album)?.map(|group| group.attested);
    let profile = match &group {
        Some(group) if group.profile.is_unequal() && !profile.is_unequal() => group.profile,
        _ => profile,
    };
    let records = group.map_or(records.clone(), |group| records.or(group.records()));
    Ok(gate(profile, &records, today).map(|()| (profile, records)))
}

/// Turns it on. What is not given of the four records is taken from what was given before, and from the closed group
/// of the album.
///
/// # Errors
/// `Denied` where a school or an employer has not all four; nothing is changed then.
pub fn turn_on(
    store: &Store,
    publish: &Publish,
    profile: Profile,
    given: Records,
    by: By,
) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    let before = tx.own_device(publish)?.map(|own| own.records).unwrap_or_default();
    let (profile, records) =
        stands(&tx, publish, profile, given.or(before), day(by.at))?.map_err(|missing| refused(&missing))?;
    tx.turn_own_device_on(publish, profile, &records)?;
    tx.commit(by.event(EventKind::AlbumChanged).in_album(publish.album))?;
    Ok(())
}

/// What to say where it may not be turned on.
fn refused(missing: &[Missing]) -> AppError {
    let words: Vec<&str> = missing.iter().map(|one| one.as_str()).collect();
    let message = format!("at a school or at work Find me stays off; missing: {}", words.join(", "));
    AppError::new(ErrorKind::Denied, message).hint(
        "Give --dpia with --dpia-sha256, --opinion, --consultation and --alternative. Tagging by hand and finding by \
         code go on as they are. Nothing was changed.",
    )
}

/// What is missing for it to be turned on; empty: nothing is. Changes nothing.
///
/// # Errors
/// The store cannot be used.
pub fn missing(
    reader: &Reader,
    publish: &Publish,
    profile: Profile,
    given: Records,
    now: Timestamp,
) -> Result<Vec<Missing>, AppError> {
    let before = reader.own_device(publish)?.map(|own| own.records).unwrap_or_default();
    Ok(stands(reader, publish, profile, given.or(before), day(now))?.err().unwrap_or_default())
}

/// Turns it off. Where it is off already, that is no mistake.
///
/// # Errors
/// The store cannot be used.
pub fn turn_off(store: &Store, publish: &Publish, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    if tx.own_device(publish)?.is_some_and(|own| own.is_on) {
        tx.turn_own_device_off(publish)?;
        tx.commit(by.event(EventKind::AlbumChanged).in_album(publish.album))?;
    }
    Ok(())
}
