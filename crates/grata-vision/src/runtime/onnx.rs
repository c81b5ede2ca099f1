//! ONNX Runtime, loaded from a library file at run time.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::ep;
use ort::logging::LogLevel;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{OutputSelector, RunOptions, Session};
use ort::value::TensorRef;

use crate::bundle;

use super::{ModelRuntime, RuntimeError, Tensor};

/// The library, loaded. One a process: ONNX Runtime knows no second environment.
#[derive(Debug, Clone)]
pub struct Library {
    environment: Environment,
    path: PathBuf,
}

/// The environment variable, and its value, without which no library is loaded (SEC-4).
///
/// Published builds of ONNX Runtime (seen with 1.31.1 on Linux) make a telemetry database and a
/// device number in the home folder while they start, before any call can tell them not to.
pub const TELEMETRY_OFF: (&str, &str) = ("ORT_DISABLE_TELEMETRY", "1");

static LOADED: OnceLock<Library> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

impl Library {
    /// Loads the library file at `path`, once: the same path again gives the library that is there.
    ///
    /// The caller answers for the file. It runs with the rights of this process, so its hash is to
    /// be checked before, or the operator to have named it.
    ///
    /// # Errors
    /// [`RuntimeError::Library`] if the file is missing, is no ONNX Runtime of version 1.24 or
    /// later, if another file was loaded before, or if [`TELEMETRY_OFF`] is not set in the process.
    pub fn load(path: &Path) -> Result<Self, RuntimeError> {
        let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = LOADED.get() {
            return library.again(path);
        }
        check_telemetry_is_off(std::env::var_os(TELEMETRY_OFF.0).as_deref())?;
        let environment = ort::init_from(path)
            .map_err(|error| RuntimeError::Library(error.to_string()))?
            .with_name("grata")
            .with_telemetry(false)
            .build()
            .map_err(|error| RuntimeError::Library(error.to_string()))?;
        environment.set_log_level(LogLevel::Error);
        Ok(LOADED.get_or_init(|| Self { environment, path: path.to_path_buf() }).clone())
    }

    fn again(&self, path: &Path) -> Result<Self, RuntimeError> {
        if self.path == path {
            return Ok(self.clone());
        }
        let message = format!("{} is loaded already, {} cannot be", self.path.display(), path.display());
        Err(RuntimeError::Library(message))
    }

    /// Version as the file's name gives it, such as `1.31.1`: the published builds do not know it
    /// themselves.
    pub fn version(&self) -> Option<String> {
        let name = self.path.file_name()?.to_str()?;
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let mut parts = name.split(|c| !is_part(c)).map(|part| part.trim_matches('.'));
        parts.rfind(|part| part.contains('.')).map(str::to_string)
    }
}

fn check_telemetry_is_off(found: Option<&OsStr>) -> Result<(), RuntimeError> {
    let (name, value) = TELEMETRY_OFF;
    if found.is_some_and(|found| found == value) {
        return Ok(());
    }
    let message = format!("{name}={value} is not set, and without it telemetry would begin");
    Err(RuntimeError::Library(message))
}

/// One model in ONNX Runtime, on one thread.
pub struct Onnx {
    session: Session,
    rank: usize,
    name: String,
}

impl Onnx {
    /// Loads a model with one input of 32-bit floats.
    ///
    /// One thread and no spinning: a photo a core is faster than two cores a photo. Measured on
    /// CenterFace over 120 random sizes up to 960 x 960: with the arena the process keeps what its
    /// largest input needed (320 MiB after 1280 x 960) and no more; without it as much at the peak,
    /// and half as much CPU again for pages that come and go; with memory patterns, which are kept
    /// per size, 480 MiB.
    ///
    /// # Errors
    /// [`RuntimeError::Model`] if the library refuses the model.
    pub fn load(library: &Library, model: &[u8]) -> Result<Self, RuntimeError> {
        bundle::interface(model).map_err(|error| RuntimeError::Model(error.to_string()))?;
        let session = builder(library)
            .and_then(|mut builder| builder.commit_from_memory(model))
            .map_err(|error| RuntimeError::Model(error.to_string()))?;
        let [input] = session.inputs() else {
            let message = format!("it takes {} inputs instead of one", session.inputs().len());
            return Err(RuntimeError::Model(message));
        };
        let rank = input.dtype().tensor_shape().map_or(0, |shape| shape.len());
        let name =
            format!("onnxruntime {}", library.version().unwrap_or_else(|| "of unknown version".into()));
        Ok(Self { session, rank, name })
    }
}

fn builder(library: &Library) -> ort::Result<SessionBuilder> {
    let cpu = ep::CPU::default().with_arena_allocator(true).build();
    Ok(Session::builder(&library.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_memory_pattern(false)?
        .with_log_level(LogLevel::Error)?
        .with_execution_providers([cpu])?)
}

impl ModelRuntime for Onnx {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn run(&mut self, input: Tensor, outputs: &[&str]) -> Result<Vec<Tensor>, RuntimeError> {
        input.check()?;
        super::check_rank(&input, self.rank)?;
        super::check_outputs(outputs, self.session.outputs().iter().map(|output| output.name()))?;
        if outputs.is_empty() {
            return Ok(Vec::new());
        }
        run(&mut self.session, &input, outputs).map_err(|error| RuntimeError::Run(error.to_string()))
    }
}

fn run(session: &mut Session, input: &Tensor, outputs: &[&str]) -> ort::Result<Vec<Tensor>> {
    let selected = outputs.iter().fold(OutputSelector::no_default(), |selector, name| selector.with(*name));
    let options = RunOptions::new()?.with_outputs(selected);
    let view = TensorRef::from_array_view((input.shape.as_slice(), input.data.as_slice()))?;
    let answers = session.run_with_options(ort::inputs![view], &options)?;
    let mut tensors = Vec::with_capacity(outputs.len());
    for name in outputs {
        let answer = answers.get(name).ok_or_else(|| ort::Error::new(format!("no answer for {name}")))?;
        let (shape, data) = answer.try_extract_tensor::<f32>()?;
        // The shape of a finished run is never negative.
        let shape = shape.iter().map(|extent| usize::try_from(*extent).unwrap_or(0)).collect();
        tensors.push(Tensor { shape, data: data.to_vec() });
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_4_no_library_is_loaded_while_telemetry_is_on() {
        assert!(check_telemetry_is_off(Some(OsStr::new("1"))).is_ok());
        for found in [None, Some(""), Some("0"), Some("true")] {
            assert!(check_telemetry_is_off(found.map(OsStr::new)).is_err(), "{found:?}");
        }
    }
}
