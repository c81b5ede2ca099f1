//! An album: its photos as a grid, what state each is in, and where new ones come in.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use grata_core::id::{AlbumId, PhotoId};
use grata_core::photo::Review;
use grata_core::tag::{FaceStanding, standing};
use grata_core::taken::TimeStep;
use grata_store::Reader;
use grata_store::queries::albums::Album;
use grata_store::queries::desk::Glance;
use serde::Deserialize;

use super::{Shell, codes, shown};
use crate::error::{AppError, ErrorKind};
use crate::web::access::Route;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture;
use crate::web::site::Site;
use crate::work::pictures::{self, GRID_SIDE, LARGE_SIDE};
use crate::work::{Progress, timing};

/// The state of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Somebody has to look at it before it may leave.
    Doubtful,
    /// It has faces that nobody has named: they are hidden.
    Open,
    /// Everything in it is said.
    Ready,
    /// A finished photo of it is out.
    Released,
    /// What was out was recalled.
    Recalled,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Doubtful, Self::Open, Self::Ready, Self::Released, Self::Recalled];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Doubtful => "doubtful",
            Self::Open => "open",
            Self::Ready => "ready",
            Self::Released => "released",
            Self::Recalled => "recalled",
        }
    }
}

/// A photo in the grid.
#[derive(Debug, Clone)]
pub struct Tile {
    id: String,
    number: usize,
    state: &'static str,
    faces: usize,
    named: usize,
}

struct Filter {
    state: &'static str,
    count: usize,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "pages/album.html")]
struct Page {
    shell: Shell,
    album: Album,
    tiles: Vec<Tile>,
    filters: Vec<Filter>,
    total: usize,
    is_filtered: bool,
    page: usize,
    pages: usize,
    /// How exactly its photos say when they were taken.
    times: &'static str,
    times_choices: [(&'static str, &'static str); 4],
    /// How far somebody is who looks again in those that are here.
    reading: Option<Progress>,
    /// What that came to, if some could not be read.
    unread: Option<Progress>,
}

/// Photos on one page: a browser stays quick with these, and pictures load as they come into view.
const ON_A_PAGE: usize = 200;

/// Which photos.
#[derive(Deserialize)]
pub struct Wanted {
    state: Option<String>,
    page: Option<usize>,
}

/// `GET /desk/albums/{album}`
///
/// # Errors
/// There is no such album.
pub async fn page(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    let (album, photos, times, looked) = site
        .run(move |site| {
            let reader = site.store().read()?;
            let album = find(&reader, &id)?;
            let photos = site.remembered().tiles(&reader, album.id)?;
            make_ready(site, album.id, &photos);
            let times = reader.times_of(album.id)?.map_or(codes::OFF, TimeStep::as_str);
            let looked = site.works().progress(&timing::name(album.id));
            Ok((album, photos, times, looked))
        })
        .await?;
    let total = photos.len();
    let filters = Stage::ALL.iter().map(|state| Filter {
        state: state.as_str(),
        count: photos.iter().filter(|tile| tile.state == state.as_str()).count(),
        is_on: wanted.state.as_deref() == Some(state.as_str()),
    });
    let filters: Vec<Filter> = filters.filter(|filter| filter.count > 0 || filter.is_on).collect();
    let is_filtered = filters.iter().any(|filter| filter.is_on);
    let wanted_ones: Vec<&Tile> =
        photos.iter().filter(|tile| !is_filtered || wanted.state.as_deref() == Some(tile.state)).collect();
    let pages = wanted_ones.len().div_ceil(ON_A_PAGE).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let tiles = wanted_ones.into_iter().skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE).cloned().collect();
    let shell = Shell::of(&visit);
    let times_choices = codes::CHOICES;
    let (looked, reading): (Option<Progress>, _) = match looked {
        Some(far) if !far.is_over() => (None, Some(far)),
        over => (over, None),
    };
    let unread = looked.filter(|over| over.failed > 0);
    Ok(shown(&Page {
        shell,
        album,
        tiles,
        filters,
        total,
        is_filtered,
        page,
        pages,
        times,
        times_choices,
        reading,
        unread,
    }))
}

/// Makes the pictures of the grid that are not there yet, behind everything that somebody waits for;
/// once for so many photos.
fn make_ready(site: &Site, album: AlbumId, tiles: &[Tile]) {
    let name = format!("previews {album}");
    let is_made = |progress: Progress| progress.total == tiles.len();
    if site.works().progress(&name).is_some_and(is_made) || !site.works().begin(&name, tiles.len()) {
        return;
    }
    for tile in tiles {
        let (store, works) = (std::sync::Arc::clone(site.store()), site.works().clone());
        let (photo, name) = (photo_id(&tile.id), name.clone());
        site.works().later(move |slot| {
            if let Ok(photo) = photo {
                // What fails here is said when it is asked for.
                let _ = pictures::all_hidden(&store, slot, photo, GRID_SIDE);
            }
            works.note(&name, |progress| progress.done += 1);
        });
    }
}

/// The album that a path names.
///
/// # Errors
/// There is none.
pub fn find(reader: &Reader, id: &str) -> Result<Album, AppError> {
    let album = id.parse::<AlbumId>().ok().map(|id| reader.album(id)).transpose()?.flatten();
    album.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such album"))
}

/// The photo that a path names.
///
/// # Errors
/// There is none.
pub fn photo_id(id: &str) -> Result<PhotoId, AppError> {
    id.parse().map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such photo"))
}

/// The photos of an album, each with its state.
///
/// # Errors
/// The store cannot be used.
pub fn tiles(reader: &Reader, album: AlbumId) -> Result<Vec<Tile>, AppError> {
    let released: BTreeMap<PhotoId, bool> = reader.released_in(album)?.into_iter().collect();
    let mut tiles = Vec::new();
    for (Glance { photo, tags, not_me }, number) in reader.album_at_a_glance(album)?.into_iter().zip(1..) {
        let id = photo.id;
        let open = photo
            .faces
            .iter()
            .filter(|face| standing(&photo, face, &tags, &not_me) == FaceStanding::Unknown)
            .count();
        let state = match (photo.review, released.get(&id), open) {
            (Review::Doubtful, ..) => Stage::Doubtful,
            (_, Some(true), _) => Stage::Released,
            (_, Some(false), _) => Stage::Recalled,
            (_, None, 0) => Stage::Ready,
            (_, None, _) => Stage::Open,
        };
        tiles.push(Tile {
            id: id.to_string(),
            number,
            state: state.as_str(),
            faces: photo.faces.len(),
            named: photo.faces.len() - open,
        });
    }
    Ok(tiles)
}

/// `GET /desk/photos/{photo}/preview/{size}`: every face hidden (PUB-5).
///
/// # Errors
/// There is no such photo, or it cannot be made.
pub async fn preview(site: Site, Path((id, size)): Path<(String, String)>) -> Result<Response, Trouble> {
    let side = match size.as_str() {
        "grid" => GRID_SIDE,
        "large" => LARGE_SIDE,
        _ => return Err(Trouble::not_found()),
    };
    let bytes = site.run(move |site| all_hidden(site, photo_id(&id)?, side)).await?;
    Ok(picture(bytes, "image/jpeg"))
}

fn all_hidden(site: &Site, photo: PhotoId, side: u32) -> Result<Vec<u8>, AppError> {
    if let Some(kept) = pictures::all_hidden_kept(site.store(), photo, side)? {
        return Ok(kept);
    }
    let store = std::sync::Arc::clone(site.store());
    site.works().now(move |slot| pictures::all_hidden(&store, slot, photo, side))?
}
