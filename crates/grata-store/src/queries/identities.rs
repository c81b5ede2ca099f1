//! As whom colleagues are known to a provider of sign-ins. Kept as a keyed hash: the provider's name for
//! somebody can be looked for, and not read.

use grata_core::digest::Digest;
use grata_core::id::AccountId;
use grata_core::time::Timestamp;
use hmac::Mac as _;

use crate::error::{Result, StoreError};
use crate::tx::{Reader, Tx, keyed};
use crate::values;

impl Reader {
    fn identity_hash(&self, issuer: &str, subject: &str) -> Digest {
        let mut mac = keyed(&self.shared, b"identity");
        // Neither can be mistaken for a part of the other.
        mac.update(&(issuer.len() as u64).to_be_bytes());
        mac.update(issuer.as_bytes());
        mac.update(subject.as_bytes());
        Digest(mac.finalize().into_bytes().into())
    }

    /// The open account that is linked with what a provider calls somebody.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn account_for_identity(&self, issuer: &str, subject: &str) -> Result<Option<AccountId>> {
        let sql = "SELECT account FROM identities JOIN accounts ON accounts.id = account \
                   WHERE identity_hash = $1 AND closed_at IS NULL";
        let rows = self.tx.query(sql, values![self.identity_hash(issuer, subject)])?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    /// Since when an account is linked with a provider; none if it is not.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn identity_since(&self, account: AccountId) -> Result<Option<Timestamp>> {
        let rows = self.tx.query("SELECT added_at FROM identities WHERE account = $1", values![account])?;
        rows.first().map(|row| row.get(0)).transpose()
    }
}

impl Tx {
    /// Links an account with what a provider calls somebody: one with one.
    ///
    /// # Errors
    /// `Conflict` if either is linked already.
    pub fn insert_identity(&mut self, account: AccountId, issuer: &str, subject: &str) -> Result<()> {
        let hash = self.identity_hash(issuer, subject);
        let sql = "INSERT INTO identities (identity_hash, account, added_at) VALUES ($1, $2, $3)";
        self.tx.execute(sql, values![hash, account, self.now()])?;
        Ok(())
    }

    /// Ends the link of an account with a provider. A restored backup does not bring it back.
    ///
    /// # Errors
    /// There is none.
    pub fn delete_identity(&mut self, account: AccountId) -> Result<()> {
        let rows =
            self.tx.query("SELECT identity_hash FROM identities WHERE account = $1", values![account])?;
        let way: Digest = rows.first().ok_or_else(|| StoreError::not_found("linked account"))?.get(0)?;
        self.touches_way_in(way);
        self.end_way_in(way)
    }
}
