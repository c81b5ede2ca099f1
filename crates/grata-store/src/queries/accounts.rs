//! Who signs in, what they may do, and who is signed in. Secrets are kept as hashes only.

use std::fmt;
use std::str::FromStr;

use grata_core::digest::Digest;
use grata_core::id::AccountId;
use grata_core::time::Timestamp;
use hmac::Mac as _;

use crate::engine::Row;
use crate::error::{Result, StoreError};
use crate::queries::{parsed, word};
use crate::tx::{Reader, Tx, keyed};
use crate::vault::{KeyName, Place};
use crate::{random, values};

/// What somebody of the organisation may do (SEC-5). What each role may reach stands in one table, in
/// the web application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Adds photos.
    Photographer,
    /// Says who is who, one photo at a time.
    Reviewer,
    /// Lets photos leave, and calls them back.
    Publisher,
    /// Answers what people ask for.
    Privacy,
    /// Sets up the installation, and who works on it.
    Owner,
}

/// By what somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBy {
    /// A password.
    Password,
    /// A passkey.
    Passkey,
    /// A provider of sign-ins.
    Provider,
}

impl CameBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("password", Self::Password), ("passkey", Self::Passkey), ("provider", Self::Provider)];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is photographer, reviewer, publisher, privacy or owner")]
pub struct NotARole;

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Photographer, Self::Reviewer, Self::Publisher, Self::Privacy, Self::Owner];

    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Photographer => "photographer",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::Privacy => "privacy",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> std::result::Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(NotARole)
    }
}

/// Who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// What colleagues call them.
    pub label: String,
    /// What they may do.
    pub role: Role,
    /// Since when it opens nothing.
    pub closed_at: Option<Timestamp>,
}

impl fmt::Debug for Account {
    /// Without a name: it could end up in a log (SEC-3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.id, self.role.as_str())
    }
}

/// An account that is new.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount<'a> {
    /// Under which id.
    pub id: AccountId,
    /// What they sign in with.
    pub login: &'a str,
    /// What colleagues call them.
    pub label: &'a str,
    /// What they may do.
    pub role: Role,
    /// Argon2id, as a PHC string.
    pub password: &'a str,
}

fn label_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", column: "sealed_label", row: id.as_bytes() }
}

const SELECT: &str = "SELECT id, sealed_label, role, closed_at FROM accounts";

impl Reader {
    /// What somebody signs in with, as it is kept: small and capital letters are the same.
    fn login_hash(&self, login: &str) -> Digest {
        let mut mac = keyed(&self.shared, b"login");
        mac.update(login.trim().to_lowercase().as_bytes());
        Digest(mac.finalize().into_bytes().into())
    }

    fn account_of(&self, row: &Row) -> Result<Account> {
        let id: AccountId = row.get(0)?;
        let sealed: Vec<u8> = row.get(1)?;
        let label = self.shared.vault.open_sealed(KeyName::Installation, &label_place(&id), &sealed)?;
        Ok(Account {
            id,
            label: String::from_utf8_lossy(&label).into_owned(),
            role: parsed(row, 2)?,
            closed_at: row.get(3)?,
        })
    }

