//! One photo: each face with what becomes of it and why, and who it is, said by hand. A reviewer sees
//! one photo at a time, the people of this album and nobody else, and never what else they are in
//! (SEC-5). Who is in it is told that somebody looked (TRA-4).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use grata_core::audit::entry::{Count, Event, EventKind};
use grata_core::geometry::PixelRect;
use grata_core::id::PhotoId;
use grata_core::photo::{Photo, Review};
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::release::{HideReason, Planned, Treatment, plan_photo};
use grata_core::tag::{FaceStanding, standing};
use grata_core::time::Timestamp;
use grata_store::Reader;
use grata_store::queries::photos::PlaceInAlbum;
use serde::Deserialize;
use serde_json::json;

use super::codes::Codes;
use super::{Shell, album, shown};
use crate::app::channels::Titles;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture;
use crate::web::looks::Of;
use crate::web::site::Site;
use crate::web::words::Words;
use crate::work::pictures;

/// A face, as the page shows it.
struct FaceShown {
    id: String,
    number: usize,
    rect: PixelRect,
    /// `shown`, `hidden`, `unknown` or `none`.
    kind: &'static str,
    name: Option<String>,
    /// What becomes of it, in words.
    words: String,
    can_undo: bool,
}

/// Faces and boxes: what changes when somebody says who somebody is.
#[derive(Template)]
#[template(path = "pages/photo-faces.html")]
pub(super) struct Faces {
    words: Words,
    csrf: String,
    photo: String,
    channel: String,
    width: u32,
    height: u32,
    faces: Vec<FaceShown>,
    besides: Vec<PixelRect>,
    open: usize,
    is_doubtful: bool,
    is_withheld: bool,
}

#[derive(Template)]
#[template(path = "pages/photo.html")]
struct Page {
    shell: Shell,
    album_id: String,
    album_title: String,
    name: String,
    number: u64,
    total: u64,
    previous: Option<String>,
    next: Option<String>,
    /// Each with its title, and whether it is this one.
    channels: Vec<(String, String, bool)>,
    faces: Faces,
    codes: Codes,
}

/// For which channel decisions are shown.
#[derive(Deserialize)]
pub struct Wanted {
    channel: Option<String>,
}

/// What the page is made of, read at one moment.
struct Seen {
    photo: Photo,
    album_title: String,
    name: String,
    place: PlaceInAlbum,
    channels: Vec<(ChannelKey, String)>,
    faces: Faces,
    codes: Codes,
}

/// `GET /desk/photos/{photo}`
///
/// # Errors
/// There is no such photo.
pub async fn page(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    let (words, csrf) = (visit.words, visit.csrf());
    let seen = site
        .change(move |site| {
            let id = album::photo_id(&id)?;
            let by = site.by();
            site.looks().record(site.store(), by.at, move |reader| look(reader, id, by))?;
            site.looks().note(by, Of::Photo(id));
            seen(&site.store().read()?, id, wanted.channel.as_deref(), words, csrf, site.now())
        })
        .await?;
    let channels = seen.channels.into_iter();
    let page = Page {
        shell: Shell::of(&visit),
        album_id: seen.photo.album.to_string(),
        album_title: seen.album_title,
        name: seen.name,
        number: seen.place.before + 1,
        total: seen.place.total,
        previous: seen.place.previous.map(|id| id.to_string()),
        next: seen.place.next.map(|id| id.to_string()),
        channels: channels
            .map(|(one, title)| (one.to_string(), title, one.as_str() == seen.faces.channel))
            .collect(),
        faces: seen.faces,
        codes: seen.codes,
    };
    Ok(shown(&page))
}

/// Everybody who is tagged in a photo is told that somebody looked at it.
fn look(reader: &Reader, id: PhotoId, by: By) -> Result<Event, AppError> {
    if reader.photo(id)?.is_none() {
        return Err(no_photo());
    }
    let case = reader.photo_case(id)?;
    let mut event = by.event(EventKind::Viewed).in_album(case.photo.album).counting(Count::Photos, 1);
    for face in &case.photo.faces {
        if let FaceStanding::Confirmed(subject) = standing(&case.photo, face, &case.tags, &case.not_me)
            && case.subjects.contains_key(&subject)
        {
            let photo = id.to_string();
            event = event.about(subject, json!({"what": "viewed", "of": "a photo of you", "why": "to say who is in it", "photo": photo}));
        }
    }
    Ok(event)
}

/// What to say about a photo that is not there.
pub(super) fn no_photo() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such photo")
}

