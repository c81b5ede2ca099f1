//! grata-vision behind the worker's door.

use grata_vision::decode::{self, Format};
use grata_vision::detect::Detector;
use grata_vision::runtime::{ModelRuntime, RuntimeError, Tensor};

use super::protocol::{Hello, ModelFiles, RuntimeInUse, Task};
use super::runtime::{self, Opened};
use super::serve::{PhotoEngine, Processed, Start};
use crate::app::models;
use crate::error::AppError;

/// Reads the model, if it is on the list, and loads the runtime's library; what comes after needs no
/// files.
///
/// # Errors
/// What is missing, in plain words.
pub fn prepare(hello: &Hello) -> Result<Start, String> {
    let Some(ModelFiles { model, onnxruntime }) = &hello.model else {
        return Ok(Box::new(|| {
            Ok(Box::new(Vision { _detector: Detector::new(Box::new(NoModel)), runtime: None }))
        }));
    };
    let first_line = |error: AppError| error.to_string().lines().next().unwrap_or_default().to_string();
    let model = models::open_file(model).map_err(first_line)?;
    let prepared = runtime::prepare(model, onnxruntime.as_deref());
    Ok(Box::new(move || Ok(engine(prepared.open().map_err(first_line)?))))
}

fn engine(Opened { runtime, warning }: Opened) -> Box<dyn PhotoEngine> {
    let in_use = RuntimeInUse { name: runtime.name(), warning };
    Box::new(Vision { _detector: Detector::new(runtime), runtime: Some(in_use) })
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
    runtime: Option<RuntimeInUse>,
}

impl PhotoEngine for Vision {
    fn runtime(&self) -> Option<RuntimeInUse> {
        self.runtime.clone()
    }

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
