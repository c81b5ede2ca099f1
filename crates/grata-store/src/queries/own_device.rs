//! Whether people may look for themselves on their own device (M2), by album and channel; and what a school or an
//! employer has on record for that (CON-9).

use grata_core::basis::{Assessment, Profile, Record, Records};
use grata_core::digest::Digest;
use grata_core::purpose::Publish;
use grata_core::time::{Date, Timestamp};

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::groups::PROFILES;
use crate::queries::{parsed, word};
use crate::tx::{Reader, Tx};
use crate::values;

/// What was said about an album and a channel, whether it is on or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOwnDevice {
    /// What kind of people they are.
    pub profile: Profile,
    /// What is on record.
    pub records: Records,
    /// Whether it is on.
    pub is_on: bool,
}

const COLUMNS: &str = "profile, assessment, assessment_on, assessment_sha256, opinion, opinion_on, consultation, \
                       consultation_on, alternative, alternative_on, on_since";

fn stored(row: &Row) -> Result<StoredOwnDevice> {
    let record = |at: usize| -> Result<Option<Record>> {
        let (reference, on): (Option<String>, Option<Date>) = (row.get(at)?, row.get(at + 1)?);
        Ok(reference.zip(on).map(|(reference, on)| Record { reference, on }))
    };
    let sha256: Option<Digest> = row.get(3)?;
    Ok(StoredOwnDevice {
        profile: word(row, 0, PROFILES)?,
        records: Records {
            assessment: record(1)?.zip(sha256).map(|(record, sha256)| Assessment { record, sha256 }),
            opinion: record(4)?,
            consultation: record(6)?,
            alternative: record(8)?,
        },
        is_on: row.get::<Option<Timestamp>>(10)?.is_some(),
    })
}

impl Reader {
    /// What was said about an album and a channel.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn own_device(&self, publish: &Publish) -> Result<Option<StoredOwnDevice>> {
        let sql = format!("SELECT {COLUMNS} FROM own_device WHERE album = $1 AND channel = $2");
        self.tx.query(&sql, values![publish.album, publish.channel.as_str()])?.first().map(stored).transpose()
    }

    /// Where it is on.
    pub(crate) fn own_devices(&self) -> Result<Vec<Publish>> {
        let rows = self.tx.query("SELECT album, channel FROM own_device WHERE on_since IS NOT NULL", &[])?;
        rows.iter().map(|row| Ok(Publish { album: row.get(0)?, channel: parsed(row, 1)? })).collect()
    }
}

impl Tx {
    /// Turns it on, with what is on record for it.
    ///
    /// # Errors
    /// There is no such album or channel.
    pub fn turn_own_device_on(
        &mut self,
        publish: &Publish,
        profile: Profile,
        records: &Records,
    ) -> Result<()> {
        let text = |record: &Option<Record>| record.as_ref().map(|one| one.reference.clone());
        let on = |record: &Option<Record>| record.as_ref().map(|one| one.on);
        let assessment = records.assessment.as_ref().map(|one| one.record.clone());
        let Records { opinion, consultation, alternative, .. } = records;
        self.tx.execute(
            "INSERT INTO own_device (album, channel, profile, assessment, assessment_on, assessment_sha256, opinion, \
             opinion_on, consultation, consultation_on, alternative, alternative_on, on_since) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             ON CONFLICT (album, channel) DO UPDATE SET profile = excluded.profile, \
             assessment = excluded.assessment, assessment_on = excluded.assessment_on, \
             assessment_sha256 = excluded.assessment_sha256, opinion = excluded.opinion, \
             opinion_on = excluded.opinion_on, consultation = excluded.consultation, \
             consultation_on = excluded.consultation_on, alternative = excluded.alternative, \
             alternative_on = excluded.alternative_on, on_since = excluded.on_since",
            values![
                publish.album,
                publish.channel.as_str(),
                profile.as_str(),
                text(&assessment),
                on(&assessment),
                records.assessment.as_ref().map(|one| one.sha256),
                text(opinion),
                on(opinion),
                text(consultation),
                on(consultation),
                text(alternative),
                on(alternative),
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Turns it off; what is on record stays. An older state must not turn it on again (§8).
    ///
    /// # Errors
    /// It is not on.
    pub fn turn_own_device_off(&mut self, publish: &Publish) -> Result<()> {
        let sql = "UPDATE own_device SET on_since = NULL \
                   WHERE album = $1 AND channel = $2 AND on_since IS NOT NULL";
        match self.tx.execute(sql, values![publish.album, publish.channel.as_str()])? {
            0 => Err(StoreError::not_found("gallery in which people look for themselves")),
            _ => {
                self.touches_link(handle_of(publish));
                Ok(())
            }
        }
    }
}

/// By which a restored backup finds it.
pub(crate) fn handle_of(publish: &Publish) -> Digest {
    Digest::of_parts(&[b"own-device", publish.album.as_bytes(), publish.channel.as_str().as_bytes()])
}
