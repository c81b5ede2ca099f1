//! Who of the organisation has looked at people's data: on record before anything is shown, and in the
//! package of everybody concerned (TRA-4).
//!
//! A look at one person is an entry that opens with their key. A look at a list is one entry that says how
//! many people were in it and, if it was of an album, of which: it names nobody, and everybody who was in
//! the list finds it ([`of`]). Writing it costs the same for ten people and for ten thousand.

use std::collections::BTreeSet;

use grata_core::audit::entry::{ActorClass, Count, Entry, Event, EventKind};
use grata_core::id::{AlbumId, SubjectId};
use grata_core::time::Timestamp;
use grata_store::{Reader, Store, Tx};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::AppError;

/// What a list of everybody shows.
const EVERYBODY: &str = "your name, in the list of everybody";

/// Why somebody looks at it.
const WHY_EVERYBODY: &str = "to find somebody in the list";

/// What a list of an album shows.
const IN_ALBUM: &str = "your name, in the list of who is in the photos of an album";

/// Why somebody looks at it.
const WHY_IN_ALBUM: &str = "to see who is in the photos";

/// Puts a look at one person on record, with `tx` that has read what is shown.
///
/// # Errors
/// The store cannot be used.
pub fn person(tx: Tx, subject: SubjectId, of: &str, why: &str) -> Result<(), AppError> {
    let event = Event::new(EventKind::Viewed, ActorClass::Staff).counting(Count::Subjects, 1);
    tx.commit(event.about(subject, json!({"what": "viewed", "of": of, "why": why})))?;
    Ok(())
}

/// Puts a look at the list of everybody on record.
///
/// # Errors
/// The store cannot be used.
pub fn everybody(tx: Tx, people: usize) -> Result<(), AppError> {
    let event = Event::new(EventKind::Viewed, ActorClass::Staff);
    tx.commit(event.counting(Count::Subjects, people as u64))?;
    Ok(())
}

/// Puts a look at who is in an album on record, if anybody was named.
///
/// # Errors
/// The store cannot be used.
pub fn album(
    store: &Store,
    album: AlbumId,
    named: &BTreeSet<SubjectId>,
    now: Timestamp,
) -> Result<(), AppError> {
    if named.is_empty() {
        return Ok(());
    }
    let event = Event::new(EventKind::Viewed, ActorClass::Staff).in_album(album);
    store.begin(now)?.commit(event.counting(Count::Subjects, named.len() as u64))?;
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
    /// At what.
    pub of: String,
    /// Why.
    pub why: String,
}

impl View {
    fn new(place: u64, entry: &Entry, of: &str, why: &str) -> Self {
        let who = serde_json::to_value(entry.actor).unwrap_or_default();
        Self {
            place,
            at: entry.time.clone(),
            who: who.as_str().unwrap_or_default().to_string(),
            of: of.to_string(),
            why: why.to_string(),
        }
    }
}

/// Every look at a person's data, the oldest first.
///
/// # Errors
/// There is no such person.
pub fn of(reader: &Reader, subject: SubjectId) -> Result<Vec<View>, AppError> {
    let mut views = Vec::new();
    for (place, entry, opening) in reader.log_about(subject)? {
        if entry.kind == EventKind::Viewed {
            let says: Value = serde_json::from_str(&opening.payload).unwrap_or_default();
            let text = |name: &str| says[name].as_str().unwrap_or_default().to_string();
            views.push(View::new(place, &entry, &text("of"), &text("why")));
        }
    }
    for (place, entry) in reader.list_views_of(subject)? {
        let (of, why) = match entry.album {
            Some(_) => (IN_ALBUM, WHY_IN_ALBUM),
            None => (EVERYBODY, WHY_EVERYBODY),
        };
        views.push(View::new(place, &entry, of, why));
    }
    views.sort();
    Ok(views)
}
