//! The ground of a closed group (M3): what has to be on record before the server compares a face, and what
//! closes it again (BYS-7). Without all of it the album stays with hiding (M0).
//!
//! [`in_force`] is the gate. It says all that is missing, by name and naming nobody.

use std::collections::BTreeSet;

use crate::consent::{Decision, Permit, decide};
use crate::digest::Digest;
use crate::id::{AlbumId, SubjectId};
use crate::matching::calibration::still_holds;
use crate::matching::{OperatingPoint, Score};
use crate::purpose::Find;
use crate::subject::{AgeRules, Subject};
use crate::time::{Date, Timestamp, day, end_of, hours_after};

mod records;
mod window;

pub use records::{Assessment, Record, Records, own_device};
pub use window::Window;

/// Hours between two comparisons of the same photos, however many people enrol in between (BYS-9).
pub const HOURS_BETWEEN_ROUNDS: u32 = 24;

/// Times that the photos of an album may be compared again because somebody enrolled late (BYS-9).
pub const MOST_LATE_ROUNDS: u64 = 12;

/// What kind of group it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// People who come together of their own will: a club, a wedding.
    Free,
    /// A school: children, and people who cannot easily say no (CON-9, QUA-4).
    School,
    /// An employer, for the same reason (CON-9).
    Employer,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Free, Self::School, Self::Employer];

    /// The word to store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::School => "school",
            Self::Employer => "employer",
        }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Whether people there may not be free to say no, so that consent may be invalid (CON-9).
    pub const fn is_unequal(self) -> bool {
        matches!(self, Self::School | Self::Employer)
    }
}

/// A threshold with what it promises, for one model (QUA-1).
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// SHA-256 of the model.
    pub model: Digest,
    /// Up to which score a face is a member, and by how much.
    pub point: OperatingPoint,
    /// The chance that anybody is shown somebody else's photo, at most.
    pub promised: f64,
    /// The false match rate that the measurement does not rule out, in the worst group.
    pub fmr_upper: f64,
    /// Whether it was measured on children (QUA-4).
    pub on_children: bool,
}

/// What was put on record about a group so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Attestation {
    /// Whose photos.
    pub album: AlbumId,
    /// What kind of group.
    pub profile: Profile,
    /// Since when it is attested that nobody is expected in the pictures but the roster, and which roster
    /// that was: see [`roster_digest`].
    pub closed: Option<(Date, Digest)>,
    /// Since when it is attested that everybody expected agreed to the comparison.
    pub all_agreed: Option<Date>,
    /// The impact assessment.
    pub assessment: Option<Assessment>,
    /// Since when people were told by a notice.
    pub notice_on: Option<Date>,
    /// The day of the earliest photo, as declared: cameras are not trusted with it (TRA-2).
    pub captured_from: Option<Date>,
    /// Who answers for it.
    pub accountable: Option<String>,
    /// The last day.
    pub until: Option<Date>,
    /// The most photos that may wait for somebody to look at them.
    pub ceiling: Option<u64>,
    /// The threshold.
    pub calibration: Option<Calibrated>,
    /// The opinion of the data protection officer.
    pub opinion: Option<Record>,
    /// The consultation of those concerned.
    pub consultation: Option<Record>,
    /// The alternative without comparison, and that it was tried.
    pub alternative: Option<Record>,
    /// Whose photos are compared; none: all of the album.
    pub window: Option<Window>,
    /// Whether somebody has paused it.
    pub is_paused: bool,
}

impl Attestation {
    /// The four records of a school or an employer, as far as they are there.
    pub fn records(&self) -> Records {
        Records {
            assessment: self.assessment.clone(),
            opinion: self.opinion.clone(),
            consultation: self.consultation.clone(),
            alternative: self.alternative.clone(),
        }
    }
}

/// What is the case at this moment.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// Everybody on the roster, as decisions see them.
    pub roster: &'a [Subject],
    /// The model that would be used; none if it is not there.
    pub model: Option<Digest>,
    /// Faces in the album.
    pub faces: u64,
    /// Photos of the album that wait for somebody to look at them.
    pub waiting: u64,
    /// Whether the album keeps about when its photos were taken.
    pub keeps_times: bool,
    /// At which age people answer for themselves.
    pub rules: &'a AgeRules,
    /// Now.
    pub now: Timestamp,
}

