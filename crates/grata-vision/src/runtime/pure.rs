//! The pure-Rust runtime (`rten`): where ONNX Runtime is not to be had, and in the browser.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value};
use rten_tensor::Layout;

use crate::bundle;

use super::{ModelRuntime, RuntimeError, Tensor};

/// One model in `rten`, on one thread.
pub struct Pure {
    model: Model,
    input: NodeId,
    rank: usize,
    outputs: Vec<(String, NodeId)>,
    threads: Arc<ThreadPool>,
}

impl Pure {
    /// Loads an ONNX model with one input of 32-bit floats.
    ///
    /// # Errors
    /// [`RuntimeError::Model`] if the bytes are no model or use an operator that `rten` lacks.
    pub fn load(model: Vec<u8>) -> Result<Self, RuntimeError> {
        // `rten` 0.27 reads some damaged files for ever.
        bundle::interface(&model).map_err(|error| RuntimeError::Model(error.to_string()))?;
        let model = bundle::leaky::leaky(&model).map_err(|error| RuntimeError::Model(error.to_string()))?;
        // Weights are laid out once, not in every run.
        let options = ModelOptions::with_all_ops().prepack_weights(true).clone();
        let model = options.load(model).map_err(|error| RuntimeError::Model(error.to_string()))?;
        let &[input] = model.input_ids() else {
            let message = format!("it takes {} inputs instead of one", model.input_ids().len());
            return Err(RuntimeError::Model(message));
        };
        let rank = model.input_shape(0).map_or(0, |shape| shape.len());
        let named = |id: &NodeId| model.node_info(*id)?.name().map(|name| (name.to_string(), *id));
        let outputs = model.output_ids().iter().filter_map(named).collect();
        Ok(Self { model, input, rank, outputs, threads: Arc::new(ThreadPool::with_num_threads(1)) })
    }
}

impl ModelRuntime for Pure {
    fn name(&self) -> String {
        "rten 0.27".into()
    }

    fn run(&mut self, input: Tensor, outputs: &[&str]) -> Result<Vec<Tensor>, RuntimeError> {
        input.check()?;
        super::check_rank(&input, self.rank)?;
        super::check_outputs(outputs, self.outputs.iter().map(|(name, _)| name.as_str()))?;
        let id = |wanted: &&str| self.outputs.iter().find(|(name, _)| name == wanted).map(|(_, id)| *id);
        let ids: Vec<NodeId> = outputs.iter().filter_map(id).collect();
        let value = rten_tensor::Tensor::from_data(&input.shape, input.data);
        let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
        let answers = self
            .model
            .run(vec![(self.input, value.into())], &ids, Some(options))
            .map_err(|error| RuntimeError::Run(error.to_string()))?;
        answers.into_iter().map(tensor).collect()
    }
}

fn tensor(value: Value) -> Result<Tensor, RuntimeError> {
    let tensor: rten_tensor::Tensor<f32> = value
        .into_tensor()
        .ok_or_else(|| RuntimeError::Run("an output does not hold 32-bit floats".into()))?;
    Ok(Tensor { shape: tensor.shape().to_vec(), data: tensor.into_data() })
}
