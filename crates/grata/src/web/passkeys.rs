//! Passkeys (WebAuthn): how somebody shows one, and adds one. What was asked is kept here, and taken up
//! once; the person is verified by their authenticator each time.

use grata_core::audit::entry::{Actor, Event, EventKind};
use grata_core::id::{AccountId, PasskeyId};
use grata_store::queries::accounts::{Account, CameBy};
use grata_store::queries::passkeys::{NewPasskey, StoredPasskey};
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::options::ResidentKeyRequirement;

use super::pending::Pending;
use super::session::{bytes, write_session};
use super::site::Site;
use crate::error::{AppError, ErrorKind};

/// Most passkeys of one account.
const MOST: usize = 10;

/// Longest name of a passkey, in characters.
const LONGEST_LABEL: usize = 60;

/// Where passkeys are good, and what was asked and not answered yet.
pub struct Passkeys {
    party: Option<Party>,
    adding: Pending<(AccountId, PasskeyRegistration)>,
    showing: Pending<DiscoverableAuthentication>,
}

struct Party {
    host: String,
    /// Where pages are called by that name.
    address: String,
    webauthn: Webauthn,
}

impl Passkeys {
    /// For pages at this address. Authenticators know names, not numbers: on this machine alone that is
    /// `localhost`, at any port; at another address without a name there are no passkeys.
    pub fn at(address: &str) -> Self {
        Self { party: party(address), adding: Pending::default(), showing: Pending::default() }
    }

    /// The name that browsers have to have called for passkeys to work; none if they never do.
    pub fn host(&self) -> Option<&str> {
        self.party.as_ref().map(|party| party.host.as_str())
    }

    /// The address that is called so.
    pub fn address(&self) -> Option<&str> {
        self.party.as_ref().map(|party| party.address.as_str())
    }

    fn webauthn(&self) -> Result<&Webauthn, AppError> {
        let party = self.party.as_ref();
        party.map(|party| &party.webauthn).ok_or_else(|| {
            AppError::new(ErrorKind::NotFound, "passkeys need an address with a name")
                .hint("`grata settings set address https://...` gives one.")
        })
    }
}

fn party(address: &str) -> Option<Party> {
    let mut url = Url::parse(address).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(number) => number.is_loopback(),
        Host::Ipv6(number) => number.is_loopback(),
    };
    if is_here {
        url.set_host(Some("localhost")).ok()?;
    }
    let host = url.domain()?.to_string();
    let builder = WebauthnBuilder::new(&host, &url).ok()?.rp_name("grata");
    let webauthn = builder.allow_any_port(is_here).build().ok()?;
    let address = url.as_str().trim_end_matches('/').to_string();
    Some(Party { host, address, webauthn })
}

/// Whatever is wrong with what an authenticator said: which it is helps only whoever tries to cheat.
fn refused(_: WebauthnError) -> AppError {
    not_accepted()
}

fn not_accepted() -> AppError {
    AppError::new(ErrorKind::Denied, "this passkey is not accepted")
}

fn kept(stored: &StoredPasskey) -> Result<Passkey, AppError> {
    serde_json::from_slice(&stored.key)
        .map_err(|_| AppError::new(ErrorKind::Internal, "a passkey that is kept makes no sense"))
}

fn to_keep(passkey: &Passkey) -> Result<Vec<u8>, AppError> {
    serde_json::to_vec(passkey).map_err(|_| AppError::new(ErrorKind::Internal, "a passkey cannot be kept"))
}

/// Asks an authenticator for a new passkey: one that it finds by itself, so that nobody types a name.
///
/// # Errors
/// There are too many already, or passkeys do not work at this address.
pub fn begin_adding(site: &Site, account: &Account) -> Result<(String, CreationChallengeResponse), AppError> {
    let stored = site.store().read()?.passkey_keys_of(account.id)?;
    if stored.len() >= MOST {
        let message = format!("there are {MOST} passkeys already; remove one first");
        return Err(AppError::new(ErrorKind::Conflict, message));
    }
    let known = stored.iter().map(|one| Ok(kept(one)?.cred_id().clone()));
    let known = known.collect::<Result<Vec<_>, AppError>>()?;
    let id = Uuid::from_bytes(*account.id.as_bytes());
    let webauthn = site.passkeys().webauthn()?;
    let begun = webauthn.start_passkey_registration(id, &account.label, &account.label, Some(known));
    let (mut asked, state) = begun.map_err(refused)?;
    if let Some(wanted) = &mut asked.public_key.authenticator_selection {
        wanted.resident_key = Some(ResidentKeyRequirement::Required);
        wanted.require_resident_key = true;
    }
    let handle = site.passkeys().adding.put((account.id, state), site.now(), &mut site.store().rng());
    Ok((handle, asked))
}

/// Who adds a passkey, and how far they have come in.
#[derive(Debug, Clone)]
pub struct Adder {
    /// Whose passkey it will be.
    pub account: Account,
    /// The secret of their session.
    pub secret: String,
    /// Whether a password alone has brought them, where that is not enough: then it may only be the first.
    pub is_halfway: bool,
}

