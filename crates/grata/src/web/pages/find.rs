//! *Find me*: somebody looks for themselves in the gallery that they see, on their own device (M2). Another
//! view of the gallery's page, over the same pictures; the server learns that somebody looks, and not who
//! is found (BYS-11). What comes of it stays in the browser, until the person says *That's me* (M1).

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use grata_core::basis::Profile;
use grata_core::geometry::PixelRect;
use grata_core::id::AlbumId;
use grata_store::queries::albums::Album;
use grata_vision::recognise::Reason;
use serde::Deserialize;

use super::{Shell, gallery, me, shown};
use crate::app::tags::{self, Claimed};
use crate::error::AppError;
use crate::web::csrf;
use crate::web::error::Trouble;
use crate::web::finder::PAGE_PERMISSIONS;
use crate::web::guard::Visit;
use crate::web::session::{Cookie, Visitor, visitor};
use crate::web::site::Site;

/// Where the browser gets what, and how near is near enough.
struct Means {
    worker: String,
    module: String,
    detect: String,
    find: String,
    output: String,
    score: u32,
    lead: u32,
}

#[derive(Template)]
#[template(path = "pages/find.html")]
struct Page {
    shell: Shell,
    album: Album,
    /// The gallery.
    back: String,
    files: Vec<String>,
    /// A school or an employer: consent may be invalid (CON-9).
    is_unequal: bool,
    /// None if it is not installed here.
    means: Option<Means>,
    /// Why another picture is needed, by name.
    reasons: Vec<(&'static str, String)>,
    /// The token for their own page, if their personal link is open in this browser.
    personal: Option<String>,
}

/// The view of a gallery in which somebody finds themselves; `chosen`: the album, if the link leads to all.
///
/// # Errors
/// The store cannot be used.
pub async fn page(
    site: Site,
    visit: &Visit,
    headers: &HeaderMap,
    (album, chosen, profile): (Album, Option<AlbumId>, Profile),
    files: Vec<String>,
) -> Result<Response, Trouble> {
    let secret = Cookie::Page.read(headers).unwrap_or_default();
    let id = album.id;
    let (means, personal) = site
        .run(move |site| {
            // What is missing is said by the command and on the desk, to whoever can do something about it.
            let means = site.finder().open(&site.cx().config).ok().map(|finder| Means {
                worker: finder.worker(),
                module: finder.module(),
                detect: finder.detect(),
                find: finder.find(),
                output: finder.output.clone(),
                score: finder.score,
                lead: finder.lead,
            });
            let is_theirs = match visitor(site, Cookie::Page, &secret)? {
                // Their guardian's page is not theirs: only the person says who they are.
                Some(Visitor::Person(own)) => own.guardian.is_none() && own.album == id,
                _ => false,
            };
            Ok((means, is_theirs.then(|| csrf::token(&secret))))
        })
        .await?;
    let words = visit.words;
    let said = |reason: Reason| (reason.as_str(), reason.words(words.code()).unwrap_or_default().to_string());
    let reasons = Reason::ALL.map(said).into();
    let back = chosen.map_or_else(|| "/gallery".into(), |album| format!("/gallery?album={album}"));
    let (shell, is_unequal) = (Shell::of(visit), profile.is_unequal());
    let mut answer = shown(&Page { shell, album, back, files, is_unequal, means, reasons, personal });
    let permissions = HeaderName::from_static("permissions-policy");
    answer.headers_mut().insert(permissions, HeaderValue::from_static(PAGE_PERMISSIONS));
    Ok(answer)
}

/// A place in a finished photo, in pixels: all that leaves the browser, and only if the person says so.
#[derive(Deserialize)]
pub struct Place {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// `POST /me/finished/{file}/me`: "That's me", by hand (M1). Answers with the name of what follows.
///
/// # Errors
/// There is no such finished photo, or the place is not in it.
pub async fn thats_me(
    site: Site,
    visit: Visit,
    Path(file): Path<String>,
    Form(place): Form<Place>,
) -> Result<Response, Trouble> {
    let invitation = me::invitation(&visit)?;
    if invitation.guardian.is_some() {
        return Err(Trouble::forbidden());
    }
    let claimed = site
        .change(move |site| -> Result<Claimed, AppError> {
            let found = gallery::showable(site, &file)?;
            let place = PixelRect::new(place.x, place.y, place.width, place.height);
            let photo = site.store().read()?.photo(found.rendition.photo)?.ok_or_else(gallery::nothing)?;
            // About the album that they were asked about; others are none of theirs.
            if photo.album != invitation.album {
                return Err(gallery::nothing());
            }
            tags::thats_me(site.store(), &photo, place, invitation.subject, site.by())
        })
        .await?;
    site.recall_soon();
    Ok((StatusCode::OK, claimed.as_str()).into_response())
}
