//! The recognition network of pack `find`, written as an ONNX file from its published tensors.
//!
//! What is published is a list of tensors and their bytes; how they belong together is in the source
//! of the package (`src/faceRecognitionNet/`, after dlib's `dnn_face_recognition_resnet_v1`):
//! a 7 x 7 convolution and a maximum, fourteen residual blocks, the mean over all places and a
//! matrix. Each convolution is followed by a scale and an offset per channel, which are multiplied
//! into its weights here, and so are the mean and the divisor of the input: the result takes 0 to
//! 255. All of it is calculated in 64 bits and rounded once, so that every machine writes the same
//! bytes.

mod graph;

use std::collections::BTreeMap;

use super::BundleError;
use graph::Graph;

/// Name of the input: batch, 3 (red, green, blue), 150, 150; values 0 to 255.
pub const INPUT: &str = "picture";

/// Name of the output: batch, 128.
pub const OUTPUT: &str = "numbers";

/// Height and width of the input.
pub const SIDE: usize = 150;

/// How many numbers come out.
pub const NUMBERS: usize = 128;

/// Subtracted from red, green and blue; then all is divided by [`DIVISOR`].
const MEAN: [f64; 3] = [122.782, 117.001, 104.298];

const DIVISOR: f64 = 255.0;

/// The residual blocks in their order: name, and whether the picture is halved.
const BLOCKS: [(&str, bool); 14] = [
    ("conv32_1", false),
    ("conv32_2", false),
    ("conv32_3", false),
    ("conv64_down", true),
    ("conv64_1", false),
    ("conv64_2", false),
    ("conv64_3", false),
    ("conv128_down", true),
    ("conv128_1", false),
    ("conv128_2", false),
    ("conv256_down", true),
    ("conv256_1", false),
    ("conv256_2", false),
    ("conv256_down_out", true),
];

/// One tensor as it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedTensor {
    /// Its name.
    pub name: String,
    /// Extent per axis; convolutions are height, width, in, out.
    pub shape: Vec<usize>,
    /// How its bytes are meant.
    pub coding: Coding,
}

/// How the bytes of a tensor are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coding {
    /// Little-endian 32-bit floats.
    Float,
    /// One byte a value: `value * scale + min`.
    Bytes {
        /// Factor.
        scale: f64,
        /// What a zero stands for.
        min: f64,
    },
}

/// Writes the network. `bytes` holds the tensors one behind the other, in the order of `list`.
///
/// # Errors
/// [`BundleError`] if a tensor is missing, has another shape than the network needs, or if bytes are
/// missing or left over.
pub fn onnx(list: &[PublishedTensor], bytes: &[u8]) -> Result<Vec<u8>, BundleError> {
    let tensors = Tensors::read(list, bytes)?;
    let mut graph = Graph::new("find");
    let first = tensors.convolution("conv32_down", (7, 3, 32))?.of_raw_colours();
    graph.convolve(INPUT, "conv32_down", &first, 2, 0);
    graph.node("Relu", &["conv32_down"], "conv32_down.positive", &[]);
    let window: [(&str, &[i64]); 2] = [("kernel_shape", &[3, 3]), ("strides", &[2, 2])];
    graph.node("MaxPool", &["conv32_down.positive"], "start", &window);
    let mut state = State { at: "start".into(), channels: 32, side: ((SIDE - 7) / 2 + 1 - 3) / 2 + 1 };
    for (name, halves) in BLOCKS {
        state = block(&mut graph, &tensors, &state, name, halves)?;
    }
    graph.node("GlobalAveragePool", &[&state.at], "mean", &[]);
    graph.node("Flatten", &["mean"], "means", &[]);
    let matrix = tensors.get("fc", &[state.channels, NUMBERS])?;
    graph.weights("fc", &[state.channels, NUMBERS], matrix);
    graph.node("MatMul", &["means", "fc"], OUTPUT, &[]);
    Ok(graph.finish((INPUT, &[3, SIDE, SIDE]), (OUTPUT, &[NUMBERS])))
}

/// Where the network has got to.
struct State {
    at: String,
    channels: usize,
    side: usize,
}

/// Two convolutions beside a shortcut. Where the picture is halved, the shortcut is the mean of 2 x 2
/// places with zero channels added, and the other path gets zeros at the right and below where it is
/// smaller.
fn block(
    graph: &mut Graph,
    tensors: &Tensors<'_>,
    before: &State,
    name: &str,
    halves: bool,
) -> Result<State, BundleError> {
    let part = |what: &str| format!("{name}.{what}");
    let channels = tensors.channels_out(&format!("{name}/conv1"))?;
    let (stride, pad) = if halves { (2, 0) } else { (1, 1) };
    let first = tensors.convolution(&format!("{name}/conv1"), (3, before.channels, channels))?;
    let second = tensors.convolution(&format!("{name}/conv2"), (3, channels, channels))?;
    graph.convolve(&before.at, &part("first"), &first, stride, pad);
    graph.node("Relu", &[&part("first")], &part("middle"), &[]);
    graph.convolve(&part("middle"), &part("second"), &second, 1, 1);
    let (mut path, mut shortcut, mut side) = (part("second"), before.at.clone(), before.side);
    if halves {
        side = before.side / 2;
        let window: [(&str, &[i64]); 2] = [("kernel_shape", &[2, 2]), ("strides", &[2, 2])];
        graph.node("AveragePool", &[&before.at], &part("halved"), &window);
        shortcut = part("halved");
        let convolved = (before.side - 3) / 2 + 1;
        if convolved < side {
            let more = (side - convolved) as i64;
            path = graph.pad(&path, &part("padded"), [0, 0, 0, 0, 0, 0, more, more]);
        }
    }
    if channels > before.channels {
        let more = (channels - before.channels) as i64;
        shortcut = graph.pad(&shortcut, &part("widened"), [0, 0, 0, 0, 0, more, 0, 0]);
    }
    graph.node("Add", &[&shortcut, &path], &part("sum"), &[]);
    graph.node("Relu", &[&part("sum")], &part("out"), &[]);
    Ok(State { at: part("out"), channels, side })
}

