//! A runtime whose answer can be worked out by hand, for tests.

use super::{ModelRuntime, RuntimeError, Tensor};

type Answer = dyn FnMut(&Tensor, &[&str]) -> Vec<Tensor> + Send;

/// Answers with a function of its input instead of a model.
///
/// ```
/// use grata_vision::runtime::{ModelRuntime, Tensor, fake::Fake};
///
/// let mut runtime = Fake::new(|input, outputs| vec![input.clone(); outputs.len()]);
/// let input = Tensor { shape: vec![1, 2], data: vec![3.0, 4.0] };
/// assert_eq!(runtime.run(input.clone(), &["same"]).unwrap(), [input]);
/// ```
pub struct Fake {
    answer: Box<Answer>,
    declared: Option<Declared>,
}

struct Declared {
    rank: usize,
    outputs: Vec<String>,
}

impl Fake {
    /// A runtime that calls `answer` with the input and the names asked for; it must return one
    /// tensor a name, in their order. Any name and any rank will do, see [`Fake::declaring`].
    pub fn new(answer: impl FnMut(&Tensor, &[&str]) -> Vec<Tensor> + Send + 'static) -> Self {
        Self { answer: Box::new(answer), declared: None }
    }

    /// Refuses other ranks and other names from now on, as a real model does.
    #[must_use]
    pub fn declaring(mut self, rank: usize, outputs: &[&str]) -> Self {
        let outputs = outputs.iter().map(ToString::to_string).collect();
        self.declared = Some(Declared { rank, outputs });
        self
    }
}

impl ModelRuntime for Fake {
    fn name(&self) -> String {
        "fake".into()
    }

    fn run(&mut self, input: Tensor, outputs: &[&str]) -> Result<Vec<Tensor>, RuntimeError> {
        input.check()?;
        if let Some(declared) = &self.declared {
            super::check_rank(&input, declared.rank)?;
            super::check_outputs(outputs, declared.outputs.iter().map(String::as_str))?;
        }
        let answers = (self.answer)(&input, outputs);
        if answers.len() != outputs.len() {
            let message = format!("{} answers for {} outputs", answers.len(), outputs.len());
            return Err(RuntimeError::Run(message));
        }
        answers.iter().try_for_each(Tensor::check)?;
        Ok(answers)
    }
}
