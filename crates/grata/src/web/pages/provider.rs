//! Signing in by a provider whom the owner has installed. A browser goes there and comes back with a token
//! behind the `#`; a page of ours sends it by POST, as with links. No request of ours goes there.

use askama::Template;
use axum::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use grata_core::audit::entry::{Actor, Event, EventKind};
use grata_core::id::AccountId;
use grata_store::queries::accounts::CameBy;
use serde::Deserialize;

use super::sign_in::with_cookie;
use super::{Shell, go_to, shown, shown_as, staff};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::pending::fresh;
use crate::web::session::{Cookie, Visitor, bytes, write_session};
use crate::web::site::Site;

/// What a browser was sent to the provider for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    nonce: String,
    /// To link this account, by whoever is signed in with it; none: to sign in.
    links: Option<AccountId>,
}

/// Where a browser goes, and the secret that it comes back with.
fn send(site: &Site, links: Option<AccountId>) -> Result<(String, String), Trouble> {
    let provider = site.provider().ok_or_else(Trouble::not_found)?;
    let mut rng = site.store().rng();
    let nonce = grata_core::digest::Digest(fresh(&mut rng)).to_string();
    let state = site.sent().put(Sent { nonce: nonce.clone(), links }, site.now(), &mut rng);
    let back = format!("{}/sign-in/back", site.address());
    Ok((provider.address(&back, &state, &nonce), state))
}

/// `GET /sign-in/provider`
///
/// # Errors
/// No provider is installed.
pub async fn sign_in(site: Site) -> Result<Response, Trouble> {
    let (address, state) = send(&site, None)?;
    Ok(with_cookie(go_to(&address), &site, Cookie::State, &state))
}

#[derive(Template)]
#[template(path = "pages/provider-go.html")]
struct GoPage {
    shell: Shell,
    name: String,
    address: String,
}

/// `POST /desk/own/provider`: a page with the way there. A form that led there by itself would need a policy
/// that lets forms lead elsewhere.
///
/// # Errors
/// No provider is installed.
pub async fn link(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let account = staff(&visit).ok_or_else(Trouble::forbidden)?;
    let (address, state) = send(&site, Some(account.id))?;
    let name = site.provider().map(|provider| provider.name.clone()).unwrap_or_default();
    let page = GoPage { shell: Shell::of(&visit), name, address };
    Ok(with_cookie(shown(&page), &site, Cookie::State, &state))
}

/// `POST /desk/own/provider/remove`: whoever is signed in elsewhere with the account is signed out.
///
/// # Errors
/// The account is linked with nothing.
pub async fn unlink(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    site.change(move |site| {
        let mut tx = site.store().begin(site.now())?;
        tx.delete_identity(account.id)?;
        tx.end_other_sessions(account.id, &bytes(&visit.secret).unwrap_or_default())?;
        tx.commit(site.by().event(EventKind::ProviderUnlinked))?;
        Ok(())
    })
    .await?;
    Ok(go_to("/desk/own"))
}

#[derive(Template)]
#[template(path = "pages/provider-back.html")]
struct BackPage {
    shell: Shell,
    problem: Option<&'static str>,
}

/// `GET /sign-in/back`
pub async fn back_page(visit: Visit) -> Response {
    shown(&BackPage { shell: Shell::of(&visit), problem: None })
}

/// All that stood behind the `#`.
#[derive(Deserialize)]
pub struct Fragment {
    secret: String,
}

/// What the provider says in it.
#[derive(Deserialize)]
struct Answer {
    state: String,
    id_token: Option<String>,
}

/// What came of it.
enum Came {
    SignedIn(String),
    Linked,
    Refused(&'static str),
}

/// `POST /sign-in/back`
///
/// # Errors
/// The store cannot be used.
pub async fn back(
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Form(fragment): Form<Fragment>,
) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let cookie = Cookie::State.read(&headers);
    let mut response = match finish(&site, visit, cookie, &fragment.secret).await? {
        Came::SignedIn(secret) => with_cookie(go_to("/desk"), &site, Cookie::Desk, &secret),
        Came::Linked => go_to("/desk/own"),
        Came::Refused(_) if !site.limits().may_miss_link() => return Err(Trouble::too_often()),
        Came::Refused(problem) => {
            shown_as(StatusCode::UNPROCESSABLE_ENTITY, &BackPage { shell, problem: Some(problem) })
        }
    };
    if let Some(ended) = Cookie::State.clear() {
        response.headers_mut().append(header::SET_COOKIE, ended);
    }
    Ok(response)
}

async fn finish(site: &Site, visit: Visit, cookie: Option<String>, fragment: &str) -> Result<Came, Trouble> {
    let not_accepted = Ok(Came::Refused("provider-refused"));
    let Ok(answer) = serde_urlencoded::from_str::<Answer>(fragment.trim_start_matches('#')) else {
        return not_accepted;
    };
    // Begun in this browser, and not yet come back: whatever the answer is, there is no second one.
    if cookie.as_ref() != Some(&answer.state) {
        return not_accepted;
    }
    let Some(sent) = site.sent().take(&answer.state, site.now()) else { return not_accepted };
    let (Some(token), Some(provider)) = (answer.id_token, site.provider().cloned()) else {
        return not_accepted;
    };
    site.change(move |site| {
        let identity = match provider.verify(&token, &sent.nonce, site.now()) {
            Err(error) if error.kind() == ErrorKind::Denied => return Ok(Came::Refused("provider-refused")),
            other => other?,
        };
        let mut tx = site.store().begin(site.now())?;
        let known = tx.account_for_identity(&identity.issuer, &identity.subject)?;
        match (sent.links, known) {
            (None, None) => Ok(Came::Refused("provider-nobody")),
            (None, Some(account)) => {
                let secret = write_session(&mut tx, account, CameBy::Provider)?;
                tx.commit(Event::new(EventKind::SignedIn, Actor::account(account)))?;
                Ok(Came::SignedIn(secret))
            }
            (Some(account), None) => {
                // Whoever began is who comes back.
                let Visitor::Staff(visitor) = &visit.visitor else {
                    return Ok(Came::Refused("provider-refused"));
                };
                if visitor.id != account || tx.identity_since(account)?.is_some() {
                    return Ok(Came::Refused("provider-refused"));
                }
                tx.insert_identity(account, &identity.issuer, &identity.subject)?;
                tx.commit(Event::new(EventKind::ProviderLinked, Actor::account(account)))?;
                Ok(Came::Linked)
            }
            (Some(_), Some(_)) => Ok(Came::Refused("provider-taken")),
        }
    })
    .await
}

/// Since when an account is linked, as a day.
///
/// # Errors
/// The store cannot be used.
pub fn linked_since(site: &Site, visit: &Visit, account: AccountId) -> Result<Option<String>, AppError> {
    let since = site.store().read()?.identity_since(account)?;
    Ok(since.map(|at| visit.words.moment(at).into_owned()))
}
