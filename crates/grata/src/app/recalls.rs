//! What has left and may no longer be shown: after a withdrawal, an expiry, a restriction, an objection,
//! an erasure.
//!
//! Old renditions die first, all of them, whatever comes of the new ones. Then each is made anew as it
//! may look today. The list for whoever put the files online names every file that has to go and the
//! one that takes its place; it is complete each time, so that one that was lost does no harm.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use grata_core::consent::Reason;
use grata_core::id::{AlbumId, ReleaseId};
use grata_core::obscure::ObscureStyle;
use grata_core::recall::{Recall, RecallCause, recall as recall_of};
use grata_core::time::Timestamp;
use grata_store::queries::releases::{Release, StoredRendition};
use grata_store::{Reader, Store};
use serde::Serialize;

use super::at_work;
use super::batch;
use super::output::OutputFolder;
use super::releases::folder::{keep_out_of_store, kept_bytes, unusable, write_whole};
use super::releases::render::{Made, Studio, take_down};
use super::releases::{Watcher, first_line};
use crate::cx::Cx;
use crate::error::AppError;
use crate::worker::pool::Slot;

/// The list's name.
pub const LIST: &str = "recall.json";

/// The same as a table.
pub const TABLE: &str = "recall.csv";

/// A live rendition that may no longer be shown.
#[derive(Debug, Clone)]
pub struct Touched {
    /// Which, with its file name.
    pub rendition: StoredRendition,
    /// For what it had left.
    pub release: Release,
    /// Why it may not be shown any more.
    pub recall: Recall,
}

impl Touched {
    /// Why, in words for machines: sorted, each once.
    pub fn reasons(&self) -> Vec<&'static str> {
        let mut reasons: Vec<&'static str> = self
            .recall
            .causes
            .iter()
            .map(|cause| match cause {
                RecallCause::Shows(_, reason) => reason.as_str(),
                RecallCause::Uncovered(_) => "uncovered",
                RecallCause::Withheld(why) => why.as_str(),
            })
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    }
}

/// What is recalled.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallOrder {
    /// Whose photos; all albums if none is named.
    pub album: Option<AlbumId>,
    /// The folder for new files and the list; without one they stay in the house, and `grata release`
    /// on the folder of a release brings that up to date.
    pub out: Option<PathBuf>,
    /// What stands in place of a face.
    pub style: ObscureStyle,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// One line for whoever put the files online. Says nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecallLine {
    /// Which release.
    pub release: String,
    /// Through which channel it had left.
    pub channel: String,
    /// Who got it.
    pub recipient: String,
    /// The file that has to go.
    pub file: String,
    /// By which it is known.
    pub sha256: String,
    /// Since when.
    pub recalled_at: String,
    /// `replace` by the new file, `remove`, or `remove` for now since the new one could not be made.
    pub action: &'static str,
    /// The file that takes its place.
    pub new_file: Option<String>,
    /// By which that is known.
    pub new_sha256: Option<String>,
    /// Why there is none although there could be one.
    pub problem: Option<String>,
}

/// Live renditions that may no longer be shown. Changes nothing.
///
/// # Errors
/// Something about a photo cannot be read.
pub fn touched(store: &Store, album: Option<AlbumId>, now: Timestamp) -> Result<Vec<Touched>, AppError> {
    let reader = store.read()?;
    let mut found = Vec::new();
    for release in releases(&reader, album)? {
        for rendition in reader.renditions_for(release.id)? {
            if rendition.recalled_at.is_some() {
                continue;
            }
            let case = reader.photo_case(rendition.rendition.photo)?;
            let evidence = case.evidence(reader.age_rules());
            if let Some(recall) = recall_of(&rendition.rendition, &case.photo, &evidence, now) {
                found.push(Touched { rendition, release: release.clone(), recall });
            }
        }
    }
    Ok(found)
}

fn releases(reader: &Reader, album: Option<AlbumId>) -> Result<Vec<Release>, AppError> {
    let albums = match album {
        Some(album) => vec![album],
        None => reader.albums()?.into_iter().map(|album| album.id).collect(),
    };
    let mut releases = Vec::new();
    for album in albums {
        releases.extend(reader.releases_of(album)?);
    }
    Ok(releases)
}

/// Recalls everything that may no longer be shown and makes it anew. `watcher` is told of each file that
/// has to go, those of earlier recalls among them.
///
/// # Errors
/// [`AppError`]; what was taken down by then stays down.
pub fn recall(
    order: &RecallOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    watcher: &mut dyn Watcher<RecallLine>,
) -> Result<(), AppError> {
    let out = order.out.as_deref();
    if let Some(out) = out {
        keep_out_of_store(out, store)?;
    }
    let _at_work = at_work::begin(store)?;
    for touched in touched(store, order.album, cx.now())? {
        take_down(store, &touched.rendition, cx)?;
    }
    let gone = gone(store, order.album)?;
    let folder = match out {
        Some(out) => Some((out, OutputFolder::create(out, true).map_err(|error| unusable(out, error))?)),
        None => None,
    };
    watcher.begins(gone.len());
    let lines = make_anew(order, store, cx, say, &gone)?;
    if let Some((out, folder)) = &folder {
        for (line, new) in &lines {
            if let (Some(name), Some(new)) = (&line.new_file, new) {
                write_whole(folder, name, &kept_bytes(store, new)?).map_err(|error| unusable(out, error))?;
            }
        }
        // Last, so that a list speaks of files that are there.
        let list: Vec<&RecallLine> = lines.iter().map(|(line, _)| line).collect();
        let text = serde_json::to_string_pretty(&list).unwrap_or_default();
        write_whole(folder, LIST, format!("{text}\n").as_bytes()).map_err(|error| unusable(out, error))?;
        write_whole(folder, TABLE, table(&list).as_bytes()).map_err(|error| unusable(out, error))?;
    }
    lines.into_iter().for_each(|(line, _)| watcher.settled(line));
    Ok(())
}

