//! Photos, their faces, and everything a plan about one needs.

use std::collections::{BTreeMap, BTreeSet};

use grata_core::geometry::Size;
use grata_core::id::{AlbumId, FaceId, PhotoId, SubjectId};
use grata_core::objection::Objection;
use grata_core::photo::{Face, Found, Photo, PhotoDigest, Review};
use grata_core::region::Region;
use grata_core::release::{Evidence, HiddenRegion};
use grata_core::subject::{AgeRules, Subject};
use grata_core::tag::{NotMe, TagAct, TagKind};

use crate::blobs::BlobKey;
use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::{region, shape_word, word};
use crate::tx::{Reader, Tx};
use crate::values;
use crate::vault::{KeyName, Place};

pub(super) const REVIEWS: &[(&str, Review)] =
    &[("clear", Review::Clear), ("doubtful", Review::Doubtful), ("done", Review::Done)];
pub(super) const FINDERS: &[(&str, Found)] = &[("detector", Found::Detector), ("reviewer", Found::Reviewer)];

const fn review_word(review: Review) -> &'static str {
    match review {
        Review::Clear => "clear",
        Review::Doubtful => "doubtful",
        Review::Done => "done",
    }
}

/// A photo with everything that decides what it looks like when it leaves. Core plans on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoCase {
    /// The photo.
    pub photo: Photo,
    /// Hand tags on its faces.
    pub tags: Vec<TagAct>,
    /// "Not me" marks about it.
    pub not_me: Vec<NotMe>,
    /// Everybody who is tagged in it.
    pub subjects: BTreeMap<SubjectId, Subject>,
    /// Objections to it and by them.
    pub objections: Vec<Objection>,
    /// What was hidden in all its renditions.
    pub hidden_before: Vec<HiddenRegion>,
}

/// Where a photo stands among those of its album, in the order in which they came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceInAlbum {
    /// Photos before it.
    pub before: u64,
    /// Photos in the album.
    pub total: u64,
    /// The one before it.
    pub previous: Option<PhotoId>,
    /// The one after it.
    pub next: Option<PhotoId>,
}

impl PhotoCase {
    /// What `plan_photo` and `recall` ask for.
    pub fn evidence<'a>(&'a self, rules: &'a AgeRules) -> Evidence<'a> {
        Evidence {
            tags: &self.tags,
            not_me: &self.not_me,
            subjects: &self.subjects,
            objections: &self.objections,
            hidden_before: &self.hidden_before,
            rules,
        }
    }
}

fn name_place(photo: &PhotoId) -> Place<'_> {
    Place { table: "photos", column: "sealed_name", row: photo.as_bytes() }
}

