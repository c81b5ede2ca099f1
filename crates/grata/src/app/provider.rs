//! A provider of OpenID Connect with whom colleagues sign in as well, if the owner installs one. grata asks it
//! nothing: its metadata and keys are files that somebody hands over, and its answer comes through the browser
//! of whoever signs in (COL-1). Nobody gets an account by it: it stands for one that is there.

use std::path::Path;
use std::str::FromStr as _;

use compact_jwt::compact::{Jwk, JwkUse, JwsCompact};
use compact_jwt::crypto::{JwsEs256Verifier, JwsRs256Verifier};
use compact_jwt::traits::{JwsVerifiable as _, JwsVerifier as _};
use compact_jwt::{JwaAlg, Jws};
use grata_core::audit::entry::EventKind;
use grata_core::time::Timestamp;
use grata_store::{Reader, Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// The setting that holds it.
const SETTING: &str = "provider";

/// Longest token, in bytes.
const LONGEST_TOKEN: usize = 16 << 10;

/// Longest name of an account at the provider, in bytes, as its standard says.
const LONGEST_SUBJECT: usize = 255;

/// Seconds by which the provider's clock may be off.
const LEEWAY_SECONDS: i64 = 60;

/// Oldest token, in seconds.
const OLDEST_SECONDS: i64 = 600;

/// Fewest bytes of an RSA key: 2048 bits.
const LEAST_RSA_BYTES: usize = 256;

/// What the owner hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderFiles<'a> {
    /// What stands at `/.well-known/openid-configuration`.
    pub metadata: &'a Path,
    /// What stands at its `jwks_uri`.
    pub keys: &'a Path,
    /// As whom the provider knows this installation.
    pub client: &'a str,
    /// What colleagues call the provider.
    pub name: &'a str,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What colleagues call it.
    pub name: String,
    /// Who says so, in its tokens.
    pub issuer: String,
    /// Where browsers go.
    pub authorization: Url,
    /// As whom it knows this installation.
    pub client: String,
    /// Its public keys.
    pub keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    response_types_supported: Vec<String>,
    #[serde(default)]
    response_modes_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token says.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    azp: Option<String>,
}

/// An account at a provider: who says so, and its name there.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Its name for the account.
    pub subject: String,
}

fn invalid(message: impl Into<String>) -> AppError {
    AppError::new(ErrorKind::Invalid, message.into()).hint("Nothing was done.")
}

fn read<T: for<'a> Deserialize<'a>>(file: &Path) -> Result<T, AppError> {
    let bytes = std::fs::read(file)
        .map_err(|error| invalid(format!("{} cannot be read", shown(file))).because(error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| invalid(format!("{} is not what it should be: {error}", shown(file))))
}

/// Whether browsers may be sent there: nobody listens on the way.
fn is_private(url: &Url) -> bool {
    url.scheme() == "https"
        || (url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")))
}

/// A key that can be used, if it is one: for signatures, of a kind and size that hold.
fn usable(key: &Value) -> Result<Option<Jwk>, AppError> {
    if ["d", "p", "q", "k"].iter().any(|part| key.get(part).is_some()) {
        return Err(invalid("the file with keys holds a secret one: hand over the public ones only"));
    }
    let Ok(key) = serde_json::from_value::<Jwk>(key.clone()) else { return Ok(None) };
    let (is_large, purpose, algorithm, fits) = match &key {
        Jwk::RSA { n, alg, use_, .. } => {
            (n.len() >= LEAST_RSA_BYTES, use_, alg, JwsRs256Verifier::try_from(&key).is_ok())
        }
        Jwk::EC { alg, use_, .. } => (true, use_, alg, JwsEs256Verifier::try_from(&key).is_ok()),
    };
    let signs = *purpose != Some(JwkUse::Enc) && *algorithm != Some(JwaAlg::HS256);
    Ok((is_large && signs && fits).then_some(key))
}

/// Looks at what the owner hands over.
///
/// # Errors
/// `Invalid` with what is missing in which file.
pub fn examine(files: &ProviderFiles<'_>) -> Result<Provider, AppError> {
    let metadata: Metadata = read(files.metadata)?;
    let place = shown(files.metadata);
    let has = |list: &[String], wanted: &str| list.iter().any(|one| one == wanted);
    if !has(&metadata.response_types_supported, "id_token") {
        return Err(invalid(format!(
            "{place}: this provider gives no `id_token` by itself, which grata needs"
        )));
    }
    if metadata.response_modes_supported.as_ref().is_some_and(|modes| !has(modes, "fragment")) {
        return Err(invalid(format!(
            "{place}: this provider gives no answer in the fragment, which grata needs"
        )));
    }
    let algorithms = &metadata.id_token_signing_alg_values_supported;
    if !has(algorithms, "RS256") && !has(algorithms, "ES256") {
        return Err(invalid(format!("{place}: this provider signs by neither RS256 nor ES256")));
    }
    let issuer =
        Url::parse(&metadata.issuer).map_err(|_| invalid(format!("{place}: the issuer is no address")))?;
    if !is_private(&issuer) || !is_private(&metadata.authorization_endpoint) {
        return Err(invalid(format!("{place}: addresses of a provider begin with https://")));
    }
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<Value>,
    }
    let Keys { keys } = read(files.keys)?;
    let usable = keys.iter().map(usable).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<Jwk> = usable.into_iter().flatten().collect();
    if keys.is_empty() {
        let wanted = "RSA of 2048 bits or more for RS256, P-256 for ES256";
        return Err(invalid(format!("{} holds no key that grata can use: {wanted}", shown(files.keys))));
    }
    let [client, name] = [files.client, files.name].map(str::trim);
    if [client, name]
        .iter()
        .any(|text| text.is_empty() || text.len() > 300 || text.contains(char::is_control))
    {
        return Err(invalid(
            "give the provider a name, and the client id that it gave you, on one line each",
        ));
    }
    let authorization = metadata.authorization_endpoint;
    Ok(Provider { name: name.into(), issuer: metadata.issuer, authorization, client: client.into(), keys })
}

/// Installs a provider, instead of the one before.
///
/// # Errors
/// The store cannot be used.
pub fn install(store: &Store, provider: &Provider, by: By) -> Result<(), AppError> {
    let text = serde_json::to_string(provider)
        .map_err(|_| AppError::new(ErrorKind::Internal, "the provider cannot be kept"))?;
    put(store, &text, by)
}

/// Removes the provider. Colleagues sign in by passkey or password, as before.
///
/// # Errors
/// There is none.
pub fn remove(store: &Store, by: By) -> Result<(), AppError> {
    if installed(&store.read()?)?.is_none() {
        return Err(AppError::new(ErrorKind::NotFound, "no provider is installed").hint("Nothing was done."));
    }
    put(store, "", by)
}

fn put(store: &Store, text: &str, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.set_setting(SETTING, text)?;
    tx.commit(by.event(EventKind::ConfigChanged))?;
    Ok(())
}

/// The provider, if one is installed.
///
/// # Errors
/// What is kept makes no sense: then nobody signs in by it, and nothing is served.
pub fn installed(reader: &Reader) -> Result<Option<Provider>, AppError> {
    let Some(text) = reader.setting(SETTING)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| {
        AppError::new(ErrorKind::Invalid, "the provider that is installed cannot be read")
            .hint("`grata provider install` installs it anew; `grata provider remove` does without.")
    })
}

