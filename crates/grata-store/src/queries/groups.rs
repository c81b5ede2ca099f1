//! Closed groups: what is on record about each, its roster, and what was counted.

use grata_core::basis::{Assessment, Attestation, Calibrated, Profile, Record, Window, point};
use grata_core::digest::Digest;
use grata_core::id::{AlbumId, PhotoId, SubjectId};
use grata_core::subject::Subject;
use grata_core::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::word;
use crate::tx::{Reader, Tx};
use crate::values;

/// A closed group as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What was put on record.
    pub attested: Attestation,
    /// The manifest of the operator's own model; none: pack `find`.
    pub model: Option<String>,
    /// Faces that were turned into numbers, ever (BYS-3).
    pub embedded: u64,
    /// Times that photos were compared again for people who enrolled late (BYS-9).
    pub late_rounds: u64,
    /// When they were the last time.
    pub late_round_at: Option<Timestamp>,
}

/// A calibration in its column.
#[derive(Serialize, Deserialize)]
struct Kept {
    model: String,
    threshold: f64,
    lead: f64,
    promised: f64,
    fmr_upper: f64,
    on_children: bool,
}

const COLUMNS: &str = "album, profile, model, closed_on, roster_sha256, all_agreed_on, assessment, assessment_on, \
                       assessment_sha256, notice_on, captured_from, accountable, until, ceiling, calibration, opinion, \
                       opinion_on, consultation, consultation_on, alternative, alternative_on, paused_at, embedded, \
                       late_rounds, late_round_at, window_from, window_to";

pub(crate) const PROFILES: &[(&str, Profile)] =
    &[("free", Profile::Free), ("school", Profile::School), ("employer", Profile::Employer)];

fn group(row: &Row) -> Result<Group> {
    let record = |at: usize| -> Result<Option<Record>> {
        let (reference, on): (Option<String>, Option<Date>) = (row.get(at)?, row.get(at + 1)?);
        Ok(reference.zip(on).map(|(reference, on)| Record { reference, on }))
    };
    let (closed_on, roster): (Option<Date>, Option<Digest>) = (row.get(3)?, row.get(4)?);
    let sha256: Option<Digest> = row.get(8)?;
    let window: (Option<Date>, Option<Date>) = (row.get(25)?, row.get(26)?);
    let window = match window {
        (None, None) => None,
        (from, to) => {
            let window = from.zip(to).and_then(|(from, to)| Window::new(from, to));
            Some(window.ok_or_else(|| StoreError::damaged("the window of a group"))?)
        }
    };
    let calibration: Option<String> = row.get(14)?;
    Ok(Group {
        model: row.get(2)?,
        embedded: row.get(22)?,
        late_rounds: row.get(23)?,
        late_round_at: row.get(24)?,
        attested: Attestation {
            album: row.get(0)?,
            profile: word(row, 1, PROFILES)?,
            closed: closed_on.zip(roster),
            all_agreed: row.get(5)?,
            assessment: record(6)?.zip(sha256).map(|(record, sha256)| Assessment { record, sha256 }),
            notice_on: row.get(9)?,
            captured_from: row.get(10)?,
            accountable: row.get(11)?,
            until: row.get(12)?,
            ceiling: row.get(13)?,
            calibration: calibration.map(|text| calibrated(&text)).transpose()?,
            opinion: record(15)?,
            consultation: record(17)?,
            alternative: record(19)?,
            window,
            is_paused: row.get::<Option<Timestamp>>(21)?.is_some(),
        },
    })
}

fn calibrated(text: &str) -> Result<Calibrated> {
    let damaged = || StoreError::damaged("the calibration of a group");
    let kept: Kept = serde_json::from_str(text).map_err(|_| damaged())?;
    Ok(Calibrated {
        model: kept.model.parse().map_err(|_| damaged())?,
        point: point(kept.threshold, kept.lead).ok_or_else(damaged)?,
        promised: kept.promised,
        fmr_upper: kept.fmr_upper,
        on_children: kept.on_children,
    })
}

fn kept(own: &Calibrated) -> String {
    let kept = Kept {
        model: own.model.to_string(),
        threshold: f64::from(own.point.threshold.distance()),
        lead: f64::from(own.point.lead),
        promised: own.promised,
        fmr_upper: own.fmr_upper,
        on_children: own.on_children,
    };
    // Numbers that were checked and a sum: nothing that JSON could refuse.
    serde_json::to_string(&kept).unwrap_or_default()
}

