//! The seam to the neural runtimes: numbers in, numbers out.

pub mod fake;
#[cfg(feature = "onnxruntime")]
pub mod onnx;
pub mod pure;

/// A dense array of 32-bit floats, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Extent per axis, outermost first.
    pub shape: Vec<usize>,
    /// All values; as many as the product of `shape`.
    pub data: Vec<f32>,
}

/// Runs one model. One instance a worker: a run may reuse its buffers.
pub trait ModelRuntime: Send {
    /// Name for reports, such as `onnxruntime 1.31.1`.
    fn name(&self) -> String;

    /// Runs the model on one input and returns the named outputs, in the order asked for.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model refuses the input's shape or has no such output.
    fn run(&mut self, input: Tensor, outputs: &[&str]) -> Result<Vec<Tensor>, RuntimeError>;
}

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The runtime's library is missing or does not fit.
    #[error("the neural runtime cannot be loaded: {0}")]
    Library(String),
    /// The model file is not what the runtime expects.
    #[error("the model cannot be loaded: {0}")]
    Model(String),
    /// The run itself failed.
    #[error("the model cannot be run: {0}")]
    Run(String),
}
