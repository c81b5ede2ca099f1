//! Finished photos of one album, or of all albums, through one channel, for whoever has the link. Renditions only, under neutral
//! names; one that may no longer be shown is gone at once (PUB-6, RTS-12). Whoever looks for somebody finds
//! by number, code or time ([`finding`]).

pub mod finding;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use grata_core::basis::Profile;
use grata_core::purpose::{Publish, Reach, Shared};
use grata_store::queries::albums::Album;
use grata_store::queries::releases::StoredRendition;
use grata_vision::decode::{self, Format};

use super::{Shell, find, shown};
use crate::app::own_device::{self, Standing};
use crate::app::releases::folder::kept_bytes;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture;
use crate::web::session::Visitor;
use crate::web::site::Site;
use crate::work::{pictures, releasing};
use finding::{Finding, Shot, Wanted};

#[derive(Template)]
#[template(path = "pages/gallery.html")]
struct Page {
    shell: Shell,
    title: String,
    controller: String,
    contact: String,
    finding: Finding,
    shots: Vec<ShotShown>,
    /// Photos in the gallery, whatever is looked for.
    total: usize,
    found: usize,
    page: usize,
    pages: usize,
    /// Where people look for themselves in it, if they may.
    find_me: Option<String>,
}

/// The view in which somebody finds themselves.
const FIND: &str = "find";

/// A finished photo, as the page shows it.
struct ShotShown {
    file: Arc<str>,
    /// Its place among those that were found; the first is 1.
    number: usize,
    about: Option<String>,
}

/// One finished photo with the way to the next one.
#[derive(Template)]
#[template(path = "pages/gallery-photo.html")]
struct OnePage {
    shell: Shell,
    title: String,
    file: String,
    about: Option<String>,
    number: usize,
    found: usize,
    page: usize,
    query: String,
    previous: Option<Arc<str>>,
    next: Option<Arc<str>>,
}

/// Photos on one page of a gallery.
const ON_A_PAGE: usize = 120;

/// The albums behind a link that leads to all of them.
#[derive(Template)]
#[template(path = "pages/gallery-albums.html")]
struct AlbumsPage {
    shell: Shell,
    controller: String,
    albums: Vec<Card>,
}

struct Card {
    id: String,
    title: String,
    purpose: String,
    /// Finished photos, by their neutral names.
    cover: Vec<String>,
}

/// Photos on the cover of an album.
const ON_THE_COVER: usize = 4;

/// Finished photos that are looked at for a cover: some may just now not be shown any more.
const FOR_A_COVER: u32 = 24;

fn guest(visit: &Visit) -> Result<Shared, Trouble> {
    match &visit.visitor {
        Visitor::Guest(shared) => Ok(shared.clone()),
        _ => Err(Trouble::not_found()),
    }
}

/// Which album's gallery is asked for; none: a link to all albums, and none of them was chosen.
fn chosen(shared: &Shared, wanted: &Wanted) -> Result<Option<Publish>, AppError> {
    match (shared.reach, &wanted.album) {
        (Reach::Album, _) => Ok(Some(shared.publish.clone())),
        (Reach::AllAlbums, None) => Ok(None),
        (Reach::AllAlbums, Some(id)) => {
            let album = id.parse().map_err(|_| no_album())?;
            Ok(Some(Publish { album, channel: shared.publish.channel.clone() }))
        }
    }
}

fn no_album() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such album")
}

/// The albums of a channel of which something may be seen.
fn albums(site: &Site, shared: &Shared) -> Result<Vec<Card>, AppError> {
    let reader = site.store().read()?;
    let mut cards = Vec::new();
    for id in reader.albums_out(&shared.publish.channel, releasing::RECIPIENT)? {
        let publish = Publish { album: id, channel: shared.publish.channel.clone() };
        let (Some(album), Some(release)) = (reader.album(id)?, releasing::newest(&reader, &publish)?) else {
            continue;
        };
        let mut cover = Vec::new();
        for rendition in reader.some_renditions_for(release.id, FOR_A_COVER)? {
            if cover.len() < ON_THE_COVER && releasing::may_be_shown(&reader, &rendition, site.cx())? {
                cover.push(rendition.file_name);
            }
        }
        cards.push(Card { id: id.to_string(), title: album.title, purpose: album.purpose, cover });
    }
    Ok(cards)
}

