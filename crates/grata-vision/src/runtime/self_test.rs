//! A model so small that its answers can be worked out by hand: does a runtime calculate at all?

use crate::bundle::wire::{FLOAT, model, port, put_bytes, put_varint};
use crate::bundle::{self, BundleError};

use super::{ModelRuntime, RuntimeError, Tensor};

/// Output that sums each 3 x 3 neighbourhood, zeros outside the border.
pub const SUMS: &str = "sums";

/// Output that replaces negative values by zero.
pub const POSITIVE: &str = "positive";

/// The model as an ONNX file, ready to load: input (batch, 1, height, width), outputs [`SUMS`] and
/// [`POSITIVE`] of the same shape.
///
/// # Errors
/// None while [`crate::bundle`] can read what is written here.
pub fn onnx() -> Result<Vec<u8>, BundleError> {
    bundle::free_sizes(&published())
}

/// The same as published models are: it declares a fixed size and lists its weights among its inputs. Field
/// numbers after `onnx.proto`.
pub fn published() -> Vec<u8> {
    let mut graph = Vec::new();
    put_bytes(
        &mut graph,
        1,
        &node("Conv", &["picture", "ones"], SUMS, &[("kernel_shape", &[3, 3]), ("pads", &[1, 1, 1, 1])]),
    );
    put_bytes(&mut graph, 1, &node("Relu", &["picture"], POSITIVE, &[]));
    put_bytes(&mut graph, 2, b"self-test");
    put_bytes(&mut graph, 5, &ones("ones", &[1, 1, 3, 3]));
    put_bytes(&mut graph, 11, &port("picture", false, [10, 1, 4, 4]));
    put_bytes(&mut graph, 11, &port("ones", false, [1, 1, 3, 3]));
    put_bytes(&mut graph, 12, &port(SUMS, false, [10, 1, 4, 4]));
    put_bytes(&mut graph, 12, &port(POSITIVE, false, [10, 1, 4, 4]));
    put_bytes(&mut graph, 13, &port("stale", false, [10, 1, 4, 4]));
    model(&graph, 3, 9)
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[u64])]) -> Vec<u8> {
    let mut node = Vec::new();
    for input in inputs {
        put_bytes(&mut node, 1, input.as_bytes());
    }
    put_bytes(&mut node, 2, output.as_bytes());
    put_bytes(&mut node, 4, operator.as_bytes());
    for (name, numbers) in attributes {
        let mut attribute = Vec::new();
        put_bytes(&mut attribute, 1, name.as_bytes());
        for number in *numbers {
            put_varint(&mut attribute, 8, *number);
        }
        put_varint(&mut attribute, 20, 7); // a list of whole numbers
        put_bytes(&mut node, 5, &attribute);
    }
    node
}

fn ones(name: &str, shape: &[u64]) -> Vec<u8> {
    let mut tensor = Vec::new();
    for extent in shape {
        put_varint(&mut tensor, 1, *extent);
    }
    put_varint(&mut tensor, 2, FLOAT);
    put_bytes(&mut tensor, 8, name.as_bytes());
    let count: u64 = shape.iter().product();
    put_bytes(&mut tensor, 9, &1.0_f32.to_le_bytes().repeat(count as usize));
    tensor
}

/// Runs the model on a picture of 3 x 2 values and compares with the answer by hand.
///
/// # Errors
/// Those of the runtime; [`RuntimeError::Run`] if it calculates wrongly.
pub fn check(runtime: &mut dyn ModelRuntime) -> Result<(), RuntimeError> {
    let input = Tensor { shape: vec![1, 1, 2, 3], data: vec![1.0, -2.0, 3.0, 4.0, 5.0, -6.0] };
    let sums = [8.0, 5.0, 0.0, 8.0, 5.0, 0.0];
    let positive = [1.0, 0.0, 3.0, 4.0, 5.0, 0.0];
    let answers = runtime.run(input.clone(), &[SUMS, POSITIVE])?;
    let right = |answer: &Tensor, expected: &[f32]| answer.shape == input.shape && answer.data == expected;
    match answers.as_slice() {
        [first, second] if right(first, &sums) && right(second, &positive) => Ok(()),
        _ => Err(RuntimeError::Run(format!("{} calculates wrongly on this machine", runtime.name()))),
    }
}

/// The same model without any runtime: for the conformance of the fake, and to compare with.
pub fn by_hand(input: &Tensor, outputs: &[&str]) -> Vec<Tensor> {
    let answer = |name: &&str| match *name {
        SUMS => Tensor { shape: input.shape.clone(), data: sums(input) },
        _ => Tensor { shape: input.shape.clone(), data: input.data.iter().map(|x| x.max(0.0)).collect() },
    };
    outputs.iter().map(answer).collect()
}

fn sums(input: &Tensor) -> Vec<f32> {
    let &[.., height, width] = input.shape.as_slice() else {
        return Vec::new();
    };
    let near = |at: usize, extent: usize| at.saturating_sub(1)..(at + 2).min(extent);
    let mut sums = Vec::with_capacity(input.data.len());
    for plane in input.data.chunks_exact(height * width) {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let around = near(y, height).flat_map(|row| near(x, width).map(move |column| (row, column)));
            sums.push(around.map(|(row, column)| plane[row * width + column]).sum());
        }
    }
    sums
}
