//! Finding in a gallery by number, code or time (M1): no face, no name. What is found is always a part of
//! what the guest may see anyway. Which numbers there are is told nowhere: somebody who looks knows theirs.

use std::collections::BTreeMap;
use std::sync::Arc;

use grata_core::code::{NotACode, PhotoCode};
use grata_core::id::{AlbumId, PhotoId};
use grata_core::purpose::Publish;
use grata_core::taken::{Taken, TimeStep};
use grata_store::Reader;
use serde::Deserialize;

use crate::cx::Cx;
use crate::error::AppError;
use crate::web::words::Words;
use crate::work::releasing;

/// A finished photo of a gallery.
#[derive(Debug, Clone)]
pub struct Shot {
    /// Its neutral name.
    pub file: Arc<str>,
    /// What it was made of.
    photo: PhotoId,
    /// About when that was taken, if the album says so.
    taken: Option<Taken>,
}

/// The finished photos of an album and channel that may be shown now: by time as far as that is told,
/// and then by their neutral names.
///
/// # Errors
/// The store cannot be used.
pub fn shots(reader: &Reader, publish: &Publish, cx: &Cx) -> Result<Vec<Shot>, AppError> {
    let taken = reader.taken_in(publish.album)?;
    let renditions = releasing::showable(reader, publish, cx)?.into_iter();
    let mut shots: Vec<Shot> = renditions
        .map(|one| {
            let photo = one.rendition.photo;
            Shot { file: one.file_name.into(), photo, taken: taken.get(&photo).copied() }
        })
        .collect();
    // The sort keeps the order of names within a time: it says nothing finer than the album does (PUB-9).
    shots.sort_by_key(|shot| (shot.taken.is_none(), shot.taken));
    Ok(shots)
}

/// What somebody looks for, as they typed and chose it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    code: Option<String>,
    when: Option<String>,
    /// Of which album, where a link leads to all of them.
    pub album: Option<String>,
    /// Which page of what is found.
    pub page: Option<usize>,
    /// Which view of it.
    pub view: Option<String>,
}

/// A day or an hour of an album, for the list to choose from.
pub(super) struct Span {
    /// The beginning of the times in it, such as `2026-09-05` or `2026-09-05T14`.
    pub(super) when: String,
    day: grata_core::time::Date,
    /// `None`: the whole day.
    hour: Option<String>,
    count: usize,
}

/// What is looked for, and what can be.
pub struct Finding {
    pub(super) has_codes: bool,
    step: Option<TimeStep>,
    pub(super) spans: Vec<Span>,
    /// The album that was chosen among all, by its id.
    pub(super) album: Option<AlbumId>,
    /// As it was typed.
    pub(super) asked: String,
    code: Result<Option<PhotoCode>, NotACode>,
    when: Option<String>,
}