/// What keeps a group closed. None of it names anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is what its words say")]
pub enum Missing {
    Roster,
    ClosedGroup,
    RosterChanged,
    AllAgreed,
    SomebodyHasNotAgreed,
    Assessment,
    AssessmentToCome,
    Notice,
    CapturedFrom,
    NoticeTooLate,
    Accountable,
    Expiry,
    Expired,
    Ceiling,
    TooManyWaiting,
    Calibration,
    Model,
    OtherModel,
    Outgrown,
    Opinion,
    Consultation,
    Alternative,
    NotForChildren,
    NoTimes,
    Paused,
}

impl Missing {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Roster,
        Self::ClosedGroup,
        Self::RosterChanged,
        Self::AllAgreed,
        Self::SomebodyHasNotAgreed,
        Self::Assessment,
        Self::AssessmentToCome,
        Self::Notice,
        Self::CapturedFrom,
        Self::NoticeTooLate,
        Self::Accountable,
        Self::Expiry,
        Self::Expired,
        Self::Ceiling,
        Self::TooManyWaiting,
        Self::Calibration,
        Self::Model,
        Self::OtherModel,
        Self::Outgrown,
        Self::Opinion,
        Self::Consultation,
        Self::Alternative,
        Self::NotForChildren,
        Self::NoTimes,
        Self::Paused,
    ];

    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::ClosedGroup => "closed-group",
            Self::RosterChanged => "roster-changed",
            Self::AllAgreed => "all-agreed",
            Self::SomebodyHasNotAgreed => "somebody-has-not-agreed",
            Self::Assessment => "assessment",
            Self::AssessmentToCome => "assessment-to-come",
            Self::Notice => "notice",
            Self::CapturedFrom => "captured-from",
            Self::NoticeTooLate => "notice-too-late",
            Self::Accountable => "accountable",
            Self::Expiry => "expiry",
            Self::Expired => "expired",
            Self::Ceiling => "ceiling",
            Self::TooManyWaiting => "too-many-waiting",
            Self::Calibration => "calibration",
            Self::Model => "model",
            Self::OtherModel => "other-model",
            Self::Outgrown => "outgrown",
            Self::Opinion => "opinion",
            Self::Consultation => "consultation",
            Self::Alternative => "alternative",
            Self::NotForChildren => "not-for-children",
            Self::NoTimes => "no-times",
            Self::Paused => "paused",
        }
    }
}

/// A group whose basis is in force, at one moment. Only [`in_force`] makes one; it is not kept.
///
/// ```compile_fail,E0451
/// use grata_core::{basis::Basis, id::AlbumId};
/// fn invented(album: AlbumId) -> Basis { Basis { album, permits: vec![], point: todo!(), model: todo!(), ends: todo!() } }
/// ```
#[derive(Debug)]
pub struct Basis {
    album: AlbumId,
    permits: Vec<Permit<Find>>,
    point: OperatingPoint,
    model: Digest,
    ends: Timestamp,
}

impl Basis {
    /// Whose photos.
    pub fn album(&self) -> AlbumId {
        self.album
    }

    /// The consent of each member of the roster.
    pub fn permits(&self) -> &[Permit<Find>] {
        &self.permits
    }

    /// The consent of one member; none if they are not on the roster.
    pub fn permit(&self, subject: SubjectId) -> Option<&Permit<Find>> {
        self.permits.iter().find(|permit| permit.subject() == subject)
    }

    /// Up to which score a face is a member.
    pub fn point(&self) -> OperatingPoint {
        self.point
    }

    /// For which model.
    pub fn model(&self) -> Digest {
        self.model
    }

    /// The first moment at which it no longer holds.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }
}

/// By which an attestation is bound to the roster that was attested, whoever came first.
pub fn roster_digest(roster: &[SubjectId]) -> Digest {
    let sorted: BTreeSet<&[u8; 16]> = roster.iter().map(SubjectId::as_bytes).collect();
    let parts: Vec<&[u8]> = sorted.into_iter().map(|id| &id[..]).collect();
    Digest::of_parts(&parts)
}

/// The gate: the basis, or everything that keeps the group closed.
///
/// # Errors
/// Not empty: all that is missing, each once.
pub fn in_force(attested: &Attestation, present: &Present<'_>) -> Result<Basis, Vec<Missing>> {
    let mut missing = BTreeSet::new();
    let today = day(present.now);
    let permits = check_roster(attested, present, &mut missing);
    check_documents(attested, today, &mut missing);
    check_numbers(attested, present, &mut missing);
    if attested.profile.is_unequal() {
        missing.extend(attested.records().missing(today));
    }
    if attested.window.is_some() && !present.keeps_times {
        missing.insert(Missing::NoTimes);
    }
    if attested.is_paused {
        missing.insert(Missing::Paused);
    }
    let (Some(calibration), Some(until), true) = (&attested.calibration, attested.until, missing.is_empty())
    else {
        return Err(missing.into_iter().collect());
    };
    let ends = permits.iter().map(Permit::ends).fold(end_of(until), Timestamp::min);
    Ok(Basis { album: attested.album, permits, point: calibration.point, model: calibration.model, ends })
}

