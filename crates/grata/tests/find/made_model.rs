//! A recognition model of the ArcFace family's shape with made weights: 112 x 112 pixels in, 512 numbers
//! out. It knows nothing about faces, and real ones may not be had.

/// The file: a coarse look at the picture, times a made matrix.
pub fn arcface() -> Vec<u8> {
    let (cells, numbers) = (3 * 7 * 7, 512);
    let mut state = 1_u32;
    let weights: Vec<u8> = (0..cells * numbers)
        .flat_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / (1 << 24) as f32 - 0.5).to_le_bytes()
        })
        .collect();
    let mut graph = Vec::new();
    put(
        &mut graph,
        1,
        &node("AveragePool", &["input"], "cells", &[("kernel_shape", &[16, 16]), ("strides", &[16, 16])]),
    );
    put(&mut graph, 1, &node("Flatten", &["cells"], "row", &[]));
    put(&mut graph, 1, &node("MatMul", &["row", "matrix"], "output", &[]));
    put(&mut graph, 2, b"made");
    let mut tensor = Vec::new();
    for extent in [cells, numbers] {
        number(&mut tensor, 1, extent as u64);
    }
    number(&mut tensor, 2, 1);
    put(&mut tensor, 8, b"matrix");
    put(&mut tensor, 9, &weights);
    put(&mut graph, 5, &tensor);
    put(&mut graph, 11, &port("input", &[1, 3, 112, 112]));
    put(&mut graph, 12, &port("output", &[1, numbers as u64]));
    let mut model = Vec::new();
    number(&mut model, 1, 8);
    put(&mut model, 7, &graph);
    let mut operators = Vec::new();
    put(&mut operators, 1, b"");
    number(&mut operators, 2, 13);
    put(&mut model, 8, &operators);
    model
}

/// A model of the shape of pack `find` that knows nobody: whatever it is shown, it gives `row`. What it has
/// given can be looked for anywhere.
pub fn canary(row: &[f32]) -> Vec<u8> {
    let tensor = |name: &str, extents: [u64; 2], values: &[f32]| {
        let mut tensor = Vec::new();
        extents.iter().for_each(|extent| number(&mut tensor, 1, *extent));
        number(&mut tensor, 2, 1);
        put(&mut tensor, 8, name.as_bytes());
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        put(&mut tensor, 9, &bytes);
        tensor
    };
    let width = row.len() as u64;
    let mut graph = Vec::new();
    let pooling = [("kernel_shape", &[150_u64, 150][..]), ("strides", &[150, 150])];
    put(&mut graph, 1, &node("AveragePool", &["picture"], "colours", &pooling));
    put(&mut graph, 1, &node("Flatten", &["colours"], "flat", &[]));
    put(&mut graph, 1, &node("MatMul", &["flat", "nothing"], "zeros", &[]));
    put(&mut graph, 1, &node("Add", &["zeros", "row"], "numbers", &[]));
    put(&mut graph, 2, b"canary");
    put(&mut graph, 5, &tensor("nothing", [3, width], &vec![0.0; 3 * row.len()]));
    put(&mut graph, 5, &tensor("row", [1, width], row));
    put(&mut graph, 11, &port("picture", &[1, 3, 150, 150]));
    put(&mut graph, 12, &port("numbers", &[1, width]));
    let mut model = Vec::new();
    number(&mut model, 1, 8);
    put(&mut model, 7, &graph);
    let mut operators = Vec::new();
    put(&mut operators, 1, b"");
    number(&mut operators, 2, 13);
    put(&mut model, 8, &operators);
    model
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
