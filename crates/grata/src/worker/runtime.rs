//! The neural runtime for a model: ONNX Runtime where it is to be had, else the built-in one.
//!
//! In two steps, since a worker gives up its files in between: [`prepare`] reads files, and
//! [`Prepared::open`] needs none.

use std::path::Path;

use grata_vision::runtime::onnx::{Library, Onnx};
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime, Tensor};

use crate::app::models::manifest::Manifest;
use crate::app::models::{VerifiedModel, reason_for_no_library, without_runtime};
use crate::error::{AppError, ErrorKind};
use crate::words::harmless;

/// A model and the runtime's library, loaded.
pub struct Prepared {
    model: VerifiedModel,
    library: Result<Library, String>,
}

/// A model, ready to run.
pub struct Opened {
    /// What runs it.
    pub runtime: Box<dyn ModelRuntime>,
    /// One line to tell the user, if it is not the fast one.
    pub warning: Option<String>,
}

/// Loads the library of ONNX Runtime at `library`. Where that fails, the model will run in the
/// built-in runtime.
pub fn prepare(model: VerifiedModel, library: Option<&Path>) -> Prepared {
    let library = match library {
        None => Err(reason_for_no_library()),
        Some(path) => Library::load(path).map_err(|error| harmless(&error.to_string())),
    };
    Prepared { model, library }
}

impl Prepared {
    /// The model in ONNX Runtime; in the built-in runtime, with a warning, where that cannot be.
    ///
    /// # Errors
    /// `Internal` if the built-in runtime cannot run the model, too.
    pub fn open(self) -> Result<Opened, AppError> {
        let (bytes, manifest) = self.model.into_parts();
        let onnx = self.library.and_then(|library| {
            let onnx = Onnx::load(&library, &bytes).map_err(|error| harmless(&error.to_string()))?;
            tried(Box::new(onnx), &manifest)
        });
        match onnx {
            Ok(runtime) => Ok(Opened { runtime, warning: None }),
            Err(reason) => {
                let pure = Pure::load(bytes).map_err(|error| error.to_string());
                let runtime = pure.and_then(|pure| tried(Box::new(pure), &manifest)).map_err(|why| {
                    AppError::new(ErrorKind::Internal, format!("no runtime runs the model: {why}"))
                })?;
                Ok(Opened { runtime, warning: Some(without_runtime(&reason)) })
            }
        }
    }
}

/// Runs the model once on the smallest grey picture: it must give what its manifest says.
fn tried(mut runtime: Box<dyn ModelRuntime>, manifest: &Manifest) -> Result<Box<dyn ModelRuntime>, String> {
    let (side, stride) =
        (manifest.model.input.multiple_of as usize, manifest.model.calibration.stride as usize);
    let names: Vec<_> = manifest.model.outputs.iter().map(|output| output.name.as_str()).collect();
    let grey = Tensor { shape: vec![1, 3, side, side], data: vec![128.0; 3 * side * side] };
    let answers = runtime.run(grey, &names).map_err(|error| harmless(&error.to_string()))?;
    let is_right = answers.iter().zip(&manifest.model.outputs).all(|(answer, output)| {
        let (channels, cells) = (output.channels as usize, side / stride.max(1));
        let shape = match manifest.model.family {
            None => vec![1, channels, cells, cells],
            Some(_) => vec![1, channels],
        };
        answer.shape == shape && answer.data.iter().all(|value| value.is_finite())
    });
    if is_right { Ok(runtime) } else { Err(format!("{} calculates wrongly here", runtime.name())) }
}
