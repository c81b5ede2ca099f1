//! How somebody who works here signs in: their own passkeys.

use askama::Template;
use axum::Form;
use axum::response::Response;
use grata_core::id::PasskeyId;
use serde::Deserialize;

use super::passkey::PasskeysHere;
use super::provider::linked_since;
use super::{Shell, go_to, shown, staff};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::passkeys;
use crate::web::session::Visitor;
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
}

/// `GET /desk/own`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
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
    Ok(shown(&Page {
        shell: Shell::of(&visit),
        passkeys: PasskeysHere::of(&site),
        role: words.t(&format!("role-{}", account.role.as_str())).into_owned(),
        lines: lines.collect(),
        is_halfway: matches!(visit.visitor, Visitor::Halfway(_)),
        provider: site.provider().map(|provider| provider.name.clone()),
        linked,
    }))
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