fn check_roster(
    attested: &Attestation,
    present: &Present<'_>,
    missing: &mut BTreeSet<Missing>,
) -> Vec<Permit<Find>> {
    let find = Find { album: attested.album };
    let decisions = present.roster.iter().map(|one| decide(one, &find, present.rules, present.now));
    let permits: Vec<Permit<Find>> = decisions
        .filter_map(|decision| match decision {
            Decision::Yes(permit) => Some(permit),
            Decision::No(_) => None,
        })
        .collect();
    if present.roster.is_empty() {
        missing.insert(Missing::Roster);
    }
    if permits.len() < present.roster.len() {
        missing.insert(Missing::SomebodyHasNotAgreed);
    }
    let ids: Vec<SubjectId> = present.roster.iter().map(|one| one.id).collect();
    match &attested.closed {
        None => drop(missing.insert(Missing::ClosedGroup)),
        Some((_, roster)) if *roster != roster_digest(&ids) => drop(missing.insert(Missing::RosterChanged)),
        Some(_) => {}
    }
    if attested.all_agreed.is_none() {
        missing.insert(Missing::AllAgreed);
    }
    permits
}

fn check_documents(attested: &Attestation, today: Date, missing: &mut BTreeSet<Missing>) {
    let mut miss = |what, is_missing: bool| {
        if is_missing {
            missing.insert(what);
        }
    };
    let assessment = attested.assessment.as_ref().map(|assessment| &assessment.record);
    miss(Missing::Assessment, assessment.is_none_or(|record| record.reference.trim().is_empty()));
    miss(Missing::AssessmentToCome, assessment.is_some_and(|record| record.on > today));
    miss(Missing::Notice, attested.notice_on.is_none());
    miss(Missing::CapturedFrom, attested.captured_from.is_none());
    let told = attested.notice_on.zip(attested.captured_from);
    miss(Missing::NoticeTooLate, told.is_some_and(|(notice, captured)| notice >= captured));
    miss(Missing::Accountable, attested.accountable.as_ref().is_none_or(|who| who.trim().is_empty()));
    miss(Missing::Expiry, attested.until.is_none());
    miss(Missing::Expired, attested.until.is_some_and(|until| until < today));
}

fn check_numbers(attested: &Attestation, present: &Present<'_>, missing: &mut BTreeSet<Missing>) {
    match attested.ceiling {
        None => drop(missing.insert(Missing::Ceiling)),
        Some(ceiling) if present.waiting > ceiling => drop(missing.insert(Missing::TooManyWaiting)),
        Some(_) => {}
    }
    let Some(calibration) = &attested.calibration else {
        missing.insert(Missing::Calibration);
        return;
    };
    match present.model {
        None => drop(missing.insert(Missing::Model)),
        Some(model) if model != calibration.model => drop(missing.insert(Missing::OtherModel)),
        Some(_) => {}
    }
    let members = present.roster.len() as u64;
    if !still_holds(calibration.fmr_upper, calibration.promised, present.faces, members) {
        missing.insert(Missing::Outgrown);
    }
    if attested.profile == Profile::School && !calibration.on_children {
        missing.insert(Missing::NotForChildren);
    }
}

/// Whether photos that were compared before may be compared once more, for those who enrolled since: not
/// more often than the album's cap, and not twice in a day (BYS-9).
pub fn may_compare_again(late_rounds: u64, last: Option<Timestamp>, now: Timestamp) -> bool {
    late_rounds < MOST_LATE_ROUNDS && last.is_none_or(|last| now >= hours_after(last, HOURS_BETWEEN_ROUNDS))
}

/// A calibration as it was kept: numbers that make sense, or none.
pub fn point(threshold: f64, lead: f64) -> Option<OperatingPoint> {
    let threshold = Score::new(threshold as f32)?;
    (lead >= 0.0 && lead.is_finite()).then_some(OperatingPoint { threshold, lead: lead as f32 })
}

#[cfg(test)]
mod tests;