/// A dead rendition, and the live one that took its place.
struct Gone {
    release: Release,
    dead: StoredRendition,
    live: Option<StoredRendition>,
}

fn gone(store: &Store, album: Option<AlbumId>) -> Result<Vec<Gone>, AppError> {
    let reader = store.read()?;
    let mut gone = Vec::new();
    for release in releases(&reader, album)? {
        let all = reader.renditions_for(release.id)?;
        let live_of = |dead: &StoredRendition| {
            let live = all.iter().filter(|one| one.recalled_at.is_none());
            live.rev().find(|one| one.rendition.photo == dead.rendition.photo).cloned()
        };
        for dead in all.iter().filter(|one| one.recalled_at.is_some()) {
            gone.push(Gone { release: release.clone(), dead: dead.clone(), live: live_of(dead) });
        }
    }
    Ok(gone)
}

type Line = (RecallLine, Option<StoredRendition>);

fn make_anew(
    order: &RecallOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    gone: &[Gone],
) -> Result<Vec<Line>, AppError> {
    let mut wanted: Vec<(&Release, grata_core::id::PhotoId)> = Vec::new();
    for one in gone.iter().filter(|one| one.live.is_none()) {
        let photo = one.dead.rendition.photo;
        if !wanted.iter().any(|(release, other)| release.id == one.release.id && *other == photo) {
            wanted.push((&one.release, photo));
        }
    }
    let mut made: Vec<(ReleaseId, grata_core::id::PhotoId, Result<Option<StoredRendition>, String>)> =
        Vec::new();
    let mut broken = None;
    if !wanted.is_empty() {
        let studio = Studio { store, cx, style: order.style };
        let work = |slot: &mut Slot<'_>, number: usize| {
            let (release, photo): (&Release, _) = wanted[number];
            let result = match studio.rendition(slot, release, photo) {
                Ok(Made::Rendition(rendition, _)) => Ok(Some(*rendition)),
                Ok(Made::Withheld(_)) => Ok(None),
                Ok(Made::Failed(reason)) => Err(reason),
                Ok(Made::Stopped) => return None,
                Err(error) => Err(first_line(&error)),
            };
            Some((release.id, photo, result))
        };
        // Without a worker nothing new is made; what is dead is dead all the same, and listed.
        let started = (cx.hands.detect_model)(&cx.config, &cx.stop, say).and_then(|model| {
            let crew = batch::crew(cx, Some(model));
            let ready = batch::get_ready(&crew, say)?;
            batch::run_each(ready, wanted.len(), order.jobs, work, |one| made.push(one));
            Ok(())
        });
        broken = started.err().map(|error| first_line(&error));
    }
    let line = |one: &Gone| {
        let photo = one.dead.rendition.photo;
        let (new, problem) = match &one.live {
            Some(live) => (Some(live.clone()), None),
            None => match made.iter().find(|(release, of, _)| *release == one.release.id && *of == photo) {
                Some((_, _, Ok(new))) => (new.clone(), None),
                Some((_, _, Err(reason))) => (None, Some(reason.clone())),
                None => (None, Some(broken.clone().unwrap_or_else(|| "stopped before it was made".into()))),
            },
        };
        (recall_line(one, new.as_ref(), problem), new)
    };
    Ok(gone.iter().map(line).collect())
}

fn recall_line(one: &Gone, new: Option<&StoredRendition>, problem: Option<String>) -> RecallLine {
    let Gone { release, dead, .. } = one;
    RecallLine {
        release: release.id.to_string(),
        channel: release.publish.channel.to_string(),
        recipient: release.recipient.clone(),
        file: dead.file_name.clone(),
        sha256: dead.sha256.to_string(),
        recalled_at: dead.recalled_at.map(|at| at.to_string()).unwrap_or_default(),
        action: if new.is_some() { "replace" } else { "remove" },
        new_file: new.map(|new| new.file_name.clone()),
        new_sha256: new.map(|new| new.sha256.to_string()),
        problem,
    }
}

/// Names, digests and words of our own: nothing that a table would have to quote.
fn table(lines: &[&RecallLine]) -> String {
    let mut text = String::from("channel,recipient,file,sha256,action,new_file,new_sha256\n");
    for line in lines {
        let row = [
            line.channel.as_str(),
            &line.recipient,
            &line.file,
            &line.sha256,
            line.action,
            line.new_file.as_deref().unwrap_or_default(),
            line.new_sha256.as_deref().unwrap_or_default(),
        ];
        text.push_str(&row.join(","));
        text.push('\n');
    }
    text
}

/// A reason of core's as words for people.
pub fn reason_words(word: &str) -> String {
    let known = Reason::ALL.iter().any(|reason| reason.as_str() == word);
    if known { format!("no consent: {}", word.replace('-', " ")) } else { word.replace('-', " ") }
}
