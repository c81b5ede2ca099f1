//! Objections: in effect from the moment they are written.

use grata_core::geometry::PixelRect;
use grata_core::id::{ObjectionId, SubjectId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::{Photo, PhotoDigest};
use grata_core::time::Timestamp;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::rect;
use crate::tx::{Reader, Tx};
use crate::values;

const SELECT: &str =
    "SELECT id, photo, x, y, width, height, subject, raised_at, outcome, decided_at FROM objections";

fn objection(row: &Row) -> Result<Objection> {
    let photo: Option<PhotoDigest> = row.get(1)?;
    let region: Option<u32> = row.get(2)?;
    let target = match (photo, region, row.get::<Option<SubjectId>>(6)?) {
        (Some(photo), Some(_), None) => ObjectionTarget::Region(photo, rect(row, 2)?),
        (Some(photo), None, None) => ObjectionTarget::Photo(photo),
        (None, None, Some(subject)) => ObjectionTarget::Subject(subject),
        _ => return Err(StoreError::damaged("an objection")),
    };
    let decided = || row.get::<Timestamp>(9);
    let outcome = match row.get::<String>(8)?.as_str() {
        "open" => Outcome::Open,
        "upheld" => Outcome::Upheld(decided()?),
        "rejected" => Outcome::Rejected(decided()?),
        "taken-back" => Outcome::TakenBack(decided()?),
        _ => return Err(StoreError::damaged("an objection")),
    };
    Ok(Objection { id: row.get(0)?, target, raised: row.get(7)?, outcome })
}

impl Reader {
    /// Objections to a photo, or by these people to all of theirs.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn objections_about(
        &self,
        photo: &Photo,
        subjects: impl Iterator<Item = SubjectId>,
    ) -> Result<Vec<Objection>> {
        let sql = format!("{SELECT} WHERE photo = $1 OR photo = $2 ORDER BY raised_at, id");
        let rows = self.tx.query(&sql, values![photo.file, photo.pixels.unwrap_or(photo.file)])?;
        let mut found: Vec<Objection> = rows.iter().map(objection).collect::<Result<_>>()?;
        for subject in subjects {
            found.extend(self.objections_of(subject)?);
        }
        Ok(found)
    }

    /// Objections by a person to all pictures of them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn objections_of(&self, subject: SubjectId) -> Result<Vec<Objection>> {
        let sql = format!("{SELECT} WHERE subject = $1 ORDER BY raised_at, id");
        self.tx.query(&sql, values![subject])?.iter().map(objection).collect()
    }

    /// Objections that wait for a decision, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn open_objections(&self) -> Result<Vec<Objection>> {
        let sql = format!("{SELECT} WHERE outcome = 'open' ORDER BY raised_at, id");
        self.tx.query(&sql, &[])?.iter().map(objection).collect()
    }
}

impl Tx {
    /// Puts an objection on record. It hides from this commit on.
    ///
    /// # Errors
    /// There is no such person.
    pub fn insert_objection(&mut self, objection: &Objection) -> Result<()> {
        let (photo, region, subject): (_, Option<PixelRect>, _) = match objection.target {
            ObjectionTarget::Photo(photo) => (Some(photo), None, None),
            ObjectionTarget::Region(photo, rect) => (Some(photo), Some(rect), None),
            ObjectionTarget::Subject(subject) => (None, None, Some(subject)),
        };
        self.tx.execute(
            "INSERT INTO objections (id, photo, x, y, width, height, subject, raised_at, outcome) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')",
            values![
                objection.id,
                photo,
                region.map(|rect| rect.x),
                region.map(|rect| rect.y),
                region.map(|rect| rect.width),
                region.map(|rect| rect.height),
                subject,
                objection.raised
            ],
        )?;
        if let Some(photo) = photo {
            self.touches_photo(photo);
        }
        if let Some(subject) = subject {
            self.touches_subject(subject);
            self.changed(subject)?;
        }
        Ok(())
    }

    /// Records what became of an objection.
    ///
    /// # Errors
    /// There is no such open objection.
    pub fn decide_objection(&mut self, id: ObjectionId, outcome: Outcome) -> Result<()> {
        let (word, at) = match outcome {
            Outcome::Open => return Err(StoreError::conflict("an objection cannot be opened again")),
            Outcome::Upheld(at) => ("upheld", at),
            Outcome::Rejected(at) => ("rejected", at),
            Outcome::TakenBack(at) => ("taken-back", at),
        };
        let sql = "UPDATE objections SET outcome = $1, decided_at = $2 \
                   WHERE id = $3 AND outcome IN ('open', 'upheld')";
        match self.tx.execute(sql, values![word, at, id])? {
            0 => Err(StoreError::not_found("open objection")),
            _ => Ok(()),
        }
    }
}
