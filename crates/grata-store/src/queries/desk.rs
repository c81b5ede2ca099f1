//! What the pages of the desk ask for: parts of an album at a time, and its people.

use std::collections::BTreeMap;

use grata_core::geometry::Size;
use grata_core::id::{AlbumId, PhotoId, SubjectId};
use grata_core::photo::{Face, Photo, PhotoDigest};
use grata_core::tag::{NotMe, TagAct};
use grata_core::time::Timestamp;

use crate::error::Result;
use crate::queries::photos::{FINDERS, REVIEWS};
use crate::queries::tags::{mark, tag};
use crate::queries::{region, word};
use crate::tx::Reader;
use crate::values;

/// A photo with all that was said about its faces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The photo.
    pub photo: Photo,
    /// Hand tags on its faces, in order.
    pub tags: Vec<TagAct>,
    /// "Not me" marks about it.
    pub not_me: Vec<NotMe>,
}

impl Reader {
    /// All photos of an album in the order in which they were added, with all that was said about their
    /// faces: four questions, however many photos.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn album_at_a_glance(&self, album: AlbumId) -> Result<Vec<Glance>> {
        let mut faces: BTreeMap<PhotoId, Vec<Face>> = BTreeMap::new();
        let sql = "SELECT photo, id, x, y, width, height, shape, found_by FROM faces \
                   WHERE photo IN (SELECT id FROM photos WHERE album = $1) ORDER BY photo, place";
        for row in &self.tx.query(sql, values![album])? {
            let face = Face { id: row.get(1)?, region: region(row, 2)?, found: word(row, 7, FINDERS)? };
            faces.entry(row.get(0)?).or_default().push(face);
        }
        let mut tags: BTreeMap<PhotoId, Vec<TagAct>> = BTreeMap::new();
        let sql = "SELECT id, face, kind, subject, undoes, account, own, at, photo FROM tags \
                   WHERE photo IN (SELECT id FROM photos WHERE album = $1) ORDER BY photo, place";
        for row in &self.tx.query(sql, values![album])? {
            tags.entry(row.get(8)?).or_default().push(tag(row)?);
        }
        let mut marks: BTreeMap<PhotoDigest, Vec<NotMe>> = BTreeMap::new();
        let sql = "SELECT id, subject, photo, x, y, width, height, at, taken_back FROM not_me \
                   WHERE photo IN (SELECT file_digest FROM photos WHERE album = $1) \
                   OR photo IN (SELECT pixel_digest FROM photos WHERE album = $1) ORDER BY at, id";
        for row in &self.tx.query(sql, values![album])? {
            let mark = mark(row)?;
            marks.entry(mark.photo).or_default().push(mark);
        }
        let sql = "SELECT id, file_digest, pixel_digest, width, height, review FROM photos \
                   WHERE album = $1 ORDER BY added_at, id";
        let rows = self.tx.query(sql, values![album])?;
        rows.iter()
            .map(|row| {
                let id: PhotoId = row.get(0)?;
                let (file, pixels): (PhotoDigest, Option<PhotoDigest>) = (row.get(1)?, row.get(2)?);
                let about = [Some(file), pixels.filter(|pixels| *pixels != file)].into_iter().flatten();
                let photo = Photo {
                    id,
                    album,
                    file,
                    pixels,
                    size: Size::new(row.get(3)?, row.get(4)?),
                    faces: faces.remove(&id).unwrap_or_default(),
                    review: word(row, 5, REVIEWS)?,
                };
                let not_me = about.filter_map(|digest| marks.get(&digest)).flatten().cloned().collect();
                Ok(Glance { photo, tags: tags.remove(&id).unwrap_or_default(), not_me })
            })
            .collect()
    }

    /// How many photos an album has.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn count_photos(&self, album: AlbumId) -> Result<u64> {
        let rows = self.tx.query("SELECT count(*) FROM photos WHERE album = $1", values![album])?;
        rows.first().map_or(Ok(0), |row| row.get(0))
    }

    /// The people of an album: whom an invitation or an answer connects with it. A reviewer picks from
    /// them and from nobody else.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn people_of(&self, album: AlbumId) -> Result<Vec<SubjectId>> {
        let sql = "SELECT subject FROM invitations WHERE album = $1 \
                   UNION SELECT subject FROM consent_acts WHERE album = $1 ORDER BY 1";
        self.tx.query(sql, values![album])?.iter().map(|row| row.get(0)).collect()
    }

    /// Changes whenever somebody is added, changed, invited or erased, and with nothing else: how many
    /// people and links there are, and all their revisions together.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn people_version(&self) -> Result<(u64, u64)> {
        let sql = "SELECT (SELECT count(*) FROM subjects) + (SELECT count(*) FROM invitations), \
                   (SELECT coalesce(sum(revision), 0) FROM subjects)";
        let rows = self.tx.query(sql, &[])?;
        rows.first().map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The albums that a person was invited to or answered for.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn albums_of(&self, subject: SubjectId) -> Result<Vec<AlbumId>> {
        let sql = "SELECT album FROM invitations WHERE subject = $1 \
                   UNION SELECT album FROM consent_acts WHERE subject = $1 ORDER BY 1";
        self.tx.query(sql, values![subject])?.iter().map(|row| row.get(0)).collect()
    }

    /// When a photo was added.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn added_at(&self, photo: PhotoId) -> Result<Option<Timestamp>> {
        let rows = self.tx.query("SELECT added_at FROM photos WHERE id = $1", values![photo])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    /// The photo that a mark or an objection speaks of, if it is still there.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photo_by_digest(&self, digest: PhotoDigest) -> Result<Option<Photo>> {
        let sql = "SELECT id FROM photos WHERE file_digest = $1 OR pixel_digest = $1 ORDER BY added_at, id";
        match self.tx.query(sql, values![digest])?.first() {
            Some(row) => self.photo(row.get(0)?),
            None => Ok(None),
        }
    }

    /// The photos of an album that have left and whose newest rendition is dead, and those that have
    /// a live one: `(photo, has a live one)`.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn released_in(&self, album: AlbumId) -> Result<Vec<(PhotoId, bool)>> {
        let sql = "SELECT photo, max(CASE WHEN recalled_at IS NULL THEN 1 ELSE 0 END) FROM renditions \
                   WHERE photo IN (SELECT id FROM photos WHERE album = $1) GROUP BY photo";
        let rows = self.tx.query(sql, values![album])?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get::<i64>(1)? != 0))).collect()
    }

    /// The newest entries of the log, the newest first, with their places.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn newest_entries(&self, count: u32) -> Result<Vec<(u64, Vec<u8>)>> {
        let sql = "SELECT place, entry FROM log_entries ORDER BY place DESC LIMIT $1";
        let rows = self.tx.query(sql, values![count])?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// How many of each an installation holds, for its public status page: no names (TRA-3).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn counts(&self) -> Result<Counts> {
        let count = |sql: &str| -> Result<u64> {
            let rows = self.tx.query(sql, &[])?;
            rows.first().map_or(Ok(0), |row| row.get(0))
        };
        Ok(Counts {
            albums: count("SELECT count(*) FROM albums")?,
            photos: count("SELECT count(*) FROM photos")?,
            faces: count("SELECT count(*) FROM faces")?,
            people: count("SELECT count(*) FROM subjects")?,
            renditions: count("SELECT count(*) FROM renditions WHERE recalled_at IS NULL")?,
            recalled: count("SELECT count(*) FROM renditions WHERE recalled_at IS NOT NULL")?,
            open_requests: count("SELECT count(*) FROM requests WHERE closed_at IS NULL")?,
            closed_requests: count("SELECT count(*) FROM requests WHERE closed_at IS NOT NULL")?,
            open_objections: count("SELECT count(*) FROM objections WHERE outcome = 'open'")?,
            erasures: count("SELECT count(*) FROM erasures WHERE completed_at IS NOT NULL")?,
        })
    }
}

/// How many of each an installation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub struct Counts {
    pub albums: u64,
    pub photos: u64,
    pub faces: u64,
    pub people: u64,
    pub renditions: u64,
    pub recalled: u64,
    pub open_requests: u64,
    pub closed_requests: u64,
    pub open_objections: u64,
    pub erasures: u64,
}
