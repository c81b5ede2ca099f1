//! Graphs for `rten`: what is written another way, and what stays.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use grata_vision::bundle::interface;
use grata_vision::bundle::leaky::leaky;
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime as _, Tensor, self_test};
use proptest::prelude::*;

fn count(bytes: &[u8], name: &[u8]) -> usize {
    bytes.windows(name.len()).filter(|window| *window == name).count()
}

#[test]
fn each_relu_is_written_anew_and_nothing_else() {
    let onnx = self_test::onnx().unwrap();
    // Length and name: a node's operator.
    let (before, after) = (b"\x04Relu".as_slice(), b"\x09LeakyRelu".as_slice());
    let relus = count(&onnx, before);
    assert!(relus > 0, "the model of the self-test has one");
    let written = leaky(&onnx).unwrap();
    assert_eq!((count(&written, before), count(&written, after)), (0, relus));
    assert_eq!(interface(&written), interface(&onnx));
    assert_eq!(leaky(&written).unwrap(), written, "what is written anew has nothing left to change");
}

#[test]
fn what_is_negative_becomes_zero() {
    let mut pure = Pure::load(self_test::onnx().unwrap()).unwrap();
    let given: Vec<f32> = (0..64).map(|at| at as f32 - 31.5).collect();
    let shape = vec![1, 1, 8, 8];
    let positive = pure.run(Tensor { shape, data: given.clone() }, &["positive"]).unwrap().remove(0);
    let expected: Vec<f32> = given.iter().map(|value| value.max(0.0)).collect();
    assert_eq!(positive.data, expected);
}

proptest! {
    #[test]
    fn sec_8_hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = leaky(&bytes);
    }
}
