//! Hand tags and "not me".

use grata_core::id::{AccountId, NotMeId, PhotoId, SubjectId};
use grata_core::photo::Photo;
use grata_core::tag::{NotMe, TagAct, TagKind, Tagger, check};

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::rect;
use crate::tx::{Reader, Tx};
use crate::values;

/// A tag in eight columns.
pub(super) fn tag(row: &Row) -> Result<TagAct> {
    let damaged = || StoreError::damaged("a tag");
    let kind = match row.get::<String>(2)?.as_str() {
        "is" => TagKind::Is(row.get(3)?),
        "not-a-face" => TagKind::NotAFace,
        "undo" => TagKind::Undo(row.get(4)?),
        _ => return Err(damaged()),
    };
    let by = match (row.get::<Option<AccountId>>(5)?, row.get::<Option<SubjectId>>(6)?) {
        (Some(account), None) => Tagger::Reviewer(account),
        (None, Some(subject)) => Tagger::Subject(subject),
        _ => return Err(damaged()),
    };
    Ok(TagAct { id: row.get(0)?, face: row.get(1)?, kind, by, at: row.get(7)? })
}

/// A mark in nine columns.
pub(super) fn mark(row: &Row) -> Result<NotMe> {
    Ok(NotMe {
        id: row.get(0)?,
        subject: row.get(1)?,
        photo: row.get(2)?,
        region: rect(row, 3)?,
        at: row.get(7)?,
        taken_back: row.get(8)?,
    })
}

const MARK: &str = "SELECT id, subject, photo, x, y, width, height, at, taken_back FROM not_me";

impl Reader {
    /// What was said about the faces of a photo, in order.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn tags_on(&self, photo: PhotoId) -> Result<Vec<TagAct>> {
        let sql = "SELECT id, face, kind, subject, undoes, account, own, at FROM tags \
                   WHERE photo = $1 ORDER BY place";
        self.tx.query(sql, values![photo])?.iter().map(tag).collect()
    }

    /// "Not me" marks about a photo, by whatever name its content has.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn not_me_in(&self, photo: &Photo) -> Result<Vec<NotMe>> {
        let sql = format!("{MARK} WHERE photo = $1 OR photo = $2 ORDER BY at, id");
        self.tx
            .query(&sql, values![photo.file, photo.pixels.unwrap_or(photo.file)])?
            .iter()
            .map(mark)
            .collect()
    }

    /// "Not me" marks of a person.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn not_me_of(&self, subject: SubjectId) -> Result<Vec<NotMe>> {
        let sql = format!("{MARK} WHERE subject = $1 ORDER BY at, id");
        self.tx.query(&sql, values![subject])?.iter().map(mark).collect()
    }

    /// The photos in which a face was ever tagged as this person: for the person's own requests.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photos_tagged(&self, subject: SubjectId) -> Result<Vec<PhotoId>> {
        let sql = "SELECT DISTINCT photo FROM tags WHERE subject = $1 ORDER BY photo";
        self.tx.query(sql, values![subject])?.iter().map(|row| row.get(0)).collect()
    }
}

impl Tx {
    /// Puts a tag on record. Core's rules are asked here as well.
    ///
    /// # Errors
    /// `Refused` with the rule that forbids it; `NotFound` if there is no such photo.
    pub fn insert_tag(&mut self, photo: PhotoId, act: &TagAct) -> Result<()> {
        let known = self.photo(photo)?.ok_or_else(|| StoreError::not_found("photo"))?;
        if !known.faces.iter().any(|face| face.id == act.face) {
            return Err(StoreError::not_found("face in this photo"));
        }
        let earlier = self.tags_on(photo)?;
        check(&known, act, &earlier, &self.not_me_in(&known)?).map_err(StoreError::refused)?;
        let (kind, subject, undoes) = match act.kind {
            TagKind::Is(subject) => ("is", Some(subject), None),
            TagKind::NotAFace => ("not-a-face", None, None),
            TagKind::Undo(tag) => ("undo", None, Some(tag)),
        };
        let (account, own) = match act.by {
            Tagger::Reviewer(account) => (Some(account), None),
            Tagger::Subject(subject) => (None, Some(subject)),
        };
        self.tx.execute(
            "INSERT INTO tags (id, photo, face, kind, subject, undoes, account, own, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![act.id, photo, act.face, kind, subject, undoes, account, own, act.at],
        )?;
        // What a backup from before says about this face is wrong.
        if earlier.iter().any(|one| one.face == act.face) {
            self.touches_photo(known.file);
        }
        Ok(())
    }

    /// Puts "not me" on record: at once, and for good unless the person takes it back.
    ///
    /// # Errors
    /// There is no such person.
    pub fn insert_not_me(&mut self, mark: &NotMe) -> Result<()> {
        self.tx.execute(
            "INSERT INTO not_me (id, subject, photo, x, y, width, height, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                mark.id,
                mark.subject,
                mark.photo,
                mark.region.x,
                mark.region.y,
                mark.region.width,
                mark.region.height,
                mark.at
            ],
        )?;
        self.touches_photo(mark.photo);
        self.changed(mark.subject)
    }

    /// Takes "not me" back, at the wish of the person who said it.
    ///
    /// # Errors
    /// There is no such mark of this person.
    pub fn take_back_not_me(&mut self, subject: SubjectId, mark: NotMeId) -> Result<()> {
        let sql = "UPDATE not_me SET taken_back = $1 WHERE id = $2 AND subject = $3 AND taken_back IS NULL";
        match self.tx.execute(sql, values![self.now(), mark, subject])? {
            0 => Err(StoreError::not_found("mark of this person")),
            _ => self.changed(subject),
        }
    }
}
