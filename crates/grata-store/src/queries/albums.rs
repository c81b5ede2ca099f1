//! Albums, notices, and settings of the installation.

use std::collections::BTreeMap;

use grata_core::id::AlbumId;
use grata_core::notice::{Notice, NoticeVersion};
use grata_core::purpose::Audience;
use grata_core::time::Date;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::parsed;
use crate::tx::{Reader, Tx};
use crate::values;

/// What an album records before a photo comes in (COL-2). The notice is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// Which.
    pub id: AlbumId,
    /// What people call it.
    pub title: String,
    /// Who answers for it.
    pub controller: String,
    /// Who took the pictures, in what capacity.
    pub source: String,
    /// What for.
    pub purpose: String,
    /// Where people write to.
    pub contact: String,
    /// Who may see what leaves.
    pub audience: Audience,
    /// The last day on which the photos are kept.
    pub keep_until: Date,
}

const COLUMNS: &str = "id, title, controller, source, purpose, contact, audience, keep_until";

fn album(row: &Row) -> Result<Album> {
    Ok(Album {
        id: row.get(0)?,
        title: row.get(1)?,
        controller: row.get(2)?,
        source: row.get(3)?,
        purpose: row.get(4)?,
        contact: row.get(5)?,
        audience: parsed(row, 6)?,
        keep_until: row.get(7)?,
    })
}

impl Reader {
    /// An album.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn album(&self, id: AlbumId) -> Result<Option<Album>> {
        let sql = format!("SELECT {COLUMNS} FROM albums WHERE id = $1");
        self.tx.query(&sql, values![id])?.first().map(album).transpose()
    }

    /// All albums by title.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn albums(&self) -> Result<Vec<Album>> {
        let sql = format!("SELECT {COLUMNS} FROM albums ORDER BY title, id");
        self.tx.query(&sql, &[])?.iter().map(album).collect()
    }

    /// A setting of the installation; none if it was never set.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let rows = self.tx.query("SELECT value FROM settings WHERE name = $1", values![name])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    /// The newest notice of an album; none before the first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn notice(&self, album: AlbumId) -> Result<Option<Notice>> {
        let sql = "SELECT max(version) FROM notices WHERE album = $1";
        let rows = self.tx.query(sql, values![album])?;
        let newest = rows.first().map(|row| row.get::<Option<u32>>(0)).transpose()?.flatten();
        newest.map_or(Ok(None), |version| self.notice_version(album, NoticeVersion(version)))
    }

    /// A notice as it was in an earlier version: receipts name it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn notice_version(&self, album: AlbumId, version: NoticeVersion) -> Result<Option<Notice>> {
        let sql = "SELECT language, body FROM notices WHERE album = $1 AND version = $2";
        let rows = self.tx.query(sql, values![album, version.0])?;
        let texts: BTreeMap<_, String> =
            rows.iter().map(|row| Ok((parsed(row, 0)?, row.get(1)?))).collect::<Result<_>>()?;
        if texts.is_empty() {
            return Ok(None);
        }
        Notice::of_version(version, texts).map(Some).map_err(|_| StoreError::damaged("a notice"))
    }
}

impl Tx {
    /// Makes an album with its notice. Empty fields are refused (COL-2).
    ///
    /// # Errors
    /// A field is empty, or the source is `web` or `unknown`.
    pub fn insert_album(&mut self, album: &Album, notice: &Notice) -> Result<()> {
        self.tx.execute(
            "INSERT INTO albums (id, title, controller, source, purpose, contact, audience, keep_until, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                album.id,
                album.title.as_str(),
                album.controller.as_str(),
                album.source.as_str(),
                album.purpose.as_str(),
                album.contact.as_str(),
                album.audience.as_str(),
                album.keep_until,
                self.now()
            ],
        )?;
        self.insert_notice(album.id, notice)
    }

    /// Keeps a version of a notice. Earlier ones stay: receipts name them.
    ///
    /// # Errors
    /// That version is kept already.
    pub fn insert_notice(&mut self, album: AlbumId, notice: &Notice) -> Result<()> {
        for (language, text) in notice.texts() {
            self.tx.execute(
                "INSERT INTO notices (album, version, language, body, created_at) VALUES ($1, $2, $3, $4, $5)",
                values![album, notice.version().0, language.as_str(), text.as_str(), self.now()],
            )?;
        }
        Ok(())
    }

    /// Sets something for the whole installation. Nothing about people belongs here.
    ///
    /// # Errors
    /// The name of the log cannot be changed.
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<()> {
        if name == "origin" {
            return Err(StoreError::conflict("the log of this installation keeps its name"));
        }
        self.tx.execute(
            "INSERT INTO settings (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            values![name, value],
        )?;
        Ok(())
    }
}
