//! Recognition models with made weights. They know nothing about faces, and real ones may not be had.

/// The shape of the ArcFace family: 112 x 112 pixels in, 512 numbers out. A coarse look at the picture, times a
/// made matrix.
pub fn arcface() -> Vec<u8> {
    let (cells, numbers) = (3 * 7 * 7, 512);
    let mut state = 1_u32;
    let weights: Vec<f32> = (0..cells * numbers)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        })
        .collect();
    let pooling = [("kernel_shape", &[16, 16][..]), ("strides", &[16, 16])];
    let nodes = [
        node("AveragePool", &["input"], "cells", &pooling),
        node("Flatten", &["cells"], "row", &[]),
        node("MatMul", &["row", "matrix"], "output", &[]),
    ];
    let tensors = [tensor("matrix", [cells, numbers], &weights)];
    model(&nodes, &tensors, [port("input", &[1, 3, 112, 112]), port("output", &[1, numbers])])
}

/// A model of the shape of pack `find` that knows nobody: whatever it is shown, it gives `row`. What it has
/// given can be looked for anywhere.
pub fn canary(row: &[f32]) -> Vec<u8> {
    let width = row.len() as u64;
    let pooling = [("kernel_shape", &[150, 150][..]), ("strides", &[150, 150])];
    let nodes = [
        node("AveragePool", &["picture"], "colours", &pooling),
        node("Flatten", &["colours"], "flat", &[]),
        node("MatMul", &["flat", "nothing"], "zeros", &[]),
        node("Add", &["zeros", "row"], "numbers", &[]),
    ];
    let nothing = tensor("nothing", [3, width], &vec![0.0; 3 * row.len()]);
    let tensors = [nothing, tensor("row", [1, width], row)];
    model(&nodes, &tensors, [port("picture", &[1, 3, 150, 150]), port("numbers", &[1, width])])
}

/// A whole file.
fn model(nodes: &[Vec<u8>], tensors: &[Vec<u8>], [input, output]: [Vec<u8>; 2]) -> Vec<u8> {
    let mut graph = Vec::new();
    nodes.iter().for_each(|node| put(&mut graph, 1, node));
    put(&mut graph, 2, b"made");
    tensors.iter().for_each(|tensor| put(&mut graph, 5, tensor));
    put(&mut graph, 11, &input);
    put(&mut graph, 12, &output);
    let mut model = Vec::new();
    number(&mut model, 1, 8);
    put(&mut model, 7, &graph);
    let mut operators = Vec::new();
    put(&mut operators, 1, b"");
    number(&mut operators, 2, 13);
    put(&mut model, 8, &operators);
    model
}

fn tensor(name: &str, extents: [u64; 2], values: &[f32]) -> Vec<u8> {
    let mut tensor = Vec::new();
    extents.iter().for_each(|extent| number(&mut tensor, 1, *extent));
    number(&mut tensor, 2, 1);
    put(&mut tensor, 8, name.as_bytes());
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    put(&mut tensor, 9, &bytes);
    tensor
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[u64])]) -> Vec<u8> {
    let mut node = Vec::new();
    inputs.iter().for_each(|input| put(&mut node, 1, input.as_bytes()));
    put(&mut node, 2, output.as_bytes());
    put(&mut node, 4, operator.as_bytes());
    for (name, numbers) in attributes {
        let mut attribute = Vec::new();
        put(&mut attribute, 1, name.as_bytes());
        numbers.iter().for_each(|own| number(&mut attribute, 8, *own));
        number(&mut attribute, 20, 7);
        put(&mut node, 5, &attribute);
    }
    node
}

fn port(name: &str, extents: &[u64]) -> Vec<u8> {
    let mut shape = Vec::new();
    for extent in extents {
        let mut dimension = Vec::new();
        number(&mut dimension, 1, *extent);
        put(&mut shape, 1, &dimension);
    }
    let mut tensor = Vec::new();
    number(&mut tensor, 1, 1);
    put(&mut tensor, 2, &shape);
    let mut kind = Vec::new();
    put(&mut kind, 1, &tensor);
    let mut port = Vec::new();
    put(&mut port, 1, name.as_bytes());
    put(&mut port, 2, &kind);
    port
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn put(out: &mut Vec<u8>, field: u64, content: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}
