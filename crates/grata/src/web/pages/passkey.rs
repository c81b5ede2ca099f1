//! What the script asks for that talks to an authenticator. Answers are JSON; what goes wrong is a line of
//! plain words.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::sign_in::with_cookie;
use super::staff;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::passkeys::{self, Adder};
use crate::web::session::{Cookie, Visitor};
use crate::web::site::Site;

/// What a page with a passkey form has to know.
#[derive(Debug, Clone)]
pub struct PasskeysHere {
    /// The name by which the page has to be called.
    pub host: String,
    /// The address that is called so.
    pub address: String,
}

impl PasskeysHere {
    /// Of this installation.
    pub fn of(site: &Site) -> Self {
        let said = |word: Option<&str>| word.unwrap_or_default().to_string();
        Self { host: said(site.passkeys().host()), address: said(site.passkeys().address()) }
    }
}

fn begun<T: serde::Serialize>((handle, asked): (String, T)) -> Result<Response, Trouble> {
    let failed = |_| AppError::new(ErrorKind::Internal, "the question cannot be written");
    let asked = serde_json::to_value(&asked).map_err(failed)?;
    Ok(Json(json!({"handle": handle, "asked": asked["publicKey"]})).into_response())
}

/// `POST /sign-in/passkey/ask`
///
/// # Errors
/// Passkeys do not work at this address.
pub async fn ask(site: Site) -> Result<Response, Trouble> {
    begun(site.run(passkeys::begin_showing).await?)
}

/// What an authenticator said.
#[derive(Deserialize)]
pub struct Shown {
    handle: String,
    said: PublicKeyCredential,
}

/// `POST /sign-in/passkey`
///
/// # Errors
/// The passkey is not accepted.
pub async fn show(site: Site, Json(shown): Json<Value>) -> Result<Response, Trouble> {
    let secret = match serde_json::from_value::<Shown>(shown) {
        Ok(shown) => {
            let signed_in = site
                .change(move |site| match passkeys::finish_showing(site, &shown.handle, &shown.said) {
                    Err(error) if error.kind() == ErrorKind::Denied => Ok(None),
                    other => other.map(Some),
                })
                .await;
            signed_in?
        }
        Err(_) => None,
    };
    match secret {
        Some(secret) => {
            Ok(with_cookie(Json(json!({"go": "/desk"})).into_response(), &site, Cookie::Desk, &secret))
        }
        None if site.limits().may_miss_passkey() => Err(Trouble::invalid("trouble-passkey")),
        None => Err(Trouble::too_often()),
    }
}

/// `POST /desk/own/passkeys/ask`
///
/// # Errors
/// There are too many already, or passkeys do not work at this address.
pub async fn ask_new(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    begun(site.run(move |site| passkeys::begin_adding(site, &account)).await?)
}

/// What an authenticator made.
#[derive(Deserialize)]
pub struct Made {
    handle: String,
    label: String,
    said: RegisterPublicKeyCredential,
}

/// `POST /desk/own/passkeys`
///
/// # Errors
/// It is not what was asked for.
pub async fn add(site: Site, visit: Visit, Json(made): Json<Value>) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    let is_halfway = matches!(visit.visitor, Visitor::Halfway(_));
    let adder = Adder { account, secret: visit.secret, is_halfway };
    let made: Made = serde_json::from_value(made).map_err(|_| Trouble::invalid("trouble-passkey"))?;
    let added = site.change(move |site| {
        let Made { handle, label, said } = made;
        match passkeys::finish_adding(site, &adder, &handle, &label, &said) {
            Err(error) if [ErrorKind::Denied, ErrorKind::Conflict].contains(&error.kind()) => Ok(false),
            other => other.map(|()| true),
        }
    });
    match added.await? {
        true => Ok((StatusCode::CREATED, Json(json!({"go": "/desk/own"}))).into_response()),
        false => Err(Trouble::invalid("trouble-passkey")),
    }
}
