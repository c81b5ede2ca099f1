//! Templates of people who enrolled themselves: sealed under a key that takes the person's and one of their own,
//! bound to person, album, version and model (KEY-1), turned by a secret of their own (KEY-3), all of one length.

use grata_core::consent::{ActKind, Permit};
use grata_core::digest::Digest;
use grata_core::id::{ActId, AlbumId, SubjectId, TemplateId};
use grata_core::purpose::{Find, Purpose as _};
use grata_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::engine::Row;
use crate::error::{Result, StoreError, StoreErrorKind};
use crate::random;
use crate::turn::Turn;
use crate::tx::{Reader, Tx};
use crate::values;
use crate::vault::{KeyName, Place, Secret, open_with, seal_with};

/// How a template is sealed: the one way there is.
const VERSION: u32 = 1;

/// Bytes that are sealed, whatever the model: how long a template is says nothing.
const PADDED_BYTES: usize = 4096;

/// The most numbers that fit.
const MOST_NUMBERS: usize = PADDED_BYTES / 4 - 1;

/// A template as it is kept; the numbers stay sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTemplate {
    /// Which.
    pub id: TemplateId,
    /// Whose.
    pub subject: SubjectId,
    /// For which album.
    pub album: AlbumId,
    /// The consent that it rests on.
    pub consent: ActId,
    /// SHA-256 of the model that made it.
    pub model: Digest,
    /// Since when.
    pub enrolled_at: Timestamp,
}

fn stored(row: &Row) -> Result<StoredTemplate> {
    Ok(StoredTemplate {
        id: row.get(0)?,
        subject: row.get(1)?,
        album: row.get(2)?,
        consent: row.get(3)?,
        model: row.get(4)?,
        enrolled_at: row.get(5)?,
    })
}

const SELECT: &str = "SELECT id, subject, album, consent, model_sha256, enrolled_at FROM templates";

impl StoredTemplate {
    /// Person, album, version and model: with another of them it does not open.
    fn place(&self) -> Vec<u8> {
        let row = [
            self.id.as_bytes().as_slice(),
            self.subject.as_bytes(),
            self.album.as_bytes(),
            &VERSION.to_be_bytes(),
            &self.model.0,
        ]
        .concat();
        let place = Place { table: "templates", column: "sealed_numbers", row: &row };
        place.bytes(KeyName::Subject(self.subject))
    }

    fn key(&self, reader: &Reader, what: &[u8]) -> Result<Secret> {
        let (person, own) = (KeyName::Subject(self.subject), KeyName::Template(self.id));
        reader.shared.vault.of_both(person, own, what)
    }

    fn is_of(&self, permit: &Permit<Find>) -> bool {
        (self.subject, self.album) == (permit.subject(), permit.purpose().album)
    }
}

const SEALS: &[u8] = b"grata template 1";
const TURNS: &[u8] = b"grata turn 1";

impl Reader {
    /// The templates of an album, in no order that means anything.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn templates_in(&self, album: AlbumId) -> Result<Vec<StoredTemplate>> {
        let sql = format!("{SELECT} WHERE album = $1 ORDER BY id");
        self.tx.query(&sql, values![album])?.iter().map(stored).collect()
    }

    /// The template of somebody in an album.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn template_of(&self, subject: SubjectId, album: AlbumId) -> Result<Option<StoredTemplate>> {
        let sql = format!("{SELECT} WHERE subject = $1 AND album = $2");
        self.tx.query(&sql, values![subject, album])?.first().map(stored).transpose()
    }

    /// The templates of somebody, in all albums.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn templates_of(&self, subject: SubjectId) -> Result<Vec<StoredTemplate>> {
        let sql = format!("{SELECT} WHERE subject = $1 ORDER BY enrolled_at, id");
        self.tx.query(&sql, values![subject])?.iter().map(stored).collect()
    }

    /// The numbers of a template, for a comparison that the person consented to. To be moved into locked memory
    /// at once.
    ///
    /// # Errors
    /// `Refused` if the permit is somebody else's or for another album; damaged if what is sealed was changed,
    /// moved, or belongs to an older enrolment (KEY-4).
    pub fn open_template(&self, of: &StoredTemplate, permit: &Permit<Find>) -> Result<Zeroizing<Vec<f32>>> {
        if !of.is_of(permit) {
            return Err(not_theirs());
        }
        let sql = "SELECT sealed_numbers FROM templates WHERE id = $1";
        let rows = self.tx.query(sql, values![of.id])?;
        let sealed: Vec<u8> = rows.first().ok_or_else(|| StoreError::not_found("template"))?.get(0)?;
        let plain = open_with(&of.key(self, SEALS)?, &of.place(), &sealed)?;
        let damaged = || StoreError::damaged("a template");
        let (width, rest) = plain.split_first_chunk::<4>().ok_or_else(damaged)?;
        let width = u32::from_le_bytes(*width) as usize;
        if width == 0 || width > MOST_NUMBERS || plain.len() != PADDED_BYTES {
            return Err(damaged());
        }
        let values = rest.chunks_exact(4).take(width);
        // As large as it gets, at once: a vector that grows leaves what it held behind.
        let mut numbers = Zeroizing::new(Vec::with_capacity(width));
        numbers.extend(values.filter_map(|bytes| bytes.try_into().ok().map(f32::from_le_bytes)));
        Turn::of(&of.key(self, TURNS)?, width)?.turn_back(&mut numbers);
        Ok(numbers)
    }

    pub(crate) fn has_template(&self, id: TemplateId) -> Result<bool> {
        Ok(!self.tx.query("SELECT 1 FROM templates WHERE id = $1", values![id])?.is_empty())
    }
}