impl Reader {
    /// The closed group of an album.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn group(&self, album: AlbumId) -> Result<Option<Group>> {
        let sql = format!("SELECT {COLUMNS} FROM closed_groups WHERE album = $1");
        self.tx.query(&sql, values![album])?.first().map(group).transpose()
    }

    /// All closed groups.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn groups(&self) -> Result<Vec<Group>> {
        let sql = format!("SELECT {COLUMNS} FROM closed_groups ORDER BY created_at, album");
        self.tx.query(&sql, &[])?.iter().map(group).collect()
    }

    /// Who is expected in the photos of an album, in no order that means anything.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn roster(&self, album: AlbumId) -> Result<Vec<SubjectId>> {
        let sql = "SELECT subject FROM roster WHERE album = $1 ORDER BY subject";
        self.tx.query(sql, values![album])?.iter().map(|row| row.get(0)).collect()
    }

    /// The same people as decisions see them.
    ///
    /// # Errors
    /// Something about one of them cannot be read.
    pub fn roster_subjects(&self, album: AlbumId) -> Result<Vec<Subject>> {
        let gone = || StoreError::not_found("person");
        self.roster(album)?.into_iter().map(|id| self.subject(id)?.ok_or_else(gone)).collect()
    }

    /// Whether somebody is expected in the photos of an album.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn is_on_roster(&self, album: AlbumId, subject: SubjectId) -> Result<bool> {
        let sql = "SELECT 1 FROM roster WHERE album = $1 AND subject = $2";
        Ok(!self.tx.query(sql, values![album, subject])?.is_empty())
    }

    /// Faces of an album, and its photos that wait for somebody to look at them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn faces_and_waiting(&self, album: AlbumId) -> Result<(u64, u64)> {
        let sql = "SELECT (SELECT count(*) FROM faces WHERE photo IN (SELECT id FROM photos WHERE album = $1)), \
                   (SELECT count(*) FROM photos WHERE album = $1 AND review = 'doubtful')";
        let rows = self.tx.query(sql, values![album])?;
        rows.first().map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The photos of a group that were never compared, in the order in which they were added; and those that
    /// were, before the newest of its members enrolled.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photos_to_compare(&self, album: AlbumId) -> Result<(Vec<PhotoId>, Vec<PhotoId>)> {
        let ids = |rows: Vec<Row>| rows.iter().map(|row| row.get(0)).collect::<Result<Vec<PhotoId>>>();
        let new = "SELECT id FROM photos WHERE album = $1 AND id NOT IN (SELECT photo FROM compared_photos) \
                   ORDER BY added_at, id";
        let late = "SELECT photo FROM compared_photos WHERE album = $1 AND compared_at < \
                    (SELECT max(enrolled_at) FROM templates WHERE album = $1) ORDER BY compared_at, photo";
        Ok((ids(self.tx.query(new, values![album])?)?, ids(self.tx.query(late, values![album])?)?))
    }

    /// Templates that are kept, and faces that were turned into numbers, over all groups (TRA-3).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn group_counts(&self) -> Result<(u64, u64)> {
        let sql = "SELECT (SELECT count(*) FROM templates), \
                   (SELECT coalesce(sum(embedded), 0) FROM closed_groups)";
        let rows = self.tx.query(sql, &[])?;
        rows.first().map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl Tx {
    /// Makes a group, with nothing on record yet.
    ///
    /// # Errors
    /// The album has one already.
    pub fn insert_group(&mut self, album: AlbumId, profile: Profile) -> Result<()> {
        self.tx.execute(
            "INSERT INTO closed_groups (album, profile, embedded, late_rounds, created_at) \
             VALUES ($1, $2, 0, 0, $3)",
            values![album, profile.as_str(), self.now()],
        )?;
        Ok(())
    }

    /// Puts down what is attested by now. What was counted stays as it is.
    ///
    /// # Errors
    /// There is no such group.
    pub fn update_group(&mut self, now: &Group) -> Result<()> {
        let own = &now.attested;
        let record = |record: &Option<Record>| {
            (record.as_ref().map(|one| one.reference.clone()), record.as_ref().map(|one| one.on))
        };
        let assessment = own.assessment.as_ref().map(|one| one.record.clone());
        let (assessment, assessment_on) = record(&assessment);
        let (opinion, opinion_on) = record(&own.opinion);
        let (consultation, consultation_on) = record(&own.consultation);
        let (alternative, alternative_on) = record(&own.alternative);
        let sql = "UPDATE closed_groups SET profile = $1, model = $2, closed_on = $3, roster_sha256 = $4, \
                   all_agreed_on = $5, assessment = $6, assessment_on = $7, assessment_sha256 = $8, notice_on = $9, \
                   captured_from = $10, accountable = $11, until = $12, ceiling = $13, calibration = $14, \
                   opinion = $15, opinion_on = $16, consultation = $17, consultation_on = $18, alternative = $19, \
                   alternative_on = $20, paused_at = $21, window_from = $22, window_to = $23 WHERE album = $24";
        let touched = self.tx.execute(
            sql,
            values![
                own.profile.as_str(),
                now.model.clone(),
                own.closed.map(|(on, _)| on),
                own.closed.map(|(_, roster)| roster),
                own.all_agreed,
                assessment,
                assessment_on,
                own.assessment.as_ref().map(|one| one.sha256),
                own.notice_on,
                own.captured_from,
                own.accountable.clone(),
                own.until,
                own.ceiling,
                own.calibration.as_ref().map(kept),
                opinion,
                opinion_on,
                consultation,
                consultation_on,
                alternative,
                alternative_on,
                own.is_paused.then(|| self.now()),
                own.window.map(Window::from),
                own.window.map(Window::to),
                own.album
            ],
        )?;
        if touched == 0 { Err(StoreError::not_found("closed group of this album")) } else { Ok(()) }
    }

    /// Deletes a group with its roster, its templates and its questions. The caller destroys their keys
    /// afterwards: `Store::shred_loose_templates`.
    ///
    /// # Errors
    /// There is no such group.
    pub fn delete_group(&mut self, album: AlbumId) -> Result<()> {
        self.tx.execute("DELETE FROM suggestions WHERE album = $1", values![album])?;
        match self.tx.execute("DELETE FROM closed_groups WHERE album = $1", values![album])? {
            0 => Err(StoreError::not_found("closed group of this album")),
            _ => Ok(()),
        }
    }

    /// Expects somebody in the photos of an album. `false`: they were expected already.
    ///
    /// # Errors
    /// There is no such group or person.
    pub fn add_to_roster(&mut self, album: AlbumId, subject: SubjectId) -> Result<bool> {
        let sql = "INSERT INTO roster (album, subject, added_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (album, subject) DO NOTHING";
        Ok(self.tx.execute(sql, values![album, subject, self.now()])? > 0)
    }

    /// No longer expects somebody there; their template and their questions go with it.
    ///
    /// # Errors
    /// They were not expected.
    pub fn take_off_roster(&mut self, album: AlbumId, subject: SubjectId) -> Result<()> {
        let sql = "DELETE FROM suggestions WHERE album = $1 AND subject = $2";
        self.tx.execute(sql, values![album, subject])?;
        match self
            .tx
            .execute("DELETE FROM roster WHERE album = $1 AND subject = $2", values![album, subject])?
        {
            0 => Err(StoreError::not_found("person on the roster of this album")),
            _ => Ok(()),
        }
    }

    /// Puts down that a photo was compared, and how many of its faces were turned into numbers.
    ///
    /// # Errors
    /// There is no such photo or group.
    pub fn note_compared(&mut self, album: AlbumId, photo: PhotoId, embedded: u64) -> Result<()> {
        self.tx.execute(
            "INSERT INTO compared_photos (photo, album, compared_at) VALUES ($1, $2, $3) \
             ON CONFLICT (photo) DO UPDATE SET compared_at = excluded.compared_at",
            values![photo, album, self.now()],
        )?;
        self.count_embedded(album, embedded)
    }

    /// Counts faces that were turned into numbers: those of a photo, or of somebody who enrols.
    ///
    /// # Errors
    /// There is no such group.
    pub fn count_embedded(&mut self, album: AlbumId, embedded: u64) -> Result<()> {
        let sql = "UPDATE closed_groups SET embedded = embedded + $1 WHERE album = $2";
        match self.tx.execute(sql, values![embedded, album])? {
            0 => Err(StoreError::not_found("closed group of this album")),
            _ => Ok(()),
        }
    }

    /// Counts a round over photos that were compared before (BYS-9).
    ///
    /// # Errors
    /// There is no such group.
    pub fn begin_late_round(&mut self, album: AlbumId) -> Result<()> {
        let sql =
            "UPDATE closed_groups SET late_rounds = late_rounds + 1, late_round_at = $1 WHERE album = $2";
        match self.tx.execute(sql, values![self.now(), album])? {
            0 => Err(StoreError::not_found("closed group of this album")),
            _ => Ok(()),
        }
    }

    /// Pauses all groups: a restored backup does not know which of them were closed since.
    pub(crate) fn pause_all_groups(&mut self) -> Result<()> {
        let sql = "UPDATE closed_groups SET paused_at = $1 WHERE paused_at IS NULL";
        self.tx.execute(sql, values![self.now()])?;
        Ok(())
    }
}
