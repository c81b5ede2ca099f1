//! What a reviewer says on the page of a photo: who a face is, that it is none, that one was missed, that
//! somebody has looked. A script gets the part of the page that has changed; else the page comes anew.

use axum::Form;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use grata_core::geometry::PixelRect;
use grata_core::id::{FaceId, PhotoId};
use grata_core::photo::Photo;
use grata_core::purpose::ChannelKey;
use serde::Deserialize;

use super::photo::{faces, no_photo};
use super::pick::whom;
use super::{album, go_to, shown};
use crate::app::tags::{self, FaceInPhoto};
use crate::error::{AppError, ErrorKind};
use crate::web::csrf;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

/// What is said about a face.
#[derive(Deserialize)]
pub struct Said {
    face: String,
    action: String,
    /// Who, by id.
    pub person: Option<String>,
    /// Who, by the beginning of a name.
    pub name: Option<String>,
    channel: Option<String>,
}

/// `POST /desk/photos/{photo}/faces`
///
/// # Errors
/// There is no such face or person, or the person says that it is not them.
pub async fn tag(
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let channel = said.channel.clone();
    change(&site, visit, &headers, id, channel, move |site, photo| say(site, photo, &said)).await
}

/// Changes something about a photo, and answers with what has changed on its page.
async fn change(
    site: &Site,
    visit: Visit,
    headers: &HeaderMap,
    id: String,
    channel: Option<String>,
    work: impl FnOnce(&Site, Photo) -> Result<(), AppError> + Send + 'static,
) -> Result<Response, Trouble> {
    let page = id.clone();
    site.change(move |site| work(site, known(site, &id)?)).await?;
    site.recall_soon();
    answer(site, visit, headers, page, channel).await
}

fn known(site: &Site, id: &str) -> Result<Photo, AppError> {
    site.store().read()?.photo(album::photo_id(id)?)?.ok_or_else(no_photo)
}

fn say(site: &Site, photo: Photo, said: &Said) -> Result<(), AppError> {
    let no_face = || AppError::new(ErrorKind::NotFound, "there is no such face");
    let face: FaceId = said.face.parse().map_err(|_| no_face())?;
    let face = photo.faces.iter().find(|one| one.id == face).copied().ok_or_else(no_face)?;
    let at = FaceInPhoto { photo, face };
    match said.action.as_str() {
        "is" => {
            let subject = whom(site, &site.store().read()?, at.photo.album, said)?;
            tags::set(site.store(), &at, subject, site.by()).map(drop)
        }
        "none" => tags::no_face(site.store(), &at, site.by()).map(drop),
        "undo" => tags::undo(site.store(), &at, site.by()).map(drop),
        _ => Err(AppError::new(ErrorKind::Invalid, "this cannot be said about a face")),
    }
}

/// A place that somebody drew, in pixels of the upright picture.
#[derive(Debug, Clone, Deserialize)]
pub struct Drawn {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    channel: Option<String>,
}

impl Drawn {
    /// A place by its corner and sides.
    pub fn at(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { x, y, width, height, channel: None }
    }

    /// The place.
    pub fn rect(&self) -> PixelRect {
        PixelRect::new(self.x, self.y, self.width, self.height)
    }
}

/// `POST /desk/photos/{photo}/add-face`
///
/// # Errors
/// There is no such photo, or the place is not in it.
pub async fn add_face(
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(drawn): Form<Drawn>,
) -> Result<Response, Trouble> {
    let channel = drawn.channel.clone();
    change(&site, visit, &headers, id, channel, move |site, photo| {
        tags::add_face(site.store(), &photo, drawn.rect(), site.by()).map(drop)
    })
    .await
}

/// Where to go on.
#[derive(Deserialize)]
pub struct Looked {
    next: Option<String>,
    channel: Option<String>,
}

/// `POST /desk/photos/{photo}/reviewed`
///
/// # Errors
/// There is no such photo.
pub async fn reviewed(
    site: Site,
    Path(id): Path<String>,
    Form(looked): Form<Looked>,
) -> Result<Response, Trouble> {
    let next = looked.next.as_deref().and_then(|next| next.parse::<PhotoId>().ok());
    let query = for_channel(looked.channel.as_deref());
    let back = site.change(move |site| {
        let photo = known(site, &id)?;
        tags::reviewed(site.store(), &photo, site.by())?;
        Ok(match next {
            Some(next) => format!("/desk/photos/{next}{query}"),
            None => format!("/desk/albums/{}", photo.album),
        })
    });
    Ok(go_to(&back.await?))
}

/// What makes the page of a photo show the decisions for this channel.
fn for_channel(channel: Option<&str>) -> String {
    let channel = channel.and_then(|channel| channel.parse::<ChannelKey>().ok());
    channel.map(|channel| format!("?channel={channel}")).unwrap_or_default()
}

/// To a script the part of the page that has changed; else the page.
async fn answer(
    site: &Site,
    visit: Visit,
    headers: &HeaderMap,
    id: String,
    channel: Option<String>,
) -> Result<Response, Trouble> {
    if !headers.contains_key(csrf::HEADER) {
        let query = for_channel(channel.as_deref());
        return Ok(go_to(&format!("/desk/photos/{id}{query}")));
    }
    let (words, csrf) = (visit.words, visit.csrf());
    let part = site.run(move |site| {
        let reader = site.store().read()?;
        faces(&reader, album::photo_id(&id)?, channel.as_deref(), words, csrf, site.now())
    });
    Ok(shown(&part.await?))
}