async fn albums_page(site: &Site, visit: &Visit, shared: Shared) -> Result<Response, Trouble> {
    let (controller, albums) = site
        .run(move |site| {
            let album = site.store().read()?.album(shared.publish.album)?.ok_or_else(no_album)?;
            Ok((album.controller, albums(site, &shared)?))
        })
        .await?;
    Ok(shown(&AlbumsPage { shell: Shell::of(visit), controller, albums }))
}

/// What a guest sees of a gallery, with what they look for.
struct Seen {
    album: Album,
    finding: Finding,
    shots: Vec<Shot>,
    total: usize,
    /// All that may be shown, whatever is looked for, by their neutral names, and what kind of people they are: for
    /// *Find me*, where that is on.
    own_device: Option<(Vec<String>, Profile)>,
    /// *Find me* was turned on, and may not be (CON-9).
    is_refused: bool,
}

fn look(site: &Site, publish: &Publish, wanted: &Wanted) -> Result<Seen, AppError> {
    let reader = site.store().read()?;
    let album = reader.album(publish.album)?.ok_or_else(no_album)?;
    let all = site.remembered().shots(&reader, publish, site.cx())?;
    let finding = Finding::new(&reader, album.id, wanted, &all)?;
    let shots = finding.among(&reader, album.id, &all)?;
    let standing = own_device::standing(&reader, publish, site.now())?;
    let is_refused = matches!(standing, Standing::Refused(_));
    let own_device = match standing {
        Standing::On(profile) if !all.is_empty() => {
            Some((all.iter().map(|shot| shot.file.to_string()).collect(), profile))
        }
        _ => None,
    };
    Ok(Seen { album, finding, shots, total: all.len(), own_device, is_refused })
}

/// `GET /gallery`
///
/// # Errors
/// The store cannot be used.
pub async fn page(
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    let shared = guest(&visit)?;
    let Some(publish) = chosen(&shared, &wanted)? else { return albums_page(&site, &visit, shared).await };
    let (asked, finds) = (wanted.page, wanted.view.as_deref() == Some(FIND));
    let Seen { album, finding, shots, total, own_device, is_refused } =
        site.run(move |site| look(site, &publish, &wanted)).await?;
    if finds && is_refused {
        return Err(Trouble::forbidden());
    }
    let is_own_device = own_device.is_some();
    if let Some((files, profile)) = own_device.filter(|_| finds) {
        let album = (album, finding.album, profile);
        return find::page(site, &visit, &headers, album, files).await;
    }
    let found = shots.len();
    let pages = found.div_ceil(ON_A_PAGE).max(1);
    let page = asked.unwrap_or(1).clamp(1, pages);
    let on_page = shots.iter().zip(1..).skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE);
    let shots = on_page
        .map(|(shot, number)| ShotShown {
            file: shot.file.clone(),
            number,
            about: finding.about(shot, visit.words),
        })
        .collect();
    let within = finding.album.map(|album| format!("&album={album}")).unwrap_or_default();
    let find_me = is_own_device.then(|| format!("/gallery?view={FIND}{within}"));
    Ok(shown(&Page {
        shell: Shell::of(&visit),
        title: album.title,
        controller: album.controller,
        contact: album.contact,
        finding,
        shots,
        total,
        found,
        page,
        pages,
        find_me,
    }))
}

/// `GET /gallery/{file}/view`
///
/// # Errors
/// It is not of this gallery, is not among what was found, or may not be shown any more.
pub async fn one(
    site: Site,
    visit: Visit,
    Path(file): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    let publish = chosen(&guest(&visit)?, &wanted)?.ok_or_else(nothing)?;
    let Seen { album, finding, shots, .. } = site.run(move |site| look(site, &publish, &wanted)).await?;
    let at = shots.iter().position(|shot| *shot.file == file).ok_or_else(nothing)?;
    let beside = |at: Option<usize>| at.and_then(|at| shots.get(at)).map(|shot| shot.file.clone());
    Ok(shown(&OnePage {
        shell: Shell::of(&visit),
        title: album.title,
        about: finding.about(&shots[at], visit.words),
        number: at + 1,
        found: shots.len(),
        page: at / ON_A_PAGE + 1,
        query: finding.query(),
        previous: beside(at.checked_sub(1)),
        next: beside(Some(at + 1)),
        file,
    }))
}

async fn picture_of(site: &Site, visit: &Visit, file: String, is_small: bool) -> Result<Response, Trouble> {
    let shared = guest(visit)?;
    let bytes = site.run(move |site| {
        let found = showable(site, &file)?;
        if !shared.opens(&found.rendition.publish) {
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

/// What is said of a finished photo that is not there.
pub fn nothing() -> AppError {
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