    /// Whether somebody has an open account of this role.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn has_open_account(&self, role: Role) -> Result<bool> {
        let sql = "SELECT id FROM accounts WHERE role = $1 AND closed_at IS NULL LIMIT 1";
        Ok(!self.tx.query(sql, values![role.as_str()])?.is_empty())
    }

    /// Everybody who has an account, the oldest first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        let rows = self.tx.query(&format!("{SELECT} ORDER BY added_at, id"), &[])?;
        rows.iter().map(|row| self.account_of(row)).collect()
    }

    /// The open account that signs in with this, and the hash of its password.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn account_for_login(&self, login: &str) -> Result<Option<(AccountId, String)>> {
        let sql = "SELECT id, password FROM accounts WHERE login_hash = $1 AND closed_at IS NULL";
        let rows = self.tx.query(sql, values![self.login_hash(login)])?;
        rows.first().map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
    }

    /// Who is signed in with this token, and by what they came in, if the session has not ended and the
    /// account is open.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn session(&self, token: &[u8], now: Timestamp) -> Result<Option<(Account, CameBy)>> {
        let sql = "SELECT accounts.id, sealed_label, role, closed_at, came_by FROM sessions \
                   JOIN accounts ON accounts.id = sessions.account \
                   WHERE token_hash = $1 AND expires_at > $2 AND closed_at IS NULL";
        let rows = self.tx.query(sql, values![Digest::of(token), now])?;
        rows.first().map(|row| Ok((self.account_of(row)?, word(row, 4, CameBy::WORDS)?))).transpose()
    }

    /// An open account.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn open_account(&self, id: AccountId) -> Result<Option<Account>> {
        let rows = self.tx.query(&format!("{SELECT} WHERE id = $1 AND closed_at IS NULL"), values![id])?;
        rows.first().map(|row| self.account_of(row)).transpose()
    }

    /// The hash of the password of an open account.
    ///
    /// # Errors
    /// There is no such open account.
    pub fn password_of(&self, id: AccountId) -> Result<String> {
        let sql = "SELECT password FROM accounts WHERE id = $1 AND closed_at IS NULL";
        let rows = self.tx.query(sql, values![id])?;
        rows.first().ok_or_else(|| StoreError::not_found("open account"))?.get(0)
    }

    /// Which role a link to make an account gives, if it still leads anywhere. Unknown, used and
    /// expired look the same (SEC-7).
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn account_link(&self, token: &[u8], now: Timestamp) -> Result<Option<Role>> {
        let sql = "SELECT role FROM account_links \
                   WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
        let rows = self.tx.query(sql, values![Digest::of(token), now])?;
        rows.first().map(|row| parsed(row, 0)).transpose()
    }
}

impl Tx {
    /// Adds an account.
    ///
    /// # Errors
    /// `Conflict` if somebody signs in with this already.
    pub fn insert_account(&mut self, new: &NewAccount<'_>) -> Result<()> {
        let place = label_place(&new.id);
        let label = self.shared.vault.seal(KeyName::Installation, &place, new.label.as_bytes())?;
        let login = self.login_hash(new.login);
        self.tx.execute(
            "INSERT INTO accounts (id, login_hash, sealed_label, role, password, added_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![new.id, login, label, new.role.as_str(), new.password, self.now()],
        )?;
        Ok(())
    }

    /// Gives an account another password: Argon2id, as a PHC string.
    ///
    /// # Errors
    /// There is no such open account.
    pub fn set_password(&mut self, id: AccountId, password: &str) -> Result<()> {
        let sql = "UPDATE accounts SET password = $1 WHERE id = $2 AND closed_at IS NULL";
        let changed = self.tx.execute(sql, values![password, id])?;
        self.changed_account(id, changed)
    }

    /// Gives an account another role. What is opened with it from now on is what that role opens.
    ///
    /// # Errors
    /// There is no such open account.
    pub fn set_role(&mut self, id: AccountId, role: Role) -> Result<()> {
        let sql = "UPDATE accounts SET role = $1 WHERE id = $2 AND closed_at IS NULL";
        let changed = self.tx.execute(sql, values![role.as_str(), id])?;
        self.changed_account(id, changed)
    }

    fn changed_account(&mut self, id: AccountId, rows: u64) -> Result<()> {
        if rows == 0 {
            return Err(StoreError::not_found("open account"));
        }
        // An older state would let in with the old password, or further than the new role (§8).
        self.touches_account(id);
        Ok(())
    }

