//! Links with a secret behind the `#`, which browsers keep to themselves: a page of ours sends it by
//! POST, once, and the browser gets it as a cookie (SEC-7).

use askama::Template;
use axum::Form;
use axum::response::Response;
use serde::Deserialize;

use super::sign_in::with_cookie;
use super::{Shell, go_to, shown};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::session::{Cookie, visitor};
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/link.html")]
struct Page {
    shell: Shell,
    title: &'static str,
    action: &'static str,
}

/// `GET /i`
pub async fn person_page(visit: Visit) -> Response {
    shown(&Page { shell: Shell::of(&visit), title: "link-person", action: "/i" })
}

/// `GET /g`
pub async fn gallery_page(visit: Visit) -> Response {
    shown(&Page { shell: Shell::of(&visit), title: "link-gallery", action: "/g" })
}

/// What stood behind the `#`, or the whole link as somebody has pasted it.
#[derive(Deserialize)]
pub struct Secret {
    secret: String,
}

/// `POST /i`
///
/// # Errors
/// It leads nowhere.
pub async fn open_person(site: Site, Form(form): Form<Secret>) -> Result<Response, Trouble> {
    open(&site, Cookie::Page, &form.secret, "/me").await
}

/// `POST /g`
///
/// # Errors
/// It leads nowhere.
pub async fn open_gallery(site: Site, Form(form): Form<Secret>) -> Result<Response, Trouble> {
    open(&site, Cookie::Gallery, &form.secret, "/gallery").await
}

async fn open(site: &Site, cookie: Cookie, link: &str, page: &str) -> Result<Response, Trouble> {
    let secret = link.trim().rsplit('#').next().unwrap_or_default().to_ascii_lowercase();
    let found = {
        let secret = secret.clone();
        site.run(move |site| visitor(site, cookie, &secret)).await?
    };
    match found {
        Some(_) => Ok(with_cookie(go_to(page), site, cookie, &secret)),
        None if site.limits().may_miss_link() => Err(Trouble::not_found()),
        None => Err(Trouble::too_often()),
    }
}
