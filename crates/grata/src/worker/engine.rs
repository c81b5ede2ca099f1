//! grata-vision behind the worker's door.

use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::region::{self, Shape};
use grata_vision::decode::{self, Format};
use grata_vision::detect::{DetectOptions, Detector};
use grata_vision::photo::{self, HiddenRegion, OpenPhoto, PhotoJob, RenderJob};
use grata_vision::recognise::Embedder;
use grata_vision::runtime::{ModelRuntime, RuntimeError, Tensor};
use grata_vision::small;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::group::{self, GroupAnswer, GroupTask};
use super::measure::{MeasureTask, Measured, Measuring};
use super::protocol::{FindFiles, Hello, ModelFiles, PlannedRegions, Region, RuntimeInUse, Screen, Task};
use super::runtime::{self, Opened};
use super::serve::{PhotoEngine, Processed, Start};
use crate::app::models;
use crate::app::models::find::Recogniser;
use crate::error::AppError;

/// Reads the model, if it is on the list, and loads the runtime's library; what comes after needs no
/// files.
///
/// # Errors
/// What is missing, in plain words.
pub fn prepare(hello: &Hello) -> Result<Start, String> {
    let Some(ModelFiles { model, onnxruntime }) = &hello.model else {
        return Ok(Box::new(|| {
            let detector = Detector::new(Box::new(NoModel));
            Ok(Box::new(Vision { detector, runtime: None, comparing: None }))
        }));
    };
    let first_line = |error: AppError| error.to_string().lines().next().unwrap_or_default().to_string();
    let model = models::open_file(model).map_err(first_line)?;
    let prepared = runtime::prepare(model, onnxruntime.as_deref());
    let comparing = hello.find.as_ref().map(prepare_to_compare).transpose().map_err(first_line)?;
    Ok(Box::new(move || {
        let mut vision = vision(prepared.open().map_err(first_line)?);
        if let Some((prepared, recogniser)) = comparing {
            let Opened { runtime, .. } = prepared.open().map_err(first_line)?;
            let Recogniser { family, digest, output } = recogniser;
            let embedder = Embedder::new(runtime, family, digest, &output);
            vision.comparing = Some(Comparing { embedder, digest, measuring: Measuring::default() });
        }
        Ok(Box::new(vision))
    }))
}

/// Reads the recognition model, if it is on the list or the operator's own with all that has to be
/// known about it (COL-7).
fn prepare_to_compare(files: &FindFiles) -> Result<(runtime::Prepared, Recogniser), AppError> {
    let model = models::find::open_files(files)?;
    let recogniser = models::find::recogniser(&model)?;
    Ok((runtime::prepare(model, files.onnxruntime.as_deref()), recogniser))
}

fn engine(opened: Opened) -> Box<dyn PhotoEngine> {
    Box::new(vision(opened))
}

fn vision(Opened { runtime, warning }: Opened) -> Vision {
    let in_use = RuntimeInUse { name: runtime.name(), warning };
    Vision { detector: Detector::new(runtime), runtime: Some(in_use), comparing: None }
}

/// The engine around another runtime: tests bring one whose answer can be worked out by hand.
pub fn around(runtime: Box<dyn ModelRuntime>) -> Box<dyn PhotoEngine> {
    engine(Opened { runtime, warning: None })
}

/// The format in which a photo of `format` comes out.
pub fn written_as(format: Format) -> Format {
    match format {
        Format::Heic | Format::Avif => Format::Jpeg,
        other => other,
    }
}

struct Vision {
    detector: Detector,
    runtime: Option<RuntimeInUse>,
    /// For a measurement or a closed group only; every other worker has none (BYS-0).
    comparing: Option<Comparing>,
}

/// A recognition model, and what was measured with it.
struct Comparing {
    embedder: Embedder,
    digest: Digest,
    measuring: Measuring,
}

impl PhotoEngine for Vision {
    fn runtime(&self) -> Option<RuntimeInUse> {
        self.runtime.clone()
    }

    fn process(&mut self, photo: &[u8], task: &Task, limits: &decode::Limits) -> Result<Processed, String> {
        if let Some(planned) = &task.planned {
            return self.render(photo, planned, task, limits);
        }
        let job = PhotoJob {
            bytes: photo,
            limits: *limits,
            detect: task.min_face.map(|min_face| DetectOptions { min_face }),
            given: task.given.iter().copied().map(PixelRect::from).collect(),
            margin: task.margin(),
            style: task.obscure.map(ObscureStyle::from).unwrap_or_default(),
        };
        let (found, finished) = if task.obscure.is_some() {
            let done = photo::obscure(&job, &mut self.detector).map_err(|error| error.to_string())?;
            (done.found, Some(for_screen(done.format, done.bytes, task, limits)?))
        } else {
            (photo::find(&job, &mut self.detector).map_err(|error| error.to_string())?, None)
        };
        Ok(Processed {
            size: (found.size.width, found.size.height),
            regions: found.regions.iter().map(region).collect(),
            finished,
            notes: found.notes,
            digest: task.digest.then(|| pixel_digest(photo, limits)).transpose()?,
            taken: task.taken.and_then(|step| decode::taken(photo, step.into())),
        })
    }

