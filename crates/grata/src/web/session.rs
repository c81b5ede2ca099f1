//! Who comes in, and with which right. A cookie holds a secret; what is kept is its hash. The secret of
//! a person's or a gallery's link is the cookie itself, so that a revoked link ends what it began.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use axum::http::{HeaderMap, HeaderValue, header};
use grata_core::audit::entry::{Actor, Event, EventKind};
use grata_core::digest::Digest;
use grata_core::id::AccountId;
use grata_core::purpose::Shared;
use grata_core::time::hours_after;
use grata_store::queries::accounts::{Account, CameBy, NewAccount, Role};
use grata_store::queries::subjects::Invitation;
use grata_store::{Store, Tx};

use super::site::Site;
use crate::app::settings;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Hours after which somebody signs in again.
const SESSION_HOURS: u32 = 12;

/// Days for which a link to make an account leads somewhere.
const ACCOUNT_LINK_DAYS: u32 = 3;

/// Shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 10;

/// Longest password, in bytes: longer ones are no safer.
const LONGEST_PASSWORD: usize = 1000;

/// Memory and passes of Argon2id: OWASP's second choice (19 MiB, 2 passes), which is Argon2's default.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// The cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Of somebody who is signed in.
    Desk,
    /// Of a person.
    Page,
    /// Of a gallery.
    Gallery,
    /// Of a browser that was sent to a provider, and comes back.
    State,
}

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Desk => "grata-desk",
            Self::Page => "grata-page",
            Self::Gallery => "grata-gallery",
            Self::State => "grata-state",
        }
    }

    /// Scripts cannot read it, and no other site can send it. The desk's comes along when somebody
    /// follows a link in a mail, and when they come back from a provider; those of people and galleries are
    /// set by the page that a link opens.
    pub fn set(self, secret: &str, is_secure: bool) -> Option<HeaderValue> {
        let strictness = if matches!(self, Self::Desk | Self::State) { "Lax" } else { "Strict" };
        let secure = if is_secure { "; Secure" } else { "" };
        let text = format!("{}={secret}; Path=/; HttpOnly; SameSite={strictness}{secure}", self.name());
        HeaderValue::try_from(text).ok()
    }

    /// Ends it.
    pub fn clear(self) -> Option<HeaderValue> {
        let text = format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict", self.name());
        HeaderValue::try_from(text).ok()
    }

    /// The secret that a browser sent.
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        cookie(headers, self.name())
    }
}

/// A cookie by its name.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
}

/// Who comes in.
#[derive(Debug, Clone)]
pub enum Visitor {
    /// Somebody of whom nothing is known.
    Nobody,
    /// Somebody of the organisation.
    Staff(Account),
    /// The same by a password alone, where that is not enough: they may add a passkey, and nothing else.
    Halfway(Account),
    /// A person, or their guardian, by their link.
    Person(Invitation),
    /// Whoever has the link of a gallery.
    Guest(Shared),
}

/// The bytes that a secret stands for.
pub(super) fn bytes(secret: &str) -> Option<[u8; 32]> {
    secret.parse::<Digest>().ok().map(|digest| digest.0)
}

/// Who holds this secret of this kind; none if it leads nowhere, or nowhere any more.
///
/// # Errors
/// The store cannot be used.
pub fn visitor(site: &Site, cookie: Cookie, secret: &str) -> Result<Option<Visitor>, AppError> {
    let Some(token) = bytes(secret) else { return Ok(None) };
    let (reader, now) = (site.store().read()?, site.now());
    Ok(match cookie {
        Cookie::Desk => match reader.session(&token, now)? {
            Some((account, CameBy::Password)) if settings::demands_passkey(&reader)? => {
                Some(Visitor::Halfway(account))
            }
            session => session.map(|(account, _)| Visitor::Staff(account)),
        },
        Cookie::Page => reader.invitation(&token, now)?.map(Visitor::Person),
        Cookie::State => None,
        Cookie::Gallery => reader.gallery_link(&token, now)?.map(Visitor::Guest),
    })
}

