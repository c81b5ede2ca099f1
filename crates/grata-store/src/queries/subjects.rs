//! People: what decisions need in the open, everything else sealed under their own key.

use grata_core::digest::Digest;
use grata_core::id::{AlbumId, GuardianId, SubjectId, TombstoneId};
use grata_core::notice::Language;
use grata_core::subject::{Age, Country, Guardian, Restriction, Revision, Subject};
use grata_core::time::{Date, Timestamp};

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::parsed;
use crate::tx::{Reader, Tx};
use crate::vault::{KeyName, Place};
use crate::{random, values};

/// What people call each other, and how to reach them. Sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name.
    pub name: String,
    /// Where to reach them; none if nobody said.
    pub contact: Option<String>,
}

impl std::fmt::Debug for Profile {
    /// Nothing: it could end up in a log (SEC-3).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile")
    }
}

/// A person who is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubject {
    /// Under which id. Its key comes first: `vault().create(KeyName::Subject(id))`.
    pub id: SubjectId,
    /// Name and contact.
    pub profile: Profile,
    /// How old.
    pub age: Age,
    /// Whose table of ages counts.
    pub country: Country,
    /// In which language they are spoken to.
    pub language: Language,
}

/// What an invitation link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// Whose page.
    pub subject: SubjectId,
    /// Who opens it in the person's stead.
    pub guardian: Option<GuardianId>,
    /// For which album.
    pub album: AlbumId,
    /// Until when.
    pub expires_at: Timestamp,
}

fn place<'a>(table: &'a str, column: &'a str, row: &'a [u8; 16]) -> Place<'a> {
    Place { table, column, row }
}

fn age_text(age: Age) -> String {
    match age {
        Age::Unknown => "unknown".to_string(),
        Age::Adult => "adult".to_string(),
        Age::Born(born) => born.to_string(),
    }
}

fn parse_age(text: &str) -> Option<Age> {
    match text {
        "unknown" => Some(Age::Unknown),
        "adult" => Some(Age::Adult),
        born => born.parse::<Date>().ok().map(Age::Born),
    }
}

impl Reader {
    pub(crate) fn seal_text(
        &self,
        subject: SubjectId,
        table: &str,
        column: &str,
        row: &[u8; 16],
        text: &str,
    ) -> Result<Vec<u8>> {
        self.shared.vault.seal(KeyName::Subject(subject), &place(table, column, row), text.as_bytes())
    }

    pub(crate) fn open_text(
        &self,
        subject: SubjectId,
        table: &str,
        column: &str,
        row: &[u8; 16],
        sealed: &[u8],
    ) -> Result<String> {
        let place = place(table, column, row);
        let plain = self.shared.vault.open_sealed(KeyName::Subject(subject), &place, sealed)?;
        String::from_utf8(plain.to_vec()).map_err(|_| StoreError::damaged("something sealed"))
    }

    /// A person as decisions see them; none if there is no such person, or none any more.
    ///
    /// # Errors
    /// Something about them cannot be read: then they must not be shown.
    pub fn subject(&self, id: SubjectId) -> Result<Option<Subject>> {
        let sql = "SELECT country, sealed_age, restricted_since, revision FROM subjects WHERE id = $1";
        let rows = self.tx.query(sql, values![id])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let sealed_age: Vec<u8> = row.get(1)?;
        let age = self.open_text(id, "subjects", "sealed_age", id.as_bytes(), &sealed_age)?;
        let restricted: Option<Timestamp> = row.get(2)?;
        Ok(Some(Subject {
            id,
            age: parse_age(&age).ok_or_else(|| StoreError::damaged("an age"))?,
            country: parsed(row, 0)?,
            guardians: self.guardians(id)?,
            acts: self.acts_of(id)?,
            restriction: restricted.map_or(Restriction::None, Restriction::Since),
            erased: false,
            revision: Revision(row.get(3)?),
        }))
    }

    /// Name and contact of a person.
    ///
    /// # Errors
    /// There is no such person, or none any more.
    pub fn profile(&self, id: SubjectId) -> Result<Profile> {
        let rows =
            self.tx.query("SELECT sealed_name, sealed_contact FROM subjects WHERE id = $1", values![id])?;
        let row = rows.first().ok_or_else(|| StoreError::not_found("person"))?;
        self.profile_of(row, id, "subjects", id.as_bytes())
    }

    fn profile_of(&self, row: &Row, subject: SubjectId, table: &str, id: &[u8; 16]) -> Result<Profile> {
        let name: Vec<u8> = row.get(0)?;
        let contact: Option<Vec<u8>> = row.get(1)?;
        let open = |column: &str, sealed: &[u8]| self.open_text(subject, table, column, id, sealed);
        Ok(Profile {
            name: open("sealed_name", &name)?,
            contact: contact.map(|sealed| open("sealed_contact", &sealed)).transpose()?,
        })
    }

