//! Scans of signed forms (CON-12): read, kept under the key of who signed, handed back to them alone.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use grata_core::id::{EvidenceId, SubjectId};
use grata_store::blobs::BlobKey;
use grata_store::queries::evidence::{Evidence, MediaType};
use grata_store::{Store, Tx};

use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Longest scan, in bytes: some pages in colour.
pub const LONGEST: u64 = 20 << 20;

/// A scan that is not kept yet.
pub struct Scan {
    media_type: MediaType,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Scan {
    /// Nothing: it could end up in a log (SEC-3).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scan")
    }
}

/// Reads a scan.
///
/// # Errors
/// The file cannot be read, is none of the kinds that are kept, or is too long.
pub fn read(path: &Path) -> Result<Scan, AppError> {
    let unreadable =
        |error| AppError::new(ErrorKind::NotFound, format!("{} cannot be read", shown(path))).because(error);
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        let message = format!("{} is no file", shown(path));
        return Err(AppError::new(ErrorKind::Invalid, message).hint("Give the scan of one form."));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    taken(bytes, &shown(path))
}

/// A scan that somebody has handed over; `name` is what they call it.
///
/// # Errors
/// It is none of the kinds that are kept, or too long.
pub fn taken(bytes: Vec<u8>, name: &str) -> Result<Scan, AppError> {
    let wrong =
        |what: String, hint: &str| AppError::new(ErrorKind::Invalid, format!("{name} {what}")).hint(hint);
    if bytes.len() as u64 > LONGEST {
        let what = format!("is longer than {} MiB", LONGEST >> 20);
        return Err(wrong(what, "Scan it at 200 dots an inch, or in grey."));
    }
    let media_type = MediaType::sniff(&bytes)
        .ok_or_else(|| wrong("is neither PDF nor JPEG nor PNG".into(), "Save the scan as one of these."))?;
    Ok(Scan { media_type, bytes })
}

/// A scan on its way to a person: sealed already, and gone again unless a row names it.
pub struct Kept<'a> {
    store: &'a Store,
    subject: SubjectId,
    evidence: Evidence,
    recorded: bool,
}

impl std::fmt::Debug for Kept<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl<'a> Kept<'a> {
    /// Seals a scan under the key of a person: the blob comes before its row.
    ///
    /// # Errors
    /// There is no such person, or the store cannot be used.
    pub fn seal(store: &'a Store, subject: SubjectId, scan: &Scan) -> Result<Self, AppError> {
        let evidence = Evidence {
            id: EvidenceId::random(&mut store.rng()),
            media_type: scan.media_type,
            bytes: scan.bytes.len() as u64,
        };
        store.blobs().put(store.vault(), BlobKey::Evidence(subject, evidence.id), &scan.bytes)?;
        Ok(Self { store, subject, evidence, recorded: false })
    }

    /// Which, once its row is written in this transaction; several answers may stand on one form.
    ///
    /// # Errors
    /// There is no such person.
    pub fn write(&self, tx: &mut Tx, subject: SubjectId) -> Result<EvidenceId, AppError> {
        if !self.recorded {
            tx.insert_evidence(subject, &self.evidence)?;
        }
        Ok(self.evidence.id)
    }

    /// The transaction that wrote its row is over.
    pub fn recorded(&mut self) {
        self.recorded = true;
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if !self.recorded {
            // Nothing names it; removing it now saves the sweep the work.
            let _ = self.store.blobs().delete(BlobKey::Evidence(self.subject, self.evidence.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn con_12_a_scan_is_a_pdf_a_jpeg_or_a_png_of_a_few_pages() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan");
        for (bytes, fine) in [
            (&b"%PDF-1.7 ..."[..], true),
            (b"\xFF\xD8\xFF\xE0", true),
            (b"\x89PNG\r\n\x1a\n", true),
            (b"GIF89a", false),
            (b"", false),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).is_ok(), fine, "{bytes:?}");
        }
        let file = File::create(&path).unwrap();
        std::io::Write::write_all(&mut &file, b"%PDF-").unwrap();
        file.set_len(LONGEST + 1).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("longer than 20 MiB"));
        assert!(read(folder.path()).unwrap_err().to_string().contains("is no file"));
    }
}
