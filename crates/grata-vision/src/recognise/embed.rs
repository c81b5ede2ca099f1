//! The one door to the recognition model.

use grata_core::digest::Digest;
use grata_core::scope::Scope;
use zeroize::Zeroize;

use super::align::Sample;
use super::family::Family;
use super::numbers::Numbers;
use super::template::{MadeBy, Probe, make_unit};
use crate::runtime::{ModelRuntime, RuntimeError, Tensor};

/// A recognition model, ready to run.
pub struct Embedder {
    runtime: Box<dyn ModelRuntime>,
    family: Family,
    model: Digest,
    output: String,
    faces: u64,
}

impl Embedder {
    /// An embedder over a loaded model: `model` is the digest of its file, `output` the name of what
    /// it gives.
    pub fn new(runtime: Box<dyn ModelRuntime>, family: Family, model: Digest, output: &str) -> Self {
        Self { runtime, family, model, output: output.into(), faces: 0 }
    }

    /// What it takes and how its numbers are compared.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The name of what runs it.
    pub fn runtime_name(&self) -> String {
        self.runtime.name()
    }

    /// How many faces have been turned into numbers since this was last asked (BYS-3, TRA-3).
    pub fn take_count(&mut self) -> u64 {
        std::mem::take(&mut self.faces)
    }

    /// Turns a face into numbers: the mean over all crops of the sample and, where it wants them, their
    /// mirror images.
    ///
    /// `_scope` is the right to do so; it cannot be made from parts.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run, or gives what is no number.
    pub fn embed_face(&mut self, sample: &Sample, _scope: &Scope) -> Result<Probe, RuntimeError> {
        if sample.family() != self.family {
            return Err(RuntimeError::Run("the face was cut out for another family of models".into()));
        }
        self.faces += 1;
        let mut sum: Option<Numbers> = None;
        for crop in sample.crops() {
            for mirrored in [false, true].into_iter().take(1 + usize::from(sample.is_mirrored())) {
                let mut numbers = self.numbers_of(crop, mirrored)?;
                if self.family == Family::ArcFace112 {
                    make_unit(&mut numbers);
                }
                let whole = numbers.iter().all(|value| value.is_finite());
                match &mut sum {
                    _ if !whole => {
                        numbers.zeroize();
                        return Err(RuntimeError::Run("the model gave what is no number".into()));
                    }
                    None => sum = Some(Numbers::taken_from(&mut numbers)),
                    Some(sum) => {
                        sum.slice_mut().iter_mut().zip(&numbers).for_each(|(sum, own)| *sum += own);
                        numbers.zeroize();
                    }
                }
            }
        }
        let mut numbers = sum.ok_or_else(|| RuntimeError::Run("a face without a crop".into()))?;
        let runs = (sample.crops().count() * (1 + usize::from(sample.is_mirrored()))) as f32;
        numbers.slice_mut().iter_mut().for_each(|value| *value /= runs);
        if self.family == Family::ArcFace112 {
            make_unit(numbers.slice_mut());
        }
        let made_by = MadeBy { model: self.model, measure: self.family.measure() };
        Ok(Probe { numbers, made_by })
    }

    /// Has the runtime forget the last face: its buffers, which no caller can wipe, take up the
    /// numbers of an empty picture instead (BYS-3). To be called after each photo.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run; then the process is to end.
    pub fn forget(&mut self) -> Result<(), RuntimeError> {
        let side = self.family.side();
        let empty = vec![0; side * side * 3];
        self.numbers_of(&empty, false).map(|_| ())
    }

    fn numbers_of(&mut self, crop: &[u8], mirrored: bool) -> Result<Vec<f32>, RuntimeError> {
        let side = self.family.side();
        let mut input = Tensor::zeros(&[1, 3, side, side]);
        for (at, pixel) in crop.chunks_exact(3).enumerate() {
            let (y, x) = (at / side, at % side);
            let x = if mirrored { side - 1 - x } else { x };
            for (channel, colour) in pixel.iter().enumerate() {
                input.data[(channel * side + y) * side + x] = self.family.value(*colour);
            }
        }
        let mut answers = self.runtime.run(input, &[&self.output])?;
        match answers.pop() {
            Some(answer) if answer.shape.len() == 2 && answer.shape[0] == 1 => Ok(answer.data),
            _ => Err(RuntimeError::Run("the model does not give one row of numbers".into())),
        }
    }
}
