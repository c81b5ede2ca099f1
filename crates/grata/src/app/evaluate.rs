//! How often comparisons go wrong, on the operator's own labelled photos of people who agreed to that.
//!
//! One worker looks at all photos and holds the numbers of all labelled faces until it ends; nothing of
//! them is written anywhere (BYS-1). What comes of it are rates, never who matched whom; and none at all
//! for so few people that a rate would be an answer about one of them.

pub mod calibrate;
pub mod labels;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

use grata_vision::decode::{Format, converted_end};
use serde::Serialize;

use super::batch;
use super::models::find::{self, FindModel, Which};
use super::sources::Photo;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;
use crate::worker::measure::{FaceOutcome, LabelledFace, MeasureTask, Measured, Report, ReportOrder};
use crate::worker::pool::Slot;
use crate::worker::process::WorkerError;
use crate::worker::protocol::{Checked, Task};
use labels::Labelled;

/// The fewest people with a label. With fewer, a rate would say of two pictures whether they show the
/// same person, which is an answer nobody gets here.
pub const FEWEST_PEOPLE: usize = 8;

/// The most faces whose numbers one worker holds.
pub const MOST_FACES: usize = 20_000;

/// How often a worker that was lost is started anew before the measurement is given up.
const MOST_RESTARTS: usize = 20;

/// What to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluateOrder {
    /// The folder with the photos.
    pub photos: PathBuf,
    /// The table of labels; without one, each folder is a person.
    pub labels: Option<PathBuf>,
    /// With which model.
    pub which: Which,
    /// The score up to which two faces are one person; without one, the model's own.
    pub threshold: Option<f32>,
    /// Photos from which a person is enrolled, at most.
    pub stills: u32,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Which model.
    pub model: ModelUsed,
    /// Photos that were looked at, and those that could not be.
    pub photos: Photos,
    /// What the detector saw of the labelled faces.
    pub detection: Detection,
    /// Rates.
    pub report: Report,
    /// Names of the groups, as the report numbers them.
    pub groups: Vec<String>,
    /// Lines and photos that failed, each with its reason.
    #[serde(skip)]
    pub failed: Vec<(String, String)>,
}

/// The model that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelUsed {
    /// Name of the pack.
    pub pack: String,
    /// SHA-256 of the model.
    pub sha256: String,
    /// How numbers are compared.
    pub measure: &'static str,
    /// Whether it was taught with scraped faces (COL-7).
    pub scraped: bool,
    /// What runs it.
    pub runtime: String,
    /// Whether a licence for research only was accepted.
    pub research: bool,
}

/// How many photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Photos {
    /// Looked at.
    pub done: usize,
    /// That could not be.
    pub failed: usize,
}

/// What became of the labelled faces.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Detection {
    /// Labelled faces in photos that could be read.
    pub labelled: u64,
    /// Of them, found.
    pub found: u64,
    /// Labelled with a person, and found.
    pub with_person: u64,
    /// Of them, seen well enough to be compared: the rest are failures to acquire.
    pub compared: u64,
    /// Of them, seen well enough to enrol with.
    pub enrols: u64,
    /// People with a label none of whose faces would do to enrol with: failures to enrol.
    pub people_not_enrolled: u64,
    /// People with a label.
    pub people: u64,
    /// Why faces were not compared, and how often.
    pub reasons: BTreeMap<String, u64>,
}

