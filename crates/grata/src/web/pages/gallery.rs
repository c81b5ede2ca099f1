//! Finished photos of one album and channel, for whoever has the link. Renditions only, under neutral
//! names; one that may no longer be shown is gone at once (PUB-6, RTS-12).

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use grata_core::purpose::Publish;
use grata_store::queries::releases::StoredRendition;
use grata_vision::decode::{self, Format};

use super::{Shell, shown};
use crate::app::releases::folder::kept_bytes;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture;
use crate::web::session::Visitor;
use crate::web::site::Site;
use crate::work::{pictures, releasing};

#[derive(Template)]
#[template(path = "pages/gallery.html")]
struct Page {
    shell: Shell,
    title: String,
    controller: String,
    contact: String,
    files: Vec<String>,
}

fn publish(visit: &Visit) -> Result<Publish, Trouble> {
    match &visit.visitor {
        Visitor::Guest(publish) => Ok(publish.clone()),
        _ => Err(Trouble::not_found()),
    }
}

/// `GET /gallery`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let publish = publish(&visit)?;
    let (album, files) = site
        .run(move |site| {
            let reader = site.store().read()?;
            let album = reader.album(publish.album)?;
            let album = album.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such album"))?;
            Ok((album, releasing::showable(&reader, &publish, site.cx())?))
        })
        .await?;
    Ok(shown(&Page {
        shell: Shell::of(&visit),
        title: album.title,
        controller: album.controller,
        contact: album.contact,
        files: files.into_iter().map(|one| one.file_name).collect(),
    }))
}

async fn picture_of(site: &Site, visit: &Visit, file: String, is_small: bool) -> Result<Response, Trouble> {
    let publish = publish(visit)?;
    let bytes = site.run(move |site| {
        let found = showable(site, &file)?;
        if found.rendition.publish != publish {
            return Err(nothing());
        }
        bytes(site, &found, is_small)
    });
    let (bytes, kind) = bytes.await?;
    Ok(picture(bytes, kind))
}

/// `GET /gallery/{file}`
///
/// # Errors
/// It is not of this gallery, or may not be shown any more.
pub async fn whole(site: Site, visit: Visit, Path(file): Path<String>) -> Result<Response, Trouble> {
    picture_of(&site, &visit, file, false).await
}

/// `GET /gallery/{file}/small`
///
/// # Errors
/// As for the whole picture.
pub async fn small(site: Site, visit: Visit, Path(file): Path<String>) -> Result<Response, Trouble> {
    picture_of(&site, &visit, file, true).await
}

fn nothing() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such finished photo")
}

/// The rendition with this name, if it may be shown at this moment.
///
/// # Errors
/// It may not, or there is none.
pub fn showable(site: &Site, file: &str) -> Result<StoredRendition, AppError> {
    let reader = site.store().read()?;
    let found = reader.rendition_called(file)?.ok_or_else(nothing)?;
    if releasing::may_be_shown(&reader, &found, site.cx())? { Ok(found) } else { Err(nothing()) }
}

/// The bytes of a rendition, or a small picture of it, and what they are.
///
/// # Errors
/// They cannot be read or made.
pub fn bytes(
    site: &Site,
    rendition: &StoredRendition,
    is_small: bool,
) -> Result<(Vec<u8>, &'static str), AppError> {
    let whole = kept_bytes(site.store(), rendition)?;
    if !is_small {
        let kind = kind(&whole);
        return Ok((whole, kind));
    }
    let (store, rendition) = (Arc::clone(site.store()), rendition.clone());
    if let Some(kept) = pictures::of_rendition_kept(&store, &rendition)? {
        return Ok((kept, "image/jpeg"));
    }
    let made = site.works().now(move |slot| pictures::of_rendition(&store, slot, &rendition, whole))??;
    Ok((made, "image/jpeg"))
}

fn kind(bytes: &[u8]) -> &'static str {
    match decode::sniff(bytes) {
        Some(Format::Jpeg) => "image/jpeg",
        Some(Format::Png) => "image/png",
        Some(Format::WebP) => "image/webp",
        Some(Format::Gif) => "image/gif",
        Some(Format::Tiff) => "image/tiff",
        Some(Format::Bmp) => "image/bmp",
        _ => "application/octet-stream",
    }
}