    /// Name and contact of a guardian.
    ///
    /// # Errors
    /// There is no such guardian.
    pub fn guardian_profile(&self, subject: SubjectId, guardian: GuardianId) -> Result<Profile> {
        let sql = "SELECT sealed_name, sealed_contact FROM guardians WHERE id = $1 AND subject = $2";
        let rows = self.tx.query(sql, values![guardian, subject])?;
        let row = rows.first().ok_or_else(|| StoreError::not_found("guardian"))?;
        self.profile_of(row, subject, "guardians", guardian.as_bytes())
    }

    /// Everybody, in no order that means anything. Names are sealed, so whoever looks for one opens
    /// them all.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn subjects(&self) -> Result<Vec<SubjectId>> {
        self.tx.query("SELECT id FROM subjects ORDER BY id", &[])?.iter().map(|row| row.get(0)).collect()
    }

    /// In which language a person is spoken to.
    ///
    /// # Errors
    /// There is no such person.
    pub fn subject_language(&self, id: SubjectId) -> Result<Language> {
        let rows = self.tx.query("SELECT language FROM subjects WHERE id = $1", values![id])?;
        parsed(rows.first().ok_or_else(|| StoreError::not_found("person"))?, 0)
    }

    pub(crate) fn revision(&self, id: SubjectId) -> Result<Option<Revision>> {
        let rows = self.tx.query("SELECT revision FROM subjects WHERE id = $1", values![id])?;
        rows.first().map(|row| row.get(0).map(Revision)).transpose()
    }

    pub(crate) fn tombstone(&self, id: SubjectId) -> Result<Option<TombstoneId>> {
        let rows = self.tx.query("SELECT tombstone FROM subjects WHERE id = $1", values![id])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    pub(crate) fn subject_of_tombstone(&self, tombstone: TombstoneId) -> Result<Option<SubjectId>> {
        let rows = self.tx.query("SELECT id FROM subjects WHERE tombstone = $1", values![tombstone])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    fn guardians(&self, subject: SubjectId) -> Result<Vec<Guardian>> {
        let sql = "SELECT id, verified_at, until FROM guardians WHERE subject = $1 ORDER BY place";
        let rows = self.tx.query(sql, values![subject])?;
        rows.iter()
            .map(|row| Ok(Guardian { id: row.get(0)?, verified_at: row.get(1)?, until: row.get(2)? }))
            .collect()
    }

    /// What the token of a link leads to, if it still leads anywhere. Unknown, revoked and expired
    /// look the same (SEC-7).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn invitation(&self, token: &[u8], now: Timestamp) -> Result<Option<Invitation>> {
        let sql = "SELECT subject, guardian, album, expires_at FROM invitations \
                   WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2";
        let rows = self.tx.query(sql, values![Digest::of(token), now])?;
        let row = rows.first();
        row.map(|row| {
            Ok(Invitation {
                subject: row.get(0)?,
                guardian: row.get(1)?,
                album: row.get(2)?,
                expires_at: row.get(3)?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// Adds a person.
    ///
    /// # Errors
    /// Their key is missing, or the id is taken.
    pub fn insert_subject(&mut self, new: &NewSubject) -> Result<()> {
        let id = new.id;
        let seal = |column: &str, text: &str| self.seal_text(id, "subjects", column, id.as_bytes(), text);
        let name = seal("sealed_name", &new.profile.name)?;
        let contact = new.profile.contact.as_ref().map(|text| seal("sealed_contact", text)).transpose()?;
        let age = seal("sealed_age", &age_text(new.age))?;
        let tombstone = TombstoneId::random(&mut random::rng());
        self.tx.execute(
            "INSERT INTO subjects (id, tombstone, country, language, sealed_name, sealed_contact, sealed_age, \
             revision, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
            values![
                id,
                tombstone,
                new.country.to_string(),
                new.language.as_str(),
                name,
                contact,
                age,
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Changes name and contact (16: rectification).
    ///
    /// # Errors
    /// There is no such person.
    pub fn set_profile(&mut self, id: SubjectId, profile: &Profile) -> Result<()> {
        let seal = |column: &str, text: &str| self.seal_text(id, "subjects", column, id.as_bytes(), text);
        let name = seal("sealed_name", &profile.name)?;
        let contact = profile.contact.as_ref().map(|text| seal("sealed_contact", text)).transpose()?;
        let sql = "UPDATE subjects SET sealed_name = $1, sealed_contact = $2 WHERE id = $3";
        self.tx.execute(sql, values![name, contact, id])?;
        self.changed(id)
    }

    /// Changes what is known about an age.
    ///
    /// # Errors
    /// There is no such person.
    pub fn set_age(&mut self, id: SubjectId, age: Age) -> Result<()> {
        // Whoever was taken for an adult may have said a yes that does not count.
        let before = self.subject(id)?.map_or(Age::Unknown, |known| known.age);
        let sealed = self.seal_text(id, "subjects", "sealed_age", id.as_bytes(), &age_text(age))?;
        self.tx.execute("UPDATE subjects SET sealed_age = $1 WHERE id = $2", values![sealed, id])?;
        if before != Age::Unknown && before != age {
            self.touches_subject(id);
        }
        self.changed(id)
    }

    /// Freezes use of a person's data, or lifts it (RTS-10). Acts at once, on permits too.
    ///
    /// # Errors
    /// There is no such person.
    pub fn set_restriction(&mut self, id: SubjectId, restriction: Restriction) -> Result<()> {
        let since = match restriction {
            Restriction::None => None,
            Restriction::Since(since) => Some(since),
        };
        self.tx.execute("UPDATE subjects SET restricted_since = $1 WHERE id = $2", values![since, id])?;
        if since.is_some() {
            self.touches_subject(id);
        }
        self.changed(id)
    }

    /// Adds a guardian, whose yes does not count before [`Tx::verify_guardian`].
    ///
    /// # Errors
    /// There is no such person.
    pub fn insert_guardian(
        &mut self,
        subject: SubjectId,
        guardian: GuardianId,
        profile: &Profile,
        until: Option<Date>,
    ) -> Result<()> {
        let seal = |column: &str, text: &str| {
            self.seal_text(subject, "guardians", column, guardian.as_bytes(), text)
        };
        let name = seal("sealed_name", &profile.name)?;
        let contact = profile.contact.as_ref().map(|text| seal("sealed_contact", text)).transpose()?;
        self.tx.execute(
            "INSERT INTO guardians (id, subject, sealed_name, sealed_contact, until, place) VALUES \
             ($1, $2, $3, $4, $5, (SELECT count(*) FROM guardians WHERE subject = $2))",
            values![guardian, subject, name, contact, until],
        )?;
        self.changed(subject)
    }

    /// Records that a guardian's authority was checked, and how: the outcome, no papers (CON-10).
    ///
    /// # Errors
    /// There is no such guardian.
    pub fn verify_guardian(&mut self, subject: SubjectId, guardian: GuardianId, how: &str) -> Result<()> {
        let sql = "UPDATE guardians SET verified_at = $1, verified_how = $2 WHERE id = $3 AND subject = $4";
        match self.tx.execute(sql, values![self.now(), how, guardian, subject])? {
            0 => Err(StoreError::not_found("guardian")),
            _ => self.changed(subject),
        }
    }

    /// Ends a guardian's powers with a day (RTS-5).
    ///
    /// # Errors
    /// There is no such guardian.
    pub fn end_guardian(&mut self, subject: SubjectId, guardian: GuardianId, until: Date) -> Result<()> {
        let sql = "UPDATE guardians SET until = $1 WHERE id = $2 AND subject = $3";
        match self.tx.execute(sql, values![until, guardian, subject])? {
            0 => Err(StoreError::not_found("guardian")),
            _ => {
                self.touches_subject(subject);
                self.changed(subject)
            }
        }
    }

    /// Makes a link. Returns its token: 32 random bytes, of which only a hash is kept (SEC-7).
    ///
    /// # Errors
    /// There is no such person, guardian or album.
    pub fn invite(&mut self, invitation: &Invitation) -> Result<[u8; 32]> {
        let token: [u8; 32] = random::bytes();
        self.tx.execute(
            "INSERT INTO invitations (token_hash, subject, guardian, album, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![
                Digest::of(&token),
                invitation.subject,
                invitation.guardian,
                invitation.album,
                self.now(),
                invitation.expires_at
            ],
        )?;
        Ok(token)
    }

    /// Lets all links of a person lead nowhere, such as when one was lost (ABU-3).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn revoke_invitations(&mut self, subject: SubjectId) -> Result<u64> {
        let sql = "UPDATE invitations SET revoked_at = $1 WHERE subject = $2 AND revoked_at IS NULL";
        let revoked = self.tx.execute(sql, values![self.now(), subject])?;
        if revoked > 0 {
            self.touches_subject(subject);
        }
        Ok(revoked)
    }

    /// Counts up a person's revision: every permit that was given before does not commit any more.
    pub(crate) fn changed(&mut self, id: SubjectId) -> Result<()> {
        match self.tx.execute("UPDATE subjects SET revision = revision + 1 WHERE id = $1", values![id])? {
            0 => Err(StoreError::not_found("person")),
            _ => Ok(()),
        }
    }
}
