//! Model files made ready for the runtimes: free input sizes, weights as constants.
//!
//! ONNX files are protocol-buffer messages (`onnx.proto` of the ONNX project, whose field numbers
//! stand below). Only the parts named here are changed; everything else is copied as it stands.

pub mod leaky;
pub mod residual;
pub(crate) mod wire;

use wire::{fields, put_bytes, put_varint};

/// `onnx.ModelProto`.
mod model {
    pub const IR_VERSION: u64 = 1;
    pub const GRAPH: u64 = 7;
}

/// `onnx.GraphProto`.
mod graph {
    pub const INITIALIZER: u64 = 5;
    pub const INPUT: u64 = 11;
    pub const OUTPUT: u64 = 12;
    pub const VALUE_INFO: u64 = 13;
}

/// `onnx.TensorProto`, of which the name and the place of the numbers count here.
mod tensor {
    pub const NAME: u64 = 8;
    pub const EXTERNAL_DATA: u64 = 13;
    pub const DATA_LOCATION: u64 = 14;
}

/// `onnx.ValueInfoProto`, `onnx.TypeProto`, `.Tensor`, `onnx.TensorShapeProto`, `.Dimension`.
mod value_info {
    pub const NAME: u64 = 1;
    pub const TYPE: u64 = 2;
    pub const TYPE_TENSOR: u64 = 1;
    pub const TENSOR_SHAPE: u64 = 2;
    pub const SHAPE_DIMENSION: u64 = 1;
    pub const DIMENSION_VALUE: u64 = 1;
    pub const DIMENSION_NAME: u64 = 2;
}

/// The first version of the format in which a weight need not be an input as well.
const IR_WITH_CONSTANT_WEIGHTS: u64 = 4;

/// What a model takes and gives, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Inputs that are not weights.
    pub inputs: Vec<Port>,
    /// Outputs, in the order of the file.
    pub outputs: Vec<Port>,
}

/// One input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name in the graph.
    pub name: String,
    /// Extent per axis; `None` where any size will do.
    pub shape: Vec<Option<u64>>,
}