/// Measures. `say` hears of what is slow; `progress` of photos done.
///
/// # Errors
/// [`AppError`] if nothing was measured.
pub fn evaluate(
    order: &EvaluateOrder,
    cx: &Cx,
    say: &mut dyn Write,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Evaluation, AppError> {
    let model = find::open(&cx.config, &order.which)?;
    let labelled = read_labels(order)?;
    check_size(&labelled)?;
    let detect = (cx.hands.detect_model)(&cx.config, &cx.stop, say)?;
    let crew = batch::crew(cx, Some(detect)).comparing(model.files.clone());
    let mut slot = crew.first_slot().map_err(|error| {
        let message = format!("the worker process that compares faces does not start: {error}");
        AppError::new(ErrorKind::Unavailable, message)
            .hint("`grata doctor` says what is missing. Nothing was done.")
    })?;
    let runtime = slot.introduction().and_then(|worker| worker.runtime.clone());
    if let Some(warning) = runtime.as_ref().and_then(|runtime| runtime.warning.as_deref()) {
        // Nobody listening is no reason not to go on.
        let _ = writeln!(say, "{warning}");
    }
    let mut run = Run { cx, labelled: &labelled, outcomes: vec![None; labelled.photos.len()], held: 0 };
    run.all(&mut slot, progress)?;
    let report = run.report(&mut slot, &report_order(order, &model, &labelled))?;
    let mut failed = labelled.failed.clone();
    for (outcome, (photo, _)) in run.outcomes.iter().zip(&labelled.photos) {
        if let Some(Err(reason)) = outcome {
            failed.push((shown(&photo.relative).to_string(), reason.clone()));
        }
    }
    let used = ModelUsed {
        pack: model.manifest.id.clone(),
        sha256: model.manifest.model.sha256.text().into(),
        measure: model.recogniser.family.measure().as_str(),
        scraped: model.manifest.model.training.scraped,
        runtime: runtime.map_or_else(String::new, |runtime| runtime.name),
        research: order.which.research,
    };
    let done = run.outcomes.iter().filter(|outcome| matches!(outcome, Some(Ok(_)))).count();
    let photos = Photos { done, failed: labelled.photos.len() - done };
    let detection = run.detection();
    Ok(Evaluation { model: used, photos, detection, report, groups: labelled.group_names.clone(), failed })
}

fn read_labels(order: &EvaluateOrder) -> Result<Labelled, AppError> {
    let Some(path) = &order.labels else { return labels::by_folder(&order.photos) };
    let text = std::fs::read_to_string(path).map_err(|error| {
        AppError::new(ErrorKind::NotFound, format!("{} cannot be read", shown(path))).because(error)
    })?;
    labels::by_table(&order.photos, &text)
}

fn check_size(labelled: &Labelled) -> Result<(), AppError> {
    let people = labelled.groups.len();
    if people < FEWEST_PEOPLE {
        let message = format!("there are labels for {people} people, and it takes at least {FEWEST_PEOPLE}");
        return Err(AppError::new(ErrorKind::Denied, message).hint(
            "With fewer, a rate would say whether two pictures show the same person. grata answers that to nobody \
             but the person.",
        ));
    }
    let faces: usize = labelled.photos.iter().map(|(_, faces)| faces.len()).sum();
    if faces > MOST_FACES {
        let message = format!("there are {faces} labelled faces, and one measurement takes {MOST_FACES}");
        return Err(AppError::new(ErrorKind::Invalid, message).hint("Nothing was done."));
    }
    Ok(())
}

fn report_order(order: &EvaluateOrder, model: &FindModel, labelled: &Labelled) -> ReportOrder {
    let own = &model.manifest.model.calibration;
    let thousandths = |value: Option<u32>| value.unwrap_or(0) as f32 / 1000.0;
    ReportOrder {
        groups: labelled.groups.clone(),
        threshold: order.threshold.unwrap_or_else(|| thousandths(own.score_thousandths)),
        lead: thousandths(own.lead_thousandths),
        stills: order.stills,
    }
}

/// What became of a photo.
type Outcome = Option<Result<Vec<FaceOutcome>, String>>;

/// One measurement.
struct Run<'a> {
    cx: &'a Cx,
    labelled: &'a Labelled,
    outcomes: Vec<Outcome>,
    /// Numbers that the worker should hold by now.
    held: u64,
}

