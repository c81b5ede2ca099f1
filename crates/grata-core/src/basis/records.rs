//! Documents that a basis rests on, and the four without which a school or an employer compares no face (CON-9).

use super::{Missing, Profile};
use crate::digest::Digest;
use crate::time::Date;

/// A document that was made outside grata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it is to be found.
    pub reference: String,
    /// Its day.
    pub on: Date,
}

/// An impact assessment, in the version that was attested (ACC-7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Where it is to be found, and of which day.
    pub record: Record,
    /// SHA-256 of the document.
    pub sha256: Digest,
}

/// What a school or an employer has on record before faces are compared there, whether on the server or on the
/// person's own device (CON-9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// The impact assessment.
    pub assessment: Option<Assessment>,
    /// The opinion of the data protection officer.
    pub opinion: Option<Record>,
    /// The consultation of those concerned.
    pub consultation: Option<Record>,
    /// The alternative without comparison, and that it was tried.
    pub alternative: Option<Record>,
}

impl Records {
    /// These, and what they lack from the others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            assessment: self.assessment.or(other.assessment),
            opinion: self.opinion.or(other.opinion),
            consultation: self.consultation.or(other.consultation),
            alternative: self.alternative.or(other.alternative),
        }
    }

    /// What is missing of the four. What is announced is not done.
    pub(super) fn missing(&self, today: Date) -> Vec<Missing> {
        let assessment = self.assessment.as_ref().map(|assessment| &assessment.record);
        let records = [
            (assessment, Missing::Assessment),
            (self.opinion.as_ref(), Missing::Opinion),
            (self.consultation.as_ref(), Missing::Consultation),
            (self.alternative.as_ref(), Missing::Alternative),
        ];
        let is_missing = |record: &Record| record.reference.trim().is_empty() || record.on > today;
        let missing = records.into_iter().filter(|(record, _)| record.is_none_or(is_missing));
        missing
            .map(|(record, what)| match (record, what) {
                (Some(record), Missing::Assessment) if record.on > today => Missing::AssessmentToCome,
                (_, what) => what,
            })
            .collect()
    }
}

/// The gate of *Find me* on a person's own device (M2): open where people come together of their own will; at a school
/// or at work with all four records (CON-9).
///
/// # Errors
/// Not empty: what is missing of them.
pub fn own_device(profile: Profile, records: &Records, today: Date) -> Result<(), Vec<Missing>> {
    let missing = if profile.is_unequal() { records.missing(today) } else { Vec::new() };
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}
