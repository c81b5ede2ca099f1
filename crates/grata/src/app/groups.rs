//! Closed groups (M3): what is on record, who is in them, and what keeps them closed. Whatever is said here is
//! about groups; who agreed and who did not is nowhere told to the organisation (BYS-7, ABU-19).

use std::path::Path;

use grata_core::audit::entry::{Count, EventKind};
use grata_core::basis::{
    Basis, Calibrated, Missing, Present, Profile, Records, Window, in_force, point, roster_digest,
};
use grata_core::id::{AlbumId, PhotoId, SubjectId};
use grata_core::time::{Date, Timestamp, day};
use grata_store::queries::groups::Group;
use grata_store::{Reader, Store};
use serde_json::json;

use super::evaluate::calibrate::Calibration;
use super::models::find::{self, Which};
use crate::config::Config;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// What is to be put on record; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// That nobody is expected in the pictures but the roster as it is now.
    pub closed: bool,
    /// That everybody expected agreed to the comparison.
    pub all_agreed: bool,
    /// The impact assessment; for a school or an employer the three records besides.
    pub records: Records,
    /// Since when people were told.
    pub notice_on: Option<Date>,
    /// The day of the earliest photo.
    pub captured_from: Option<Date>,
    /// Who answers for it.
    pub accountable: Option<String>,
    /// The last day.
    pub until: Option<Date>,
    /// The most photos that may wait for a look.
    pub ceiling: Option<u64>,
    /// What `grata calibrate` wrote.
    pub calibration: Option<NewCalibration>,
    /// Whose photos are compared; `Some(None)`: all of the album.
    pub window: Option<Option<Window>>,
    /// That the calibration was measured on children (QUA-4).
    pub on_children: bool,
}

/// What `grata calibrate` wrote, and for which model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewCalibration {
    /// A file of this machine, and the manifest of one's own model, if it is for that.
    File(std::path::PathBuf, Option<std::path::PathBuf>),
    /// Its name and text, for the model that the group uses already.
    Sent(String, String),
}

/// How a group stands. Numbers, and nobody's name.
#[derive(Debug)]
pub struct Status {
    /// What is on record.
    pub group: Group,
    /// What keeps it closed; empty: it is in force.
    pub missing: Vec<Missing>,
    /// Until when, if it is.
    pub ends: Option<Timestamp>,
    /// People on the roster.
    pub members: u64,
    /// Of them, enrolled.
    pub enrolled: u64,
    /// Faces in the album.
    pub faces: u64,
    /// Photos that wait for somebody to look at them.
    pub waiting: u64,
    /// Photos that were not compared yet.
    pub to_compare: u64,
}

fn no_group() -> AppError {
    AppError::new(ErrorKind::NotFound, "this album has no closed group")
        .hint("`grata group create` makes one. Without it faces are hidden, and compared with nobody.")
}

/// The group of an album.
///
/// # Errors
/// There is none.
pub fn known(reader: &Reader, album: AlbumId) -> Result<Group, AppError> {
    reader.group(album)?.ok_or_else(no_group)
}

/// Which model a group uses.
pub fn which(group: &Group) -> Which {
    Which { manifest: group.model.as_ref().map(Into::into), research: false }
}

/// The gate, asked with what is the case now.
///
/// # Errors
/// There is no group, or the store cannot be used. That the group is closed is no error: all that is missing.
pub fn gate(
    reader: &Reader,
    config: &Config,
    album: AlbumId,
    now: Timestamp,
) -> Result<(Group, Result<Basis, Vec<Missing>>), AppError> {
    let group = known(reader, album)?;
    let roster = reader.roster_subjects(album)?;
    let (faces, waiting) = reader.faces_and_waiting(album)?;
    let model = find::declared(config, &which(&group));
    let rules = reader.age_rules();
    let keeps_times = reader.times_of(album)?.is_some();
    let present = Present { roster: &roster, model, faces, waiting, keeps_times, rules, now };
    let found = in_force(&group.attested, &present);
    Ok((group, found))
}

