//! Numbers and codes on a photo, as a reviewer reads them off bibs and cards; and how exactly an album
//! says when its photos were taken. With both photos are found without a face (M1).

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use grata_core::code::PhotoCode;
use grata_core::id::PhotoId;
use grata_core::taken::TimeStep;
use grata_store::Reader;
use serde::Deserialize;

use super::gallery::finding::message;
use super::photo::no_photo;
use super::{album, go_to, shown};
use crate::app::{codes, times};
use crate::error::{AppError, ErrorKind};
use crate::web::csrf;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::web::words::Words;
use crate::work::timing;

/// The part of a photo's page that changes with its codes.
#[derive(Template)]
#[template(path = "pages/photo-codes.html")]
pub(super) struct Codes {
    words: Words,
    csrf: String,
    photo: String,
    codes: Vec<String>,
    /// Those of the photo before that this one has not, in one line: runners come in groups.
    before: String,
}

impl Codes {
    /// Of a photo.
    ///
    /// # Errors
    /// There is no such photo.
    pub(super) fn of(reader: &Reader, id: PhotoId, words: Words, csrf: String) -> Result<Self, AppError> {
        let codes = reader.codes_on(id)?;
        let place = reader.place_in_album(id)?.ok_or_else(no_photo)?;
        let before = place.previous.map(|before| reader.codes_on(before)).transpose()?.unwrap_or_default();
        let before = before.iter().filter(|code| !codes.contains(code));
        Ok(Self {
            words,
            csrf,
            photo: id.to_string(),
            before: before.map(PhotoCode::as_str).collect::<Vec<_>>().join(" "),
            codes: codes.iter().map(ToString::to_string).collect(),
        })
    }
}

/// What is typed, and what is to be done with it.
#[derive(Deserialize)]
pub struct Typed {
    codes: String,
    action: String,
}

/// `POST /desk/photos/{photo}/codes`
///
/// # Errors
/// There is no such photo, or something of what was typed is no number or code: then none is put on.
pub async fn change(
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    let (words, csrf, page) = (visit.words, visit.csrf(), id.clone());
    let said = PhotoCode::all_in(&typed.codes)
        .map_err(|fault| AppError::new(ErrorKind::Invalid, words.t(message(fault)).into_owned()))?;
    let part = site.change(move |site| {
        let id = album::photo_id(&id)?;
        let photo = site.store().read()?.photo(id)?.ok_or_else(no_photo)?;
        match typed.action.as_str() {
            "add" => {
                codes::add(site.store(), &photo, &said, site.by())?;
            }
            "remove" => {
                for code in &said {
                    codes::remove(site.store(), &photo, code, site.by())?;
                }
            }
            _ => return Err(AppError::new(ErrorKind::Invalid, "this cannot be done with a code")),
        }
        Codes::of(&site.store().read()?, id, words, csrf)
    });
    let part = part.await?;
    if headers.contains_key(csrf::HEADER) {
        Ok(shown(&part))
    } else {
        Ok(go_to(&format!("/desk/photos/{page}")))
    }
}

/// How exactly.
#[derive(Deserialize)]
pub struct Exactly {
    times: String,
}

/// Choices, in their order on the page, each with its message.
pub(super) const CHOICES: [(&str, &str); 4] = [
    (OFF, "times-off"),
    (TimeStep::Day.as_str(), "times-day"),
    (TimeStep::Hour.as_str(), "times-hour"),
    (TimeStep::Quarter.as_str(), "times-quarter"),
];

/// What stands for "not at all".
pub(super) const OFF: &str = "off";

/// `POST /desk/albums/{album}/times`
///
/// # Errors
/// There is no such album, or no such choice.
pub async fn set_times(
    site: Site,
    Path(id): Path<String>,
    Form(exactly): Form<Exactly>,
) -> Result<Response, Trouble> {
    let back = site.change(move |site| {
        let album = album::find(&site.store().read()?, &id)?;
        let step = match exactly.times.as_str() {
            OFF => None,
            step => Some(step.parse().map_err(|error: grata_core::taken::NotAStep| {
                AppError::new(ErrorKind::Invalid, error.to_string())
            })?),
        };
        times::set(site.store(), album.id, step, site.by())?;
        timing::read_again(site.works(), site.store(), site.cx(), album.id)?;
        Ok(format!("/desk/albums/{}", album.id))
    });
    Ok(go_to(&back.await?))
}
