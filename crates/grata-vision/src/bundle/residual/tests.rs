//! The written network against a forward pass of its own, number by number.

use super::*;
use crate::bundle::interface;
use crate::runtime::pure::Pure;
use crate::runtime::{ModelRuntime, Tensor};

/// Every tensor of the network with made weights: the even ones as bytes, the odd ones as floats.
pub fn made() -> (Vec<PublishedTensor>, Vec<u8>) {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let mut layer = |name: &str, side: usize, from: usize, to: usize| {
        shapes.push((format!("{name}/conv/filters"), vec![side, side, from, to]));
        for part in ["conv/bias", "scale/weights", "scale/biases"] {
            shapes.push((format!("{name}/{part}"), vec![to]));
        }
    };
    layer("conv32_down", 7, 3, 32);
    let mut from = 32;
    for (name, _) in BLOCKS {
        let to = name.trim_start_matches("conv").split('_').next().unwrap().parse().unwrap();
        layer(&format!("{name}/conv1"), 3, from, to);
        layer(&format!("{name}/conv2"), 3, to, to);
        from = to;
    }
    shapes.push(("fc".into(), vec![256, NUMBERS]));
    let (mut list, mut bytes, mut state) = (Vec::new(), Vec::new(), 1_u32);
    for (at, (name, shape)) in shapes.into_iter().enumerate() {
        let fan_in: usize = shape.iter().rev().skip(1).product::<usize>().max(1);
        let reach = if name.contains("scale/weights") { 1.0 } else { 2.0 / (fan_in as f64).sqrt() };
        let low = if name.contains("scale/weights") { 0.5 } else { -reach / 2.0 };
        let coding =
            if at % 2 == 0 { Coding::Bytes { scale: reach / 255.0, min: low } } else { Coding::Float };
        for _ in 0..shape.iter().product() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let byte = (state >> 24) as u8;
            match coding {
                Coding::Bytes { .. } => bytes.push(byte),
                Coding::Float => {
                    bytes.extend(((f64::from(byte) * reach / 255.0 + low) as f32).to_le_bytes());
                }
            }
        }
        list.push(PublishedTensor { name, shape, coding });
    }
    (list, bytes)
}

/// A made picture without anything in it, 0 to 255, planar.
pub fn picture() -> Tensor {
    let mut tensor = Tensor::zeros(&[1, 3, SIDE, SIDE]);
    for (at, value) in tensor.data.iter_mut().enumerate() {
        let (c, y, x) = (at / (SIDE * SIDE), at / SIDE % SIDE, at % SIDE);
        *value = ((x * (c + 1) + y * (3 - c) + ((x >> 3) * (y >> 4) % 7) * 19) % 256) as f32;
    }
    tensor
}

/// Planes of a picture: channels, side, values.
#[derive(Clone)]
struct Planes {
    channels: usize,
    side: usize,
    values: Vec<f64>,
}

impl Planes {
    fn at(&self, channel: usize, y: isize, x: isize) -> f64 {
        let side = self.side as isize;
        if y < 0 || x < 0 || y >= side || x >= side {
            return 0.0;
        }
        self.values[(channel * self.side + y as usize) * self.side + x as usize]
    }

    fn positive(mut self) -> Self {
        self.values.iter_mut().for_each(|value| *value = value.max(0.0));
        self
    }
}

/// The network as its authors' source says it, with nothing folded: convolve, add, scale, add.
struct ByHand<'a> {
    tensors: Tensors<'a>,
}

impl ByHand<'_> {
    fn values(&self, name: &str) -> &[f64] {
        &self.tensors.by_name[name].1
    }

    fn layer(&self, input: &Planes, layer: &str, stride: usize, pad: isize) -> Planes {
        let (shape, filters) = &self.tensors.by_name[format!("{layer}/conv/filters").as_str()];
        let [size, _, from, to] = shape[..] else { panic!() };
        let side = (input.side + 2 * pad as usize - size) / stride + 1;
        let mut values = Vec::with_capacity(to * side * side);
        for out in 0..to {
            let bias = self.values(&format!("{layer}/conv/bias"))[out];
            let scale = self.values(&format!("{layer}/scale/weights"))[out];
            let shift = self.values(&format!("{layer}/scale/biases"))[out];
            for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let mut sum = bias;
                for (fy, fx) in (0..size).flat_map(|fy| (0..size).map(move |fx| (fy, fx))) {
                    let (py, px) = ((y * stride + fy) as isize - pad, (x * stride + fx) as isize - pad);
                    for c in 0..from {
                        sum += filters[((fy * size + fx) * from + c) * to + out] * input.at(c, py, px);
                    }
                }
                values.push(sum * scale + shift);
            }
        }
        Planes { channels: to, side, values }
    }

    fn run(&self, picture: &Tensor) -> Vec<f64> {
        let area = SIDE * SIDE;
        let normal = |(at, value): (usize, &f32)| (f64::from(*value) - MEAN[at / area]) / DIVISOR;
        let input =
            Planes { channels: 3, side: SIDE, values: picture.data.iter().enumerate().map(normal).collect() };
        let mut now = largest(&self.layer(&input, "conv32_down", 2, 0).positive());
        for (name, halves) in BLOCKS {
            let (stride, pad) = if halves { (2, 0) } else { (1, 1) };
            let middle = self.layer(&now, &format!("{name}/conv1"), stride, pad).positive();
            let path = self.layer(&middle, &format!("{name}/conv2"), 1, 1);
            let shortcut = if halves { halved(&now) } else { now };
            now = sum(&shortcut, &path).positive();
        }
        let count = (now.side * now.side) as f64;
        let means: Vec<f64> = now
            .values
            .chunks_exact(now.side * now.side)
            .map(|plane| plane.iter().sum::<f64>() / count)
            .collect();
        let matrix = self.values("fc");
        (0..NUMBERS)
            .map(|out| means.iter().enumerate().map(|(at, m)| m * matrix[at * NUMBERS + out]).sum())
            .collect()
    }
}

