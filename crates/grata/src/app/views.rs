//! Who of the organisation has looked at people's data: on record before anything is shown, and in the
//! package of everybody concerned (TRA-4).
//!
//! A look at one person is an entry that opens with their key. A look at a list is one entry that says how
//! many people were in it and, if it was of an album, of which: it names nobody, and everybody who was in
//! the list finds it ([`of`]). Writing it costs the same for ten people and for ten thousand.

use grata_core::audit::entry::{Count, Entry, EventKind, Opening};
use grata_core::id::{AlbumId, SubjectId};
use grata_store::{Reader, Store, Tx};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// What a list of everybody shows.
const EVERYBODY: &str = "your name, in the list of everybody";

/// Why somebody looks at it.
const WHY_EVERYBODY: &str = "to find somebody in the list";

/// What a list of an album shows.
const IN_ALBUM: &str = "your name, in the list of who is in the photos of an album";

/// Why somebody looks at it.
const WHY_IN_ALBUM: &str = "to see who is in the photos";

/// What a list of who is asked about an album shows.
const ASKED: &str = "your name and answers, in the list of who is asked about an album";

/// Why somebody looks at it.
const WHY_ASKED: &str = "to see who has answered what";

/// Puts a look at one person on record, with `tx` that has read what is shown.
///
/// # Errors
/// The store cannot be used.
pub fn person(tx: Tx, subject: SubjectId, of: &str, why: &str, by: By) -> Result<(), AppError> {
    let event = by.event(EventKind::Viewed).counting(Count::Subjects, 1);
    tx.commit(event.about(subject, json!({"what": "viewed", "of": of, "why": why})))?;
    Ok(())
}

/// Puts a look at the list of everybody on record.
///
/// # Errors
/// The store cannot be used.
pub fn everybody(tx: Tx, people: usize, by: By) -> Result<(), AppError> {
    let event = by.event(EventKind::Viewed);
    tx.commit(event.counting(Count::Listed, people as u64))?;
    Ok(())
}

/// Puts a look at who is in the photos of an album on record, if anybody was named.
///
/// # Errors
/// The store cannot be used.
pub fn album(store: &Store, album: AlbumId, named: usize, by: By) -> Result<(), AppError> {
    list(store, album, Count::Named, named, by)
}

/// Puts a look at who is asked about an album on record, if anybody was in the list.
///
/// # Errors
/// The store cannot be used.
pub fn asked(store: &Store, album: AlbumId, listed: usize, by: By) -> Result<(), AppError> {
    list(store, album, Count::Listed, listed, by)
}

fn list(store: &Store, album: AlbumId, what: Count, people: usize, by: By) -> Result<(), AppError> {
    if people > 0 {
        let event = by.event(EventKind::Viewed).in_album(album).counting(what, people as u64);
        store.begin(by.at)?.commit(event)?;
    }
    Ok(())
}

/// A look at somebody's data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct View {
    /// Its place in the log.
    pub place: u64,
    /// When, to the minute.
    pub at: String,
    /// Who, as a class.
    pub who: String,
    /// By which account, if somebody was signed in: the random id that the organisation knows them by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// At what.
    pub of: String,
    /// Why.
    pub why: String,
}

impl View {
    fn new(reader: &Reader, place: u64, entry: &Entry, of: &str, why: &str) -> Result<Self, AppError> {
        let who = serde_json::to_value(entry.actor).unwrap_or_default();
        Ok(Self {
            place,
            at: entry.time.clone(),
            who: who.as_str().unwrap_or_default().to_string(),
            account: reader.log_actor(place)?.map(|account| account.to_string()),
            of: of.to_string(),
            why: why.to_string(),
        })
    }
}

/// What an entry says about a person.
///
/// # Errors
/// It makes no sense: an incomplete package is none.
pub fn said(opening: &Opening) -> Result<Value, AppError> {
    serde_json::from_str(&opening.payload)
        .map_err(|_| AppError::new(ErrorKind::Internal, "what the log says about somebody makes no sense"))
}

/// Every look at a person's data, the oldest first.
///
/// # Errors
/// There is no such person.
pub fn of(reader: &Reader, subject: SubjectId) -> Result<Vec<View>, AppError> {
    let mut views = Vec::new();
    for (place, entry, opening) in reader.log_about(subject)? {
        if entry.kind == EventKind::Viewed {
            let says = said(&opening)?;
            let text = |name: &str| says[name].as_str().unwrap_or_default().to_string();
            views.push(View::new(reader, place, &entry, &text("of"), &text("why"))?);
        }
    }
    for (place, entry) in reader.list_views_of(subject)? {
        let (of, why) = match entry.album {
            Some(_) if entry.counts.contains_key(&Count::Named) => (IN_ALBUM, WHY_IN_ALBUM),
            Some(_) => (ASKED, WHY_ASKED),
            None => (EVERYBODY, WHY_EVERYBODY),
        };
        views.push(View::new(reader, place, &entry, of, why)?);
    }
    views.sort();
    Ok(views)
}