/// Weights (out, in, height, width) and offsets of one convolution, its scale multiplied in.
pub(super) struct Convolution {
    pub weights: Vec<f64>,
    pub offsets: Vec<f64>,
    pub shape: [usize; 4],
}

impl Convolution {
    /// The same for an input from which no mean was subtracted and that was not divided. Exact, as
    /// this convolution adds no border.
    fn of_raw_colours(mut self) -> Self {
        let [_, colours, height, width] = self.shape;
        let area = height * width;
        for (weights, offset) in self.weights.chunks_exact_mut(colours * area).zip(&mut self.offsets) {
            for (plane, mean) in weights.chunks_exact_mut(area).zip(MEAN) {
                for weight in plane {
                    *weight /= DIVISOR;
                    *offset -= *weight * mean;
                }
            }
        }
        self
    }
}

/// The published tensors by name, as 64-bit numbers.
struct Tensors<'a> {
    by_name: BTreeMap<&'a str, (&'a [usize], Vec<f64>)>,
}

impl<'a> Tensors<'a> {
    fn read(list: &'a [PublishedTensor], mut bytes: &[u8]) -> Result<Self, BundleError> {
        let mut by_name = BTreeMap::new();
        for tensor in list {
            let count = tensor.shape.iter().try_fold(1_usize, |product, extent| product.checked_mul(*extent));
            let width = if tensor.coding == Coding::Float { 4 } else { 1 };
            let length = count.and_then(|count| count.checked_mul(width));
            let (own, rest) = length
                .and_then(|length| bytes.split_at_checked(length))
                .ok_or(BundleError::Damaged("it ends in the middle of a tensor"))?;
            bytes = rest;
            let values: Vec<f64> = match tensor.coding {
                Coding::Float => own.chunks_exact(4).map(float).collect(),
                // As the package reads them: rounded to 32 bits once.
                Coding::Bytes { scale, min } => {
                    own.iter().map(|byte| f64::from((f64::from(*byte) * scale + min) as f32)).collect()
                }
            };
            if values.iter().any(|value| !value.is_finite()) {
                return Err(BundleError::Damaged("a weight is no number"));
            }
            if by_name.insert(tensor.name.as_str(), (tensor.shape.as_slice(), values)).is_some() {
                return Err(BundleError::Damaged("two tensors have one name"));
            }
        }
        if bytes.is_empty() { Ok(Self { by_name }) } else { Err(BundleError::Damaged("bytes are left over")) }
    }

    fn get(&self, name: &str, shape: &[usize]) -> Result<&[f64], BundleError> {
        match self.by_name.get(name) {
            Some((found, values)) if *found == shape => Ok(values),
            Some(_) => Err(BundleError::Refused("a tensor has another shape than the network")),
            None => Err(BundleError::Refused("a tensor of the network is missing")),
        }
    }

    fn channels_out(&self, layer: &str) -> Result<usize, BundleError> {
        let found = self.by_name.get(format!("{layer}/conv/filters").as_str());
        let channels = found.and_then(|(shape, _)| shape.get(3)).copied();
        channels.ok_or(BundleError::Refused("a tensor of the network is missing"))
    }

    /// A square convolution with its scale; published as (height, width, in, out).
    fn convolution(
        &self,
        layer: &str,
        (side, from, to): (usize, usize, usize),
    ) -> Result<Convolution, BundleError> {
        let part = |what: &str, shape: &[usize]| self.get(&format!("{layer}/{what}"), shape);
        let filters = part("conv/filters", &[side, side, from, to])?;
        let bias = part("conv/bias", &[to])?;
        let (scale, shift) = (part("scale/weights", &[to])?, part("scale/biases", &[to])?);
        let mut weights = Vec::with_capacity(filters.len());
        for out in 0..to {
            for input in 0..from {
                let at = |place: usize| filters[(place * from + input) * to + out] * scale[out];
                weights.extend((0..side * side).map(at));
            }
        }
        let offsets = (0..to).map(|out| bias[out] * scale[out] + shift[out]).collect();
        Ok(Convolution { weights, offsets, shape: [to, from, side, side] })
    }
}

fn float(bytes: &[u8]) -> f64 {
    let mut four = [0; 4];
    four.copy_from_slice(bytes); // chunks of four
    f64::from(f32::from_le_bytes(four))
}

#[cfg(test)]
mod tests;
