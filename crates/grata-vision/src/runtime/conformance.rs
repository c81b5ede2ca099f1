//! What every runtime must do, as plain functions that each implementation's tests call.
//!
//! Each takes a runtime that holds the model of [`super::self_test`], made ready by
//! [`crate::bundle::free_sizes`], and panics with the reason where the contract is broken.

use super::self_test::{self, POSITIVE, SUMS};
use super::{ModelRuntime, RuntimeError, Tensor};

/// All of the below.
///
/// # Panics
/// If the runtime breaks the contract.
pub fn check_all(runtime: &mut dyn ModelRuntime) {
    calculates(runtime);
    refuses_unknown_outputs(runtime);
    refuses_wrong_ranks(runtime);
    refuses_wrong_counts(runtime);
    takes_any_size_in_any_order(runtime);
    answers_in_the_order_asked_for(runtime);
    calculates(runtime);
}

/// The answer is the one worked out by hand.
///
/// # Panics
/// If it is not.
pub fn calculates(runtime: &mut dyn ModelRuntime) {
    self_test::check(runtime).expect("the self-test");
}

/// A name that the model does not have is an error, alone or beside one that it has.
///
/// # Panics
/// If it is not.
pub fn refuses_unknown_outputs(runtime: &mut dyn ModelRuntime) {
    for names in [&["age"][..], &[SUMS, "age"], &[""]] {
        expect_refusal(runtime, ramp(&[1, 1, 3, 3]), names);
    }
    // The input and the weights are no outputs.
    expect_refusal(runtime, ramp(&[1, 1, 3, 3]), &["picture"]);
}

/// Fewer or more axes than four are an error.
///
/// # Panics
/// If they are not.
pub fn refuses_wrong_ranks(runtime: &mut dyn ModelRuntime) {
    for shape in [&[9][..], &[3, 3], &[1, 3, 3], &[1, 1, 1, 3, 3]] {
        expect_refusal(runtime, ramp(shape), &[SUMS]);
    }
}

/// A shape that does not fit the number of values, or holds none, is an error.
///
/// # Panics
/// If it is not.
pub fn refuses_wrong_counts(runtime: &mut dyn ModelRuntime) {
    let tensor = |shape: &[usize], count| Tensor { shape: shape.to_vec(), data: vec![1.0; count] };
    for input in [
        tensor(&[1, 1, 2, 2], 3),
        tensor(&[1, 1, 2, 2], 5),
        tensor(&[1, 1, 0, 2], 0),
        tensor(&[usize::MAX, usize::MAX, 2, 2], 4),
    ] {
        expect_refusal(runtime, input, &[SUMS]);
    }
}

/// Sizes may change from run to run, and so may the batch; a refused run leaves no trace.
///
/// # Panics
/// If an answer is wrong.
pub fn takes_any_size_in_any_order(runtime: &mut dyn ModelRuntime) {
    for shape in [[1, 1, 4, 4], [1, 1, 64, 96], [1, 1, 1, 1], [3, 1, 5, 7], [1, 1, 96, 64], [1, 1, 64, 96]] {
        let input = ramp(&shape);
        let expected = self_test::by_hand(&input, &[SUMS, POSITIVE]);
        assert_eq!(runtime.run(input, &[SUMS, POSITIVE]).expect("any size"), expected, "{shape:?}");
        let _ = runtime.run(ramp(&[2, 2]), &[SUMS]);
    }
}

/// The outputs come as they were asked for, not as the model lists them; none asked for, none given.
///
/// # Panics
/// If they do not.
pub fn answers_in_the_order_asked_for(runtime: &mut dyn ModelRuntime) {
    for names in [&[POSITIVE, SUMS][..], &[POSITIVE], &[SUMS], &[]] {
        let input = ramp(&[1, 1, 3, 5]);
        let expected = self_test::by_hand(&input, names);
        assert_eq!(runtime.run(input, names).expect("any order"), expected, "{names:?}");
    }
}

fn expect_refusal(runtime: &mut dyn ModelRuntime, input: Tensor, outputs: &[&str]) {
    let shape = input.shape.clone();
    let refused = matches!(runtime.run(input, outputs), Err(RuntimeError::Run(_)));
    assert!(refused, "{} took {shape:?} for {outputs:?}", runtime.name());
}

/// Small whole numbers of both signs: sums of them are exact in any order.
fn ramp(shape: &[usize]) -> Tensor {
    let count = shape.iter().product();
    Tensor { shape: shape.to_vec(), data: (0..count).map(|at| (at * 7 % 23) as f32 - 11.0).collect() }
}
