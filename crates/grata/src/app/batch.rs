//! One photo after the other, each in a worker process: what `obscure` and `detect` have in common.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use grata_core::geometry::Size;
use grata_core::id::PhotoId;
use grata_core::region::Margin;
use grata_vision::decode::{Format, converted_end, sniff};

use super::output::io_words;
use super::sources::{self, Photo, Source, SourceKind};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::worker::converter::ConvertError;
use crate::worker::pool::{self, Crew, Slot};
use crate::worker::process::WorkerError;
use crate::worker::protocol::{Checked, Done, ModelFiles, Region, Task};

/// What one worker takes for an ordinary photo of 24 megapixels, with room to spare.
const TYPICAL_WORKER_BYTES: u64 = 512 << 20;

/// What to look for, and how much of its surroundings is hidden with a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Height in pixels of the smallest face; `None`: look for no faces.
    pub min_face: Option<u32>,
    /// Share of the face that is added around it.
    pub margin: Margin,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The path as the user knows it.
    pub path: PathBuf,
    /// What became of it.
    pub status: Status,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// All went well.
    Done(Report),
    /// It was left alone, and why.
    LeftOut(String),
    /// It could not be done, and why. Nothing of it was written.
    Failed(String),
}

/// What is told about a photo that went well.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The finished photo, if one was written, as the user knows it.
    pub out: Option<PathBuf>,
    /// The photo as it is kept in an album, if it was added to one.
    pub kept: Option<PhotoId>,
    /// Size of the upright picture.
    pub size: Size,
    /// What is hidden.
    pub regions: Vec<Region>,
    /// Plain words.
    pub notes: Vec<String>,
}

/// Who is told how a batch goes.
pub trait Audience {
    /// The batch begins, with so many files.
    fn begins(&mut self, files: usize);

    /// A file is settled; in the order in which they were found.
    fn settled(&mut self, outcome: Outcome);
}

/// A file in a batch.
#[derive(Debug, Clone)]
pub enum Item<J> {
    /// To be done.
    Job(PathBuf, Photo, J),
    /// Settled before it began.
    Settled(Outcome),
}

/// Turns what was found into items; `job` says what is to be done with each photo, which it gets
/// with its number among the photos.
pub fn items<J>(found: Vec<Source>, mut job: impl FnMut(usize, &Photo) -> J) -> Vec<Item<J>> {
    let mut photos = 0;
    let item = |Source { path, kind }| match kind {
        SourceKind::Photo(photo) => {
            let job = job(photos, &photo);
            photos += 1;
            Item::Job(path, photo, job)
        }
        SourceKind::LeftOut(reason) => Item::Settled(Outcome { path, status: Status::LeftOut(reason) }),
        SourceKind::Unusable(reason) => Item::Settled(Outcome { path, status: Status::Failed(reason) }),
    };
    found.into_iter().map(item).collect()
}

/// The photos among what was found: path as the user knows it, and photo.
pub fn photos(found: &[Source]) -> impl Iterator<Item = (&Path, &Photo)> {
    found.iter().filter_map(|source| match &source.kind {
        SourceKind::Photo(photo) => Some((source.path.as_path(), photo)),
        _ => None,
    })
}

/// Workers that are known to start, for a batch with at least one photo.
#[derive(Debug)]
pub struct Ready<'a> {
    crew: &'a Crew,
    first: Option<Slot<'a>>,
}

/// A crew for `cx` whose workers load `model`.
pub fn crew(cx: &Cx, model: Option<ModelFiles>) -> Crew {
    Crew::new(&cx.hands.workers, model, cx.config.limits, &cx.stop)
}

/// Starts the first worker, so that what cannot work fails before anything is done. Says to `say` if
/// the model runs in the slow runtime.
///
/// # Errors
/// `Unavailable` with the reason.
pub fn get_ready<'a>(crew: &'a Crew, say: &mut dyn Write) -> Result<Ready<'a>, AppError> {
    match crew.first_slot() {
        Ok(slot) => {
            let runtime = slot.introduction().and_then(|worker| worker.runtime.as_ref());
            if let Some(warning) = runtime.and_then(|runtime| runtime.warning.as_deref()) {
                // Nobody listening is no reason not to go on.
                let _ = writeln!(say, "{warning}");
            }
            Ok(Ready { crew, first: Some(slot) })
        }
        Err(WorkerError::Stopped) => Ok(Ready { crew, first: None }),
        Err(error) => {
            let message = format!("the worker process that looks at photos does not start: {error}");
            Err(AppError::new(ErrorKind::Unavailable, message)
                .hint("`grata doctor` says what is missing. Nothing was done."))
        }
    }
}