    fn measure(
        &mut self,
        photo: &[u8],
        task: &MeasureTask,
        limits: &decode::Limits,
    ) -> Result<Measured, String> {
        self.step(photo, task, limits)
    }

    fn group(
        &mut self,
        body: &[u8],
        task: &GroupTask,
        limits: &decode::Limits,
    ) -> Result<(GroupAnswer, Zeroizing<Vec<u8>>), String> {
        let comparing = self.comparing.as_mut().ok_or("this worker process compares no faces")?;
        let models = group::Models {
            detector: &mut self.detector,
            embedder: &mut comparing.embedder,
            digest: comparing.digest,
        };
        group::step(body, task, limits, models)
    }
}

impl Vision {
    fn step(
        &mut self,
        photo: &[u8],
        task: &MeasureTask,
        limits: &decode::Limits,
    ) -> Result<Measured, String> {
        let comparing = self.comparing.as_mut().ok_or("this worker process compares no faces")?;
        match task {
            MeasureTask::Report(order) => Ok(comparing.measuring.report(order)),
            MeasureTask::Take { photo: number, faces } => {
                let open = OpenPhoto::open(photo, limits).map_err(|error| error.to_string())?;
                let models = (&mut self.detector, &mut comparing.embedder);
                let taken = comparing.measuring.take(open.picture(), *number, faces, models);
                taken.map_err(|error| error.to_string())
            }
        }
    }

    fn render(
        &mut self,
        photo: &[u8],
        planned: &PlannedRegions,
        task: &Task,
        limits: &decode::Limits,
    ) -> Result<Processed, String> {
        let style = task.obscure.ok_or("a release without a way to hide")?;
        let hide = planned.hide.iter().map(|&(rect, soft)| region::Region {
            rect: rect.into(),
            shape: if soft { Shape::Rounded } else { Shape::Rectangle },
        });
        let job = RenderJob {
            bytes: photo,
            limits: *limits,
            size: Size::new(planned.size.0, planned.size.1),
            hide: hide.collect(),
            shown: planned.shown.iter().copied().map(PixelRect::from).collect(),
            no_face: planned.no_face.iter().copied().map(PixelRect::from).collect(),
            margin: task.margin(),
            style: style.into(),
        };
        let done = match task.screen {
            Some(Screen { for_review: true, .. }) => photo::render_for_review(&job),
            _ => photo::render(&job, &mut self.detector),
        };
        let done = done.map_err(|error| error.to_string())?;
        Ok(Processed {
            size: (done.found.size.width, done.found.size.height),
            regions: done.found.regions.iter().map(region).collect(),
            finished: Some(for_screen(done.format, done.bytes, task, limits)?),
            notes: done.found.notes,
            digest: None,
            taken: None,
        })
    }
}

/// The finished photo, or what a screen gets of it.
fn for_screen(
    format: Format,
    bytes: Vec<u8>,
    task: &Task,
    limits: &decode::Limits,
) -> Result<(Format, Vec<u8>), String> {
    match task.screen {
        None => Ok((format, bytes)),
        Some(Screen { side, .. }) => {
            let small = small::small(&bytes, limits, side).map_err(|error| error.to_string())?;
            Ok((Format::Jpeg, small))
        }
    }
}

/// What stays the same when only the metadata of a file changes (ABU-11). The photo is read as a
/// whole: the detector may have looked at parts of it only.
fn pixel_digest(photo: &[u8], limits: &decode::Limits) -> Result<[u8; 32], String> {
    let decoded = decode::decode(photo, limits).map_err(|error| error.to_string())?;
    Ok(Sha256::digest(decoded.frame.rgb()).into())
}

fn region(hidden: &HiddenRegion) -> Region {
    Region { rect: hidden.region.rect, score: hidden.score }
}

/// Stands where a model would, in a worker that never looks for faces: asked all the same, it fails.
struct NoModel;

impl ModelRuntime for NoModel {
    fn name(&self) -> String {
        "no model".into()
    }

    fn run(&mut self, _input: Tensor, _outputs: &[&str]) -> Result<Vec<Tensor>, RuntimeError> {
        Err(RuntimeError::Run("this worker process has no model".into()))
    }
}
