//! Releases and the images that were made for them.

use grata_core::digest::Digest;
use grata_core::id::{AlbumId, FaceId, PhotoId, ReleaseId, RenditionId, SubjectId};
use grata_core::photo::{Face, Found};
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::region::Region;
use grata_core::release::{HiddenRegion, PhotoPlan, Planned, Rendition, plan_photo};
use grata_core::time::Timestamp;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::{parsed, region, shape_word};
use crate::tx::{Reader, Tx};
use crate::{random, values};

/// A release: the decision to publish an album's photos through a channel, and to whom the files
/// went (RTS-14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Which.
    pub id: ReleaseId,
    /// What leaves, and which way.
    pub publish: Publish,
    /// Who got it, as a role: `webmaster`, `printer`. No names.
    pub recipient: String,
    /// Since when.
    pub begun_at: Timestamp,
}

/// A rendition, with what is needed to take it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRendition {
    /// What it shows and hides.
    pub rendition: Rendition,
    /// For which release it was made.
    pub release: ReleaseId,
    /// Its neutral file name (PUB-8).
    pub file_name: String,
    /// SHA-256 of its bytes: by which a webmaster finds it.
    pub sha256: Digest,
    /// Since when it is dead.
    pub recalled_at: Option<Timestamp>,
}

/// What a new rendition is stored under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRendition {
    /// Under which id.
    pub id: RenditionId,
    /// For which release.
    pub release: ReleaseId,
    /// Its neutral file name.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

const SELECT: &str =
    "SELECT id, release, photo, album, channel, file_name, sha256, made_at, recalled_at FROM renditions";

impl Reader {
    /// A release.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn release(&self, id: ReleaseId) -> Result<Option<Release>> {
        let sql = "SELECT id, album, channel, recipient, begun_at FROM releases WHERE id = $1";
        self.tx.query(sql, values![id])?.first().map(release).transpose()
    }

    /// The releases of an album, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn releases_of(&self, album: AlbumId) -> Result<Vec<Release>> {
        let sql = "SELECT id, album, channel, recipient, begun_at FROM releases \
                   WHERE album = $1 ORDER BY begun_at, id";
        self.tx.query(sql, values![album])?.iter().map(release).collect()
    }

    /// A rendition, dead or alive.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn rendition(&self, id: RenditionId) -> Result<Option<StoredRendition>> {
        let rows = self.tx.query(&format!("{SELECT} WHERE id = $1"), values![id])?;
        rows.first().map(|row| self.rendition_of(row)).transpose()
    }

    /// The live renditions of an album, in all its releases: what a recall looks through.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn live_renditions_in(&self, album: AlbumId) -> Result<Vec<StoredRendition>> {
        let sql = format!(
            "{SELECT} WHERE recalled_at IS NULL AND photo IN (SELECT id FROM photos WHERE album = $1) ORDER BY made_at, id"
        );
        self.tx.query(&sql, values![album])?.iter().map(|row| self.rendition_of(row)).collect()
    }

    /// All renditions of a release, dead ones included, in the order in which they were made.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn renditions_for(&self, release: ReleaseId) -> Result<Vec<StoredRendition>> {
        let sql = format!("{SELECT} WHERE release = $1 ORDER BY made_at, id");
        self.tx.query(&sql, values![release])?.iter().map(|row| self.rendition_of(row)).collect()
    }

    /// Some live renditions of a release, `most` at most: for its cover.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn some_renditions_for(&self, release: ReleaseId, most: u32) -> Result<Vec<StoredRendition>> {
        let sql = format!("{SELECT} WHERE release = $1 AND recalled_at IS NULL ORDER BY file_name LIMIT $2");
        self.tx.query(&sql, values![release, most])?.iter().map(|row| self.rendition_of(row)).collect()
    }

    /// The live renditions of a photo.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn live_renditions_of(&self, photo: PhotoId) -> Result<Vec<StoredRendition>> {
        let sql = format!("{SELECT} WHERE photo = $1 AND recalled_at IS NULL ORDER BY made_at, id");
        self.tx.query(&sql, values![photo])?.iter().map(|row| self.rendition_of(row)).collect()
    }

    /// The live renditions that show a person.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn live_renditions_showing(&self, subject: SubjectId) -> Result<Vec<StoredRendition>> {
        let sql = format!(
            "{SELECT} WHERE recalled_at IS NULL AND id IN \
             (SELECT rendition FROM rendition_faces WHERE subject = $1) ORDER BY made_at, id"
        );
        self.tx.query(&sql, values![subject])?.iter().map(|row| self.rendition_of(row)).collect()
    }

    /// What was hidden in all renditions of a photo, dead ones included (PUB-7).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn hidden_before(&self, photo: PhotoId) -> Result<Vec<HiddenRegion>> {
        let sql = "SELECT DISTINCT face, x, y, width, height, shape FROM rendition_regions \
                   WHERE rendition IN (SELECT id FROM renditions WHERE photo = $1) \
                   ORDER BY x, y, width, height, shape, face";
        self.tx.query(sql, values![photo])?.iter().map(hidden).collect()
    }

    fn rendition_of(&self, row: &Row) -> Result<StoredRendition> {
        let id: RenditionId = row.get(0)?;
        let sql = "SELECT face, subject FROM rendition_faces WHERE rendition = $1 ORDER BY face";
        let shown = self.tx.query(sql, values![id])?;
        let sql = "SELECT face, x, y, width, height, shape FROM rendition_regions \
                   WHERE rendition = $1 ORDER BY place";
        let regions = self.tx.query(sql, values![id])?;
        Ok(StoredRendition {
            rendition: Rendition {
                id,
                photo: row.get(2)?,
                publish: Publish { album: row.get(3)?, channel: parsed(row, 4)? },
                shown: shown
                    .iter()
                    .map(|row| Ok((row.get::<FaceId>(0)?, row.get::<SubjectId>(1)?)))
                    .collect::<Result<_>>()?,
                hidden: regions.iter().map(hidden).collect::<Result<_>>()?,
                made: row.get(7)?,
            },
            release: row.get(1)?,
            file_name: row.get(5)?,
            sha256: row.get(6)?,
            recalled_at: row.get(8)?,
        })
    }
}