    /// Closes an account: it opens nothing any more, and its sessions end. Its id stays, and with it
    /// what was done under it.
    ///
    /// # Errors
    /// There is no such open account.
    pub fn close_account(&mut self, id: AccountId) -> Result<()> {
        // Nobody can sign in with what hashes to chance.
        let (login, password) = (Digest(random::bytes()), "$argon2id$closed");
        let sql = "UPDATE accounts SET closed_at = $1, login_hash = $2, password = $3 \
                   WHERE id = $4 AND closed_at IS NULL";
        if self.tx.execute(sql, values![self.now(), login, password, id])? == 0 {
            return Err(StoreError::not_found("open account"));
        }
        self.tx.execute("DELETE FROM sessions WHERE account = $1", values![id])?;
        // An older state must not open it again (§8).
        self.touches_account(id);
        self.end_ways_in(id)
    }

    /// Ends every session and every link that makes an account: in a restored backup, some of them have
    /// ended or were used since.
    pub(crate) fn end_what_signs_in(&mut self) -> Result<()> {
        self.tx.execute("DELETE FROM sessions", &[])?;
        self.revoke_account_links()
    }

    /// Makes a link with which somebody makes their account. Returns its token, of which only a hash
    /// is kept.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn insert_account_link(&mut self, role: Role, expires_at: Timestamp) -> Result<[u8; 32]> {
        let token: [u8; 32] = random::bytes();
        self.tx.execute("DELETE FROM account_links WHERE expires_at <= $1", values![self.now()])?;
        self.tx.execute(
            "INSERT INTO account_links (token_hash, role, created_at, expires_at) VALUES ($1, $2, $3, $4)",
            values![Digest::of(&token), role.as_str(), self.now(), expires_at],
        )?;
        Ok(token)
    }

    /// Uses a link up. Returns the role that it gives.
    ///
    /// # Errors
    /// `NotFound` if it leads nowhere, or nowhere any more.
    pub fn use_account_link(&mut self, token: &[u8]) -> Result<Role> {
        let role = self.account_link(token, self.now())?;
        let role = role.ok_or_else(|| StoreError::not_found("link of this kind, or not any more"))?;
        let sql = "UPDATE account_links SET used_at = $1 WHERE token_hash = $2";
        self.tx.execute(sql, values![self.now(), Digest::of(token)])?;
        Ok(role)
    }

    /// Ends links that nobody has used: before another one is printed at a first start.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn revoke_account_links(&mut self) -> Result<()> {
        self.tx.execute("DELETE FROM account_links WHERE used_at IS NULL", &[])?;
        Ok(())
    }

    /// Signs somebody in. Returns the session's token, of which only a hash is kept. Sessions that have
    /// ended are removed.
    ///
    /// # Errors
    /// There is no such account.
    pub fn insert_session(
        &mut self,
        account: AccountId,
        came_by: CameBy,
        expires_at: Timestamp,
    ) -> Result<[u8; 32]> {
        let token: [u8; 32] = random::bytes();
        self.tx.execute("DELETE FROM sessions WHERE expires_at <= $1", values![self.now()])?;
        self.tx.execute(
            "INSERT INTO sessions (token_hash, account, came_by, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
            values![Digest::of(&token), account, came_by.as_str(), self.now(), expires_at],
        )?;
        Ok(token)
    }

    /// Lets a session count as one that a passkey began: its account has just shown one.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn raise_session(&mut self, token: &[u8]) -> Result<()> {
        let sql = "UPDATE sessions SET came_by = $1 WHERE token_hash = $2";
        self.tx.execute(sql, values![CameBy::Passkey.as_str(), Digest::of(token)])?;
        Ok(())
    }

    /// Ends all sessions of an account but this one.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn end_other_sessions(&mut self, account: AccountId, token: &[u8]) -> Result<()> {
        let sql = "DELETE FROM sessions WHERE account = $1 AND token_hash <> $2";
        self.tx.execute(sql, values![account, Digest::of(token)])?;
        Ok(())
    }

    /// Signs somebody out.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn delete_session(&mut self, token: &[u8]) -> Result<()> {
        self.tx.execute("DELETE FROM sessions WHERE token_hash = $1", values![Digest::of(token)])?;
        Ok(())
    }
}
