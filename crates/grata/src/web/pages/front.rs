//! The first page, and the switch of language.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Shell, go_to, shown};
use crate::web::guard::{LANGUAGE_COOKIE, Visit};
use crate::web::session::Visitor;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "pages/front.html")]
struct Page {
    shell: Shell,
}

/// `GET /`
pub async fn page(visit: Visit) -> Response {
    if matches!(visit.visitor, Visitor::Staff(_) | Visitor::Halfway(_)) {
        return go_to("/desk");
    }
    shown(&Page { shell: Shell::of(&visit) })
}

/// `GET /robots.txt`
pub async fn robots() -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    (kind, "User-agent: *\nDisallow: /\n").into_response()
}

/// Which language, and back to which page.
#[derive(Deserialize)]
pub struct Switch {
    to: String,
    back: String,
}

/// `GET /language`
pub async fn set_language(Query(switch): Query<Switch>) -> Response {
    // A path of ours, and nothing that a browser could take for another site.
    let is_own = switch.back.starts_with('/')
        && !switch.back.starts_with("//")
        && !switch.back.contains(['\\', '\n', '\r']);
    let mut response = go_to(if is_own { &switch.back } else { "/" });
    if let Some(words) = Words::of(&switch.to) {
        let cookie =
            format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", words.code());
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