/// What became of a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// They fit: the secret for the cookie.
    Yes(String),
    /// They do not fit each other.
    No,
    /// They fit, and this account has to show a passkey.
    NeedsPasskey,
}

/// Signs somebody in by name and password. That takes as long whether or not there is such a name.
///
/// # Errors
/// The store cannot be used.
pub fn sign_in(site: &Site, login: &str, password: &str) -> Result<SignedIn, AppError> {
    let found = site.store().read()?.account_for_login(login)?;
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), hash),
        None => (None, NOBODYS_HASH.clone()),
    };
    let fits = is_of(password, &hash)?;
    let Some(account) = account.filter(|_| fits) else { return Ok(SignedIn::No) };
    let reader = site.store().read()?;
    if settings::demands_passkey(&reader)? && !reader.passkeys_of(account)?.is_empty() {
        return Ok(SignedIn::NeedsPasskey);
    }
    drop(reader);
    begin_session(site, account).map(SignedIn::Yes)
}

/// The hash of a password that nobody has: looked at where there is no such name, so that both take the
/// same time.
static NOBODYS_HASH: LazyLock<String> =
    LazyLock::new(|| hash_of("nobody signs in with this", &[7; 16]).unwrap_or_default());

fn hash_of(password: &str, salt: &[u8; 16]) -> Result<String, AppError> {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), salt);
    let hash = hash.map_err(|_| AppError::new(ErrorKind::Internal, "the password cannot be hashed"))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed.
fn is_of(password: &str, hash: &str) -> Result<bool, AppError> {
    let parsed = PasswordHash::new(hash)
        .map_err(|_| AppError::new(ErrorKind::Internal, "a password that is kept makes no sense"))?;
    Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Whether a password is neither too short nor too long to be one.
fn may_be_password(text: &str) -> bool {
    text.chars().count() >= SHORTEST_PASSWORD && text.len() <= LONGEST_PASSWORD
}

fn begin_session(site: &Site, account: AccountId) -> Result<String, AppError> {
    let mut tx = site.store().begin(site.now())?;
    let secret = write_session(&mut tx, account, CameBy::Password)?;
    tx.commit(Event::new(EventKind::SignedIn, Actor::account(account)))?;
    Ok(secret)
}

/// Begins a session with what is about to be committed: the secret for its cookie.
pub(super) fn write_session(tx: &mut Tx, account: AccountId, came_by: CameBy) -> Result<String, AppError> {
    let until = hours_after(tx.now(), SESSION_HOURS);
    Ok(Digest(tx.insert_session(account, came_by, until)?).to_string())
}

/// Signs somebody out.
///
/// # Errors
/// The store cannot be used.
pub fn sign_out(site: &Site, secret: &str) -> Result<(), AppError> {
    let Some(token) = bytes(secret) else { return Ok(()) };
    let mut tx = site.store().begin(site.now())?;
    tx.delete_session(&token)?;
    tx.commit(site.by().event(EventKind::SignedOut))?;
    Ok(())
}

/// Makes a link with which somebody makes an account of this role. Its secret stands behind the `#`.
///
/// # Errors
/// The store cannot be used.
pub fn account_link(store: &Store, role: Role, by: By) -> Result<String, AppError> {
    let mut tx = store.begin(by.at)?;
    let token = tx.insert_account_link(role, hours_after(by.at, ACCOUNT_LINK_DAYS * 24))?;
    tx.commit(by.event(EventKind::AccountAdded))?;
    Ok(Digest(token).to_string())
}

/// The link for the owner of an installation that has none: a new one, or a restored one whose owner's
/// account was closed since. Links of earlier starts end.
///
/// # Errors
/// The store cannot be used.
pub fn owners_link(store: &Store, by: By) -> Result<Option<String>, AppError> {
    if store.read()?.has_open_account(Role::Owner)? {
        return Ok(None);
    }
    let mut tx = store.begin(by.at)?;
    tx.revoke_account_links()?;
    tx.commit(by.event(EventKind::AccountChanged))?;
    account_link(store, Role::Owner, by).map(Some)
}

/// What somebody fills in who makes an account.
#[derive(Clone)]
pub struct NewSignIn<'a> {
    /// The secret of the link.
    pub secret: &'a str,
    /// What colleagues call them.
    pub label: &'a str,
    /// What they sign in with.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
}

