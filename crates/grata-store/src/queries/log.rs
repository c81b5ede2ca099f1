//! The log: entries, tiles, the signed head, and what opens an entry to the person it is about.

use grata_core::audit::checkpoint::Checkpoint;
use std::collections::BTreeMap;

use grata_core::audit::entry::{Count, Entry, EventKind, Opening};
use grata_core::audit::tile::{TILE_WIDTH, TileId, Tiles, hashes_of};
use grata_core::audit::verify::{LogSource, VerifiedLog, verify_log};
use grata_core::digest::Digest;
use grata_core::id::{AccountId, AlbumId, SubjectId};
use grata_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Result, StoreError, StoreErrorKind};
use crate::tx::{Reader, Tx};
use crate::values;
use crate::vault::{KeyName, Place};

/// An opening, as it is sealed.
#[derive(Serialize, Deserialize)]
struct SealedOpening {
    nonce: String,
    payload: String,
    index: u64,
    of: u64,
    proof: Vec<String>,
}

fn row_of(place: u64, part: u64) -> [u8; 16] {
    let mut row = [0; 16];
    row[..8].copy_from_slice(&place.to_be_bytes());
    row[8..].copy_from_slice(&part.to_be_bytes());
    row
}

fn payload_place(row: &[u8; 16]) -> Place<'_> {
    Place { table: "log_payloads", column: "sealed_opening", row }
}

fn actor_place(row: &[u8; 16]) -> Place<'_> {
    Place { table: "log_actors", column: "sealed_opening", row }
}

fn sealed(opening: &Opening) -> Result<Vec<u8>> {
    let sealed = SealedOpening {
        nonce: opening.nonce.to_string(),
        payload: opening.payload.clone(),
        index: opening.index,
        of: opening.of,
        proof: opening.proof.iter().map(Digest::to_string).collect(),
    };
    serde_json::to_vec(&sealed).map_err(|error| StoreError::unavailable("an opening of the log", error))
}

