//! Rights requests and their clocks (RTS-3).

use grata_core::id::{RequestId, SubjectId};
use grata_core::time::{Date, Timestamp};

use crate::error::{Result, StoreError};
use crate::queries::parsed;
use crate::tx::{Reader, Tx};
use crate::values;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum RequestKind {
    Access,
    Erase,
    Restrict,
    Object,
    Export,
    Rectify,
}

impl RequestKind {
    const ALL: [Self; 6] =
        [Self::Access, Self::Erase, Self::Restrict, Self::Object, Self::Export, Self::Rectify];

    /// The word to store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erase => "erase",
            Self::Restrict => "restrict",
            Self::Object => "object",
            Self::Export => "export",
            Self::Rectify => "rectify",
        }
    }
}

impl std::str::FromStr for RequestKind {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| StoreError::not_found("kind of request"))
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub id: RequestId,
    /// Whose; none for somebody who is not known here (RTS-6), or not any more.
    pub subject: Option<SubjectId>,
    /// What for.
    pub kind: RequestKind,
    /// When it came in; a letter keeps its date.
    pub received_on: Date,
    /// When reasons for taking longer were sent.
    pub extended_on: Option<Date>,
    /// When it was answered.
    pub closed_at: Option<Timestamp>,
}

impl Reader {
    /// Requests that wait for an answer, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn open_requests(&self) -> Result<Vec<Request>> {
        let sql = "SELECT id, subject, kind, received_on, extended_on, closed_at FROM requests \
                   WHERE closed_at IS NULL ORDER BY received_on, id";
        let rows = self.tx.query(sql, &[])?;
        rows.iter()
            .map(|row| {
                Ok(Request {
                    id: row.get(0)?,
                    subject: row.get(1)?,
                    kind: parsed(row, 2)?,
                    received_on: row.get(3)?,
                    extended_on: row.get(4)?,
                    closed_at: row.get(5)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Puts a request on record; its clock runs from the day it came in.
    ///
    /// # Errors
    /// There is no such person.
    pub fn insert_request(&mut self, request: &Request) -> Result<()> {
        self.tx.execute(
            "INSERT INTO requests (id, subject, kind, received_on, extended_on, closed_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![
                request.id,
                request.subject,
                request.kind.as_str(),
                request.received_on,
                request.extended_on,
                request.closed_at
            ],
        )?;
        Ok(())
    }

    /// Records that reasons for taking longer were sent.
    ///
    /// # Errors
    /// There is no such open request.
    pub fn extend_request(&mut self, id: RequestId, on: Date) -> Result<()> {
        let sql = "UPDATE requests SET extended_on = $1 WHERE id = $2 AND closed_at IS NULL";
        match self.tx.execute(sql, values![on, id])? {
            0 => Err(StoreError::not_found("open request")),
            _ => Ok(()),
        }
    }

    /// Records that a request was answered.
    ///
    /// # Errors
    /// There is no such open request.
    pub fn close_request(&mut self, id: RequestId) -> Result<()> {
        let sql = "UPDATE requests SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL";
        match self.tx.execute(sql, values![self.now(), id])? {
            0 => Err(StoreError::not_found("open request")),
            _ => Ok(()),
        }
    }
}