/// Makes an account by a link, and signs in: the secret for the cookie.
///
/// # Errors
/// `NotFound` if the link leads nowhere; `Invalid` if something is missing; `Conflict` if somebody else
/// signs in with that name.
pub fn make_account(site: &Site, new: &NewSignIn<'_>) -> Result<String, AppError> {
    let nowhere = || AppError::new(ErrorKind::NotFound, "this link leads nowhere, or nowhere any more");
    let token = bytes(new.secret.trim()).ok_or_else(nowhere)?;
    if site.store().read()?.account_link(&token, site.now())?.is_none() {
        return Err(nowhere());
    }
    if new.login.trim().is_empty() || new.label.trim().is_empty() || !may_be_password(new.password) {
        let message = format!("a name, and a password of at least {SHORTEST_PASSWORD} characters");
        return Err(AppError::new(ErrorKind::Invalid, message));
    }
    let mut tx = site.store().begin(site.now())?;
    let role = tx.use_account_link(&token)?;
    let (login, label) = (new.login.trim(), new.label.trim());
    let id = insert_account(site.store(), &mut tx, role, login, label, new.password)?;
    tx.commit(Event::new(EventKind::AccountAdded, Actor::account(id)))?;
    begin_session(site, id)
}

/// Adds an account to what is about to be committed.
///
/// # Errors
/// `Conflict` if somebody signs in with that name already.
pub fn insert_account(
    store: &Store,
    tx: &mut Tx,
    role: Role,
    login: &str,
    label: &str,
    password: &str,
) -> Result<AccountId, AppError> {
    let id = AccountId::random(&mut store.rng());
    let password = newly_hashed(store, password)?;
    tx.insert_account(&NewAccount { id, login, label, role, password: &password })?;
    Ok(id)
}

fn newly_hashed(store: &Store, password: &str) -> Result<String, AppError> {
    // Random, and used for nothing else.
    let salt = *AccountId::random(&mut store.rng()).as_bytes();
    hash_of(password, &salt)
}

/// What became of a change of password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChange {
    /// It is the new one now; whoever is signed in elsewhere with the account is signed out.
    Done,
    /// What was given as the password until now is not.
    Wrong,
    /// The new one is too short, or longer than any has to be.
    Unfit,
}

/// Changes the password of an account, for whoever knows the one until now.
///
/// # Errors
/// The store cannot be used.
pub fn change_password(
    site: &Site,
    account: &Account,
    secret: &str,
    now: &str,
    new: &str,
) -> Result<PasswordChange, AppError> {
    if !may_be_password(new) {
        return Ok(PasswordChange::Unfit);
    }
    let until_now = site.store().read()?.password_of(account.id)?;
    if !is_of(now, &until_now)? {
        return Ok(PasswordChange::Wrong);
    }
    let hash = newly_hashed(site.store(), new)?;
    let mut tx = site.store().begin(site.now())?;
    // Somebody else who knew it was faster.
    if tx.password_of(account.id)? != until_now {
        return Ok(PasswordChange::Wrong);
    }
    tx.set_password(account.id, &hash)?;
    tx.end_other_sessions(account.id, &bytes(secret).unwrap_or_default())?;
    tx.commit(site.by().event(EventKind::AccountChanged))?;
    Ok(PasswordChange::Done)
}