/// A window from a day to a day, both included.
///
/// # Errors
/// The first comes after the second.
pub fn window(from: Date, to: Date) -> Result<Window, AppError> {
    Window::new(from, to).ok_or_else(|| {
        AppError::new(ErrorKind::Invalid, format!("{from} comes after {to}"))
            .hint("Give the first day and the last one. Nothing was put on record.")
    })
}

/// Of these photos those that a group compares: all, or those of its days. One without a known day is not among them
/// (BYS-6).
///
/// # Errors
/// The store cannot be used.
pub fn in_scope(reader: &Reader, group: &Group, mut photos: Vec<PhotoId>) -> Result<Vec<PhotoId>, AppError> {
    if let Some(window) = group.attested.window {
        let taken = reader.taken_in(group.attested.album)?;
        photos.retain(|photo| window.holds(taken.get(photo).copied()));
    }
    Ok(photos)
}

/// Whether a group compares a photo, at this moment.
///
/// # Errors
/// The store cannot be used.
pub fn is_in_scope(reader: &Reader, group: &Group, photo: PhotoId) -> Result<bool, AppError> {
    let Some(window) = group.attested.window else { return Ok(true) };
    Ok(window.holds(reader.taken_of(group.attested.album, photo)?))
}

/// What to say of a group that is closed.
pub fn closed(missing: &[Missing]) -> AppError {
    let words: Vec<&str> = missing.iter().map(|one| one.as_str()).collect();
    let message = format!("the group is closed; missing: {}", words.join(", "));
    AppError::new(ErrorKind::Conflict, message)
        .hint("`grata group status` says what each means. Faces are hidden, and compared with nobody.")
}

/// How a group stands.
///
/// # Errors
/// There is none.
pub fn status(reader: &Reader, config: &Config, album: AlbumId, now: Timestamp) -> Result<Status, AppError> {
    let (group, gate) = gate(reader, config, album, now)?;
    let (faces, waiting) = reader.faces_and_waiting(album)?;
    let (ends, missing) = match gate {
        Ok(basis) => (Some(basis.ends()), Vec::new()),
        Err(missing) => (None, missing),
    };
    Ok(Status {
        members: reader.roster(album)?.len() as u64,
        enrolled: reader.templates_in(album)?.len() as u64,
        to_compare: in_scope(reader, &group, reader.photos_to_compare(album)?.0)?.len() as u64,
        group,
        missing,
        ends,
        faces,
        waiting,
    })
}

/// Makes a group, closed, with nothing on record.
///
/// # Errors
/// The album has one already.
pub fn create(store: &Store, album: AlbumId, profile: Profile, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    if tx.group(album)?.is_some() {
        return Err(AppError::new(ErrorKind::Conflict, "this album has a closed group already"));
    }
    tx.insert_group(album, profile)?;
    tx.commit(by.event(EventKind::GroupCreated).in_album(album))?;
    Ok(())
}

/// Expects somebody in the photos, or no longer. Nobody is enrolled by it: the person is asked on their own page
/// (CON-2). A roster that has changed is to be attested anew.
///
/// # Errors
/// There is no such group or person.
pub fn set_roster(
    store: &Store,
    album: AlbumId,
    subject: SubjectId,
    is_expected: bool,
    by: By,
) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    known(&tx, album)?;
    // No key, no person.
    tx.profile(subject)?;
    let what = if is_expected {
        if !tx.add_to_roster(album, subject)? {
            return Err(AppError::new(ErrorKind::Conflict, "this person is on the roster already"));
        }
        "put on the roster of a closed group"
    } else {
        tx.take_off_roster(album, subject)?;
        "taken off the roster of a closed group"
    };
    let event = by.event(EventKind::GroupChanged).in_album(album).counting(Count::Subjects, 1);
    tx.commit(event.about(subject, json!({ "what": what })))?;
    store.shred_loose_templates()?;
    Ok(())
}

