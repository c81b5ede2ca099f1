//! How somebody who works here signs in: their own passkeys and their password.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::id::PasskeyId;
use serde::Deserialize;

use super::passkey::PasskeysHere;
use super::provider::linked_since;
use super::{Shell, go_to, shown_as, staff};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::passkeys;
use crate::web::session::{self, PasswordChange, SHORTEST_PASSWORD, Visitor};
use crate::web::site::Site;

struct Line {
    id: String,
    label: String,
    added: String,
    used: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/own.html")]
struct Page {
    shell: Shell,
    passkeys: PasskeysHere,
    role: String,
    lines: Vec<Line>,
    is_halfway: bool,
    /// What the provider is called, if one is installed.
    provider: Option<String>,
    linked: Option<String>,
    shortest: usize,
    /// What became of a change of password, as a message.
    password: Option<&'static str>,
    is_changed: bool,
}

/// What has just been done.
#[derive(Deserialize)]
pub struct Done {
    password: Option<String>,
}

/// `GET /desk/own`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit, Query(done): Query<Done>) -> Result<Response, Trouble> {
    let is_changed = done.password.is_some_and(|what| what == "changed");
    page_with(&site, &visit, StatusCode::OK, is_changed.then_some("password-changed")).await
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    status: StatusCode,
    password: Option<&'static str>,
) -> Result<Response, Trouble> {
    let account = staff(visit).cloned().ok_or_else(Trouble::forbidden)?;
    let (id, words) = (account.id, visit.words);
    let whose = visit.clone();
    let (lines, linked) = site
        .run(move |site| Ok((site.store().read()?.passkeys_of(id)?, linked_since(site, &whose, id)?)))
        .await?;
    let lines = lines.into_iter().map(|line| Line {
        id: line.id.to_string(),
        label: line.label,
        added: words.moment(line.added_at).into_owned(),
        used: line.used_at.map(|at| words.moment(at).into_owned()),
    });
    let page = Page {
        shell: Shell::of(visit),
        passkeys: PasskeysHere::of(site),
        role: words.t(&format!("role-{}", account.role.as_str())).into_owned(),
        lines: lines.collect(),
        is_halfway: matches!(visit.visitor, Visitor::Halfway(_)),
        provider: site.provider().map(|provider| provider.name.clone()),
        linked,
        shortest: SHORTEST_PASSWORD,
        password,
        is_changed: status == StatusCode::OK,
    };
    Ok(shown_as(status, &page))
}

/// The password until now, and the new one.
#[derive(Deserialize)]
pub struct NewPassword {
    now: String,
    new: String,
}

/// `POST /desk/own/password`
///
/// # Errors
/// The store cannot be used.
pub async fn change_password(
    site: Site,
    visit: Visit,
    Form(form): Form<NewPassword>,
) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    // As few tries as at the door: a session left open is no way to find the password out.
    if !site.limits().may_try_password(&account.id.to_string()) {
        return page_with(&site, &visit, StatusCode::TOO_MANY_REQUESTS, Some("password-too-often")).await;
    }
    let _turn = site.limits().hashing.acquire().await;
    let secret = visit.secret.clone();
    let change =
        site.change(move |site| session::change_password(site, &account, &secret, &form.now, &form.new));
    let problem = match change.await? {
        PasswordChange::Done => return Ok(go_to("/desk/own?password=changed")),
        PasswordChange::Wrong => "password-wrong",
        PasswordChange::Unfit => "password-unfit",
    };
    page_with(&site, &visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
}

/// Which.
#[derive(Deserialize)]
pub struct Remove {
    passkey: String,
}

/// `POST /desk/own/passkeys/remove`
///
/// # Errors
/// There is no such passkey.
pub async fn remove(site: Site, visit: Visit, Form(form): Form<Remove>) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    site.change(move |site| {
        let id = form.passkey.parse::<PasskeyId>();
        let id = id.map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such passkey"))?;
        passkeys::remove(site, &account, &visit.secret, id)
    })
    .await?;
    Ok(go_to("/desk/own"))
}
