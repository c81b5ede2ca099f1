//! Albums, and the notice that people in their photos are shown.

use std::collections::BTreeMap;

use grata_core::audit::entry::EventKind;
use grata_core::id::AlbumId;
use grata_core::notice::{Language, Notice, NoticeVersion};
use grata_core::purpose::Audience;
use grata_core::taken::TimeStep;
use grata_core::time::{Date, day};
use grata_store::queries::albums::Album;
use grata_store::{Reader, Store};

use super::{channels, notice};
use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::words::harmless;

/// Words that name no source (COL-2): pictures from there are not taken.
const NO_SOURCE: [&str; 4] = ["web", "internet", "unknown", "social media"];

/// Shortest beginning of an id by which something is named at the command line.
pub const SHORTEST_ID: usize = 6;

/// An album to be made. All of it is asked for before the first photo comes in (COL-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlbum {
    /// What people call it.
    pub title: String,
    /// Who answers for it.
    pub controller: String,
    /// Who took the pictures, in what capacity.
    pub source: String,
    /// What for.
    pub purpose: String,
    /// Where people write to.
    pub contact: String,
    /// Who may see what leaves.
    pub audience: Audience,
    /// The last day on which the photos are kept.
    pub keep_until: Date,
    /// The notice in the organisation's own words; a language without one gets grata's, filled in
    /// with the above.
    pub notice: BTreeMap<Language, String>,
}

/// An album with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlbumContent {
    /// The album.
    pub album: Album,
    /// Photos in it.
    pub photos: usize,
    /// How exactly they say when they were taken; `None`: not at all.
    pub times: Option<TimeStep>,
    /// The version of its notice, and the languages it is in.
    pub notice: Option<(NoticeVersion, Vec<Language>)>,
}

/// Makes an album.
///
/// # Errors
/// `Invalid` with the field that says nothing.
pub fn create(store: &Store, new: &NewAlbum, by: By) -> Result<Album, AppError> {
    if new.keep_until < day(by.at) {
        return Err(AppError::new(
            ErrorKind::Invalid,
            "the last day on which the photos are kept has passed",
        )
        .hint("Give a later day with --keep-until. Nothing was done."));
    }
    let album = Album {
        id: AlbumId::random(&mut store.rng()),
        title: new.title.trim().to_string(),
        controller: new.controller.trim().to_string(),
        source: new.source.trim().to_string(),
        purpose: new.purpose.trim().to_string(),
        contact: new.contact.trim().to_string(),
        audience: new.audience,
        keep_until: new.keep_until,
    };
    let mut tx = store.begin(by.at)?;
    let mut texts = notice::texts(&album, &channels::open(tx.all_channels()?));
    texts.extend(new.notice.clone());
    let notice =
        Notice::first(texts).map_err(|error| AppError::new(ErrorKind::Invalid, error.to_string()))?;
    check_complete(&album, Some(&notice))?;
    tx.insert_album(&album, &notice)?;
    tx.commit(by.event(EventKind::AlbumCreated).in_album(album.id))?;
    Ok(album)
}

/// Gives an album a notice in other words. Consents that were given keep the words they were given on.
///
/// # Errors
/// `Invalid` if a text is empty.
pub fn change_notice(
    store: &Store,
    album: &Album,
    texts: &BTreeMap<Language, String>,
    by: By,
) -> Result<NoticeVersion, AppError> {
    let invalid =
        |error: grata_core::notice::NoticeFault| AppError::new(ErrorKind::Invalid, error.to_string());
    let mut tx = store.begin(by.at)?;
    let notice = match tx.notice(album.id)? {
        None => Notice::first(texts.clone()).map_err(invalid)?,
        Some(before) => {
            let mut all = before.texts().clone();
            all.extend(texts.clone());
            let next = before.revised(all).map_err(invalid)?;
            if next.version() == before.version() {
                return Ok(before.version());
            }
            next
        }
    };
    tx.insert_notice(album.id, &notice)?;
    tx.commit(by.event(EventKind::NoticeChanged).in_album(album.id))?;
    Ok(notice.version())
}

/// Whether an album says everything that has to be said before a photo comes in (COL-2).
///
/// # Errors
/// `Invalid` with all that is missing.
pub fn check_complete(album: &Album, notice: Option<&Notice>) -> Result<(), AppError> {
    let fields = [
        ("title", &album.title),
        ("controller", &album.controller),
        ("source", &album.source),
        ("purpose", &album.purpose),
        ("contact", &album.contact),
    ];
    let mut missing: Vec<&str> =
        fields.iter().filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| *name).collect();
    if notice.is_none() {
        missing.push("notice");
    }
    if !missing.is_empty() {
        let message = format!("the album does not say: {}", missing.join(", "));
        return Err(
            AppError::new(ErrorKind::Invalid, message).hint("An album is complete first. Nothing was done.")
        );
    }
    if NO_SOURCE.contains(&album.source.to_lowercase().as_str()) {
        return Err(AppError::new(ErrorKind::Invalid, "the source does not say who took the pictures")
            .hint("Say who, and in what capacity, such as `club photographer`. Nothing was done."));
    }
    Ok(())
}

/// The album that `text` names: its id, the beginning of its id, or its title.
///
/// # Errors
/// `NotFound`, or `Conflict` if it could be several.
pub fn find(reader: &Reader, text: &str) -> Result<Album, AppError> {
    let named = |album: &Album| album.title == text || is_id(&album.id.to_string(), text);
    let mut found: Vec<Album> = reader.albums()?.into_iter().filter(named).collect();
    match (found.pop(), found.is_empty()) {
        (Some(album), true) => Ok(album),
        (Some(_), false) => {
            let message = format!("there are several albums called {}", harmless(text));
            Err(AppError::new(ErrorKind::Conflict, message)
                .hint("Give its id; `grata album list` prints it."))
        }
        (None, _) => {
            let message = format!("there is no album called {}", harmless(text));
            Err(AppError::new(ErrorKind::NotFound, message).hint("`grata album list` prints all of them."))
        }
    }
}

/// Whether `text` is an id, or the beginning of one that is long enough to be meant.
pub fn is_id(id: &str, text: &str) -> bool {
    text.len() >= SHORTEST_ID && id.starts_with(&text.to_ascii_lowercase())
}

/// An album with what is in it.
///
/// # Errors
/// The store cannot be used.
pub fn content(reader: &Reader, album: Album) -> Result<AlbumContent, AppError> {
    let notice = reader.notice(album.id)?;
    let notice = notice.map(|notice| (notice.version(), notice.texts().keys().cloned().collect()));
    let times = reader.times_of(album.id)?;
    Ok(AlbumContent { photos: reader.photos_in(album.id)?.len(), times, notice, album })
}

/// All albums.
///
/// # Errors
/// The store cannot be used.
pub fn list(store: &Store) -> Result<Vec<AlbumContent>, AppError> {
    let reader = store.read()?;
    reader.albums()?.into_iter().map(|album| content(&reader, album)).collect()
}
