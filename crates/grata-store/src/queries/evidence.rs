//! Scans of signed forms: whose they are, and what kind of file. What they show is a blob under the key of
//! the person.

use grata_core::id::{EvidenceId, SubjectId};

use crate::engine::Row;
use crate::error::Result;
use crate::queries::word;
use crate::tx::{Reader, Tx};
use crate::values;

/// What kind of file a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl MediaType {
    /// By the first bytes of a file; `None` for any other kind.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }

    /// How a file of this kind is called at its end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

const MEDIA_TYPES: &[(&str, MediaType)] = &[
    (MediaType::Pdf.as_str(), MediaType::Pdf),
    (MediaType::Jpeg.as_str(), MediaType::Jpeg),
    (MediaType::Png.as_str(), MediaType::Png),
];

/// A scan that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Which.
    pub id: EvidenceId,
    /// What kind of file.
    pub media_type: MediaType,
    /// How long it is.
    pub bytes: u64,
}

fn evidence(row: &Row) -> Result<Evidence> {
    Ok(Evidence { id: row.get(0)?, media_type: word(row, 1, MEDIA_TYPES)?, bytes: row.get(2)? })
}

impl Reader {
    /// The scans of what a person signed, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn evidence_of(&self, subject: SubjectId) -> Result<Vec<Evidence>> {
        let sql = "SELECT id, media_type, bytes FROM evidence WHERE subject = $1 ORDER BY added_at, id";
        self.tx.query(sql, values![subject])?.iter().map(evidence).collect()
    }

    pub(crate) fn has_evidence(&self, id: EvidenceId) -> Result<bool> {
        Ok(!self.tx.query("SELECT 1 FROM evidence WHERE id = $1", values![id])?.is_empty())
    }
}

impl Tx {
    /// Keeps whose a scan is. Its blob comes first.
    ///
    /// # Errors
    /// There is no such person.
    pub fn insert_evidence(&mut self, subject: SubjectId, evidence: &Evidence) -> Result<()> {
        let sql =
            "INSERT INTO evidence (id, subject, media_type, bytes, added_at) VALUES ($1, $2, $3, $4, $5)";
        self.tx.execute(
            sql,
            values![evidence.id, subject, evidence.media_type.as_str(), evidence.bytes, self.now()],
        )?;
        Ok(())
    }
}