fn seen(
    reader: &Reader,
    id: PhotoId,
    channel: Option<&str>,
    words: Words,
    csrf: String,
    now: Timestamp,
) -> Result<Seen, AppError> {
    let photo = reader.photo(id)?.ok_or_else(no_photo)?;
    let album_title = reader.album(photo.album)?.map(|album| album.title).unwrap_or_default();
    let place = reader.place_in_album(id)?.ok_or_else(no_photo)?;
    let codes = Codes::of(reader, id, words, csrf.clone())?;
    let faces = faces(reader, id, channel, words, csrf, now)?;
    let titles = Titles::read(reader)?;
    Ok(Seen {
        album_title,
        name: reader.photo_name(id)?,
        place,
        channels: reader
            .channels()?
            .into_iter()
            .map(|(channel, _)| (channel.clone(), words.channel(&titles, channel.as_str())))
            .collect(),
        faces,
        codes,
        photo,
    })
}

/// The channel that is asked for, or the website, or the first there is.
///
/// # Errors
/// There is no channel.
pub fn channel_of(reader: &Reader, wanted: Option<&str>) -> Result<ChannelKey, AppError> {
    let channels = reader.channels()?;
    let named =
        |name: &str| channels.iter().find(|(key, _)| key.as_str() == name).map(|(key, _)| key.clone());
    let found = wanted.and_then(named).or_else(|| named(ChannelKey::WEBSITE));
    let found = found.or_else(|| channels.first().map(|(key, _)| key.clone()));
    found.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no channel"))
}

/// The part of the page that changes when something is said.
///
/// # Errors
/// There is no such photo or channel.
pub(super) fn faces(
    reader: &Reader,
    id: PhotoId,
    channel: Option<&str>,
    words: Words,
    csrf: String,
    now: Timestamp,
) -> Result<Faces, AppError> {
    let channel = channel_of(reader, channel)?;
    let case = reader.photo_case(id)?;
    let publish = Publish { album: case.photo.album, channel: channel.clone() };
    // A photo that waits for somebody to look at it is planned as if they had.
    let mut looked_at = case.photo.clone();
    looked_at.review = Review::Done;
    let plan = plan_photo(&looked_at, &publish, &case.evidence(reader.age_rules()), now);
    let titles = Titles::read(reader)?;
    let mut shown = Vec::new();
    let mut besides = Vec::new();
    let is_withheld = matches!(plan, Planned::Withheld(_));
    if let Planned::Leaves(plan) = &plan {
        for (planned, number) in plan.faces().iter().zip(1..) {
            let name = match planned.standing() {
                FaceStanding::Confirmed(subject) => Some(reader.profile(subject)?.name),
                FaceStanding::Unknown | FaceStanding::NotAFace => None,
            };
            let (kind, said) = match planned.treatment() {
                Treatment::Show(_) => {
                    ("shown", words.a("face-shown", "channel", words.channel(&titles, channel.as_str())))
                }
                Treatment::NotAFace => ("none", words.t("face-none")),
                Treatment::Obscure(HideReason::Unknown) => ("unknown", words.hidden("unknown")),
                Treatment::Obscure(reason) => ("hidden", words.hidden(reason.as_str())),
            };
            let face = planned.face().id;
            shown.push(FaceShown {
                id: face.to_string(),
                number,
                rect: planned.face().region.rect,
                kind,
                name,
                words: said.into_owned(),
                can_undo: case.tags.iter().any(|tag| tag.face == face),
            });
        }
        besides.extend(plan.hidden_besides_faces().map(|(hidden, _)| hidden.region.rect));
    }
    Ok(Faces {
        words,
        csrf,
        photo: id.to_string(),
        channel: channel.to_string(),
        width: case.photo.size.width,
        height: case.photo.size.height,
        open: shown.iter().filter(|face| face.kind == "unknown").count(),
        faces: shown,
        besides,
        is_doubtful: case.photo.review == Review::Doubtful,
        is_withheld,
    })
}

/// `GET /desk/photos/{photo}/review`: for the eyes of the reviewer who has the page open; kept nowhere. Without
/// the page it is a look of its own (TRA-4).
///
/// # Errors
/// There is no such photo, or it cannot be made.
pub async fn review_picture(site: Site, Path(id): Path<String>) -> Result<Response, Trouble> {
    let bytes = site
        .change(move |site| {
            let photo = album::photo_id(&id)?;
            let by = site.by();
            let of = Of::Photo(photo);
            site.looks().record_once(site.store(), by, of, move |reader| look(reader, photo, by))?;
            let store = Arc::clone(site.store());
            site.works().now(move |slot| pictures::for_review(&store, slot, photo))?
        })
        .await?;
    Ok(picture(bytes, "image/jpeg"))
}

/// `GET /desk/photos/{photo}/as/{channel}`: what would leave through a channel today; kept nowhere.
///
/// # Errors
/// It would not leave, or cannot be made.
pub async fn as_released(
    site: Site,
    Path((id, channel)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let bytes = site.run(move |site| {
        let photo = album::photo_id(&id)?;
        let channel = channel_of(&site.store().read()?, Some(&channel))?;
        let (store, now) = (Arc::clone(site.store()), site.now());
        site.works().now(move |slot| pictures::as_released(&store, slot, photo, channel, now))?
    });
    Ok(picture(bytes.await?, "image/jpeg"))
}