fn largest(input: &Planes) -> Planes {
    let side = (input.side - 3) / 2 + 1;
    let mut values = Vec::new();
    for (c, y, x) in
        (0..input.channels).flat_map(|c| (0..side).flat_map(move |y| (0..side).map(move |x| (c, y, x))))
    {
        let window = (0..9).map(|at| input.at(c, (2 * y + at / 3) as isize, (2 * x + at % 3) as isize));
        values.push(window.fold(f64::MIN, f64::max));
    }
    Planes { channels: input.channels, side, values }
}

fn halved(input: &Planes) -> Planes {
    let side = input.side / 2;
    let mut values = Vec::new();
    for (c, y, x) in
        (0..input.channels).flat_map(|c| (0..side).flat_map(move |y| (0..side).map(move |x| (c, y, x))))
    {
        let window = (0..4).map(|at| input.at(c, (2 * y + at / 2) as isize, (2 * x + at % 2) as isize));
        values.push(window.sum::<f64>() / 4.0);
    }
    Planes { channels: input.channels, side, values }
}

/// Where one has fewer channels, or is smaller, there are zeros.
fn sum(first: &Planes, second: &Planes) -> Planes {
    let (channels, side) = (first.channels.max(second.channels), first.side.max(second.side));
    let value = |planes: &Planes, c: usize, y: usize, x: usize| {
        if c < planes.channels { planes.at(c, y as isize, x as isize) } else { 0.0 }
    };
    let places = (0..channels).flat_map(|c| (0..side).flat_map(move |y| (0..side).map(move |x| (c, y, x))));
    let values = places.map(|(c, y, x)| value(first, c, y, x) + value(second, c, y, x)).collect();
    Planes { channels, side, values }
}

#[test]
fn the_written_network_calculates_what_its_source_says() {
    let (list, bytes) = made();
    let written = onnx(&list, &bytes).unwrap();
    let declared = interface(&written).unwrap();
    assert_eq!(declared.inputs[0].shape, [None, Some(3), Some(150), Some(150)]);
    assert_eq!((declared.outputs[0].name.as_str(), declared.outputs[0].shape[1]), (OUTPUT, Some(128)));
    let answer = Pure::load(written).unwrap().run(picture(), &[OUTPUT]).unwrap().remove(0);
    let expected = ByHand { tensors: Tensors::read(&list, &bytes).unwrap() }.run(&picture());
    let size = expected.iter().map(|value| value.abs()).fold(0.0, f64::max);
    assert!(size > 0.01, "nothing to compare: {size}");
    for (found, expected) in answer.data.iter().zip(&expected) {
        assert!((f64::from(*found) - expected).abs() < 1e-4 * size, "{found} instead of {expected}");
    }
}

#[test]
fn the_same_tensors_give_the_same_bytes() {
    let (list, bytes) = made();
    assert_eq!(onnx(&list, &bytes).unwrap(), onnx(&list, &bytes).unwrap());
}

#[test]
fn sec_8_what_is_missing_left_over_or_misshapen_is_refused() {
    let (list, bytes) = made();
    let damaged = |result: Result<Vec<u8>, BundleError>| matches!(result, Err(BundleError::Damaged(_)));
    let refused = |result: Result<Vec<u8>, BundleError>| matches!(result, Err(BundleError::Refused(_)));
    assert!(damaged(onnx(&list, &bytes[..bytes.len() - 1])));
    assert!(damaged(onnx(&list, &[&bytes[..], &[0]].concat())));
    assert!(damaged(onnx(&[list.clone(), list[..1].to_vec()].concat(), &[&bytes[..], &bytes[..]].concat())));
    assert!(refused(onnx(&[], &[])));
    for at in 0..list.len() {
        let mut other = list.clone();
        other[at].name.push('x');
        assert!(refused(onnx(&other, &bytes)), "{}", list[at].name);
        let mut other = list.clone();
        other[at].shape.reverse();
        other[at].shape.push(1);
        assert!(refused(onnx(&other, &bytes)), "{}", list[at].name);
    }
    let mut huge = list.clone();
    huge[0].shape = vec![usize::MAX, 2, 2, 2];
    assert!(damaged(onnx(&huge, &bytes)));
    let mut endless = list;
    endless[0].coding = Coding::Bytes { scale: f64::INFINITY, min: 0.0 };
    assert!(damaged(onnx(&endless, &bytes)));
}
