//! What can be asked ([`Reader`]) and written ([`Tx`]), one file a subject matter.
//!
//! [`Reader`]: crate::tx::Reader
//! [`Tx`]: crate::tx::Tx

use std::str::FromStr;

use grata_core::digest::Digest;
use grata_core::geometry::PixelRect;
use grata_core::id::{
    AccountId, ActId, AlbumId, EmergencyId, EvidenceId, FaceId, GuardianId, NotMeId, ObjectionId, PasskeyId,
    PhotoId, ReleaseId, RenditionId, RequestId, SubjectId, SuggestionId, TagId, TemplateId, TombstoneId,
};
use grata_core::photo::PhotoDigest;
use grata_core::region::{Region, Shape};
use grata_core::time::{Date, Timestamp};

use crate::engine::{FromValue, Row, Value};
use crate::error::{Result, StoreError};

pub mod accounts;
pub mod albums;
pub mod channels;
pub mod codes;
pub mod consents;
pub mod desk;
pub mod emergencies;
pub mod enrolments;
pub mod evidence;
pub mod galleries;
pub mod groups;
pub mod identities;
pub mod log;
pub mod objections;
pub mod own_device;
pub mod passkeys;
pub mod photos;
pub mod releases;
pub mod requests;
pub mod subjects;
pub mod suggestions;
pub mod tags;
pub mod templates;

macro_rules! ids {
    ($($id:ident),+ $(,)?) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Blob(id.as_bytes().to_vec())
            }
        }

        impl FromValue for $id {
            fn from_value(value: &Value) -> Option<Self> {
                let bytes = Vec::<u8>::from_value(value)?;
                bytes.try_into().ok().map($id::from_bytes)
            }
        }
    )+};
}

ids![
    AccountId,
    ActId,
    AlbumId,
    EmergencyId,
    EvidenceId,
    FaceId,
    GuardianId,
    NotMeId,
    ObjectionId,
    PasskeyId,
    PhotoId,
    ReleaseId,
    RenditionId,
    RequestId,
    SubjectId,
    SuggestionId,
    TagId,
    TemplateId,
    TombstoneId,
];

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_microsecond())
    }
}

impl FromValue for Timestamp {
    fn from_value(value: &Value) -> Option<Self> {
        Self::from_microsecond(i64::from_value(value)?).ok()
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        Self::Text(day.to_string())
    }
}

impl FromValue for Date {
    fn from_value(value: &Value) -> Option<Self> {
        String::from_value(value)?.parse().ok()
    }
}

impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Self::Blob(digest.0.to_vec())
    }
}

impl FromValue for Digest {
    fn from_value(value: &Value) -> Option<Self> {
        Vec::<u8>::from_value(value)?.try_into().ok().map(Digest)
    }
}

impl From<PhotoDigest> for Value {
    fn from(digest: PhotoDigest) -> Self {
        digest.0.into()
    }
}

impl FromValue for PhotoDigest {
    fn from_value(value: &Value) -> Option<Self> {
        Digest::from_value(value).map(PhotoDigest)
    }
}

/// Turns the words of a column into what they stand for.
pub(crate) fn parsed<T: FromStr>(row: &Row, column: usize) -> Result<T> {
    row.get::<String>(column)?.parse().map_err(|_| StoreError::damaged("a row of the database"))
}

/// The same for a closed list of words.
pub(crate) fn word<T: Copy>(row: &Row, column: usize, words: &[(&str, T)]) -> Result<T> {
    let found: String = row.get(column)?;
    let known = words.iter().find(|(word, _)| *word == found);
    known.map(|(_, value)| *value).ok_or_else(|| StoreError::damaged("a row of the database"))
}

/// A rectangle in four columns from `first` on.
pub(crate) fn rect(row: &Row, first: usize) -> Result<PixelRect> {
    Ok(PixelRect::new(row.get(first)?, row.get(first + 1)?, row.get(first + 2)?, row.get(first + 3)?))
}

const SHAPES: &[(&str, Shape)] = &[("rectangle", Shape::Rectangle), ("rounded", Shape::Rounded)];

/// A region in five columns from `first` on.
pub(crate) fn region(row: &Row, first: usize) -> Result<Region> {
    Ok(Region { rect: rect(row, first)?, shape: word(row, first + 4, SHAPES)? })
}

pub(crate) const fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Rectangle => "rectangle",
        Shape::Rounded => "rounded",
    }
}
