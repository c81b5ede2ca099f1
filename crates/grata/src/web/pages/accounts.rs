//! Who works on this installation: inviting colleagues, what they may do, and closing accounts.

use askama::Template;
use axum::Form;
use axum::response::Response;
use grata_core::audit::entry::EventKind;
use grata_core::id::AccountId;
use grata_store::queries::accounts::Role;
use serde::Deserialize;

use super::{Shell, go_to, shown, staff};
use crate::app::people;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::session::account_link;
use crate::web::site::Site;

struct Line {
    id: String,
    /// As people find it in what was done with their data.
    short: String,
    label: String,
    role: Role,
    role_title: String,
    is_closed: bool,
    is_self: bool,
}

#[derive(Template)]
#[template(path = "pages/accounts.html")]
struct Page {
    shell: Shell,
    accounts: Vec<Line>,
    roles: Vec<(&'static str, String, String)>,
    fresh_link: Option<String>,
}

/// `GET /desk/accounts`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    page_with(&site, &visit, None).await
}

async fn page_with(site: &Site, visit: &Visit, fresh_link: Option<String>) -> Result<Response, Trouble> {
    let accounts = site.run(|site| Ok(site.store().read()?.accounts()?)).await?;
    let words = visit.words;
    let own = staff(visit).map(|account| account.id);
    let accounts = accounts.into_iter().map(|account| Line {
        id: account.id.to_string(),
        short: account.id.short(),
        label: account.label,
        role: account.role,
        role_title: words.t(&format!("role-{}", account.role.as_str())).into_owned(),
        is_closed: account.closed_at.is_some(),
        is_self: Some(account.id) == own,
    });
    let roles = Role::ALL.iter().map(|role| {
        let name = role.as_str();
        let (title, help) = (words.t(&format!("role-{name}")), words.t(&format!("role-{name}-help")));
        (name, title.into_owned(), help.into_owned())
    });
    Ok(shown(&Page {
        shell: Shell::of(visit),
        accounts: accounts.collect(),
        roles: roles.collect(),
        fresh_link,
    }))
}

/// With which role.
#[derive(Deserialize)]
pub struct Invite {
    role: String,
}

/// `POST /desk/accounts`: a link with which a colleague makes their account, shown once.
///
/// # Errors
/// There is no such role.
pub async fn invite(site: Site, visit: Visit, Form(form): Form<Invite>) -> Result<Response, Trouble> {
    let role: Role = form.role.parse().map_err(|_| Trouble::invalid("trouble-invalid"))?;
    let link = site.change(move |site| {
        let address = people::address(&site.store().read()?)?;
        Ok(format!("{address}/start#{}", account_link(site.store(), role, site.by())?))
    });
    let link = link.await?;
    page_with(&site, &visit, Some(link)).await
}

/// Whose, and which.
#[derive(Deserialize)]
pub struct ChangeRole {
    account: String,
    role: String,
}

/// `POST /desk/accounts/role`: what a colleague may do from now on.
///
/// # Errors
/// There is no such account or role, or the account is one's own: somebody has to stay owner.
pub async fn change_role(
    site: Site,
    visit: Visit,
    Form(form): Form<ChangeRole>,
) -> Result<Response, Trouble> {
    let role: Role = form.role.parse().map_err(|_| Trouble::invalid("trouble-invalid"))?;
    let own = staff(&visit).map(|account| account.id);
    site.change(move |site| {
        let id = colleague(&form.account, own)?;
        let mut tx = site.store().begin(site.now())?;
        tx.set_role(id, role)?;
        tx.commit(site.by().event(EventKind::AccountChanged))?;
        Ok(())
    })
    .await?;
    Ok(go_to("/desk/accounts"))
}

/// The account that a form names, which has to be another's.
fn colleague(account: &str, own: Option<AccountId>) -> Result<AccountId, AppError> {
    let id = account.parse::<AccountId>();
    let id = id.map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such account"))?;
    if Some(id) == own {
        return Err(AppError::new(
            ErrorKind::Denied,
            "nobody closes or changes the role of their own account",
        ));
    }
    Ok(id)
}

/// Whose.
#[derive(Deserialize)]
pub struct Close {
    account: String,
}

/// `POST /desk/accounts/close`
///
/// # Errors
/// There is no such account, or it is one's own.
pub async fn close(site: Site, visit: Visit, Form(form): Form<Close>) -> Result<Response, Trouble> {
    let own = staff(&visit).map(|account| account.id);
    site.change(move |site| {
        let id = colleague(&form.account, own)?;
        let mut tx = site.store().begin(site.now())?;
        tx.close_account(id)?;
        tx.commit(site.by().event(EventKind::AccountChanged))?;
        Ok(())
    })
    .await?;
    Ok(go_to("/desk/accounts"))
}