impl Reader {
    /// A photo with its faces.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photo(&self, id: PhotoId) -> Result<Option<Photo>> {
        let sql =
            "SELECT id, album, file_digest, pixel_digest, width, height, review FROM photos WHERE id = $1";
        let rows = self.tx.query(sql, values![id])?;
        rows.first().map(|row| self.photo_of(row)).transpose()
    }

    fn photo_of(&self, row: &Row) -> Result<Photo> {
        let id: PhotoId = row.get(0)?;
        let sql =
            "SELECT id, x, y, width, height, shape, found_by FROM faces WHERE photo = $1 ORDER BY place";
        let faces = self.tx.query(sql, values![id])?;
        Ok(Photo {
            id,
            album: row.get(1)?,
            file: row.get(2)?,
            pixels: row.get(3)?,
            size: Size::new(row.get(4)?, row.get(5)?),
            faces: faces
                .iter()
                .map(|row| {
                    Ok(Face { id: row.get(0)?, region: region(row, 1)?, found: word(row, 6, FINDERS)? })
                })
                .collect::<Result<_>>()?,
            review: word(row, 6, REVIEWS)?,
        })
    }

    /// The photos of an album in the order in which they were added.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photos_in(&self, album: AlbumId) -> Result<Vec<PhotoId>> {
        let sql = "SELECT id FROM photos WHERE album = $1 ORDER BY added_at, id";
        self.tx.query(sql, values![album])?.iter().map(|row| row.get(0)).collect()
    }

    /// Where a photo stands among those of its album; `None` if it is not there.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn place_in_album(&self, id: PhotoId) -> Result<Option<PlaceInAlbum>> {
        let beside = |chosen: &str, order: &str| {
            let sql = format!(
                "SELECT {chosen} FROM photos AS here JOIN photos AS other ON other.album = here.album \
                 WHERE here.id = $1 AND {order}"
            );
            self.tx.query(&sql, values![id])
        };
        let count = |order: &str| -> Result<u64> {
            beside("count(*)", order)?.first().map_or(Ok(0), |row| row.get(0))
        };
        let total = count("TRUE")?;
        if total == 0 {
            return Ok(None);
        }
        let neighbour = |order: &str| -> Result<Option<PhotoId>> {
            beside("other.id", order)?.first().map(|row| row.get(0)).transpose()
        };
        const BEFORE: &str = "(other.added_at, other.id) < (here.added_at, here.id)";
        const AFTER: &str = "(other.added_at, other.id) > (here.added_at, here.id)";
        Ok(Some(PlaceInAlbum {
            before: count(BEFORE)?,
            total,
            previous: neighbour(&format!("{BEFORE} ORDER BY other.added_at DESC, other.id DESC LIMIT 1"))?,
            next: neighbour(&format!("{AFTER} ORDER BY other.added_at, other.id LIMIT 1"))?,
        }))
    }

    /// The photo of an album with exactly this content.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photo_with(&self, album: AlbumId, file: PhotoDigest) -> Result<Option<PhotoId>> {
        let sql = "SELECT id FROM photos WHERE album = $1 AND file_digest = $2";
        self.tx.query(sql, values![album, file])?.first().map(|row| row.get(0)).transpose()
    }

    /// In which photo a face is.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photo_of_face(&self, face: FaceId) -> Result<Option<PhotoId>> {
        let sql = "SELECT photo FROM faces WHERE id = $1";
        self.tx.query(sql, values![face])?.first().map(|row| row.get(0)).transpose()
    }

    /// Whether this photo was removed at somebody's wish and may not come back (ABU-11).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn was_removed(&self, digest: PhotoDigest) -> Result<bool> {
        let sql = "SELECT 1 FROM removed_photos WHERE digest = $1";
        Ok(!self.tx.query(sql, values![digest])?.is_empty())
    }

    /// What the photo's file was called when it was added. Never shown to the public (PUB-8).
    ///
    /// # Errors
    /// There is no such photo, or its key is gone.
    pub fn photo_name(&self, id: PhotoId) -> Result<String> {
        let rows = self.tx.query("SELECT sealed_name FROM photos WHERE id = $1", values![id])?;
        let sealed: Vec<u8> = rows.first().ok_or_else(|| StoreError::not_found("photo"))?.get(0)?;
        let name = self.shared.vault.open_sealed(KeyName::Photo(id), &name_place(&id), &sealed)?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    /// A photo with everything a plan depends on.
    ///
    /// # Errors
    /// There is no such photo, or something about it cannot be read: then it must not leave.
    pub fn photo_case(&self, id: PhotoId) -> Result<PhotoCase> {
        let photo = self.photo(id)?.ok_or_else(|| StoreError::not_found("photo"))?;
        let tags = self.tags_on(id)?;
        let mentioned: BTreeSet<SubjectId> = tags
            .iter()
            .filter_map(|tag| match tag.kind {
                TagKind::Is(subject) => Some(subject),
                TagKind::NotAFace | TagKind::Undo(_) => None,
            })
            .collect();
        let mut subjects = BTreeMap::new();
        for subject in mentioned {
            if let Some(subject) = self.subject(subject)? {
                subjects.insert(subject.id, subject);
            }
        }
        let not_me = self.not_me_in(&photo)?;
        let objections = self.objections_about(&photo, subjects.keys().copied())?;
        let hidden_before = self.hidden_before(id)?;
        Ok(PhotoCase { photo, tags, not_me, subjects, objections, hidden_before })
    }

    pub(crate) fn has_photo(&self, id: PhotoId) -> Result<bool> {
        Ok(!self.tx.query("SELECT 1 FROM photos WHERE id = $1", values![id])?.is_empty())
    }

    pub(crate) fn has_blob(&self, key: BlobKey) -> Result<bool> {
        match key {
            BlobKey::Original(photo) | BlobKey::Preview(photo, _) => self.has_photo(photo),
            BlobKey::Rendition(_, rendition) => {
                let sql = "SELECT 1 FROM renditions WHERE id = $1 AND recalled_at IS NULL";
                Ok(!self.tx.query(sql, values![rendition])?.is_empty())
            }
            BlobKey::Evidence(_, evidence) => self.has_evidence(evidence),
        }
    }
}