/// Adds the passkey that an authenticator made, for whoever asked for it. Their session counts as one that
/// a passkey began.
///
/// # Errors
/// `Denied` if it is not what was asked for, or was not asked for here, now and by them.
pub fn finish_adding(
    site: &Site,
    Adder { account, secret, is_halfway }: &Adder,
    handle: &str,
    label: &str,
    made: &RegisterPublicKeyCredential,
) -> Result<(), AppError> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > LONGEST_LABEL || label.chars().any(char::is_control) {
        let message = format!("give the passkey a name of 1 to {LONGEST_LABEL} letters");
        return Err(AppError::new(ErrorKind::Invalid, message));
    }
    let asked = site.passkeys().adding.take(handle, site.now());
    let (_, state) = asked.filter(|(asker, _)| *asker == account.id).ok_or_else(not_accepted)?;
    let passkey = site.passkeys().webauthn()?.finish_passkey_registration(made, &state).map_err(refused)?;
    let mut tx = site.store().begin(site.now())?;
    // Closed in the meantime.
    tx.open_account(account.id)?.ok_or_else(not_accepted)?;
    // Whoever has only the password must not get around the passkey that is there.
    if *is_halfway && !tx.passkeys_of(account.id)?.is_empty() {
        return Err(not_accepted());
    }
    tx.insert_passkey(&NewPasskey {
        id: PasskeyId::random(&mut site.store().rng()),
        account: account.id,
        label,
        credential: passkey.cred_id(),
        key: &to_keep(&passkey)?,
    })?;
    if let Some(token) = bytes(secret) {
        tx.raise_session(&token)?;
    }
    tx.commit(site.by().event(EventKind::PasskeyAdded))?;
    Ok(())
}

/// Removes a passkey. Whoever is signed in elsewhere with the account is signed out: the passkey may be
/// removed because it was lost.
///
/// # Errors
/// The account has no such passkey.
pub fn remove(site: &Site, account: &Account, secret: &str, id: PasskeyId) -> Result<(), AppError> {
    let mut tx = site.store().begin(site.now())?;
    tx.delete_passkey(account.id, id)?;
    tx.end_other_sessions(account.id, &bytes(secret).unwrap_or_default())?;
    tx.commit(site.by().event(EventKind::PasskeyRemoved))?;
    Ok(())
}

/// Asks for any passkey of this installation. The authenticator says whose it is.
///
/// # Errors
/// Passkeys do not work at this address.
pub fn begin_showing(site: &Site) -> Result<(String, RequestChallengeResponse), AppError> {
    let begun = site.passkeys().webauthn()?.start_discoverable_authentication();
    let (mut asked, state) = begun.map_err(refused)?;
    // Somebody pressed a button: they are asked at once, not when they begin to type.
    asked.mediation = None;
    let handle = site.passkeys().showing.put(state, site.now(), &mut site.store().rng());
    Ok((handle, asked))
}

/// Signs in whoever shows a passkey: the secret for their cookie. One whose counter does not go on may be
/// a copy, and is refused.
///
/// # Errors
/// `Denied` if it is none of ours, or was not asked for here and now.
pub fn finish_showing(site: &Site, handle: &str, shown: &PublicKeyCredential) -> Result<String, AppError> {
    let state = site.passkeys().showing.take(handle, site.now()).ok_or_else(not_accepted)?;
    let webauthn = site.passkeys().webauthn()?;
    let (whose, credential) = webauthn.identify_discoverable_authentication(shown).map_err(refused)?;
    // Nobody else writes until this is over: a counter that was seen twice is seen once.
    let mut tx = site.store().begin(site.now())?;
    let stored = tx.passkey(credential)?.filter(|one| one.account.as_bytes() == whose.as_bytes());
    let stored = stored.ok_or_else(not_accepted)?;
    let mut passkey = kept(&stored)?;
    let verified =
        webauthn.finish_discoverable_authentication_v2(shown, state, DiscoverableKey::from(&passkey));
    passkey.update_credential(&verified.map_err(refused)?);
    tx.use_passkey(stored.id, &to_keep(&passkey)?)?;
    let secret = write_session(&mut tx, stored.account, CameBy::Passkey)?;
    tx.commit(Event::new(EventKind::SignedIn, Actor::account(stored.account)))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_good_where_the_configuration_says_and_on_this_machine() {
        for (address, host) in [
            ("https://photos.example.org", Some("photos.example.org")),
            ("https://photos.example.org:8443/grata", Some("photos.example.org")),
            ("http://localhost:8080", Some("localhost")),
            ("http://127.0.0.1:8080", Some("localhost")),
            ("https://192.0.2.7", None),
            ("nonsense", None),
        ] {
            assert_eq!(Passkeys::at(address).host(), host, "{address}");
        }
        assert_eq!(Passkeys::at("http://127.0.0.1:8080").address(), Some("http://localhost:8080"));
        assert_eq!(Passkeys::at("https://a.example/grata/").address(), Some("https://a.example/grata"));
    }
}
