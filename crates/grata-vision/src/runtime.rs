//! The seam to the neural runtimes: numbers in, numbers out.

pub mod conformance;
pub mod fake;
#[cfg(feature = "onnxruntime")]
pub mod onnx;
pub mod pure;
pub mod self_test;

/// A dense array of 32-bit floats, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Extent per axis, outermost first.
    pub shape: Vec<usize>,
    /// All values; as many as the product of `shape`.
    pub data: Vec<f32>,
}

impl Tensor {
    /// Every value is zero.
    pub fn zeros(shape: &[usize]) -> Self {
        Self { shape: shape.to_vec(), data: vec![0.0; shape.iter().product()] }
    }

    /// Fails unless there are as many values as the shape says, and at least one.
    ///
    /// # Errors
    /// [`RuntimeError::Run`] with both numbers.
    pub fn check(&self) -> Result<(), RuntimeError> {
        let values = self.shape.iter().try_fold(1_usize, |product, extent| product.checked_mul(*extent));
        match values {
            Some(count) if count == self.data.len() && count > 0 => Ok(()),
            _ => {
                Err(RuntimeError::Run(format!("a shape of {:?} with {} values", self.shape, self.data.len())))
            }
        }
    }
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

/// Refuses an input with another number of axes than the model takes.
fn check_rank(input: &Tensor, rank: usize) -> Result<(), RuntimeError> {
    if input.shape.len() == rank {
        return Ok(());
    }
    let message = format!("an input with {} axes, where the model takes {rank}", input.shape.len());
    Err(RuntimeError::Run(message))
}

/// Refuses a name that is not among the model's outputs.
fn check_outputs<'a>(
    wanted: &[&str],
    declared: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), RuntimeError> {
    for name in wanted {
        if !declared.clone().any(|output| output == *name) {
            return Err(RuntimeError::Run(format!("the model has no output \"{name}\"")));
        }
    }
    Ok(())
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
