//! The desk's first page: all albums, and making one.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::purpose::Audience;
use grata_core::time::{day, months_after};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{Shell, go_to, shown, shown_as};
use crate::app::albums::{self, NewAlbum};
use crate::error::ErrorKind;
use crate::web::access::Route;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/albums.html")]
struct Page {
    shell: Shell,
    albums: Vec<Card>,
}

struct Card {
    id: String,
    title: String,
    photos: u64,
    people: usize,
    cover: Vec<String>,
    kept_until: String,
}

/// Photos on the cover of an album.
const ON_THE_COVER: usize = 4;

/// `GET /desk`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let words = visit.words;
    let albums = site.run(move |site| {
        let reader = site.store().read()?;
        let card = |album: grata_store::queries::albums::Album| {
            Ok(Card {
                id: album.id.to_string(),
                title: album.title,
                photos: reader.count_photos(album.id)?,
                people: reader.people_of(album.id)?.len(),
                cover: reader
                    .photos_in(album.id)?
                    .iter()
                    .take(ON_THE_COVER)
                    .map(ToString::to_string)
                    .collect(),
                kept_until: words.day(album.keep_until).into_owned(),
            })
        };
        reader.albums()?.into_iter().map(card).collect::<Result<Vec<_>, crate::error::AppError>>()
    });
    let albums = albums.await?;
    Ok(shown(&Page { shell: Shell::of(&visit), albums }))
}

/// What is filled in for a new album.
#[derive(Debug, Clone, Deserialize, Default)]
pub struct AlbumForm {
    title: String,
    controller: String,
    source: String,
    purpose: String,
    contact: String,
    audience: String,
    keep_until: String,
}

#[derive(Template)]
#[template(path = "pages/new-album.html")]
struct NewPage {
    shell: Shell,
    form: AlbumForm,
    problem: Option<String>,
}

/// Months after which the photos of an album go, if nobody says otherwise.
const KEPT_MONTHS: u16 = 24;

/// `GET /desk/new-album`
///
/// # Errors
/// The store cannot be used.
pub async fn new_page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    // Who asks and where to write are most often those of the album before.
    let last = site.run(|site| Ok(site.store().read()?.albums()?.into_iter().next_back())).await?;
    let form = AlbumForm {
        controller: last.as_ref().map(|album| album.controller.clone()).unwrap_or_default(),
        contact: last.map(|album| album.contact).unwrap_or_default(),
        audience: Audience::Everyone.as_str().into(),
        keep_until: months_after(day(site.now()), KEPT_MONTHS).to_string(),
        ..AlbumForm::default()
    };
    Ok(shown(&NewPage { shell: Shell::of(&visit), form, problem: None }))
}

/// `POST /desk/new-album`
///
/// # Errors
/// The store cannot be used.
pub async fn create(site: Site, visit: Visit, Form(form): Form<AlbumForm>) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let refused = |form: AlbumForm, problem: String| {
        let page = NewPage { shell: shell.clone(), form, problem: Some(problem) };
        Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
    };
    let words = visit.words;
    let (Ok(keep_until), Ok(audience)) = (form.keep_until.parse(), form.audience.parse()) else {
        return refused(form, words.t("new-album-no-day").into_owned());
    };
    let new = NewAlbum {
        title: form.title.clone(),
        controller: form.controller.clone(),
        source: form.source.clone(),
        purpose: form.purpose.clone(),
        contact: form.contact.clone(),
        audience,
        keep_until,
        notice: BTreeMap::new(),
    };
    let made = site.change(move |site| match albums::create(site.store(), &new, site.by()) {
        Ok(album) => Ok(Ok(album)),
        Err(error) if error.kind() == ErrorKind::Invalid => Ok(Err(error)),
        Err(error) => Err(error),
    });
    match made.await? {
        Ok(album) => Ok(go_to(&format!("/desk/albums/{}", album.id))),
        Err(_) => refused(form, words.t("new-album-incomplete").into_owned()),
    }
}
