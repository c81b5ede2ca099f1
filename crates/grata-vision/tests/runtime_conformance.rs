//! Every runtime keeps the same contract, and both give the same answers on the real model.
//!
//! ONNX Runtime and the model are looked up where `grata models install detect` puts them; without
//! them the tests that need them say that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/pack.rs"]
mod pack;

use std::path::Path;

use grata_vision::bundle;
use grata_vision::runtime::fake::Fake;
#[cfg(feature = "onnxruntime")]
use grata_vision::runtime::onnx::{Library, Onnx};
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime, Tensor, conformance, self_test};
#[cfg(feature = "onnxruntime")]
use pack::library;
use pack::model;

/// Largest difference of one output value between the runtimes: they add in different orders.
/// Seen: 3e-5 for outputs that reach 10.
const TOLERANCE: f32 = 1e-4;

/// Outputs of the detector: heat map, size, offset, landmarks.
const OUTPUTS: [&str; 4] = ["537", "538", "539", "540"];

#[test]
fn fake_conforms() {
    let mut fake = Fake::new(self_test::by_hand).declaring(4, &[self_test::SUMS, self_test::POSITIVE]);
    conformance::check_all(&mut fake);
}

#[test]
fn pure_conforms() {
    let mut pure = Pure::load(self_test::onnx().unwrap()).unwrap();
    conformance::check_all(&mut pure);
}

#[test]
fn pure_refuses_what_is_no_model() {
    for bytes in [&b""[..], b"hello, world", &[0xff; 100]] {
        assert!(Pure::load(bytes.to_vec()).is_err());
    }
}

#[cfg(feature = "onnxruntime")]
#[test]
fn onnx_runtime_conforms() {
    let Some(library) = library("onnx_runtime_conforms") else { return };
    let mut onnx = Onnx::load(&library, &self_test::onnx().unwrap()).unwrap();
    conformance::check_all(&mut onnx);
    for bytes in [&b""[..], b"hello, world", &[0xff; 100]] {
        assert!(Onnx::load(&library, bytes).is_err());
    }
}

#[cfg(feature = "onnxruntime")]
#[test]
fn onnx_runtime_is_loaded_once() {
    let Some(first) = library("onnx_runtime_is_loaded_once") else { return };
    assert!(Library::load(Path::new("/nowhere/libonnxruntime.so")).is_err(), "another file");
    let again = library("onnx_runtime_is_loaded_once").unwrap();
    assert_eq!(again.version(), first.version());
}

/// Files that are no library leave the way open for one that is.
#[cfg(feature = "onnxruntime")]
#[test]
fn what_is_no_library_is_an_error() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if library("what_is_no_library_is_an_error").is_none() {
        for path in [here.join("missing"), here.into(), here.join("Cargo.toml")] {
            assert!(Library::load(&path).is_err(), "{}", path.display());
        }
    }
}

#[test]
fn the_installed_model_takes_any_size_and_gives_what_it_declares() {
    let Some(model) = model("the_installed_model_takes_any_size_and_gives_what_it_declares") else { return };
    let interface = bundle::interface(&model).unwrap();
    assert_eq!(interface.inputs.len(), 1);
    assert_eq!(interface.inputs[0].shape, [None, Some(3), None, None]);
    assert_eq!(interface.outputs.iter().map(|port| port.name.as_str()).collect::<Vec<_>>(), OUTPUTS);
    let mut pure = Pure::load(model).unwrap();
    for (width, height) in [(96, 64), (640, 480), (32, 32), (96, 64)] {
        check_shapes(&mut pure, width, height);
    }
}

#[cfg(feature = "onnxruntime")]
#[test]
fn the_runtimes_agree_on_the_installed_model() {
    let name = "the_runtimes_agree_on_the_installed_model";
    let (Some(model), Some(library)) = (model(name), library(name)) else { return };
    let mut onnx = Onnx::load(&library, &model).unwrap();
    let mut pure = Pure::load(model).unwrap();
    for (width, height) in [(96, 64), (640, 480), (160, 224)] {
        check_shapes(&mut onnx, width, height);
        let ours = onnx.run(picture(width, height), &OUTPUTS).unwrap();
        let theirs = pure.run(picture(width, height), &OUTPUTS).unwrap();
        for ((first, second), output) in ours.iter().zip(&theirs).zip(OUTPUTS) {
            let difference = largest_difference(first, second);
            eprintln!("{width} x {height}, output {output}: largest difference {difference:.1e}");
            assert!(difference <= TOLERANCE, "{width} x {height}, output {output}: {difference}");
        }
        let found = peaks(&ours[0]);
        eprintln!("{width} x {height}: {} peaks", found.len());
        assert!(!found.is_empty(), "{width} x {height}: nothing to compare");
        assert_eq!(found, peaks(&theirs[0]), "{width} x {height}");
    }
}

fn check_shapes(runtime: &mut dyn ModelRuntime, width: usize, height: usize) {
    let answers = runtime.run(picture(width, height), &OUTPUTS).unwrap();
    for (answer, channels) in answers.iter().zip([1, 2, 2, 10]) {
        assert_eq!(answer.shape, [1, channels, height / 4, width / 4], "{}", runtime.name());
        assert!(answer.data.iter().all(|value| value.is_finite()));
    }
}

/// A made picture: light ovals with eyes, nose and mouth on a striped ground, planar RGB.
fn picture(width: usize, height: usize) -> Tensor {
    let mut tensor = Tensor::zeros(&[1, 3, height, width]);
    for (at, value) in tensor.data.iter_mut().enumerate() {
        let (channel, y, x) = (at / (width * height), at / width % height, at % width);
        let across = (x % CELL) as f32 / CELL as f32 - 0.5;
        let down = (y % CELL) as f32 / CELL as f32 - 0.5;
        let inside = |(cx, cy, rx, ry): &(f32, f32, f32, f32)| {
            ((across - cx) / rx).powi(2) + ((down - cy) / ry).powi(2) < 1.0
        };
        *value = if FEATURES.iter().any(inside) {
            [60.0, 40.0, 35.0][channel]
        } else if inside(&(0.0, 0.0, 0.2, 0.28)) {
            [224.0, 180.0, 150.0][channel]
        } else {
            ((x / 8 + y / 16 + channel) % 5) as f32 * 25.0
        };
    }
    tensor
}

/// Distance from one oval to the next, in pixels.
const CELL: usize = 64;

/// Ovals as (centre across, centre down, radius across, radius down): eyes, nose, mouth.
const FEATURES: [(f32, f32, f32, f32); 4] = [
    (-0.08, -0.06, 0.03, 0.02),
    (0.08, -0.06, 0.03, 0.02),
    (0.0, 0.05, 0.015, 0.03),
    (0.0, 0.14, 0.07, 0.015),
];

fn largest_difference(first: &Tensor, second: &Tensor) -> f32 {
    assert_eq!(first.shape, second.shape);
    first.data.iter().zip(&second.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Cells of the heat map above 0.3 that are the highest of their row neighbours.
fn peaks(heat: &Tensor) -> Vec<usize> {
    let data = &heat.data;
    let is_peak = |at: &usize| data[*at] > 0.3 && data[*at] >= data[at - 1] && data[*at] >= data[at + 1];
    (1..data.len() - 1).filter(is_peak).collect()
}