fn not_theirs() -> StoreError {
    StoreError::new(StoreErrorKind::Refused, "this permit is not for this template")
}

impl Tx {
    /// Keeps a template, in place of an older one. The commit rests on the permit. Its key is made with it: if
    /// nothing is committed, `Store::shred_loose_templates` collects that.
    ///
    /// # Errors
    /// `Conflict` if there is no consent that it could rest on: the database says so as well.
    pub fn insert_template(
        &mut self,
        permit: &Permit<Find>,
        model: Digest,
        numbers: &[f32],
    ) -> Result<StoredTemplate> {
        if numbers.is_empty() || numbers.len() > MOST_NUMBERS {
            return Err(StoreError::new(StoreErrorKind::Refused, "a template of this length is not kept"));
        }
        self.rest_on(permit);
        let (subject, album) = (permit.subject(), permit.purpose().album);
        let template = StoredTemplate {
            id: TemplateId::random(&mut random::rng()),
            subject,
            album,
            consent: self.consent_behind(permit)?,
            model,
            enrolled_at: self.now(),
        };
        self.delete_templates(subject, album)?;
        self.shared.vault.create(KeyName::Template(template.id))?;
        let mut turned = Zeroizing::new(numbers.to_vec());
        Turn::of(&template.key(self, TURNS)?, numbers.len())?.turn(&mut turned);
        let mut plain = Zeroizing::new(Vec::with_capacity(PADDED_BYTES));
        plain.extend((numbers.len() as u32).to_le_bytes());
        plain.extend(turned.iter().flat_map(|value| value.to_le_bytes()));
        plain.resize(PADDED_BYTES, 0);
        let sealed = seal_with(&template.key(self, SEALS)?, &template.place(), &plain)?;
        self.tx.execute(
            "INSERT INTO templates (id, subject, album, consent, version, model_sha256, sealed_numbers, \
             enrolled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                template.id,
                subject,
                album,
                template.consent,
                VERSION,
                model,
                sealed,
                template.enrolled_at
            ],
        )?;
        Ok(template)
    }

    /// The yes that a permit stands on.
    fn consent_behind(&self, permit: &Permit<Find>) -> Result<ActId> {
        let question = permit.purpose().question();
        let acts = self.acts_of(permit.subject())?;
        let given = acts
            .iter()
            .rev()
            .find(|act| act.question == question && matches!(act.kind, ActKind::Give { .. }));
        given.map(|act| act.id).ok_or_else(|| StoreError::conflict("there is no consent to comparison"))
    }

    /// Deletes the template of somebody in an album. The caller destroys its key afterwards:
    /// `Store::shred_loose_templates`.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn delete_templates(&mut self, subject: SubjectId, album: AlbumId) -> Result<u64> {
        let sql = "DELETE FROM templates WHERE subject = $1 AND album = $2";
        self.tx.execute(sql, values![subject, album])
    }

    /// All of somebody, with the questions to them.
    pub(crate) fn delete_all_templates(&mut self, subject: SubjectId) -> Result<()> {
        self.tx.execute("DELETE FROM templates WHERE subject = $1", values![subject])?;
        self.tx.execute("DELETE FROM suggestions WHERE subject = $1", values![subject])?;
        Ok(())
    }
}
