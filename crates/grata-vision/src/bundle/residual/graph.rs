//! ONNX files, written: nodes, weights, and the two ends. Field numbers after `onnx.proto`.

use super::super::wire::{FLOAT, model, port, put_bytes, put_varint};
use super::Convolution;

/// Version of the file format: weights need not be inputs.
const IR_VERSION: u64 = 8;

/// Version of the operators: `Pad` takes its widths as an input.
const OPERATORS: u64 = 13;

/// `onnx.TensorProto.DataType`.
const INT64: u64 = 7;

/// A graph that is being written.
pub struct Graph {
    name: String,
    nodes: Vec<u8>,
    weights: Vec<u8>,
}

impl Graph {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), nodes: Vec::new(), weights: Vec::new() }
    }

    /// One operator; attributes are lists of whole numbers.
    pub fn node(&mut self, operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]) {
        let mut node = Vec::new();
        for input in inputs {
            put_bytes(&mut node, 1, input.as_bytes());
        }
        put_bytes(&mut node, 2, output.as_bytes());
        put_bytes(&mut node, 3, output.as_bytes());
        put_bytes(&mut node, 4, operator.as_bytes());
        for (name, numbers) in attributes {
            let mut attribute = Vec::new();
            put_bytes(&mut attribute, 1, name.as_bytes());
            for number in *numbers {
                put_varint(&mut attribute, 8, number.cast_unsigned());
            }
            put_varint(&mut attribute, 20, 7); // a list of whole numbers
            put_bytes(&mut node, 5, &attribute);
        }
        put_bytes(&mut self.nodes, 1, &node);
    }

    /// A convolution with the same stride and border on all sides.
    pub fn convolve(&mut self, input: &str, output: &str, own: &Convolution, stride: i64, border: i64) {
        let (weights, offsets) = (format!("{output}.weights"), format!("{output}.offsets"));
        self.weights(&weights, &own.shape, &own.weights);
        self.weights(&offsets, &own.shape[..1], &own.offsets);
        let kernel = [own.shape[2] as i64, own.shape[3] as i64];
        let attributes: [(&str, &[i64]); 3] =
            [("kernel_shape", &kernel), ("strides", &[stride; 2]), ("pads", &[border; 4])];
        self.node("Conv", &[input, &weights, &offsets], output, &attributes);
    }

    /// Adds zeros: before and after each axis. Returns the name of the result.
    pub fn pad(&mut self, input: &str, output: &str, widths: [i64; 8]) -> String {
        let name = format!("{output}.widths");
        let bytes: Vec<u8> = widths.iter().flat_map(|width| width.to_le_bytes()).collect();
        self.tensor(&name, &[8], INT64, &bytes);
        self.node("Pad", &[input, &name], output, &[]);
        output.into()
    }

    /// A tensor of 32-bit floats, rounded from 64.
    pub fn weights(&mut self, name: &str, shape: &[usize], values: &[f64]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect();
        self.tensor(name, shape, FLOAT, &bytes);
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: u64, bytes: &[u8]) {
        let mut tensor = Vec::with_capacity(bytes.len() + 64);
        for extent in shape {
            put_varint(&mut tensor, 1, *extent as u64);
        }
        put_varint(&mut tensor, 2, kind);
        put_bytes(&mut tensor, 8, name.as_bytes());
        put_bytes(&mut tensor, 9, bytes);
        put_bytes(&mut self.weights, 5, &tensor);
    }

    /// The file. The first axis of both ends is free.
    pub fn finish(self, input: (&str, &[usize]), output: (&str, &[usize])) -> Vec<u8> {
        let mut graph = self.nodes;
        put_bytes(&mut graph, 2, self.name.as_bytes());
        graph.extend_from_slice(&self.weights);
        let end =
            |(name, extents): (&str, &[usize])| port(name, true, extents.iter().map(|&side| side as u64));
        put_bytes(&mut graph, 11, &end(input));
        put_bytes(&mut graph, 12, &end(output));
        model(&graph, IR_VERSION, OPERATORS)
    }
}