/// Puts something on record about a group. Logged, and public on the status page. A new threshold makes the
/// impact assessment stale, unless it is given with it (ACC-7).
///
/// # Errors
/// There is no such group, or the calibration is not for this model.
pub fn attest(store: &Store, album: AlbumId, changes: &Changes, by: By) -> Result<(), AppError> {
    let calibration = match &changes.calibration {
        None => None,
        Some(NewCalibration::File(file, model)) => Some(read(file, model.as_deref())?),
        Some(NewCalibration::Sent(name, text)) => {
            let model = known(&store.read()?, album)?.model;
            let sum = find::declared_sum(model.as_deref().map(Path::new))?;
            Some((calibrated(&Calibration::read(text, name, &sum)?, name, &sum)?, model))
        }
    };
    let mut tx = store.begin(by.at)?;
    let mut group = known(&tx, album)?;
    let own = &mut group.attested;
    let today = day(tx.now());
    if changes.closed {
        own.closed = Some((today, roster_digest(&tx.roster(album)?)));
    }
    if changes.all_agreed {
        own.all_agreed = Some(today);
    }
    if let Some((calibrated, model)) = calibration {
        let calibrated = Calibrated { on_children: changes.on_children, ..calibrated };
        if own.calibration.as_ref() != Some(&calibrated) {
            own.assessment = None;
        }
        own.calibration = Some(calibrated);
        group.model = model;
    }
    fn set<T: Clone>(to: &mut Option<T>, from: &Option<T>) {
        if from.is_some() {
            to.clone_from(from);
        }
    }
    if changes.window.flatten().is_some() && tx.times_of(album)?.is_none() {
        let message = "the album keeps no times, so a window would hold none of its photos";
        return Err(AppError::new(ErrorKind::Conflict, message)
            .hint("`grata album times ALBUM day` keeps them. Nothing was put on record."));
    }
    set(&mut own.window, &changes.window.flatten());
    if changes.window == Some(None) {
        own.window = None;
    }
    set(&mut own.notice_on, &changes.notice_on);
    set(&mut own.captured_from, &changes.captured_from);
    set(&mut own.accountable, &changes.accountable);
    set(&mut own.until, &changes.until);
    set(&mut own.ceiling, &changes.ceiling);
    set(&mut own.assessment, &changes.records.assessment);
    set(&mut own.opinion, &changes.records.opinion);
    set(&mut own.consultation, &changes.records.consultation);
    set(&mut own.alternative, &changes.records.alternative);
    tx.update_group(&group)?;
    tx.commit(by.event(EventKind::GroupAttested).in_album(album))?;
    Ok(())
}

/// A calibration for the model that the group is to use.
fn read(file: &Path, model: Option<&Path>) -> Result<(Calibrated, Option<String>), AppError> {
    let model = match model {
        Some(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            let text = path.to_str().map(str::to_string).ok_or_else(|| {
                AppError::new(ErrorKind::Invalid, format!("the path {} is not text", shown(&path)))
            })?;
            Some(text)
        }
        None => None,
    };
    let sum = find::declared_sum(model.as_deref().map(Path::new))?;
    Ok((calibrated(&Calibration::open(file, &sum)?, &shown(file).to_string(), &sum)?, model))
}

fn calibrated(own: &Calibration, name: &str, sum: &str) -> Result<Calibrated, AppError> {
    let broken = || AppError::new(ErrorKind::Invalid, format!("{name} says what no calibration says"));
    Ok(Calibrated {
        model: sum.parse().map_err(|_| broken())?,
        point: point(own.threshold, own.lead).ok_or_else(broken)?,
        promised: own.false_disclosures,
        fmr_upper: own.fmr_upper,
        on_children: false,
    })
}

/// Pauses a group, or lets it go on.
///
/// # Errors
/// There is none.
pub fn pause(store: &Store, album: AlbumId, is_paused: bool, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    let mut group = known(&tx, album)?;
    group.attested.is_paused = is_paused;
    tx.update_group(&group)?;
    let kind = if is_paused { EventKind::GroupPaused } else { EventKind::GroupAttested };
    tx.commit(by.event(kind).in_album(album))?;
    Ok(())
}

/// Deletes a group: roster, templates and questions go, and their keys.
///
/// # Errors
/// There is none.
pub fn delete(store: &Store, album: AlbumId, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    known(&tx, album)?;
    let mut event = by.event(EventKind::GroupDeleted).in_album(album);
    for subject in tx.roster(album)? {
        event = event.about(subject, json!({ "what": "closed group ended, templates deleted" }));
    }
    tx.delete_group(album)?;
    tx.commit(event)?;
    store.shred_loose_templates()?;
    Ok(())
}
