//! Passkeys of those who work here. What verifies one is sealed under the installation's key; what it is
//! made of is no matter of the store.

use grata_core::digest::Digest;
use grata_core::id::{AccountId, PasskeyId};
use grata_core::time::Timestamp;
use hmac::Mac as _;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::tx::{Reader, Tx, keyed};
use crate::values;
use crate::vault::{KeyName, Place};

/// A passkey, as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyLine {
    /// Which.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub label: String,
    /// Since when it is there.
    pub added_at: Timestamp,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

/// A passkey, as whoever verifies it sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Which.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// What verifies it, as it was given.
    pub key: Vec<u8>,
}

/// A passkey that is new.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPasskey<'a> {
    /// Under which id.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// What its owner calls it.
    pub label: &'a str,
    /// The id that the authenticator gave it.
    pub credential: &'a [u8],
    /// What verifies it.
    pub key: &'a [u8],
}

fn place<'a>(id: &'a PasskeyId, column: &'static str) -> Place<'a> {
    Place { table: "passkeys", column, row: id.as_bytes() }
}

impl Reader {
    fn credential_hash(&self, credential: &[u8]) -> Digest {
        let mut mac = keyed(&self.shared, b"passkey");
        mac.update(credential);
        Digest(mac.finalize().into_bytes().into())
    }

    fn open_passkey(&self, row: &Row) -> Result<StoredPasskey> {
        let (id, sealed): (PasskeyId, Vec<u8>) = (row.get(0)?, row.get(2)?);
        let key = self.shared.vault.open_sealed(KeyName::Installation, &place(&id, "sealed_key"), &sealed)?;
        Ok(StoredPasskey { id, account: row.get(1)?, key: key.to_vec() })
    }

    /// The passkeys of an account, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn passkeys_of(&self, account: AccountId) -> Result<Vec<PasskeyLine>> {
        let sql = "SELECT id, sealed_label, added_at, used_at FROM passkeys WHERE account = $1 \
                   ORDER BY added_at, id";
        let line = |row: &Row| {
            let (id, sealed): (PasskeyId, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let place = place(&id, "sealed_label");
            let label = self.shared.vault.open_sealed(KeyName::Installation, &place, &sealed)?;
            let label = String::from_utf8_lossy(&label).into_owned();
            Ok(PasskeyLine { id, label, added_at: row.get(2)?, used_at: row.get(3)? })
        };
        self.tx.query(sql, values![account])?.iter().map(line).collect()
    }

    /// The same, for whoever verifies them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn passkey_keys_of(&self, account: AccountId) -> Result<Vec<StoredPasskey>> {
        let sql = "SELECT id, account, sealed_key FROM passkeys WHERE account = $1 ORDER BY added_at, id";
        self.tx.query(sql, values![account])?.iter().map(|row| self.open_passkey(row)).collect()
    }

    /// The passkey to which its authenticator gave this id, if its account is open.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn passkey(&self, credential: &[u8]) -> Result<Option<StoredPasskey>> {
        let sql = "SELECT passkeys.id, account, sealed_key FROM passkeys \
                   JOIN accounts ON accounts.id = account \
                   WHERE credential_hash = $1 AND closed_at IS NULL";
        let rows = self.tx.query(sql, values![self.credential_hash(credential)])?;
        rows.first().map(|row| self.open_passkey(row)).transpose()
    }

    /// Every way in but names and passwords, by its keyed hash.
    pub(crate) fn ways_in(&self) -> Result<Vec<Digest>> {
        let sql = "SELECT credential_hash FROM passkeys UNION SELECT identity_hash FROM identities";
        let rows = self.tx.query(sql, &[])?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Tx {
    /// Adds a passkey.
    ///
    /// # Errors
    /// `Conflict` if it is there already.
    pub fn insert_passkey(&mut self, new: &NewPasskey<'_>) -> Result<()> {
        let seal = |column, text: &[u8]| {
            self.shared.vault.seal(KeyName::Installation, &place(&new.id, column), text)
        };
        let label = seal("sealed_label", new.label.as_bytes())?;
        let key = seal("sealed_key", new.key)?;
        let hash = self.credential_hash(new.credential);
        self.tx.execute(
            "INSERT INTO passkeys (id, account, credential_hash, sealed_label, sealed_key, added_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![new.id, new.account, hash, label, key, self.now()],
        )?;
        Ok(())
    }

    /// Records that somebody signed in with a passkey, and what verifies it from now on.
    ///
    /// # Errors
    /// There is no such passkey.
    pub fn use_passkey(&mut self, id: PasskeyId, key: &[u8]) -> Result<()> {
        let sealed = self.shared.vault.seal(KeyName::Installation, &place(&id, "sealed_key"), key)?;
        let sql = "UPDATE passkeys SET sealed_key = $1, used_at = $2 WHERE id = $3";
        match self.tx.execute(sql, values![sealed, self.now(), id])? {
            0 => Err(StoreError::not_found("passkey")),
            _ => Ok(()),
        }
    }

    /// Removes a passkey of an account. A restored backup does not bring it back.
    ///
    /// # Errors
    /// The account has no such passkey.
    pub fn delete_passkey(&mut self, account: AccountId, id: PasskeyId) -> Result<()> {
        let sql = "SELECT credential_hash FROM passkeys WHERE id = $1 AND account = $2";
        let rows = self.tx.query(sql, values![id, account])?;
        let way: Digest = rows.first().ok_or_else(|| StoreError::not_found("passkey"))?.get(0)?;
        self.touches_way_in(way);
        self.end_way_in(way)
    }

    /// Ends every way in of an account but its name and password.
    pub(crate) fn end_ways_in(&mut self, account: AccountId) -> Result<()> {
        let sql = "SELECT credential_hash FROM passkeys WHERE account = $1 \
                   UNION SELECT identity_hash FROM identities WHERE account = $1";
        for row in self.tx.query(sql, values![account])? {
            let way = row.get(0)?;
            self.touches_way_in(way);
            self.end_way_in(way)?;
        }
        Ok(())
    }

    pub(crate) fn end_way_in(&mut self, way: Digest) -> Result<()> {
        self.tx.execute("DELETE FROM passkeys WHERE credential_hash = $1", values![way])?;
        self.tx.execute("DELETE FROM identities WHERE identity_hash = $1", values![way])?;
        Ok(())
    }
}
