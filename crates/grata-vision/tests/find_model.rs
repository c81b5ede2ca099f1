//! The model of pack `find`: what it gives is what its package gives, in both runtimes.
//!
//! Without the pack, which nothing installs by itself, these tests say that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/pack.rs"]
mod pack;

use grata_core::digest::Digest;
use grata_core::scope::Scope;
use grata_vision::bundle::{interface, residual};
use grata_vision::recognise::{Embedder, Family, Gallery, Right, Template};
#[cfg(feature = "onnxruntime")]
use grata_vision::runtime::onnx::Onnx;
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime, Tensor};

/// Largest difference of one number between the runtimes, and between them and the package: numbers
/// reach 0.4. Seen: 3e-7.
const TOLERANCE: f32 = 2e-5;

/// A made picture, nobody's face: whole numbers, planar.
fn picture() -> Tensor {
    let side = residual::SIDE;
    let mut tensor = Tensor::zeros(&[1, 3, side, side]);
    for (at, value) in tensor.data.iter_mut().enumerate() {
        let (c, y, x) = (at / (side * side), at / side % side, at % side);
        *value = ((x * (c + 1) + y * (3 - c) + ((x >> 3) * (y >> 4) % 7) * 19) % 256) as f32;
    }
    tensor
}

/// What the package itself (`@vladmandic/face-api` 1.7.15, its own JavaScript in Node 20, processor
/// only) gives for [`picture`]. docs/find.md says how it was asked.
#[rustfmt::skip]
const BY_THE_PACKAGE: [f32; 128] = [
    -0.0418721, 0.0647971, 0.0471851, 0.0178882, -0.0751284, -0.0506475, -0.0516406, -0.039835,
    0.0737311, -0.0907958, 0.1831045, -0.0418764, -0.2563034, -0.0244085, 0.0079319, 0.0741443,
    -0.0875319, -0.0349827, -0.1976033, -0.1287866, 0.0190774, 0.002919, 0.0044234, -0.0418007,
    -0.123918, -0.2763329, -0.0480645, -0.0834769, 0.0648921, -0.1489785, 0.0075422, 0.0364031,
    -0.1486773, -0.0395297, -0.0412839, 0.0394767, -0.0304819, -0.0769501, 0.183513, -0.0134381,
    -0.1622123, -0.038162, 0.0125284, 0.2319811, 0.1864387, 0.0424882, 0.0326922, -0.0931951,
    0.0365356, -0.2995369, 0.0581144, 0.1202853, 0.0348348, 0.0927377, 0.1059597, -0.1587606,
    0.0298796, 0.0452131, -0.103131, 0.0333731, 0.0562445, -0.0833596, -0.0687989, -0.1123736,
    0.2222476, 0.0639194, -0.0750313, -0.0700378, 0.1595003, -0.1693728, -0.0446237, 0.0820615,
    -0.0461623, -0.158894, -0.3026903, 0.0732446, 0.3920594, 0.2122383, -0.1478727, 0.0211716,
    -0.1060254, -0.0808633, 0.0773366, 0.0469962, -0.0777575, -0.0102182, -0.0330457, 0.1160699,
    0.2083038, -0.0722186, 0.0094376, 0.1736451, 0.009529, -0.0067094, -0.0211844, -0.0105028,
    -0.1042162, -0.0085761, -0.0706585, 0.003251, 0.1833123, -0.1309917, 0.0496428, 0.1204542,
    -0.1937415, 0.1388749, -0.0112149, -0.0808769, 0.0942578, -0.0230506, -0.0758734, -0.0117161,
    0.2165213, -0.2225269, 0.1805492, 0.2127618, 0.0543537, 0.1139686, 0.0777952, 0.1157177,
    -0.0076108, -0.0134911, -0.1985987, -0.0524605, 0.0090196, -0.0079444, -0.0194701, 0.0424646,
];

fn numbers(runtime: &mut dyn ModelRuntime) -> Vec<f32> {
    let answer = runtime.run(picture(), &[residual::OUTPUT]).unwrap().remove(0);
    assert_eq!(answer.shape, [1, residual::NUMBERS], "{}", runtime.name());
    answer.data
}

fn largest_difference(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn the_installed_model_gives_what_its_package_gives() {
    let Some(model) = pack::find_model("the_installed_model_gives_what_its_package_gives") else { return };
    let declared = interface(&model).unwrap();
    assert_eq!((declared.inputs.len(), declared.outputs.len()), (1, 1), "one door in, one out (COL-4)");
    let found = numbers(&mut Pure::load(model).unwrap());
    let difference = largest_difference(&found, &BY_THE_PACKAGE);
    eprintln!("largest difference to the package: {difference:.1e}");
    assert!(difference <= TOLERANCE, "{difference}");
}

#[cfg(feature = "onnxruntime")]
#[test]
fn the_runtimes_agree_on_the_model_that_compares_faces() {
    let name = "the_runtimes_agree_on_the_model_that_compares_faces";
    let (Some(model), Some(library)) = (pack::find_model(name), pack::library(name)) else { return };
    let mut onnx = Onnx::load(&library, &model).unwrap();
    let mut pure = Pure::load(model).unwrap();
    let difference = largest_difference(&numbers(&mut onnx), &numbers(&mut pure));
    eprintln!("largest difference between the runtimes: {difference:.1e}");
    assert!(difference <= TOLERANCE, "{difference}");
}

/// The same face seen twice has the same numbers, and forgetting it in between changes nothing.
#[test]
fn bys_3_forgetting_a_face_leaves_the_next_one_as_it_is() {
    use grata_core::geometry::{PixelRect, Size};
    use grata_vision::detect::{FivePoints, Picture, Texture};
    use grata_vision::frame::Frame;
    use grata_vision::recognise::{Views, align};

    struct Stripes;
    impl Picture for Stripes {
        fn size(&self) -> Size {
            Size::new(300, 300)
        }
        fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
            let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
            let colour = |x: u32, y: u32| [(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x + y) % 256) as u8];
            let rgb = (0..size.height)
                .flat_map(|y| {
                    (0..size.width).flat_map(move |x| colour(rect.x + x * factor, rect.y + y * factor))
                })
                .collect();
            Frame::from_rgb(size, rgb).unwrap()
        }
        fn texture(&self) -> Texture {
            unreachable!("nobody looks for faces here")
        }
    }
    let Some(model) = pack::find_model("bys_3_forgetting_a_face_leaves_the_next_one_as_it_is") else {
        return;
    };
    let digest = Digest::of(&model);
    let family = Family::Residual150;
    let mut embedder = Embedder::new(Box::new(Pure::load(model).unwrap()), family, digest, residual::OUTPUT);
    let place = family.points(0.25).map(|(x, y)| (x + 60.0, y + 70.0));
    let sample = align(&Stripes, &FivePoints(place), family, Views::Two).unwrap();
    let scope = Scope::measurement();
    let first = embedder.embed_face(&sample, &scope).unwrap();
    embedder.forget().unwrap();
    let second = embedder.embed_face(&sample, &scope).unwrap();
    assert_eq!(embedder.take_count(), 2);
    let enrolled = Template::enrol(vec![first.for_measurement(&scope).unwrap()], &Right::Scope(&scope), None);
    let gallery = Gallery::of(vec![enrolled.unwrap()]).unwrap();
    assert_eq!(gallery.nearest(&second).unwrap().1.distance(), 0.0);
}