fn denied(why: &str) -> AppError {
    AppError::new(ErrorKind::Denied, format!("the provider's answer is not accepted: {why}"))
}

impl Provider {
    /// Where a browser goes to sign in, and comes back from to `back`.
    pub fn address(&self, back: &str, state: &str, nonce: &str) -> String {
        let mut url = self.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "id_token")
            .append_pair("response_mode", "fragment")
            .append_pair("scope", "openid")
            .append_pair("client_id", &self.client)
            .append_pair("redirect_uri", back)
            .append_pair("state", state)
            .append_pair("nonce", nonce);
        url.into()
    }

    /// Who a token says somebody is: signed by this provider, for this installation, now, and in answer to
    /// this question.
    ///
    /// # Errors
    /// `Denied`, and why.
    pub fn verify(&self, token: &str, nonce: &str, now: Timestamp) -> Result<Identity, AppError> {
        if token.len() > LONGEST_TOKEN {
            return Err(denied("it is too long"));
        }
        // Neither `none` nor anything but these three can be read; the third is not verified below.
        let token = JwsCompact::from_str(token).map_err(|_| denied("it is no signed token"))?;
        let signed = self.keys.iter().find_map(|key| verified(&token, key));
        let signed = signed.ok_or_else(|| denied("none of the provider's keys has signed it"))?;
        let claims: Claims = signed.from_json().map_err(|_| denied("something is missing in it"))?;
        let now = now.as_second();
        let (audience, is_alone) = match &claims.aud {
            Audience::One(one) => (*one == self.client, true),
            Audience::Several(all) => (all.contains(&self.client), all.len() == 1),
        };
        let party = claims.azp.as_ref();
        let is_for_us = audience && party.map_or(is_alone, |party| *party == self.client);
        if claims.iss != self.issuer {
            return Err(denied("somebody else has issued it"));
        }
        if !is_for_us {
            return Err(denied("it is for somebody else"));
        }
        if now >= claims.exp.saturating_add(LEEWAY_SECONDS)
            || now < claims.iat.saturating_sub(LEEWAY_SECONDS)
            || now > claims.iat.saturating_add(OLDEST_SECONDS)
            || claims.nbf.is_some_and(|from| now < from.saturating_sub(LEEWAY_SECONDS))
        {
            return Err(denied("it is not of this moment"));
        }
        if claims.nonce.as_deref() != Some(nonce) {
            return Err(denied("it answers another question"));
        }
        if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT {
            return Err(denied("it names nobody"));
        }
        Ok(Identity { issuer: claims.iss, subject: claims.sub })
    }
}

/// The content of a token, if this key has signed it. A key signs by one algorithm: the one of its kind.
fn verified(token: &JwsCompact, key: &Jwk) -> Option<Jws> {
    let (Jwk::RSA { kid, .. } | Jwk::EC { kid, .. }) = key;
    if let (Some(named), Some(kid)) = (token.kid(), kid)
        && named != kid
    {
        return None;
    }
    match key {
        Jwk::RSA { .. } => JwsRs256Verifier::try_from(key).ok()?.verify(token).ok(),
        Jwk::EC { .. } => JwsEs256Verifier::try_from(key).ok()?.verify(token).ok(),
    }
}

#[cfg(test)]
mod tests;
