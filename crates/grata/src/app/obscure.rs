//! Hide every face in every photo below the paths.

use std::collections::HashSet;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use grata_core::geometry::Size;
use grata_core::obscure::ObscureStyle;
use grata_vision::decode::{self, Format};

use super::batch::{self, Audience, Item, Look, Report, Status};
use super::naming::{Names, Wish};
use super::output::{OutputFolder, PlaceError, Unfinished, future_path};
use super::regions::{Given, Regions};
use super::sources::{self, Photo, Source};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{count, harmless, shown};
use crate::worker::engine;
use crate::worker::pool::Slot;
use crate::worker::protocol::{Done, Task};

/// How many bytes of a finished file are looked at for its format.
const SNIFF_BYTES: usize = 4096;

/// What is to be hidden where, and where the finished photos go.
#[derive(Debug, Clone, PartialEq)]
pub struct ObscureOrder {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The folder for the finished photos; made if it is not there.
    pub out: PathBuf,
    /// Whether files that are there already are replaced.
    pub overwrite: bool,
    /// What to look for.
    pub look: Look,
    /// What stands in place of a face.
    pub style: ObscureStyle,
    /// Regions that are hidden besides, or instead if `look` looks for no faces.
    pub regions: Option<PathBuf>,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// What is to be done with one photo.
#[derive(Debug)]
struct Job {
    place: PathBuf,
    given: Option<Given>,
}

/// Hides every face in every photo below the paths. `say` hears of what is installed first, and of
/// regions that belong to no photo.
///
/// # Errors
/// [`AppError`] if nothing was done. A photo that cannot be done is told to `audience`.
pub fn obscure(
    order: &ObscureOrder,
    cx: &Cx,
    say: &mut dyn Write,
    audience: &mut dyn Audience,
) -> Result<(), AppError> {
    let regions = order.regions.as_deref().map(Regions::read).transpose()?;
    let out = output_path(order)?;
    let found = sources::find(&order.paths, Some(&out))?;
    let layout = Layout::new(out, &found)?;
    let items = items(found, &layout.names, regions, say);
    if !items.iter().any(|item| matches!(item, Item::Job(..))) {
        batch::tell(items, audience);
        return Ok(());
    }
    let model =
        order.look.min_face.map(|_| (cx.hands.detect_model)(&cx.config, &cx.stop, say)).transpose()?;
    let crew = batch::crew(cx, model);
    let ready = batch::get_ready(&crew, say)?;
    let folder =
        OutputFolder::create(&order.out, order.overwrite).map_err(|error| no_folder(order, error))?;
    let work = Work { order, cx, folder: &folder, layout: &layout };
    batch::run(ready, &items, order.jobs, audience, |slot, photo, job| work.settle(slot, photo, job));
    Ok(())
}

fn output_path(order: &ObscureOrder) -> Result<PathBuf, AppError> {
    let out = future_path(&order.out).map_err(|error| no_folder(order, error))?;
    if out.exists() && !out.is_dir() {
        return Err(no_folder(order, std::io::ErrorKind::NotADirectory.into()));
    }
    for path in &order.paths {
        if std::fs::canonicalize(path).is_ok_and(|source| source == out) {
            let message = format!("the finished photos would lie among their sources in {}", shown(path));
            return Err(AppError::new(ErrorKind::Conflict, message)
                .hint("Give another folder with --out. Nothing was done."));
        }
    }
    Ok(out)
}

fn no_folder(order: &ObscureOrder, error: std::io::Error) -> AppError {
    AppError::new(ErrorKind::Denied, format!("{} cannot be the output folder", shown(&order.out)))
        .because(error)
        .hint("Give a folder that can be written with --out. Nothing was done.")
}

/// Where finished photos go: never on a source, not even with --overwrite and an output folder
/// around the sources.
struct Layout {
    out: PathBuf,
    sources: HashSet<PathBuf>,
    names: Names,
}

impl Layout {
    fn new(out: PathBuf, found: &[Source]) -> Result<Self, AppError> {
        let wish = |photo: &'_ Photo| engine::written_as(photo.format);
        let wishes: Vec<Wish> = batch::photos(found)
            .map(|(_, photo)| Wish { source: &photo.real, relative: &photo.relative, written: wish(photo) })
            .collect();
        let names = Names::new(&wishes);
        let sources = batch::photos(found).map(|(_, photo)| photo.real.clone()).collect();
        let layout = Self { out, sources, names };
        match layout.names.places.iter().find(|place| layout.is_source(place)) {
            None => Ok(layout),
            Some(place) => {
                let message = format!("a finished photo would take the place of a source, {}", shown(place));
                Err(AppError::new(ErrorKind::Conflict, message)
                    .hint("Give another folder with --out. Nothing was done."))
            }
        }
    }