impl Tx {
    /// Adds a photo with the faces that were found. Its key and its blob come first:
    /// `vault().create(KeyName::Photo(id))`, `blobs().put(..)`.
    ///
    /// # Errors
    /// The album has it already, or it was removed and may not come back.
    pub fn insert_photo(&mut self, photo: &Photo, name: &str) -> Result<()> {
        for digest in [Some(photo.file), photo.pixels].into_iter().flatten() {
            if self.was_removed(digest)? {
                return Err(StoreError::conflict("this photo was removed at somebody's wish; it stays out"));
            }
        }
        let sealed =
            self.shared.vault.seal(KeyName::Photo(photo.id), &name_place(&photo.id), name.as_bytes())?;
        self.tx.execute(
            "INSERT INTO photos (id, album, file_digest, pixel_digest, width, height, review, sealed_name, \
             added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                photo.id,
                photo.album,
                photo.file,
                photo.pixels,
                photo.size.width,
                photo.size.height,
                review_word(photo.review),
                sealed,
                self.now()
            ],
        )?;
        for face in &photo.faces {
            self.write_face(photo.id, face)?;
        }
        self.withhold_if_spoken_of(photo)
    }

    /// Adds a face to a photo that is there: one that the detector missed, or that another model found.
    ///
    /// # Errors
    /// There is no such photo.
    pub fn insert_face(&mut self, photo: PhotoId, face: &Face) -> Result<()> {
        let known = self.photo(photo)?.ok_or_else(|| StoreError::not_found("photo"))?;
        self.write_face(photo, face)?;
        // A backup from before does not know whom it has to hide here.
        self.touches_photo(known.file);
        Ok(())
    }

    fn write_face(&mut self, photo: PhotoId, face: &Face) -> Result<()> {
        let Region { rect, shape } = face.region;
        let found = match face.found {
            Found::Detector => "detector",
            Found::Reviewer => "reviewer",
        };
        self.tx.execute(
            "INSERT INTO faces (id, photo, x, y, width, height, shape, found_by, place) VALUES \
             ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT count(*) FROM faces WHERE photo = $2))",
            values![face.id, photo, rect.x, rect.y, rect.width, rect.height, shape_word(shape), found],
        )?;
        Ok(())
    }

    /// Says whether somebody has to look at a photo first.
    ///
    /// # Errors
    /// There is no such photo.
    pub fn set_review(&mut self, photo: PhotoId, review: Review) -> Result<()> {
        let sql = "UPDATE photos SET review = $1 WHERE id = $2";
        match self.tx.execute(sql, values![review_word(review), photo])? {
            0 => Err(StoreError::not_found("photo")),
            _ => Ok(()),
        }
    }

    /// Removes a photo with its faces, tags and renditions. After the commit the caller shreds its
    /// key and deletes its blobs. `stays_out`: at somebody's wish, so that it cannot be added again.
    ///
    /// # Errors
    /// There is no such photo.
    pub fn delete_photo(&mut self, id: PhotoId, stays_out: bool) -> Result<()> {
        let photo = self.photo(id)?.ok_or_else(|| StoreError::not_found("photo"))?;
        if stays_out {
            for digest in [Some(photo.file), photo.pixels].into_iter().flatten() {
                self.tx.execute(
                    "INSERT INTO removed_photos (digest, removed_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
                    values![digest, self.now()],
                )?;
                self.touches_photo(digest);
            }
        }
        self.tx.execute("DELETE FROM photos WHERE id = $1", values![id])?;
        Ok(())
    }
}
