//! Graphs as `rten` runs them fastest: what is negative becomes zero through another operator.
//!
//! `rten` 0.27 has `Relu` take its values one by one, and in WebAssembly through a call for each, a fifth of
//! all the time that finding somebody took. Its `LeakyRelu` takes four at a time, and with a slope of zero is
//! the same for all numbers (what is not finite stays so, instead of becoming zero).

use super::wire::{fields, put_bytes, put_varint};
use super::{BundleError, graph_of, model};

/// `onnx.GraphProto`, `onnx.NodeProto` and `onnx.AttributeProto`.
mod node {
    pub const OF_GRAPH: u64 = 1;
    pub const OPERATOR: u64 = 4;
    pub const ATTRIBUTE: u64 = 5;
    pub const ATTRIBUTE_NAME: u64 = 1;
    pub const ATTRIBUTE_KIND: u64 = 20;
    /// `onnx.AttributeProto.AttributeType`: one 32-bit float, in field 2.
    pub const FLOAT: u64 = 1;
    /// Field 2, four bytes, and a zero in them.
    pub const ZERO: [u8; 5] = [2 << 3 | 5, 0, 0, 0, 0];
}

/// `onnx` with each `Relu` written as a `LeakyRelu` of slope zero; everything else stays as it stands.
///
/// # Errors
/// [`BundleError`] if the bytes are not one whole ONNX model.
pub fn leaky(onnx: &[u8]) -> Result<Vec<u8>, BundleError> {
    let graph = graph_of(onnx)?;
    let mut own = Vec::with_capacity(graph.len() + 4096);
    for field in fields(graph) {
        let field = field?;
        match field.number {
            node::OF_GRAPH => put_bytes(&mut own, node::OF_GRAPH, &leaky_node(field.bytes()?)?),
            _ => own.extend_from_slice(field.raw),
        }
    }
    let mut whole = Vec::with_capacity(own.len() + 4096);
    for field in fields(onnx) {
        let field = field?;
        match field.number {
            model::GRAPH => put_bytes(&mut whole, model::GRAPH, &own),
            _ => whole.extend_from_slice(field.raw),
        }
    }
    Ok(whole)
}

fn leaky_node(message: &[u8]) -> Result<Vec<u8>, BundleError> {
    let mut own = Vec::with_capacity(message.len() + 32);
    for field in fields(message) {
        let field = field?;
        if field.number != node::OPERATOR || field.bytes()? != b"Relu" {
            own.extend_from_slice(field.raw);
            continue;
        }
        put_bytes(&mut own, node::OPERATOR, b"LeakyRelu");
        let mut slope = Vec::new();
        put_bytes(&mut slope, node::ATTRIBUTE_NAME, b"alpha");
        slope.extend_from_slice(&node::ZERO);
        put_varint(&mut slope, node::ATTRIBUTE_KIND, node::FLOAT);
        put_bytes(&mut own, node::ATTRIBUTE, &slope);
    }
    Ok(own)
}