impl Run<'_> {
    /// Every photo. A worker that is lost takes all it held with it: the photo that cost it is left out,
    /// and the others are looked at again.
    fn all(&mut self, slot: &mut Slot<'_>, progress: &mut dyn FnMut(usize, usize)) -> Result<(), AppError> {
        let count = self.labelled.photos.len();
        let mut restarts = 0;
        let mut at = 0;
        while at < count {
            progress(at, count);
            if matches!(self.outcomes[at], Some(Err(_))) {
                at += 1;
                continue;
            }
            match self.photo(slot, at) {
                Ok(true) => at += 1,
                Ok(false) => {
                    restarts += 1;
                    if restarts > MOST_RESTARTS {
                        let message = "the worker process that compares faces was lost again and again";
                        return Err(AppError::new(ErrorKind::Unavailable, message).hint(
                            "`grata detect` names the photos that cannot be read. Nothing was measured.",
                        ));
                    }
                    (at, self.held) = (0, 0);
                }
                Err(Stopped) => {
                    return Err(AppError::new(ErrorKind::Unavailable, "stopped before it was done")
                        .hint("Nothing was kept."));
                }
            }
        }
        progress(count, count);
        Ok(())
    }

    /// One photo; `false` if the worker was lost.
    fn photo(&mut self, slot: &mut Slot<'_>, at: usize) -> Result<bool, Stopped> {
        let (photo, faces) = &self.labelled.photos[at];
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        match self.ask(slot, photo, number, faces) {
            Ok(Checked::Measured(measured)) => match *measured {
                Measured::Taken { held, faces } => {
                    let new =
                        faces.iter().filter(|face| matches!(face, FaceOutcome::Compared { .. })).count();
                    if held != self.held + new as u64 {
                        // A worker that was started anew: what the last one held is gone.
                        return Ok(false);
                    }
                    self.held = held;
                    self.outcomes[at] = Some(Ok(faces));
                    Ok(true)
                }
                Measured::Report(_) => self.lost(at, "the worker process answered something else".into()),
            },
            Ok(Checked::Refused(reason)) => {
                self.outcomes[at] = Some(Err(reason));
                Ok(true)
            }
            Ok(Checked::Done(_) | Checked::Group(..)) => {
                self.lost(at, "the worker process answered something else".into())
            }
            Err(Failure::Photo(reason)) => {
                self.outcomes[at] = Some(Err(reason));
                Ok(true)
            }
            Err(Failure::Worker(WorkerError::Stopped)) => Err(Stopped),
            Err(Failure::Worker(error)) => self.lost(at, error.to_string()),
        }
    }

    fn lost(&mut self, at: usize, reason: String) -> Result<bool, Stopped> {
        self.outcomes[at] = Some(Err(reason));
        Ok(self.held == 0)
    }

    fn ask(
        &self,
        slot: &mut Slot<'_>,
        photo: &Photo,
        number: u32,
        faces: &[LabelledFace],
    ) -> Result<Checked, Failure> {
        let task = task(MeasureTask::Take { photo: number, faces: faces.to_vec() });
        let (mut file, bytes) = batch::open(self.cx, photo).map_err(Failure::Photo)?;
        if !matches!(photo.format, Format::Heic | Format::Avif) {
            return slot.process(&task, &mut file, bytes, |_| Ok(())).map_err(Failure::Worker);
        }
        let converted = self.cx.hands.converters.convert(&file, &self.cx.config.limits, &self.cx.stop);
        let png = converted.map_err(|error| Failure::Photo(error.to_string()))?;
        file.rewind().map_err(|error| Failure::Photo(error.to_string()))?;
        let end = converted_end(bytes);
        let whole = bytes + (png.len() + end.len()) as u64;
        let mut input = file.take(bytes).chain(png.as_slice()).chain(end.as_slice());
        slot.process(&task, &mut input, whole, |_| Ok(())).map_err(Failure::Worker)
    }

    fn report(&self, slot: &mut Slot<'_>, order: &ReportOrder) -> Result<Report, AppError> {
        let answer =
            slot.process(&task(MeasureTask::Report(order.clone())), &mut [].as_slice(), 0, |_| Ok(()));
        match answer {
            Ok(Checked::Measured(measured)) => match *measured {
                Measured::Report(report) if report.faces == self.held => Ok(*report),
                _ => Err(AppError::new(ErrorKind::Internal, "the worker process lost what it had measured")),
            },
            Ok(_) => Err(AppError::new(ErrorKind::Internal, "the worker process answered something else")),
            Err(error) => {
                let message = format!("the rates could not be worked out: {error}");
                Err(AppError::new(ErrorKind::Unavailable, message).hint("Nothing was kept."))
            }
        }
    }

    fn detection(&self) -> Detection {
        let mut sum = Detection { people: self.labelled.groups.len() as u64, ..Detection::default() };
        let mut enrolled = BTreeSet::new();
        for (outcome, (_, labels)) in self.outcomes.iter().zip(&self.labelled.photos) {
            let Some(Ok(faces)) = outcome else { continue };
            for (face, label) in faces.iter().zip(labels) {
                sum.labelled += 1;
                let found = !matches!(face, FaceOutcome::NotFound { .. });
                sum.found += u64::from(found);
                sum.with_person += u64::from(found && label.person.is_some());
                match face {
                    FaceOutcome::Found => {}
                    FaceOutcome::NotFound { reason } => *sum.reasons.entry(reason.clone()).or_default() += 1,
                    FaceOutcome::Refused { reasons } => {
                        for reason in reasons {
                            *sum.reasons.entry(reason.clone()).or_default() += 1;
                        }
                    }
                    FaceOutcome::Compared { enrols } => {
                        sum.compared += 1;
                        sum.enrols += u64::from(*enrols);
                        if *enrols {
                            enrolled.extend(label.person);
                        }
                    }
                }
            }
        }
        sum.people_not_enrolled = sum.people - enrolled.len() as u64;
        sum
    }
}

/// Why a photo was not looked at.
enum Failure {
    /// It is the photo's fault, and the worker goes on.
    Photo(String),
    /// The worker is lost, or was stopped.
    Worker(WorkerError),
}

/// Somebody ended the work.
struct Stopped;

fn task(measure: MeasureTask) -> Task {
    Task { measure: Some(measure), ..Task::default() }
}