/// Does every item and tells `audience`. `work` settles one photo, or gives `None` if the work was
/// ended in the middle of it.
pub fn run<J: Sync>(
    ready: Ready<'_>,
    items: &[Item<J>],
    jobs: Option<NonZeroUsize>,
    audience: &mut dyn Audience,
    work: impl Fn(&mut Slot<'_>, &Photo, &J) -> Option<Status> + Sync,
) {
    audience.begins(items.len());
    let settle = |slot: &mut Slot<'_>, index: usize| match &items[index] {
        Item::Settled(outcome) => Some(outcome.clone()),
        Item::Job(path, photo, job) => {
            work(slot, photo, job).map(|status| Outcome { path: path.clone(), status })
        }
    };
    run_each(ready, items.len(), jobs, settle, |outcome| audience.settled(outcome));
}

/// Does the items `0..count` with the workers and hands the results to `each` in order. `work` gives
/// `None` if the work was ended in the middle of an item.
pub fn run_each<R: Send>(
    ready: Ready<'_>,
    count: usize,
    jobs: Option<NonZeroUsize>,
    work: impl Fn(&mut Slot<'_>, usize) -> Option<R> + Sync,
    each: impl FnMut(R),
) {
    let slots = pool::jobs(jobs, TYPICAL_WORKER_BYTES).get().min(count.max(1));
    let mut slots: Vec<Slot> = (1..slots).map(|_| ready.crew.slot()).collect();
    slots.push(ready.first.unwrap_or_else(|| ready.crew.slot()));
    pool::in_order(slots, count, &ready.crew.stop, work, each);
}

/// Tells `audience` about items of which none is a photo.
pub fn tell<J>(items: Vec<Item<J>>, audience: &mut dyn Audience) {
    audience.begins(items.len());
    for item in items {
        if let Item::Settled(outcome) = item {
            audience.settled(outcome);
        }
    }
}

/// Sends one photo through a worker. `Ok(None)`: the work was ended.
///
/// # Errors
/// Why the photo failed, in plain words.
pub fn process(
    cx: &Cx,
    slot: &mut Slot<'_>,
    photo: &Photo,
    task: &Task,
    sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Option<Done>, String> {
    let (mut file, bytes) = open(cx, photo)?;
    if !needs_converter(photo.format) {
        return process_from(slot, task, &mut file, bytes, sink);
    }
    let converted = cx.hands.converters.convert(&file, &cx.config.limits, &cx.stop);
    file.rewind().map_err(|error| format!("cannot be read: {error}"))?;
    process_converted(slot, task, (&mut file, bytes), converted, sink)
}

/// The same for a photo that is in memory. `Ok(None)`: the work was ended.
///
/// # Errors
/// Why the photo failed, in plain words.
pub fn process_bytes(
    cx: &Cx,
    slot: &mut Slot<'_>,
    mut photo: &[u8],
    task: &Task,
    sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Option<Done>, String> {
    let bytes = photo.len() as u64;
    if !sniff(photo).is_some_and(needs_converter) {
        return process_from(slot, task, &mut photo, bytes, sink);
    }
    let converted = cx.hands.converters.convert_bytes(photo, &cx.config.limits, &cx.stop);
    process_converted(slot, task, (&mut photo, bytes), converted, sink)
}

fn needs_converter(format: Format) -> bool {
    matches!(format, Format::Heic | Format::Avif)
}

/// A photo with what the converter made of it behind it.
fn process_converted(
    slot: &mut Slot<'_>,
    task: &Task,
    (photo, bytes): (&mut dyn Read, u64),
    converted: Result<Vec<u8>, ConvertError>,
    sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Option<Done>, String> {
    let png = match converted {
        Ok(png) => png,
        Err(ConvertError::Stopped) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let end = converted_end(bytes);
    let whole = bytes + (png.len() + end.len()) as u64;
    let mut converted = photo.take(bytes).chain(png.as_slice()).chain(end.as_slice());
    process_from(slot, task, &mut converted, whole, sink)
}

/// Opens a photo that is not too large; with its length.
///
/// # Errors
/// Why the photo failed, in plain words.
pub fn open(cx: &Cx, photo: &Photo) -> Result<(File, u64), String> {
    let (file, bytes) = sources::open(&photo.real).map_err(|error| format!("cannot be read: {error}"))?;
    let most = cx.config.limits.photo.file_bytes;
    if bytes > most {
        return Err(format!("too large: more than {} MiB (GRATA_LIMIT_FILE_MIB allows more)", most >> 20));
    }
    Ok((file, bytes))
}

/// The same for what a worker can read: `bytes` bytes from `input`. `Ok(None)`: the work was ended.
///
/// # Errors
/// Why the photo failed, in plain words.
fn process_from(
    slot: &mut Slot<'_>,
    task: &Task,
    input: &mut impl Read,
    bytes: u64,
    sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Option<Done>, String> {
    match slot.process(task, input, bytes, sink) {
        Ok(Checked::Done(done)) => Ok(Some(done)),
        Ok(Checked::Measured(_) | Checked::Group(..)) => Err("the worker process did something else".into()),
        Ok(Checked::Refused(reason)) => Err(reason),
        Err(WorkerError::Stopped) => Ok(None),
        Err(WorkerError::Sink(error)) => Err(io_words(&error)),
        Err(error) => Err(error.to_string()),
    }
}
