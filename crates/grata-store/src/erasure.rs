//! What an erasure does, in the steps of core's `ErasureStep`. Each is safe to repeat: an erasure
//! that was interrupted is finished by calling [`Store::finish_erasure`] again.

use std::path::PathBuf;

use grata_core::audit::entry::{Actor, ActorClass, Event, EventKind};
use grata_core::id::{SubjectId, TombstoneId};
use grata_core::rights::ErasurePlan;
use grata_core::signed::{Document, DocumentKind};
use grata_core::time::Timestamp;
use serde_json::json;

use crate::blobs::BlobKey;
use crate::error::{Result, StoreError, StoreErrorKind};
use crate::queries::releases::StoredRendition;
use crate::store::{Store, document};
use crate::sweep::{Needles, SweepReport, sweep};
use crate::tx::{Reader, Tx};
use crate::values;
use crate::vault::KeyName;

/// An erasure that has begun: the person is gone from every decision, and the rest follows.
#[derive(Debug, Clone)]
pub struct BegunErasure {
    /// Under which name it is on record.
    pub tombstone: TombstoneId,
    /// The renditions that showed the person; dead now. Whoever got them has to be told (RTS-14).
    pub recalled: Vec<StoredRendition>,
    /// What the sweep looks for. Not kept: an erasure that is finished after a restart sweeps for
    /// what the caller still knows.
    pub needles: Needles,
}

/// What the certificate says besides what grata knows by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateParties<'a> {
    /// Who answers for the processing.
    pub controller: &'a str,
    /// How long a backup from before lives, in days: until then it holds ciphertext without a key.
    pub backup_days: u32,
}

impl Reader {
    /// What erasing this person will do; changes nothing.
    ///
    /// # Errors
    /// There is no such person.
    pub fn plan_erasure(&self, subject: SubjectId) -> Result<ErasurePlan> {
        let held = self.held_about(subject)?;
        let renditions = self.live_renditions_showing(subject)?.len() as u64;
        Ok(ErasurePlan::new(held.iter().map(|row| row.table.as_str()), renditions))
    }

    /// Erasures that were interrupted.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn unfinished_erasures(&self) -> Result<Vec<TombstoneId>> {
        let sql = "SELECT tombstone FROM erasures WHERE completed_at IS NULL ORDER BY begun_at, tombstone";
        self.tx.query(sql, &[])?.iter().map(|row| row.get(0)).collect()
    }

    /// The certificate of an erasure that is finished, as it was handed out.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn certificate(&self, tombstone: TombstoneId) -> Result<Option<String>> {
        let sql = "SELECT certificate FROM erasures WHERE tombstone = $1";
        let rows = self.tx.query(sql, values![tombstone])?;
        rows.first().map_or(Ok(None), |row| row.get(0))
    }

    /// The certificates of all finished erasures, oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn certificates(&self) -> Result<Vec<(TombstoneId, String)>> {
        let sql = "SELECT tombstone, certificate FROM erasures WHERE certificate IS NOT NULL \
                   ORDER BY completed_at, tombstone";
        self.tx.query(sql, &[])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    fn erased_subject(&self, tombstone: TombstoneId) -> Result<Option<SubjectId>> {
        let sql = "SELECT subject FROM erasures WHERE tombstone = $1";
        let rows = self.tx.query(sql, values![tombstone])?;
        rows.first().ok_or_else(|| StoreError::not_found("erasure"))?.get(0)
    }

    /// Everything sealed about a person that a sweep can look for.
    fn needles(&self, subject: SubjectId) -> Result<Needles> {
        let mut needles = Needles::default();
        let known = self.subject(subject)?.ok_or_else(|| StoreError::not_found("person"))?;
        let mut profiles = vec![self.profile(subject)?];
        for guardian in &known.guardians {
            profiles.push(self.guardian_profile(subject, guardian.id)?);
        }
        for profile in profiles {
            needles.add(profile.name.as_bytes());
            if let Some(contact) = profile.contact {
                needles.add(contact.as_bytes());
            }
        }
        Ok(needles)
    }
}

impl Tx {
    /// Deletes everything about a person and leaves a tombstone. On faces that were ever tagged as
    /// them all tags go: an older, corrected one must not come back and show somebody else's face.
    pub(crate) fn erase_rows(&mut self, subject: SubjectId) -> Result<TombstoneId> {
        let tombstone = self.tombstone(subject)?.ok_or_else(|| StoreError::not_found("person"))?;
        self.tx.execute(
            "INSERT INTO erasures (tombstone, subject, begun_at) VALUES ($1, $2, $3)",
            values![tombstone, subject, self.now()],
        )?;
        let recall = "UPDATE renditions SET recalled_at = $1 WHERE recalled_at IS NULL AND id IN \
                      (SELECT rendition FROM rendition_faces WHERE subject = $2)";
        self.tx.execute(recall, values![self.now(), subject])?;
        for sql in [
            "DELETE FROM rendition_faces WHERE subject = $1",
            "DELETE FROM tags WHERE face IN (SELECT face FROM tags WHERE subject = $1)",
            "DELETE FROM tags WHERE own = $1",
            "DELETE FROM not_me WHERE subject = $1",
            "DELETE FROM objections WHERE subject = $1",
            "UPDATE requests SET subject = NULL WHERE subject = $1",
            "DELETE FROM log_payloads WHERE subject = $1",
            "DELETE FROM invitations WHERE subject = $1",
            "DELETE FROM emergencies WHERE subject = $1",
            "DELETE FROM suggestions WHERE subject = $1",
            "DELETE FROM templates WHERE subject = $1",
            "DELETE FROM enrolments WHERE subject = $1",
            "DELETE FROM enrolment_codes WHERE subject = $1",
            "DELETE FROM roster WHERE subject = $1",
            "DELETE FROM consent_acts WHERE subject = $1",
            "DELETE FROM evidence WHERE subject = $1",
            "DELETE FROM guardians WHERE subject = $1",
            "DELETE FROM subjects WHERE id = $1",
        ] {
            self.tx.execute(sql, values![subject])?;
        }
        Ok(tombstone)
    }
}