fn release(row: &Row) -> Result<Release> {
    let channel: ChannelKey = parsed(row, 2)?;
    Ok(Release {
        id: row.get(0)?,
        publish: Publish { album: row.get(1)?, channel },
        recipient: row.get(3)?,
        begun_at: row.get(4)?,
    })
}

fn hidden(row: &Row) -> Result<HiddenRegion> {
    Ok(HiddenRegion { face: row.get(0)?, region: region(row, 1)? })
}

impl Tx {
    /// Begins a release.
    ///
    /// # Errors
    /// There is no such album or channel.
    pub fn insert_release(&mut self, release: &Release) -> Result<()> {
        self.tx.execute(
            "INSERT INTO releases (id, album, channel, recipient, begun_at) VALUES ($1, $2, $3, $4, $5)",
            values![
                release.id,
                release.publish.album,
                release.publish.channel.as_str(),
                release.recipient.as_str(),
                release.begun_at
            ],
        )?;
        Ok(())
    }

    /// Keeps what a rendition shows and hides. The plan that it was made by is made once more, now
    /// that nobody else can write: if a tag, a mark, an objection or a consent has changed in between,
    /// nothing is written. `besides`: what is hidden although the plan does not ask for it, since only a
    /// look at the finished image has seen it. Each is a face of the photo from then on: hidden in
    /// whatever is made of it (PUB-7), until somebody says who that is, or that there is none.
    ///
    /// # Errors
    /// `Conflict` if today's plan is another one, or if the release has a live rendition of the photo by now:
    /// look again.
    pub fn insert_rendition(
        &mut self,
        new: &NewRendition,
        plan: PhotoPlan,
        besides: &[Region],
    ) -> Result<Rendition> {
        let outdated = || StoreError::conflict("what may be shown in this photo has changed; plan again");
        let live = "SELECT id FROM renditions WHERE release = $1 AND photo = $2 AND recalled_at IS NULL";
        if !self.tx.query(live, values![new.release, plan.photo()])?.is_empty() {
            return Err(StoreError::conflict("this release has the photo already"));
        }
        let case = self.photo_case(plan.photo())?;
        let again = plan_photo(&case.photo, plan.publish(), &case.evidence(self.age_rules()), self.now());
        let Planned::Leaves(again) = again else { return Err(outdated()) };
        let (mut rendition, permits) = plan.into_rendition(new.id, self.now());
        let (today, _) = again.into_rendition(new.id, self.now());
        if today != rendition {
            return Err(outdated());
        }
        for permit in &permits {
            self.rest_on(permit);
        }
        for &region in besides {
            let face = Face { id: FaceId::random(&mut random::rng()), region, found: Found::Detector };
            self.insert_face(rendition.photo, &face)?;
            rendition.hidden.push(HiddenRegion { region, face: Some(face.id) });
        }
        self.write_rendition(new, &rendition)?;
        Ok(rendition)
    }

    fn write_rendition(&mut self, new: &NewRendition, rendition: &Rendition) -> Result<()> {
        self.tx.execute(
            "INSERT INTO renditions (id, release, photo, album, channel, file_name, sha256, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                new.id,
                new.release,
                rendition.photo,
                rendition.publish.album,
                rendition.publish.channel.as_str(),
                new.file_name.as_str(),
                new.sha256,
                rendition.made
            ],
        )?;
        for (face, subject) in &rendition.shown {
            let sql = "INSERT INTO rendition_faces (rendition, face, subject) VALUES ($1, $2, $3)";
            self.tx.execute(sql, values![new.id, *face, *subject])?;
        }
        for (hidden, place) in rendition.hidden.iter().zip(0u32..) {
            let Region { rect, shape } = hidden.region;
            self.tx.execute(
                "INSERT INTO rendition_regions (rendition, place, face, x, y, width, height, shape) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    new.id,
                    place,
                    hidden.face,
                    rect.x,
                    rect.y,
                    rect.width,
                    rect.height,
                    shape_word(shape)
                ],
            )?;
        }
        Ok(())
    }

    /// Marks a rendition as dead. After the commit the caller deletes its blob. What it hid stays
    /// known (PUB-7).
    ///
    /// # Errors
    /// There is no such live rendition.
    pub fn recall_rendition(&mut self, id: RenditionId) -> Result<()> {
        let sql = "UPDATE renditions SET recalled_at = $1 WHERE id = $2 AND recalled_at IS NULL";
        match self.tx.execute(sql, values![self.now(), id])? {
            0 => Err(StoreError::not_found("live rendition")),
            _ => Ok(()),
        }
    }
}
