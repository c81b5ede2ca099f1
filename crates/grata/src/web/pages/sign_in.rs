//! Signing in and out, and making an account by a link.

use askama::Template;
use axum::Form;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::passkey::PasskeysHere;
use super::{Shell, go_to, shown, shown_as};
use crate::error::ErrorKind;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::session::{self, Cookie, NewSignIn, SHORTEST_PASSWORD, SignedIn};
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/sign-in.html")]
struct SignInPage {
    shell: Shell,
    passkeys: PasskeysHere,
    provider: Option<String>,
    login: String,
    problem: Option<&'static str>,
}

impl SignInPage {
    fn of(site: &Site, visit: &Visit, login: String, problem: Option<&'static str>) -> Self {
        let provider = site.provider().map(|provider| provider.name.clone());
        Self { shell: Shell::of(visit), passkeys: PasskeysHere::of(site), provider, login, problem }
    }
}

/// `GET /sign-in`
pub async fn page(site: Site, visit: Visit) -> Response {
    shown(&SignInPage::of(&site, &visit, String::new(), None))
}

/// What is filled in.
#[derive(Deserialize)]
pub struct SignIn {
    login: String,
    password: String,
}

/// `POST /sign-in`
///
/// # Errors
/// The store cannot be used.
pub async fn sign_in(site: Site, visit: Visit, Form(form): Form<SignIn>) -> Result<Response, Trouble> {
    if !site.limits().may_try_password(&form.login) {
        let page = SignInPage::of(&site, &visit, form.login, Some("sign-in-too-often"));
        return Ok(shown_as(StatusCode::TOO_MANY_REQUESTS, &page));
    }
    let _turn = site.limits().hashing.acquire().await;
    let login = form.login.clone();
    let problem = match site.change(move |site| session::sign_in(site, &form.login, &form.password)).await? {
        SignedIn::Yes(secret) => return Ok(with_cookie(go_to("/desk"), &site, Cookie::Desk, &secret)),
        SignedIn::No => "sign-in-wrong",
        SignedIn::NeedsPasskey => "sign-in-needs-passkey",
    };
    let page = SignInPage::of(&site, &visit, login, Some(problem));
    Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `POST /sign-out`
///
/// # Errors
/// The store cannot be used.
pub async fn sign_out(site: Site, visit: Visit) -> Result<Response, Trouble> {
    site.change(move |site| session::sign_out(site, &visit.secret)).await?;
    let mut response = go_to("/");
    response.headers_mut().extend(Cookie::Desk.clear().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// An answer that leaves a secret with the browser.
pub fn with_cookie(mut response: Response, site: &Site, cookie: Cookie, secret: &str) -> Response {
    if let Some(value) = cookie.set(secret, site.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[derive(Template)]
#[template(path = "pages/start.html")]
struct StartPage {
    shell: Shell,
    shortest: usize,
    label: String,
    login: String,
    problem: Option<&'static str>,
}

/// `GET /start`
pub async fn start_page(visit: Visit) -> Response {
    shown(&StartPage {
        shell: Shell::of(&visit),
        shortest: SHORTEST_PASSWORD,
        label: String::new(),
        login: String::new(),
        problem: None,
    })
}

/// What is filled in.
#[derive(Deserialize)]
pub struct Start {
    secret: String,
    label: String,
    login: String,
    password: String,
}

/// `POST /start`
///
/// # Errors
/// The link leads nowhere, or the store cannot be used.
pub async fn start(site: Site, visit: Visit, Form(form): Form<Start>) -> Result<Response, Trouble> {
    let _turn = site.limits().hashing.acquire().await;
    let (label, login) = (form.label.clone(), form.login.clone());
    let made = site.change(move |site| {
        let new = NewSignIn {
            secret: &form.secret,
            label: &form.label,
            login: &form.login,
            password: &form.password,
        };
        match session::make_account(site, &new) {
            Ok(secret) => Ok(Ok(secret)),
            Err(error) => match error.kind() {
                ErrorKind::NotFound => Ok(Err("start-no-link")),
                ErrorKind::Invalid => Ok(Err("start-incomplete")),
                ErrorKind::Conflict => Ok(Err("start-taken")),
                _ => Err(error),
            },
        }
    });
    match made.await? {
        Ok(secret) => Ok(with_cookie(go_to("/desk"), &site, Cookie::Desk, &secret)),
        Err("start-no-link") if !site.limits().may_miss_link() => Err(Trouble::too_often()),
        Err(problem) => {
            let shell = Shell::of(&visit);
            let page = StartPage { shell, shortest: SHORTEST_PASSWORD, label, login, problem: Some(problem) };
            Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}