impl Finding {
    /// What `wanted` asks for among `all`.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn new(reader: &Reader, album: AlbumId, wanted: &Wanted, all: &[Shot]) -> Result<Self, AppError> {
        let step = reader.times_of(album)?;
        let spans = step.map(|step| spans(all, step)).unwrap_or_default();
        let asked = wanted.code.as_deref().map(str::trim).unwrap_or_default().to_string();
        let code = if asked.is_empty() { Ok(None) } else { asked.parse().map(Some) };
        // Only what is in the list: nothing else can be chosen, and nothing else stands in an address.
        let when = wanted.when.clone().filter(|when| spans.iter().any(|span| span.when == *when));
        let has_codes = reader.has_codes(album)?;
        let album = wanted.album.as_ref().map(|_| album);
        Ok(Self { has_codes, step, spans, album, asked, code, when })
    }

    /// Those of `all` that were asked for.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn among(&self, reader: &Reader, album: AlbumId, all: &[Shot]) -> Result<Vec<Shot>, AppError> {
        let with_code = match &self.code {
            Ok(Some(code)) => Some(reader.photos_with_code(album, code)?),
            _ => None,
        };
        let is_wanted = |shot: &&Shot| {
            with_code.as_ref().is_none_or(|photos| photos.contains(&shot.photo))
                && self.when.as_ref().is_none_or(|when| {
                    shot.taken.is_some_and(|taken| taken.to_string().starts_with(when.as_str()))
                })
        };
        Ok(all.iter().filter(is_wanted).cloned().collect())
    }

    /// About when a photo was taken, in words.
    pub fn about(&self, shot: &Shot, words: Words) -> Option<String> {
        let taken = shot.taken?;
        Some(match self.step? {
            TimeStep::Day => words.day(taken.date()).into_owned(),
            TimeStep::Hour => {
                words.with("gallery-hour", &[("from", taken.clock()), ("to", next_hour(taken))]).into_owned()
            }
            TimeStep::Quarter => words.a("gallery-about", "time", taken.clock()).into_owned(),
        })
    }

    /// Whether there is anything to find by.
    pub fn can_find(&self) -> bool {
        self.has_codes || !self.spans.is_empty()
    }

    /// Whether something is asked for.
    pub fn is_asked(&self) -> bool {
        matches!(self.code, Ok(Some(_))) || self.when.is_some()
    }

    /// What is wrong with what was typed, by its message.
    pub(super) fn problem(&self) -> Option<&'static str> {
        self.code.as_ref().err().map(|fault| message(*fault))
    }

    /// The same for an address: empty, or beginning with `?`.
    pub fn query(&self) -> String {
        let code = self.code.as_ref().ok().and_then(Option::as_ref).map(|code| format!("code={code}"));
        let when = self.when.as_ref().map(|when| format!("when={when}"));
        let album = self.album.map(|album| format!("album={album}"));
        let asked: Vec<String> = album.into_iter().chain(code).chain(when).collect();
        if asked.is_empty() { String::new() } else { format!("?{}", asked.join("&")) }
    }

    /// The address of everything in this gallery.
    pub(super) fn all(&self) -> String {
        self.album.map_or_else(|| "/gallery".into(), |album| format!("/gallery?album={album}"))
    }

    /// The address of a page of what is found.
    pub(super) fn page(&self, number: &usize) -> String {
        let query = self.query();
        let mark = if query.is_empty() { '?' } else { '&' };
        format!("/gallery{query}{mark}page={number}")
    }

    /// A day or hour in words, with how many photos are of it.
    pub(super) fn span(&self, span: &Span, words: &Words) -> String {
        let day = words.day(span.day).into_owned();
        let said = match &span.hour {
            None => day,
            Some(hour) => {
                words.with("gallery-day-hour", &[("day", day), ("hour", hour.clone())]).into_owned()
            }
        };
        format!("{said} ({})", span.count)
    }

    pub(super) fn is_chosen(&self, span: &Span) -> bool {
        self.when.as_ref() == Some(&span.when)
    }
}

/// What to say about a text that is no code: its message.
pub fn message(fault: NotACode) -> &'static str {
    match fault {
        NotACode::Empty => "code-empty",
        NotACode::TooLong => "code-too-long",
        NotACode::NoDigit => "code-no-digit",
        NotACode::NotALetter => "code-not-a-letter",
    }
}

fn next_hour(taken: Taken) -> String {
    let hour: u8 = taken.clock().get(..2).and_then(|hour| hour.parse().ok()).unwrap_or_default();
    format!("{:02}:00", (hour + 1) % 24)
}

/// The days of an album, and unless times are kept to the day the hours of each.
fn spans(all: &[Shot], step: TimeStep) -> Vec<Span> {
    let mut counts: BTreeMap<String, (Taken, usize)> = BTreeMap::new();
    for taken in all.iter().filter_map(|shot| shot.taken) {
        let hour = taken.coarser(TimeStep::Hour);
        let text = hour.to_string();
        let lengths: &[usize] = if step == TimeStep::Day { &[DAY_CHARS] } else { &[DAY_CHARS, HOUR_CHARS] };
        for when in lengths.iter().filter_map(|length| text.get(..*length)) {
            counts.entry(when.to_string()).or_insert((hour, 0)).1 += 1;
        }
    }
    let span = |(when, (taken, count)): (String, (Taken, usize))| {
        let hour = (when.len() == HOUR_CHARS).then(|| format!("{}–{}", taken.clock(), next_hour(taken)));
        Span { day: taken.date(), hour, when, count }
    };
    counts.into_iter().map(span).collect()
}

/// Letters of `2026-09-05`.
const DAY_CHARS: usize = 10;

/// Letters of `2026-09-05T14`.
const HOUR_CHARS: usize = 13;