/// Why bytes are not a model that can be made ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Cut short, or no ONNX file at all.
    #[error("not a whole ONNX file: {0}")]
    Damaged(&'static str),
    /// An ONNX file that asks for something grata does not do.
    #[error("a model that grata does not load: {0}")]
    Refused(&'static str),
}

/// Rewrites an ONNX model of pictures so that it takes pictures of any size.
///
/// Inputs and outputs with four axes (batch, channels, height, width) keep their channels; the
/// other three become free. Weights are taken out of the inputs, so that a runtime may fold them;
/// the declared shapes of intermediate values are dropped, as they no longer hold. The result
/// depends on `onnx` alone and is the same when rewritten again.
///
/// # Errors
/// [`BundleError`] if the bytes are not one whole ONNX model, or if its weights lie in other files.
pub fn free_sizes(onnx: &[u8]) -> Result<Vec<u8>, BundleError> {
    let graph = graph_of(onnx)?;
    let weights = weight_names(graph)?;
    let mut freed = Vec::with_capacity(onnx.len());
    for field in fields(onnx) {
        let field = field?;
        match field.number {
            model::IR_VERSION => {
                put_varint(&mut freed, model::IR_VERSION, field.varint()?.max(IR_WITH_CONSTANT_WEIGHTS));
            }
            model::GRAPH => put_bytes(&mut freed, model::GRAPH, &free_graph(graph, &weights)?),
            _ => freed.extend_from_slice(field.raw),
        }
    }
    Ok(freed)
}

/// Reads what an ONNX model takes and gives.
///
/// # Errors
/// [`BundleError`] if the bytes are not one whole ONNX model.
pub fn interface(onnx: &[u8]) -> Result<Interface, BundleError> {
    let graph = graph_of(onnx)?;
    let weights = weight_names(graph)?;
    let mut interface = Interface { inputs: Vec::new(), outputs: Vec::new() };
    for field in fields(graph) {
        let field = field?;
        match field.number {
            graph::INPUT if !is_weight(field.bytes()?, &weights)? => {
                interface.inputs.push(port(field.bytes()?)?);
            }
            graph::OUTPUT => interface.outputs.push(port(field.bytes()?)?),
            _ => {}
        }
    }
    Ok(interface)
}

fn graph_of(onnx: &[u8]) -> Result<&[u8], BundleError> {
    let mut graph = None;
    for field in fields(onnx) {
        let field = field?;
        if field.number == model::GRAPH && graph.replace(field.bytes()?).is_some() {
            return Err(BundleError::Refused("it holds more than one graph"));
        }
    }
    graph.ok_or(BundleError::Damaged("it holds no graph"))
}

/// Names of the weights in `graph`, sorted.
fn weight_names(graph: &[u8]) -> Result<Vec<&str>, BundleError> {
    let mut names = Vec::new();
    for field in fields(graph) {
        let field = field?;
        if field.number == graph::INITIALIZER {
            names.push(weight_name(field.bytes()?)?);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn weight_name(weight: &[u8]) -> Result<&str, BundleError> {
    let mut name = "";
    for field in fields(weight) {
        let field = field?;
        match field.number {
            tensor::NAME => name = field.text()?,
            tensor::EXTERNAL_DATA => return Err(BundleError::Refused("its weights lie in other files")),
            tensor::DATA_LOCATION if field.varint()? != 0 => {
                return Err(BundleError::Refused("its weights lie in other files"));
            }
            _ => {}
        }
    }
    Ok(name)
}

fn free_graph(graph: &[u8], weights: &[&str]) -> Result<Vec<u8>, BundleError> {
    let mut freed = Vec::with_capacity(graph.len());
    for field in fields(graph) {
        let field = field?;
        match field.number {
            graph::VALUE_INFO => {}
            graph::INPUT if is_weight(field.bytes()?, weights)? => {}
            graph::INPUT | graph::OUTPUT => put_bytes(&mut freed, field.number, &free_port(field.bytes()?)?),
            _ => freed.extend_from_slice(field.raw),
        }
    }
    Ok(freed)
}

fn is_weight(port: &[u8], weights: &[&str]) -> Result<bool, BundleError> {
    Ok(weights.binary_search(&name_of(port)?).is_ok())
}

fn name_of(port: &[u8]) -> Result<&str, BundleError> {
    let mut name = "";
    for field in fields(port) {
        let field = field?;
        if field.number == value_info::NAME {
            name = field.text()?;
        }
    }
    Ok(name)
}

fn port(port: &[u8]) -> Result<Port, BundleError> {
    let shape = dimensions(port)?.iter().map(|dimension| extent(dimension)).collect::<Result<_, _>>()?;
    Ok(Port { name: name_of(port)?.to_string(), shape })
}

fn extent(dimension: &[u8]) -> Result<Option<u64>, BundleError> {
    let mut extent = None;
    for field in fields(dimension) {
        let field = field?;
        if field.number == value_info::DIMENSION_VALUE {
            extent = Some(field.varint()?);
        }
    }
    Ok(extent)
}

/// The messages of the axes, outermost first; none if `port` is no tensor.
fn dimensions(port: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let path = [value_info::TYPE, value_info::TYPE_TENSOR, value_info::TENSOR_SHAPE];
    let mut message = Some(port);
    for number in path {
        message = match message {
            Some(message) => only(message, number)?,
            None => None,
        };
    }
    let mut dimensions = Vec::new();
    for field in message.into_iter().flat_map(fields) {
        let field = field?;
        if field.number == value_info::SHAPE_DIMENSION {
            dimensions.push(field.bytes()?);
        }
    }
    Ok(dimensions)
}

/// The message in field `number`, which must not be there twice.
fn only(message: &[u8], number: u64) -> Result<Option<&[u8]>, BundleError> {
    let mut found = None;
    for field in fields(message) {
        let field = field?;
        if field.number == number && found.replace(field.bytes()?).is_some() {
            return Err(BundleError::Refused("a shape is declared twice"));
        }
    }
    Ok(found)
}

/// `port` with its batch, height and width free; as it stands unless it has four axes.
fn free_port(port: &[u8]) -> Result<Vec<u8>, BundleError> {
    let dimensions = dimensions(port)?;
    let [_, channels, _, _] = dimensions.as_slice() else {
        return Ok(port.to_vec());
    };
    // Names of its own for each port: an equal name would promise an equal size.
    let name = name_of(port)?;
    let mut shape = Vec::new();
    for axis in ["batch", "channels", "height", "width"] {
        let mut dimension = Vec::new();
        match axis {
            "channels" => dimension.extend_from_slice(channels),
            "batch" => put_bytes(&mut dimension, value_info::DIMENSION_NAME, b"batch"),
            _ => put_bytes(&mut dimension, value_info::DIMENSION_NAME, format!("{name}_{axis}").as_bytes()),
        }
        put_bytes(&mut shape, value_info::SHAPE_DIMENSION, &dimension);
    }
    replace(port, &[value_info::TYPE, value_info::TYPE_TENSOR, value_info::TENSOR_SHAPE], &shape)
}

/// `message` with the one message at `path` replaced by `content`.
fn replace(message: &[u8], path: &[u64], content: &[u8]) -> Result<Vec<u8>, BundleError> {
    let Some((number, deeper)) = path.split_first() else {
        return Ok(content.to_vec());
    };
    let mut replaced = Vec::with_capacity(message.len());
    for field in fields(message) {
        let field = field?;
        if field.number == *number {
            put_bytes(&mut replaced, *number, &replace(field.bytes()?, deeper, content)?);
        } else {
            replaced.extend_from_slice(field.raw);
        }
    }
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::runtime::self_test;

    fn port(name: &str, shape: [Option<u64>; 4]) -> Port {
        Port { name: name.into(), shape: shape.to_vec() }
    }

    #[test]
    fn sizes_become_free_and_weights_leave_the_inputs() {
        let published = self_test::published();
        let size = [Some(10), Some(1), Some(4), Some(4)];
        assert_eq!(
            interface(&published).unwrap(),
            Interface {
                inputs: vec![port("picture", size)],
                outputs: vec![port("sums", size), port("positive", size)],
            }
        );
        let freed = free_sizes(&published).unwrap();
        let size = [None, Some(1), None, None];
        assert_eq!(
            interface(&freed).unwrap(),
            Interface {
                inputs: vec![port("picture", size)],
                outputs: vec![port("sums", size), port("positive", size)],
            }
        );
        let graph = graph_of(&freed).unwrap();
        let count = |number| fields(graph).filter(|field| field.as_ref().unwrap().number == number).count();
        assert_eq!((count(graph::INPUT), count(graph::INITIALIZER), count(graph::VALUE_INFO)), (1, 1, 0));
    }

    #[test]
    fn rewriting_twice_changes_nothing_more() {
        let once = free_sizes(&self_test::published()).unwrap();
        assert_eq!(free_sizes(&once).unwrap(), once);
    }

    #[test]
    fn no_two_ports_promise_the_same_height() {
        let freed = free_sizes(&self_test::published()).unwrap();
        for name in ["picture_height", "sums_height", "positive_width"] {
            assert_eq!(freed.windows(name.len()).filter(|window| *window == name.as_bytes()).count(), 1);
        }
    }

    #[test]
    fn weights_in_other_files_are_refused() {
        for number in [tensor::EXTERNAL_DATA, tensor::DATA_LOCATION] {
            let mut weight = Vec::new();
            match number {
                tensor::EXTERNAL_DATA => put_bytes(&mut weight, number, b""),
                _ => put_varint(&mut weight, number, 1),
            }
            let mut graph = Vec::new();
            put_bytes(&mut graph, graph::INITIALIZER, &weight);
            let mut model = Vec::new();
            put_bytes(&mut model, model::GRAPH, &graph);
            assert!(matches!(free_sizes(&model), Err(BundleError::Refused(_))));
        }
    }

    #[test]
    fn what_is_no_model_is_damaged() {
        let half = self_test::published();
        let cases: [&[u8]; 4] = [b"", b"hello, world", &[0; 64], &half[..half.len() / 2]];
        for bytes in cases {
            assert!(matches!(free_sizes(bytes), Err(BundleError::Damaged(_))), "{bytes:x?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Any bytes: an answer or an error, no panic and no growth.
        #[test]
        fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = free_sizes(&bytes);
            let _ = interface(&bytes);
        }

        /// Bytes that were a model once get further in.
        #[test]
        fn mutated_models_never_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
            cuts in any::<bool>(),
        ) {
            let mut bytes = self_test::published();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if cuts {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Ok(freed) = free_sizes(&bytes) {
                prop_assert!(freed.len() < 2 * bytes.len() + 1000);
                prop_assert_eq!(free_sizes(&freed), Ok(freed.clone()));
            }
            let _ = interface(&bytes);
        }
    }
}
