//! The one way in: every request passes here before its page, which learns who comes.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use grata_core::audit::entry::{Actor, ActorClass};

use super::access::{Door, may};
use super::csrf;
use super::error::{Trouble, TroubleNote};
use super::filled::Filled;
use super::headers::dress;
use super::pages::trouble;
use super::session::{Cookie, Visitor, cookie, visitor};
use super::site::Site;
use super::words::Words;

/// Longest form, in bytes.
pub const MAX_FORM_BYTES: usize = 256 << 10;

/// Name of the cookie that remembers a language.
pub const LANGUAGE_COOKIE: &str = "lang";

/// What a page knows of whoever asks for it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who.
    pub visitor: Visitor,
    /// The secret of their cookie; empty for nobody.
    pub secret: String,
    /// In which language.
    pub words: Words,
    /// What they asked for.
    pub path: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(Trouble::forbidden)
    }
}

impl Visit {
    /// Who acts by what they do here.
    pub fn actor(&self) -> Actor {
        match &self.visitor {
            Visitor::Staff(account) | Visitor::Halfway(account) => Actor::account(account.id),
            Visitor::Person(_) => ActorClass::Subject.into(),
            Visitor::Nobody | Visitor::Guest(_) => ActorClass::Anybody.into(),
        }
    }

    /// The token for forms on the page.
    pub fn csrf(&self) -> String {
        csrf::token(&self.secret)
    }
}

fn words(headers: &HeaderMap) -> Words {
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|code| Words::of(&code));
    chosen.unwrap_or_else(|| {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Words::wanted(wanted.unwrap_or_default())
    })
}

const fn cookie_of(door: Door) -> Cookie {
    match door {
        // A page for anybody looks different to somebody who is signed in.
        Door::Anybody | Door::Staff(_) | Door::Own => Cookie::Desk,
        Door::Person => Cookie::Page,
        Door::Gallery => Cookie::Gallery,
    }
}

/// Lets a request in by a door, or not.
pub async fn guard(State((site, door)): State<(Site, Door)>, mut request: Request, next: Next) -> Response {
    let words = words(request.headers());
    let path = request.uri().path().to_string();
    let secret = cookie_of(door).read(request.headers()).unwrap_or_default();
    let found = {
        let secret = secret.clone();
        site.run(move |site| visitor(site, cookie_of(door), &secret)).await
    };
    let found = match found {
        Ok(found) => found.unwrap_or(Visitor::Nobody),
        Err(trouble) => return trouble.into_response(),
    };
    let secret = if matches!(found, Visitor::Nobody) { String::new() } else { secret };
    let visit = Visit { visitor: found, secret, words, path };
    if let Some(refused) = refused(door, &visit, request.method()) {
        return refused;
    }
    if request.method() == Method::POST {
        request = match check_origin(request, door, &visit).await {
            Ok(request) => request,
            Err(trouble) => return trouble.into_response(),
        };
    }
    request.extensions_mut().insert(visit);
    next.run(request).await
}

/// What somebody gets who may not come in by a door.
fn refused(door: Door, visit: &Visit, method: &Method) -> Option<Response> {
    match (door, &visit.visitor) {
        (Door::Anybody, _)
        | (Door::Own, Visitor::Staff(_) | Visitor::Halfway(_))
        | (Door::Person, Visitor::Person(_))
        | (Door::Gallery, Visitor::Guest(_)) => None,
        (Door::Staff(_), Visitor::Staff(account)) if may(door, account.role) => None,
        (Door::Staff(_), Visitor::Staff(_)) => Some(Trouble::forbidden().into_response()),
        // A password alone is not enough here: a passkey first.
        (Door::Staff(_), Visitor::Halfway(_)) if method == Method::GET => {
            Some(Redirect::to("/desk/own").into_response())
        }
        (Door::Staff(_), Visitor::Halfway(_)) => Some(Trouble::forbidden().into_response()),
        (Door::Staff(_) | Door::Own, _) if method == Method::GET => {
            Some(Redirect::to("/sign-in").into_response())
        }
        // A link that leads nowhere and a page that is not there look the same (SEC-7).
        _ => Some(Trouble::not_found().into_response()),
    }
}

/// A change comes from a page of ours, with the token of whoever is behind it. The form is read here,
/// and given on.
async fn check_origin(request: Request, door: Door, visit: &Visit) -> Result<Request, Trouble> {
    if !csrf::is_own(request.headers(), request.uri()) {
        return Err(Trouble::foreign());
    }
    let (parts, body) = request.into_parts();
    if door == Door::Anybody {
        let body = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Trouble::too_large())?;
        return Ok(Request::from_parts(parts, Body::from(body)));
    }
    let header = parts.headers.get(csrf::HEADER).and_then(|value| value.to_str().ok());
    if let Some(given) = header {
        return match csrf::fits(&visit.secret, Some(given)) {
            true => Ok(Request::from_parts(parts, body)),
            false => Err(Trouble::foreign()),
        };
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let has_files = kind.is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let (filled, body) = if has_files && matches!(door, Door::Staff(_)) {
        (Filled::read(&parts.headers, body).await?, Body::empty())
    } else {
        let form = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Trouble::too_large())?;
        (Filled::of_fields(serde_urlencoded::from_bytes(&form).unwrap_or_default()), Body::from(form))
    };
    if !csrf::fits(&visit.secret, Some(filled.text(csrf::FIELD))) {
        return Err(Trouble::foreign());
    }
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(filled);
    Ok(request)
}

/// Outermost: headers, and a page for what went wrong.
pub async fn finish(request: Request, next: Next) -> Response {
    let words = words(request.headers());
    let path = request.uri().path().to_string();
    let is_script = request.headers().contains_key(csrf::HEADER);
    let mut response = next.run(request).await;
    if let Some(TroubleNote(trouble)) = response.extensions_mut().remove::<TroubleNote>() {
        response = trouble::page(&trouble, words, &path, is_script);
    }
    dress(response)
}