impl Reader {
    /// Entries on record.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn log_size(&self) -> Result<u64> {
        let rows = self.tx.query("SELECT size FROM log_head", &[])?;
        rows.first().map_or(Ok(0), |row| row.get(0))
    }

    /// The signed head; none before the first entry.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn log_head(&self) -> Result<Option<String>> {
        let rows = self.tx.query("SELECT note FROM log_head", &[])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    /// An entry.
    ///
    /// # Errors
    /// The database cannot be used, or the entry is none.
    pub fn log_entry(&self, place: u64) -> Result<Option<Entry>> {
        let rows = self.tx.query("SELECT entry FROM log_entries WHERE place = $1", values![place])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let bytes: Vec<u8> = row.get(0)?;
        Entry::parse(&bytes).map(Some).ok_or_else(|| StoreError::damaged("an entry of the log"))
    }

    /// Reads the whole log and compares it with its head and with heads that others have kept.
    ///
    /// # Errors
    /// `Damaged`, and what is wrong.
    pub fn verify_log(&self, pinned: &[Checkpoint]) -> Result<VerifiedLog> {
        let note = self.log_head()?.ok_or_else(|| StoreError::damaged("the log, which has no head,"))?;
        let counted: u64 = match self.tx.query("SELECT count(*) FROM log_entries", &[])?.first() {
            Some(row) => row.get(0)?,
            None => 0,
        };
        let signed = Checkpoint::parse(&note).map_err(|_| StoreError::damaged("the head of the log"))?.size;
        if counted != signed || self.log_size()? != signed {
            return Err(StoreError::damaged("the log, whose head is of another length,"));
        }
        let key = self.shared.signing.verifying_key();
        verify_log(self, &note, &self.shared.origin, &key, pinned).map_err(|fault| {
            StoreError::new(StoreErrorKind::Damaged, format!("the log does not verify: {fault}"))
                .because(fault)
        })
    }

    /// What the log says about a person, with the places of the entries: theirs to have (TRA-4).
    ///
    /// # Errors
    /// The person's key is gone.
    pub fn log_about(&self, subject: SubjectId) -> Result<Vec<(u64, Entry, Opening)>> {
        let sql =
            "SELECT place, part, sealed_opening FROM log_payloads WHERE subject = $1 ORDER BY place, part";
        let rows = self.tx.query(sql, values![subject])?;
        let mut found = Vec::new();
        for row in &rows {
            let place: u64 = row.get(0)?;
            let sealed: Vec<u8> = row.get(2)?;
            let opening = self.open_opening(subject, place, row.get(1)?, &sealed)?;
            let entry = self.log_entry(place)?.ok_or_else(|| StoreError::damaged("the log"))?;
            found.push((place, entry, opening));
        }
        Ok(found)
    }

    /// Whose account acted, if it was done by somebody who was signed in.
    ///
    /// # Errors
    /// What is kept does not fit the entry.
    pub fn log_actor(&self, place: u64) -> Result<Option<AccountId>> {
        let sql = "SELECT account, sealed_opening FROM log_actors WHERE place = $1";
        let rows = self.tx.query(sql, values![place])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let damaged = || StoreError::damaged("what the log says about who acted");
        let (account, sealed): (AccountId, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let at = row_of(place, 0);
        let opening = self.opening(KeyName::Installation, &actor_place(&at), &sealed)?;
        let entry = self.log_entry(place)?.ok_or_else(damaged)?;
        match opening.account() {
            Some(said) if said == account && opening.opens(&entry) => Ok(Some(account)),
            _ => Err(damaged()),
        }
    }

    /// Looks at lists that a person was in, with the places of the entries (TRA-4). An entry about a list
    /// names nobody: it is about everybody who was in the list by then, be it of everybody, of who is asked
    /// about an album ([`Count::Listed`]), or of who is tagged in it ([`Count::Named`]). So a list costs one
    /// entry, however long it is.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn list_views_of(&self, subject: SubjectId) -> Result<Vec<(u64, Entry)>> {
        let rows = self.tx.query("SELECT added_at FROM subjects WHERE id = $1", values![subject])?;
        let known: Timestamp = rows.first().ok_or_else(|| StoreError::not_found("person"))?.get(0)?;
        let since = |sql: &str| -> Result<BTreeMap<String, Timestamp>> {
            let rows = self.tx.query(sql, values![subject])?;
            rows.iter().map(|row| Ok((row.get::<AlbumId>(0)?.to_string(), row.get(1)?))).collect()
        };
        let tagged = since(
            "SELECT photos.album, min(tags.at) FROM tags JOIN photos ON photos.id = tags.photo \
             WHERE tags.subject = $1 GROUP BY photos.album",
        )?;
        let asked = since(
            "SELECT album, min(since) FROM (\
             SELECT album, created_at AS since FROM invitations WHERE subject = $1 UNION ALL \
             SELECT album, at AS since FROM consent_acts WHERE subject = $1) AS asked GROUP BY album",
        )?;
        let mut found = Vec::new();
        for bundle in 0..self.log_size()?.div_ceil(TILE_WIDTH) {
            let first = bundle * TILE_WIDTH;
            for (bytes, place) in self.entries(bundle, TILE_WIDTH)?.iter().zip(first..) {
                let entry = Entry::parse(bytes).ok_or_else(|| StoreError::damaged("an entry of the log"))?;
                if entry.kind != EventKind::Viewed {
                    continue;
                }
                let counts = |what| entry.counts.contains_key(&what);
                let in_it = match &entry.album {
                    None if counts(Count::Listed) => Some(&known),
                    Some(album) if counts(Count::Listed) => asked.get(album),
                    Some(album) if counts(Count::Named) => tagged.get(album),
                    _ => None,
                };
                let at: Timestamp =
                    entry.time.parse().map_err(|_| StoreError::damaged("an entry of the log"))?;
                // Entries know the minute only: in doubt the person was in the list.
                if in_it.is_some_and(|since| since.as_second() < at.as_second() + 60) {
                    found.push((place, entry));
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn open_opening(
        &self,
        subject: SubjectId,
        place: u64,
        part: u64,
        sealed: &[u8],
    ) -> Result<Opening> {
        let row = row_of(place, part);
        self.opening(KeyName::Subject(subject), &payload_place(&row), sealed)
    }

    fn opening(&self, key: KeyName, at: &Place<'_>, sealed: &[u8]) -> Result<Opening> {
        let damaged = || StoreError::damaged("what the log says about somebody");
        let plain = self.shared.vault.open_sealed(key, at, sealed)?;
        let sealed: SealedOpening = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let digest = |text: &String| text.parse::<Digest>().map_err(|_| damaged());
        Ok(Opening {
            nonce: digest(&sealed.nonce)?,
            payload: sealed.payload,
            index: sealed.index,
            of: sealed.of,
            proof: sealed.proof.iter().map(digest).collect::<Result<_>>()?,
        })
    }
}

impl Tiles for Reader {
    type Error = StoreError;

    fn tile(&self, id: TileId, width: u64) -> Result<Vec<Digest>> {
        let sql = "SELECT hashes FROM log_tiles WHERE level = $1 AND place = $2";
        let rows = self.tx.query(sql, values![u32::from(id.level), id.index])?;
        let damaged = || StoreError::damaged("a tile of the log");
        let bytes: Vec<u8> = rows.first().ok_or_else(damaged)?.get(0)?;
        hashes_of(&bytes).filter(|hashes| hashes.len() as u64 >= width).ok_or_else(damaged)
    }
}

impl LogSource for Reader {
    fn entries(&self, bundle: u64, width: u64) -> Result<Vec<Vec<u8>>> {
        let from = bundle * TILE_WIDTH;
        let sql = "SELECT entry FROM log_entries WHERE place >= $1 AND place < $2 ORDER BY place";
        let rows = self.tx.query(sql, values![from, from + width])?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Tx {
    pub(crate) fn keep_opening(&mut self, place: u64, subject: SubjectId, opening: &Opening) -> Result<()> {
        let row = row_of(place, opening.index);
        let name = KeyName::Subject(subject);
        let sealed = self.shared.vault.seal(name, &payload_place(&row), &sealed(opening)?)?;
        self.tx.execute(
            "INSERT INTO log_payloads (place, part, subject, sealed_opening) VALUES ($1, $2, $3, $4)",
            values![place, opening.index, subject, sealed],
        )?;
        Ok(())
    }

    /// Who acted, sealed for the installation: the log itself does not say it.
    pub(crate) fn keep_actor(&mut self, place: u64, account: AccountId, opening: &Opening) -> Result<()> {
        let row = row_of(place, 0);
        let sealed = self.shared.vault.seal(KeyName::Installation, &actor_place(&row), &sealed(opening)?)?;
        self.tx.execute(
            "INSERT INTO log_actors (place, account, sealed_opening) VALUES ($1, $2, $3)",
            values![place, account, sealed],
        )?;
        Ok(())
    }
}
