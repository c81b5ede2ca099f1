//! Links to the finished photos of one album or all of them, through one channel, and the photos behind them.

use grata_core::digest::Digest;
use grata_core::id::{AlbumId, ReleaseId};
use grata_core::purpose::{ChannelKey, Publish, Reach, Shared};
use grata_core::time::Timestamp;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::parsed;
use crate::queries::releases::StoredRendition;
use crate::tx::{Reader, Tx};
use crate::{random, values};

/// A link to finished photos, for whoever made it. Its secret is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalleryLink {
    /// By which it is told from others: a hash of its secret.
    pub hash: Digest,
    /// What it leads to.
    pub shared: Shared,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a link leads to: album, channel and how far, in three columns from `at`.
fn shared(row: &Row, at: usize) -> Result<Shared> {
    let reach = if row.get::<u32>(at + 2)? == 1 { Reach::AllAlbums } else { Reach::Album };
    Ok(Shared { publish: Publish { album: row.get(at)?, channel: parsed(row, at + 1)? }, reach })
}

impl Reader {
    /// What the token of a link leads to. Unknown, revoked and expired look the same (SEC-7).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn gallery_link(&self, token: &[u8], now: Timestamp) -> Result<Option<Shared>> {
        let sql = "SELECT album, channel, all_albums FROM gallery_links \
                   WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2";
        let rows = self.tx.query(sql, values![Digest::of(token), now])?;
        rows.first().map(|row| shared(row, 0)).transpose()
    }

    /// The links to an album that still lead somewhere: its own, and those to all albums.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn gallery_links_of(&self, album: AlbumId, now: Timestamp) -> Result<Vec<GalleryLink>> {
        let sql = "SELECT token_hash, created_at, expires_at, album, channel, all_albums FROM gallery_links \
                   WHERE (album = $1 OR all_albums = 1) AND revoked_at IS NULL AND expires_at > $2 \
                   ORDER BY created_at";
        let rows = self.tx.query(sql, values![album, now])?;
        rows.iter()
            .map(|row| {
                Ok(GalleryLink {
                    hash: row.get(0)?,
                    created_at: row.get(1)?,
                    expires_at: row.get(2)?,
                    shared: shared(row, 3)?,
                })
            })
            .collect()
    }

    /// The albums of which something is out through a channel to this recipient, by title.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn albums_out(&self, channel: &ChannelKey, recipient: &str) -> Result<Vec<AlbumId>> {
        let sql = "SELECT id FROM albums WHERE EXISTS (SELECT 1 FROM releases \
                   JOIN renditions ON renditions.release = releases.id AND renditions.recalled_at IS NULL \
                   WHERE releases.album = albums.id AND releases.channel = $1 AND releases.recipient = $2) \
                   ORDER BY title, id";
        let rows = self.tx.query(sql, values![channel.as_str(), recipient])?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The newest release of an album through a channel for this recipient.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn newest_release(&self, publish: &Publish, recipient: &str) -> Result<Option<ReleaseId>> {
        let sql = "SELECT id FROM releases WHERE album = $1 AND channel = $2 AND recipient = $3 \
                   ORDER BY begun_at DESC, id LIMIT 1";
        let rows = self.tx.query(sql, values![publish.album, publish.channel.as_str(), recipient])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    /// The live rendition with this neutral file name.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn rendition_called(&self, file_name: &str) -> Result<Option<StoredRendition>> {
        let sql = "SELECT id FROM renditions WHERE file_name = $1 AND recalled_at IS NULL";
        let rows = self.tx.query(sql, values![file_name])?;
        match rows.first() {
            Some(row) => self.rendition(row.get(0)?),
            None => Ok(None),
        }
    }
}

impl Reader {
    /// Links that lead somewhere, with their albums.
    pub(crate) fn open_gallery_links(&self) -> Result<Vec<(AlbumId, Digest)>> {
        let sql = "SELECT album, token_hash FROM gallery_links WHERE revoked_at IS NULL";
        self.tx.query(sql, &[])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }
}

impl Tx {
    /// Makes a link to finished photos. Returns its token.
    ///
    /// # Errors
    /// There is no such album or channel.
    pub fn insert_gallery_link(&mut self, shared: &Shared, expires_at: Timestamp) -> Result<[u8; 32]> {
        let token: [u8; 32] = random::bytes();
        let Shared { publish, reach } = shared;
        self.tx.execute(
            "INSERT INTO gallery_links (token_hash, album, channel, created_at, expires_at, all_albums) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![
                Digest::of(&token),
                publish.album,
                publish.channel.as_str(),
                self.now(),
                expires_at,
                u32::from(*reach == Reach::AllAlbums)
            ],
        )?;
        Ok(token)
    }

    /// Lets a link to this album lead nowhere.
    ///
    /// # Errors
    /// There is no such link.
    pub fn revoke_gallery_link(&mut self, album: AlbumId, hash: Digest) -> Result<()> {
        let sql = "UPDATE gallery_links SET revoked_at = $1 \
                   WHERE token_hash = $2 AND (album = $3 OR all_albums = 1) AND revoked_at IS NULL";
        match self.tx.execute(sql, values![self.now(), hash, album])? {
            0 => Err(StoreError::not_found("link of this album")),
            _ => {
                // An older state must not open it again (§8).
                self.touches_link(hash);
                Ok(())
            }
        }
    }
}
