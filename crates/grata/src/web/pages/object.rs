//! "Hide me in this photo": anybody points at a published photo and a place in it, without account and
//! without giving their face (BYS-8). It is hidden from then on, and decided afterwards (RTS-12).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use grata_core::geometry::Size;
use serde::Deserialize;

use super::tagging::Drawn;
use super::{Shell, gallery, go_to, shown};
use crate::app::rights::{self, ObjectedTo, Received};
use crate::error::{AppError, ErrorKind, found};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture as as_picture;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/object.html")]
struct Page {
    shell: Shell,
    is_missing: bool,
    is_done: bool,
}

/// The name of a published file, or that something was done.
#[derive(Deserialize)]
pub struct Named {
    file: Option<String>,
    done: Option<String>,
}

/// `GET /object`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit, Query(named): Query<Named>) -> Result<Response, Trouble> {
    let is_done = named.done.is_some();
    let mut is_missing = false;
    if let Some(file) = named.file.as_deref().map(str::trim).filter(|file| !file.is_empty()) {
        // An address as somebody copies it from a website ends with the name.
        let name =
            file.rsplit('/').next().unwrap_or(file).split(['?', '#']).next().unwrap_or(file).to_string();
        let is_there = {
            let name = name.clone();
            site.run(move |site| Ok(found(gallery::showable(site, &name))?.is_some())).await?
        };
        if is_there {
            return Ok(go_to(&format!("/object/{name}")));
        }
        is_missing = true;
    }
    Ok(shown(&Page { shell: Shell::of(&visit), is_missing, is_done }))
}

#[derive(Template)]
#[template(path = "pages/object-point.html")]
struct PointPage {
    shell: Shell,
    file: String,
    size: Size,
}

/// `GET /object/{file}`
///
/// # Errors
/// There is no such published photo.
pub async fn point(site: Site, visit: Visit, Path(file): Path<String>) -> Result<Response, Trouble> {
    let name = file.clone();
    let size = site.run(move |site| {
        let found = gallery::showable(site, &name)?;
        let photo = site.store().read()?.photo(found.rendition.photo)?;
        photo.map(|photo| photo.size).ok_or_else(|| AppError::new(ErrorKind::NotFound, "no such photo"))
    });
    let size = size.await?;
    Ok(shown(&PointPage { shell: Shell::of(&visit), file, size }))
}

/// `GET /object/{file}/picture`
///
/// # Errors
/// There is no such published photo.
pub async fn picture(site: Site, Path(file): Path<String>) -> Result<Response, Trouble> {
    let bytes = site.run(move |site| gallery::bytes(site, &gallery::showable(site, &file)?, false));
    let (bytes, kind) = bytes.await?;
    Ok(as_picture(bytes, kind))
}

/// What is pointed at: a place, or the whole photo.
#[derive(Deserialize)]
pub struct Pointed {
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    width: String,
    #[serde(default)]
    height: String,
}

impl Pointed {
    fn drawn(&self) -> Option<Drawn> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let fields = [&self.x, &self.y, &self.width, &self.height];
        let [x, y, width, height] = fields.map(|text| number(text));
        Some(Drawn::at(x?, y?, width?, height?)).filter(|drawn| !drawn.rect().is_empty())
    }
}

/// `POST /object/{file}`
///
/// # Errors
/// There is no such published photo, or there were too many objections at once.
pub async fn object(
    site: Site,
    Path(file): Path<String>,
    Form(pointed): Form<Pointed>,
) -> Result<Response, Trouble> {
    if !site.limits().may_object() {
        return Err(Trouble::too_often());
    }
    site.change(move |site| {
        let photo = gallery::showable(site, &file)?.rendition.photo;
        let to = match pointed.drawn() {
            Some(drawn) => ObjectedTo::Place(photo, drawn.rect()),
            None => ObjectedTo::Photo(photo),
        };
        rights::object(site.store(), site.cx(), to, Received(None))
    })
    .await?;
    site.recall_soon();
    Ok(go_to("/object?done=1"))
}
