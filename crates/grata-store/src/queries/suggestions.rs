//! Questions to people who enrolled: is this you? Which photo and which face stand under their own key, without
//! a score. Nothing here lists them for anybody else.

use grata_core::consent::Permit;
use grata_core::id::{AlbumId, FaceId, PhotoId, SubjectId, SuggestionId};
use grata_core::purpose::Find;
use grata_core::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Result, StoreError};
use crate::random;
use crate::tx::{Reader, Tx};
use crate::values;

/// A question to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredSuggestion {
    /// Which.
    pub id: SuggestionId,
    /// To whom.
    pub subject: SubjectId,
    /// About a photo of which album.
    pub album: AlbumId,
    /// About which photo.
    pub photo: PhotoId,
    /// About which face in it.
    pub face: FaceId,
    /// Since when.
    pub made_at: Timestamp,
}

/// What is sealed; of one length.
#[derive(Serialize, Deserialize)]
struct Match {
    photo: String,
    face: String,
}

impl Reader {
    /// The questions to a person, the oldest first, for that person alone. What was asked about a photo that is
    /// gone is left out.
    ///
    /// # Errors
    /// Something cannot be opened.
    pub fn suggestions_to(&self, subject: SubjectId) -> Result<Vec<StoredSuggestion>> {
        let sql = "SELECT id, album, sealed_match, made_at FROM suggestions WHERE subject = $1 \
                   ORDER BY made_at, id";
        let mut found = Vec::new();
        for row in self.tx.query(sql, values![subject])? {
            let damaged = || StoreError::damaged("a suggestion");
            let (id, sealed): (SuggestionId, Vec<u8>) = (row.get(0)?, row.get(2)?);
            let text = self.open_text(subject, "suggestions", "sealed_match", id.as_bytes(), &sealed)?;
            let own: Match = serde_json::from_str(&text).map_err(|_| damaged())?;
            let photo: PhotoId = own.photo.parse().map_err(|_| damaged())?;
            let face = own.face.parse().map_err(|_| damaged())?;
            if self.has_photo(photo)? {
                let (album, made_at) = (row.get(1)?, row.get(3)?);
                found.push(StoredSuggestion { id, subject, album, photo, face, made_at });
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Asks somebody whether a face is theirs. The commit rests on their consent. `false`: they are asked
    /// already.
    ///
    /// # Errors
    /// There is no such person or group.
    pub fn insert_suggestion(&mut self, permit: &Permit<Find>, photo: PhotoId, face: FaceId) -> Result<bool> {
        self.rest_on(permit);
        let (subject, album) = (permit.subject(), permit.purpose().album);
        if self.suggestions_to(subject)?.iter().any(|one| one.face == face) {
            return Ok(false);
        }
        let id = SuggestionId::random(&mut random::rng());
        let own = Match { photo: photo.to_string(), face: face.to_string() };
        // Two ids: nothing that JSON could refuse.
        let text = serde_json::to_string(&own).unwrap_or_default();
        let sealed = self.seal_text(subject, "suggestions", "sealed_match", id.as_bytes(), &text)?;
        self.tx.execute(
            "INSERT INTO suggestions (id, subject, album, sealed_match, made_at) VALUES ($1, $2, $3, $4, $5)",
            values![id, subject, album, sealed, self.now()],
        )?;
        Ok(true)
    }

    /// Takes a question away: it was answered.
    ///
    /// # Errors
    /// There is no such question to this person.
    pub fn delete_suggestion(&mut self, subject: SubjectId, id: SuggestionId) -> Result<()> {
        match self
            .tx
            .execute("DELETE FROM suggestions WHERE id = $1 AND subject = $2", values![id, subject])?
        {
            0 => Err(StoreError::not_found("question to this person")),
            _ => Ok(()),
        }
    }

    /// Takes away what is asked about photos that are gone, and what a group left that has ended before this day,
    /// its templates among it (CON-7), and enrolments that nobody is told of any more. Their keys:
    /// `Store::shred_loose_templates`.
    ///
    /// # Errors
    /// Something cannot be opened.
    pub fn drop_what_has_ended(&mut self, today: Date) -> Result<()> {
        let ended = "(SELECT album FROM closed_groups WHERE until < $1)";
        for table in ["templates", "suggestions", "enrolment_codes"] {
            self.tx.execute(&format!("DELETE FROM {table} WHERE album IN {ended}"), values![today])?;
        }
        self.drop_old_enrolments()?;
        let rows = self.tx.query("SELECT DISTINCT subject FROM suggestions ORDER BY subject", &[])?;
        for row in &rows {
            let subject: SubjectId = row.get(0)?;
            let live: Vec<SuggestionId> = self.suggestions_to(subject)?.iter().map(|one| one.id).collect();
            let all = self.tx.query("SELECT id FROM suggestions WHERE subject = $1", values![subject])?;
            for row in &all {
                let id: SuggestionId = row.get(0)?;
                if !live.contains(&id) {
                    self.delete_suggestion(subject, id)?;
                }
            }
        }
        Ok(())
    }
}
