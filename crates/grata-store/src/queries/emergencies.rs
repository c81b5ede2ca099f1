//! What two people open for an hour (SEC-6). The written reason is sealed under the key of whom it is about.

use grata_core::emergency::{Emergency, Why};
use grata_core::id::{AccountId, EmergencyId, SubjectId};
use grata_core::time::Timestamp;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::word;
use crate::tx::{Reader, Tx};
use crate::values;

const SELECT: &str = "SELECT id, subject, why, asked_by, asked_at, approved_by, approved_at, ended_at \
                      FROM emergencies";

const WHYS: &[(&str, Why)] = &[
    ("person-asked", Why::PersonAsked),
    ("authority", Why::Authority),
    ("danger", Why::Danger),
    ("fault", Why::Fault),
];

fn emergency(row: &Row) -> Result<Emergency> {
    let (by, at): (Option<AccountId>, Option<Timestamp>) = (row.get(5)?, row.get(6)?);
    Ok(Emergency {
        id: row.get(0)?,
        subject: row.get(1)?,
        why: word(row, 2, WHYS)?,
        asked_by: row.get(3)?,
        asked_at: row.get(4)?,
        approved: by.zip(at),
        ended_at: row.get(7)?,
    })
}

impl Reader {
    /// One of them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn emergency(&self, id: EmergencyId) -> Result<Option<Emergency>> {
        let rows = self.tx.query(&format!("{SELECT} WHERE id = $1"), values![id])?;
        rows.first().map(emergency).transpose()
    }

    /// All of them, the newest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn emergencies(&self) -> Result<Vec<Emergency>> {
        let rows = self.tx.query(&format!("{SELECT} ORDER BY asked_at DESC, id"), &[])?;
        rows.iter().map(emergency).collect()
    }

    /// Those about a person, the newest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn emergencies_about(&self, subject: SubjectId) -> Result<Vec<Emergency>> {
        let sql = format!("{SELECT} WHERE subject = $1 ORDER BY asked_at DESC, id");
        self.tx.query(&sql, values![subject])?.iter().map(emergency).collect()
    }

    /// The reason as it was written down.
    ///
    /// # Errors
    /// It is not there, or the person's key is gone.
    pub fn emergency_reason(&self, of: &Emergency) -> Result<String> {
        let rows = self.tx.query("SELECT sealed_reason FROM emergencies WHERE id = $1", values![of.id])?;
        let sealed: Vec<u8> = rows.first().ok_or_else(|| StoreError::not_found("emergency"))?.get(0)?;
        self.open_text(of.subject, "emergencies", "sealed_reason", of.id.as_bytes(), &sealed)
    }
}

impl Tx {
    /// Adds what somebody asked for, with the reason as they wrote it down.
    ///
    /// # Errors
    /// There is no such person or account.
    pub fn insert_emergency(&mut self, new: &Emergency, reason: &str) -> Result<()> {
        let sealed =
            self.seal_text(new.subject, "emergencies", "sealed_reason", new.id.as_bytes(), reason)?;
        self.tx.execute(
            "INSERT INTO emergencies (id, subject, why, sealed_reason, asked_by, asked_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![new.id, new.subject, new.why.as_str(), sealed, new.asked_by, new.asked_at],
        )?;
        Ok(())
    }

    /// Puts down how one of them stands by now: approved, or ended. What was put down before stays.
    ///
    /// # Errors
    /// `Conflict` if the same person would have asked and approved: not even the database takes that.
    pub fn update_emergency(&mut self, now: &Emergency) -> Result<()> {
        let (by, at) = now.approved.unzip();
        let sql = "UPDATE emergencies SET approved_by = $1, approved_at = $2, ended_at = $3 WHERE id = $4 \
                   AND (approved_by IS NULL OR approved_by = $1) AND ended_at IS NULL";
        match self.tx.execute(sql, values![by, at, now.ended_at, now.id])? {
            0 => Err(StoreError::conflict("this has changed; look at it again")),
            _ => Ok(()),
        }
    }

    /// Ends all that is asked or open: a restored backup does not know what has ended since.
    pub(crate) fn end_emergencies(&mut self) -> Result<()> {
        let sql = "UPDATE emergencies SET ended_at = $1 WHERE ended_at IS NULL";
        self.tx.execute(sql, values![self.now()])?;
        Ok(())
    }
}
