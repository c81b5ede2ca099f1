//! grata-vision behind the worker's door.

use grata_vision::decode::{self, Format};
use grata_vision::detect::Detector;
use grata_vision::runtime::onnx::{Library, Onnx};
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime, RuntimeError, Tensor};

use super::protocol::{Hello, ModelFiles, Task};
use super::serve::{PhotoEngine, Processed, Start};

/// Reads the model and loads the runtime's library; what comes after needs no files.
///
/// # Errors
/// What is missing, in plain words.
pub fn prepare(hello: &Hello) -> Result<Start, String> {
    let Some(ModelFiles { model, onnxruntime }) = &hello.model else {
        return Ok(Box::new(|| Ok(engine(Box::new(NoModel)))));
    };
    let model = std::fs::read(model).map_err(|error| format!("the model cannot be read: {error}"))?;
    let library = onnxruntime.as_deref().map(Library::load).transpose().map_err(|error| error.to_string())?;
    Ok(Box::new(move || Ok(engine(load(library, model).map_err(|error| error.to_string())?))))
}

fn load(library: Option<Library>, model: Vec<u8>) -> Result<Box<dyn ModelRuntime>, RuntimeError> {
    Ok(match library {
        Some(library) => Box::new(Onnx::load(&library, &model)?),
        None => Box::new(Pure::load(model)?),
    })
}

fn engine(runtime: Box<dyn ModelRuntime>) -> Box<dyn PhotoEngine> {
    Box::new(Vision { _detector: Detector::new(runtime) })
}

/// The format in which a photo of `format` comes out.
pub fn written_as(format: Format) -> Format {
    match format {
        Format::Heic | Format::Avif => Format::Jpeg,
        other => other,
    }
}

struct Vision {
    _detector: Detector,
}

impl PhotoEngine for Vision {
    fn process(
        &mut self,
        _photo: &[u8],
        _task: &Task,
        _limits: &decode::Limits,
    ) -> Result<Processed, String> {
        Err("this build of grata cannot look at photos yet".into())
    }
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