impl Store {
    /// Deletes everything about a person: from here on nobody can decide yes, and nothing opens once
    /// [`Store::finish_erasure`] has run.
    ///
    /// # Errors
    /// There is no such person.
    pub fn begin_erasure(
        &self,
        subject: SubjectId,
        actor: impl Into<Actor>,
        now: Timestamp,
    ) -> Result<BegunErasure> {
        let mut tx = self.begin(now)?;
        let needles = tx.needles(subject)?;
        let recalled = tx.live_renditions_showing(subject)?;
        let tombstone = tx.erase_rows(subject)?;
        tx.commit(Event::new(EventKind::ErasureBegun, actor).of_tombstone(tombstone))?;
        Ok(BegunErasure { tombstone, recalled, needles })
    }

    /// Destroys the person's key and the epoch, drops what deleted rows left, sweeps, and certifies:
    /// in this order. `also`: other folders to sweep, such as exports.
    ///
    /// # Errors
    /// `Conflict` if the sweep still finds something; there is no certificate then.
    pub fn finish_erasure(
        &self,
        tombstone: TombstoneId,
        needles: &Needles,
        also: &[PathBuf],
        parties: &CertificateParties<'_>,
        now: Timestamp,
    ) -> Result<Document> {
        let (subject, dead) = {
            let reader = self.read()?;
            if let Some(certificate) = reader.certificate(tombstone)? {
                return serde_json::from_str(&certificate).map_err(|_| StoreError::damaged("a certificate"));
            }
            (reader.erased_subject(tombstone)?, self.dead_blobs(&reader)?)
        };
        for key in dead {
            self.blobs().delete(key)?;
        }
        self.destroy_key(subject)?;
        let report = self.sweep(needles, also)?;
        if !report.hits.is_empty() {
            // Not which: a file may be called like the person (SEC-3). `Store::sweep` says which.
            let message = format!("traces of the erased person are left in {} files", report.hits.len());
            return Err(StoreError::new(StoreErrorKind::Conflict, message));
        }
        self.certify(tombstone, &report, needles, parties, now)
    }

    /// Shreds, rotates, scrubs. Safe to repeat.
    pub(crate) fn destroy_key(&self, subject: Option<SubjectId>) -> Result<()> {
        if let Some(subject) = subject {
            self.vault().shred(KeyName::Subject(subject))?;
        }
        self.shred_loose_templates()?;
        self.vault().rotate()?;
        self.engine.scrub()
    }

    /// Looks for the needles in everything that belongs to this installation.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn sweep(&self, needles: &Needles, also: &[PathBuf]) -> Result<SweepReport> {
        let mut folders = vec![self.folder.path().to_path_buf(), self.places.keys.clone()];
        folders.extend_from_slice(also);
        sweep(&folders, needles)
    }

    /// Blobs of renditions that were recalled, most of which are gone already, and scans of people who
    /// are gone. Not whatever has no row: somebody may be writing one.
    pub(crate) fn dead_blobs(&self, reader: &Reader) -> Result<Vec<BlobKey>> {
        let sql = "SELECT photo, id FROM renditions WHERE recalled_at IS NOT NULL";
        let mut dead = Vec::new();
        for row in reader.tx.query(sql, &[])? {
            dead.extend(BlobKey::of_rendition(row.get(0)?, row.get(1)?));
        }
        for (subject, evidence) in self.blobs().evidence()? {
            if reader.revision(subject)?.is_none() {
                dead.push(BlobKey::Evidence(subject, evidence));
            }
        }
        Ok(dead)
    }

    fn certify(
        &self,
        tombstone: TombstoneId,
        report: &SweepReport,
        needles: &Needles,
        parties: &CertificateParties<'_>,
        now: Timestamp,
    ) -> Result<Document> {
        let body = json!({
            "schema": "grata-erasure-1",
            "tombstone": tombstone.to_string(),
            "controller": parties.controller,
            "erased": ["names and contacts", "templates and suggestions", "answers and their evidence", "tags and marks", "links",
                "what the log could be opened with", "released images that showed the person"],
            "key_destroyed": true,
            "key_epoch": self.vault().epoch(),
            "sweep": {
                "files": report.files,
                "bytes": report.bytes,
                "patterns": needles.len(),
                "left": 0,
            },
            "backups": {
                "days": parties.backup_days,
                "note": "A backup from before holds what was erased as ciphertext, whose key is destroyed.",
            },
            "completed_at": now.to_string(),
        });
        let tx = self.begin(now)?;
        let event = Event::new(EventKind::ErasureCompleted, ActorClass::Clock)
            .of_tombstone(tombstone)
            .documented_by(body.clone());
        let certificate = tx.commit_then(event, |tx, committed| {
            let signed = document(tx, DocumentKind::ErasureCertificate, body, committed, 0)?;
            let sql = "UPDATE erasures SET completed_at = $1, certificate = $2, subject = NULL \
                       WHERE tombstone = $3";
            tx.tx.execute(sql, values![tx.now(), signed.to_json(), tombstone])?;
            Ok(signed)
        })?;
        // The person's random id was needed until here.
        self.engine.scrub()?;
        Ok(certificate)
    }
}
