//! What kind of people an album is about, and what is on record before their faces are compared: said for closed groups
//! and for *Find me* (CON-9).

use clap::{Args, ValueEnum};
use grata_core::basis::{Assessment, Profile, Record, Records};
use grata_core::digest::Digest;

use super::arguments::date;

/// What is said wherever a school or an employer sees its group (CON-9).
pub(super) const UNEQUAL: &str = "Consent may be invalid in a school or at work: who cannot say no freely has not said yes. \
                       Authorities have forbidden such uses. Tagging by hand and finding by code cost nobody anything.";

/// What kind of group.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// People who come together of their own will
    Free,
    /// A school: consent may be invalid there, and four records more are needed
    School,
    /// An employer, likewise
    Employer,
}

impl From<Kind> for Profile {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Free => Self::Free,
            Kind::School => Self::School,
            Kind::Employer => Self::Employer,
        }
    }
}

/// What is on record before faces are compared.
#[derive(Debug, Args)]
pub(super) struct RecordArguments {
    /// The impact assessment, as `PLACE of DAY`
    #[arg(long, value_name = "PLACE of DAY", value_parser = record, requires = "dpia_sha256")]
    dpia: Option<Record>,
    /// SHA-256 of the impact assessment
    #[arg(long, value_name = "SUM", value_parser = sum, requires = "dpia")]
    dpia_sha256: Option<Digest>,
    /// For a school or an employer: the opinion of the data protection officer, as `PLACE of DAY`
    #[arg(long, value_name = "PLACE of DAY", value_parser = record)]
    opinion: Option<Record>,
    /// For a school or an employer: the consultation of those concerned, as `PLACE of DAY`
    #[arg(long, value_name = "PLACE of DAY", value_parser = record)]
    consultation: Option<Record>,
    /// For a school or an employer: the alternative that was tried, as `PLACE of DAY`
    #[arg(long, value_name = "PLACE of DAY", value_parser = record)]
    alternative: Option<Record>,
}

impl RecordArguments {
    /// What was given.
    pub(super) fn records(&self) -> Records {
        let assessment = self.dpia.clone().zip(self.dpia_sha256);
        Records {
            assessment: assessment.map(|(record, sha256)| Assessment { record, sha256 }),
            opinion: self.opinion.clone(),
            consultation: self.consultation.clone(),
            alternative: self.alternative.clone(),
        }
    }
}

fn record(text: &str) -> Result<Record, String> {
    let (reference, on) =
        text.rsplit_once(" of ").ok_or("give where it is and its day: \"file 7 of 2026-10-01\"")?;
    let reference = reference.trim();
    if reference.is_empty() {
        return Err("say where it is to be found".into());
    }
    Ok(Record { reference: reference.into(), on: date(on.trim())? })
}

fn sum(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|_| "give 64 digits from 0 to f, as `sha256sum` prints them".into())
}
