//! Enrolling in a closed group: the codes that are handed over in person, of which a keyed hash is kept, and what the
//! person is told of (ABU-2).

use grata_core::digest::Digest;
use grata_core::enrolment::{EnrolmentCode, MOST_WRONG_CODES, told_since};
use grata_core::id::{AlbumId, SubjectId};
use grata_core::time::Timestamp;
use hmac::Mac as _;

use crate::error::{Result, StoreError};
use crate::store::Shared;
use crate::tx::{Reader, Tx, keyed};
use crate::values;

/// An enrolment that a person is told of, whatever became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredEnrolment {
    /// In which album.
    pub album: AlbumId,
    /// When.
    pub enrolled_at: Timestamp,
    /// When the person said that they know.
    pub acknowledged_at: Option<Timestamp>,
}

/// What came of a code that somebody gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// It is the one.
    Right,
    /// It is not, and this many more may be tried.
    Wrong {
        /// How many.
        left: u32,
    },
    /// There is none to compare it with: none was made, or it was used or tried too often.
    NoneIsThere,
}

/// Each person's code has a hash of its own in each album.
fn code_hash(shared: &Shared, album: AlbumId, subject: SubjectId, code: &EnrolmentCode) -> Digest {
    let mut mac = keyed(shared, b"enrolment");
    mac.update(album.as_bytes());
    mac.update(subject.as_bytes());
    mac.update(code.as_str().as_bytes());
    Digest(mac.finalize().into_bytes().into())
}

impl Reader {
    /// How often a wrong code may still be given for somebody; none if there is no code that would be right.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn enrolment_code_tries(&self, album: AlbumId, subject: SubjectId) -> Result<Option<u32>> {
        Ok(self.enrolment_code(album, subject)?.map(|(_, wrong)| MOST_WRONG_CODES - wrong))
    }

    /// The hash, and how many wrong ones were given; none if it is worth nothing any more.
    fn enrolment_code(&self, album: AlbumId, subject: SubjectId) -> Result<Option<(Digest, u32)>> {
        let sql = "SELECT code_hash, wrong FROM enrolment_codes WHERE album = $1 AND subject = $2";
        let rows = self.tx.query(sql, values![album, subject])?;
        let found =
            rows.first().map(|row| Ok::<_, StoreError>((row.get(0)?, row.get::<u64>(1)?))).transpose()?;
        Ok(found.and_then(|(hash, wrong)| {
            let wrong = u32::try_from(wrong).ok().filter(|wrong| *wrong < MOST_WRONG_CODES)?;
            Some((hash, wrong))
        }))
    }

    /// The enrolments of somebody that are on record, the newest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn enrolments_of(&self, subject: SubjectId) -> Result<Vec<StoredEnrolment>> {
        let sql = "SELECT album, enrolled_at, acknowledged_at FROM enrolments WHERE subject = $1 \
                   ORDER BY enrolled_at DESC, album";
        let rows = self.tx.query(sql, values![subject])?;
        rows.iter()
            .map(|row| {
                Ok(StoredEnrolment {
                    album: row.get(0)?,
                    enrolled_at: row.get(1)?,
                    acknowledged_at: row.get(2)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Keeps the hash of somebody's code, in place of an older one.
    ///
    /// # Errors
    /// They are not on the roster.
    pub fn put_enrolment_code(
        &mut self,
        album: AlbumId,
        subject: SubjectId,
        code: &EnrolmentCode,
    ) -> Result<()> {
        let hash = code_hash(&self.shared, album, subject, code);
        self.tx.execute(
            "INSERT INTO enrolment_codes (album, subject, code_hash, wrong, made_at) VALUES ($1, $2, $3, 0, $4) \
             ON CONFLICT (album, subject) DO UPDATE SET code_hash = excluded.code_hash, wrong = 0, \
             made_at = excluded.made_at",
            values![album, subject, hash, self.now()],
        )?;
        Ok(())
    }

    /// Compares a code with somebody's. A wrong one is counted: commit it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn present_enrolment_code(
        &mut self,
        album: AlbumId,
        subject: SubjectId,
        code: &EnrolmentCode,
    ) -> Result<Presented> {
        let Some((hash, wrong)) = self.enrolment_code(album, subject)? else {
            return Ok(Presented::NoneIsThere);
        };
        // Both are keyed: how long the comparison takes says nothing that helps.
        if hash == code_hash(&self.shared, album, subject, code) {
            return Ok(Presented::Right);
        }
        let sql = "UPDATE enrolment_codes SET wrong = wrong + 1 WHERE album = $1 AND subject = $2";
        self.tx.execute(sql, values![album, subject])?;
        Ok(Presented::Wrong { left: MOST_WRONG_CODES - wrong - 1 })
    }

    /// Uses a code up, and keeps for the person that somebody enrolled by their link.
    ///
    /// # Errors
    /// `Conflict` if it is not their code, or not any more: nothing may be enrolled by it then.
    pub fn use_enrolment_code(
        &mut self,
        album: AlbumId,
        subject: SubjectId,
        code: &EnrolmentCode,
    ) -> Result<()> {
        if self.present_enrolment_code(album, subject, code)? != Presented::Right {
            return Err(StoreError::conflict("this code is worth nothing any more"));
        }
        let sql = "DELETE FROM enrolment_codes WHERE album = $1 AND subject = $2";
        self.tx.execute(sql, values![album, subject])?;
        self.tx.execute(
            "INSERT INTO enrolments (subject, album, enrolled_at) VALUES ($1, $2, $3) \
             ON CONFLICT (subject, album, enrolled_at) DO NOTHING",
            values![subject, album, self.now()],
        )?;
        Ok(())
    }

    /// Puts down that a person knows of their enrolments in an album up to a moment. Returns of how many.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn acknowledge_enrolments(
        &mut self,
        album: AlbumId,
        subject: SubjectId,
        until: Timestamp,
    ) -> Result<u64> {
        let sql = "UPDATE enrolments SET acknowledged_at = $1 \
                   WHERE album = $2 AND subject = $3 AND acknowledged_at IS NULL AND enrolled_at <= $4";
        self.tx.execute(sql, values![self.now(), album, subject, until])
    }

    /// Ends all codes: a restored backup does not know which were used since.
    pub(crate) fn end_enrolment_codes(&mut self) -> Result<()> {
        self.tx.execute("DELETE FROM enrolment_codes", &[])?;
        Ok(())
    }

    pub(crate) fn drop_old_enrolments(&mut self) -> Result<()> {
        let since = told_since(self.now());
        self.tx.execute("DELETE FROM enrolments WHERE enrolled_at <= $1", values![since])?;
        Ok(())
    }
}
