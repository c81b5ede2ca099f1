//! Numbers and codes on photos, and about when photos were taken: how they are found without a face (M1).

use std::collections::{BTreeMap, BTreeSet};

use grata_core::code::PhotoCode;
use grata_core::digest::Digest;
use grata_core::id::{AlbumId, PhotoId};
use grata_core::taken::{Taken, TimeStep};
use hmac::Mac as _;

use crate::error::{Result, StoreError};
use crate::store::Shared;
use crate::tx::{Reader, Tx, keyed};
use crate::values;
use crate::vault::{KeyName, Place};

/// What stands for "not at all".
const OFF: &str = "off";

/// The same code in two albums has two hashes: nobody's number leads from one occasion to another.
fn code_hash(shared: &Shared, album: AlbumId, code: &PhotoCode) -> Digest {
    let mut mac = keyed(shared, b"code");
    mac.update(album.as_bytes());
    mac.update(code.as_str().as_bytes());
    Digest(mac.finalize().into_bytes().into())
}

fn place(photo: &PhotoId) -> Place<'_> {
    Place { table: "photo_codes", column: "sealed", row: photo.as_bytes() }
}

impl Reader {
    /// How exactly the photos of an album say when they were taken; `None`: not at all.
    ///
    /// # Errors
    /// There is no such album.
    pub fn times_of(&self, album: AlbumId) -> Result<Option<TimeStep>> {
        let rows = self.tx.query("SELECT times FROM albums WHERE id = $1", values![album])?;
        let word: String = rows.first().ok_or_else(|| StoreError::not_found("album"))?.get(0)?;
        match word.as_str() {
            OFF => Ok(None),
            word => word.parse().map(Some).map_err(|_| StoreError::damaged("an album")),
        }
    }

    /// The numbers and codes on a photo, in the order of the alphabet.
    ///
    /// # Errors
    /// The key of the photo is gone.
    pub fn codes_on(&self, photo: PhotoId) -> Result<Vec<PhotoCode>> {
        let rows = self.tx.query("SELECT sealed FROM photo_codes WHERE photo = $1", values![photo])?;
        let open = |sealed: Vec<u8>| {
            let code = self.shared.vault.open_sealed(KeyName::Photo(photo), &place(&photo), &sealed)?;
            let code = String::from_utf8_lossy(&code).parse();
            code.map_err(|_| StoreError::damaged("a code on a photo"))
        };
        let codes: BTreeSet<PhotoCode> = rows.iter().map(|row| open(row.get(0)?)).collect::<Result<_>>()?;
        Ok(codes.into_iter().collect())
    }

    /// The photos of an album with this number or code.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn photos_with_code(&self, album: AlbumId, code: &PhotoCode) -> Result<BTreeSet<PhotoId>> {
        let sql = "SELECT photo FROM photo_codes WHERE code_hash = $1";
        let hash = code_hash(&self.shared, album, code);
        self.tx.query(sql, values![hash])?.iter().map(|row| row.get(0)).collect()
    }

    /// Whether any photo of an album has a number or code.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn has_codes(&self, album: AlbumId) -> Result<bool> {
        let sql = "SELECT 1 FROM photo_codes WHERE photo IN (SELECT id FROM photos WHERE album = $1) LIMIT 1";
        Ok(!self.tx.query(sql, values![album])?.is_empty())
    }

    /// About when a photo of an album was taken, where that is known and may be said.
    ///
    /// # Errors
    /// There is no such album.
    pub fn taken_of(&self, album: AlbumId, photo: PhotoId) -> Result<Option<Taken>> {
        let Some(step) = self.times_of(album)? else { return Ok(None) };
        let sql = "SELECT taken FROM photos WHERE album = $1 AND id = $2 AND taken IS NOT NULL";
        let rows = self.tx.query(sql, values![album, photo])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let taken: Taken =
            row.get::<String>(0)?.parse().map_err(|_| StoreError::damaged("a photo's time"))?;
        Ok(Some(taken.coarser(step)))
    }

    /// About when the photos of an album were taken, where that is known and may be said.
    ///
    /// # Errors
    /// There is no such album.
    pub fn taken_in(&self, album: AlbumId) -> Result<BTreeMap<PhotoId, Taken>> {
        // What an older state or another hand has left finer than allowed is rounded here as well.
        let Some(step) = self.times_of(album)? else { return Ok(BTreeMap::new()) };
        let sql = "SELECT id, taken FROM photos WHERE album = $1 AND taken IS NOT NULL";
        let rows = self.tx.query(sql, values![album])?;
        rows.iter()
            .map(|row| {
                let taken: String = row.get(1)?;
                let taken: Taken = taken.parse().map_err(|_| StoreError::damaged("a photo's time"))?;
                Ok((row.get(0)?, taken.coarser(step)))
            })
            .collect()
    }
}

impl Tx {
    /// Says how exactly the photos of an album say when they were taken. What is kept finer than that is
    /// rounded or forgotten with it.
    ///
    /// # Errors
    /// There is no such album.
    pub fn set_times(&mut self, album: AlbumId, step: Option<TimeStep>) -> Result<()> {
        let known = self.taken_in(album)?;
        let word = step.map_or(OFF, TimeStep::as_str);
        if self.tx.execute("UPDATE albums SET times = $1 WHERE id = $2", values![word, album])? == 0 {
            return Err(StoreError::not_found("album"));
        }
        match step {
            None => {
                self.tx.execute("UPDATE photos SET taken = NULL WHERE album = $1", values![album])?;
            }
            Some(step) => {
                for (photo, taken) in known {
                    self.set_taken(photo, Some(taken.coarser(step)))?;
                }
            }
        }
        Ok(())
    }

    /// Keeps about when a photo was taken.
    ///
    /// # Errors
    /// There is no such photo.
    pub fn set_taken(&mut self, photo: PhotoId, taken: Option<Taken>) -> Result<()> {
        let taken = taken.map(|taken| taken.to_string());
        match self.tx.execute("UPDATE photos SET taken = $1 WHERE id = $2", values![taken, photo])? {
            0 => Err(StoreError::not_found("photo")),
            _ => Ok(()),
        }
    }

    /// Puts a number or code on a photo of this album. `false`: it is there already.
    ///
    /// # Errors
    /// There is no such photo, or its key is gone.
    pub fn insert_code(&mut self, album: AlbumId, photo: PhotoId, code: &PhotoCode) -> Result<bool> {
        let vault = &self.shared.vault;
        let sealed = vault.seal(KeyName::Photo(photo), &place(&photo), code.as_str().as_bytes())?;
        let hash = code_hash(&self.shared, album, code);
        let inserted = self.tx.execute(
            "INSERT INTO photo_codes (photo, code_hash, sealed, added_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (photo, code_hash) DO NOTHING",
            values![photo, hash, sealed, self.now()],
        )?;
        Ok(inserted > 0)
    }

    /// Takes a number or code off a photo of this album. `false`: it is not there.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn delete_code(&mut self, album: AlbumId, photo: PhotoId, code: &PhotoCode) -> Result<bool> {
        let hash = code_hash(&self.shared, album, code);
        let sql = "DELETE FROM photo_codes WHERE photo = $1 AND code_hash = $2";
        Ok(self.tx.execute(sql, values![photo, hash])? > 0)
    }
}