    fn is_source(&self, place: &Path) -> bool {
        self.sources.contains(&self.out.join(place))
    }
}

fn items(found: Vec<Source>, names: &Names, regions: Option<Regions>, say: &mut dyn Write) -> Vec<Item<Job>> {
    let photos = batch::photos(&found).map(|(path, photo)| (path, photo.real.as_path()));
    let (mut given, unknown) = regions.unwrap_or_default().for_photos(photos);
    for name in &unknown {
        let _ = writeln!(say, "Regions for a photo that is not here: {}", harmless(name));
    }
    batch::items(found, |number, _| Job { place: names.places[number].clone(), given: given[number].take() })
}

/// What all photos of a batch share.
struct Work<'a> {
    order: &'a ObscureOrder,
    cx: &'a Cx,
    folder: &'a OutputFolder,
    layout: &'a Layout,
}

impl Work<'_> {
    /// `None`: the work was ended in the middle.
    fn settle(&self, slot: &mut Slot<'_>, photo: &Photo, job: &Job) -> Option<Status> {
        if self.folder.is_taken(&job.place) {
            return Some(Status::LeftOut(PlaceError::Taken.to_string()));
        }
        match self.obscure(slot, photo, job) {
            Ok(report) => report.map(Status::Done),
            Err(Unsettled::Taken) => Some(Status::LeftOut(PlaceError::Taken.to_string())),
            Err(Unsettled::Failed(reason)) => Some(Status::Failed(reason)),
        }
    }

    fn obscure(&self, slot: &mut Slot<'_>, photo: &Photo, job: &Job) -> Result<Option<Report>, Unsettled> {
        let task = self.task(job)?;
        let bytes = std::fs::metadata(&photo.real).map_or(0, |metadata| metadata.len());
        if !self.folder.has_space(bytes) {
            return Err(Unsettled::Failed("not tried, since the disk of the output folder is full".into()));
        }
        let mut unfinished: Option<Unfinished> = None;
        let mut start = Vec::new();
        let sink = |bytes: &[u8]| {
            let unfinished = match &mut unfinished {
                Some(unfinished) => unfinished,
                none => none.insert(self.folder.begin(&job.place)?),
            };
            start.extend_from_slice(&bytes[..bytes.len().min(SNIFF_BYTES - start.len())]);
            self.folder.write(unfinished, bytes)
        };
        let Some(done) = batch::process(self.cx, slot, photo, &task, sink)? else { return Ok(None) };
        check_given(job.given.as_ref(), done.size)?;
        let (Some(unfinished), Some(format)) = (unfinished, done.format) else {
            return Err(Unsettled::Failed("the worker process gave no picture".into()));
        };
        if decode::sniff(&start) != Some(format) {
            return Err(Unsettled::Failed("the worker process gave something else than a picture".into()));
        }
        let place = self.place(photo, job, format);
        if self.layout.is_source(&place) {
            return Err(Unsettled::Failed("it would take the place of a source".into()));
        }
        self.folder.finish(unfinished, &place)?;
        Ok(Some(self.report(done, place)))
    }

    fn task(&self, job: &Job) -> Result<Task, Unsettled> {
        let given = match (&job.given, self.order.look.min_face) {
            (Some(given), _) => given.rects.iter().map(|rect| (*rect).into()).collect(),
            (None, Some(_)) => Vec::new(),
            // Silence is no permission: a photo without faces is one with an empty list.
            (None, None) => return Err(Unsettled::Failed("no regions were given for this photo".into())),
        };
        Ok(Task {
            obscure: Some(self.order.style.into()),
            min_face: self.order.look.min_face,
            margin: self.order.look.margin.share(),
            given,
            ..Task::default()
        })
    }

    fn place(&self, photo: &Photo, job: &Job, format: Format) -> PathBuf {
        if format == engine::written_as(photo.format) {
            return job.place.clone();
        }
        self.layout.names.unforeseen(&job.place, format)
    }

    fn report(&self, done: Done, place: PathBuf) -> Report {
        let Done { size, regions, mut notes, .. } = done;
        if regions.is_empty() && self.order.look.min_face.is_some() {
            notes.insert(0, NO_FACE.into());
        }
        Report { out: Some(self.folder.shown(&place)), kept: None, size, regions, notes }
    }
}

/// Note on a photo in which nothing was hidden.
pub const NO_FACE: &str = "no face found";

/// Why a photo was not written.
enum Unsettled {
    Taken,
    Failed(String),
}

impl From<String> for Unsettled {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl From<PlaceError> for Unsettled {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Taken => Self::Taken,
            PlaceError::Io(_) => Self::Failed(error.to_string()),
        }
    }
}

/// Regions that were made for another picture would uncover this one.
fn check_given(given: Option<&Given>, picture: Size) -> Result<(), Unsettled> {
    let Some(given) = given else { return Ok(()) };
    let sizes = given.size.filter(|size| *size != picture);
    if let Some(size) = sizes {
        return Err(Unsettled::Failed(format!(
            "the regions were made for a picture of {} x {} pixels, this one has {} x {}",
            size.width, size.height, picture.width, picture.height
        )));
    }
    let outside = given.rects.iter().filter(|rect| rect.intersection(picture.rect()).is_none()).count();
    match outside {
        0 => Ok(()),
        _ => Err(Unsettled::Failed(format!("{} outside the picture", count(outside, "given region")))),
    }
}
