//! `grata` whose model takes coloured squares for faces, and whose clock stands still.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use grata::config::Config;
use grata::cx::Hands;
use grata::error::AppError;
use grata::stop::Stop;
use grata::worker::converter::Converters;
use grata::worker::engine;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::{Hello, ModelFiles, Task};
use grata::worker::serve::{self, PhotoEngine, Processed, Start};
use grata_core::time::FixedClock;
use grata_vision::decode::Limits;
use grata_vision::runtime::Tensor;
use grata_vision::runtime::fake::Fake;

/// What the clock of `as-grata` says.
pub const NOW: &str = "TEST_NOW";

pub fn grata(worker: &str, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    run(worker, detect_model, arguments)
}

pub type DetectModel = fn(&Config, &Stop, &mut dyn Write) -> Result<ModelFiles, AppError>;

pub fn run(worker: &str, detect_model: DetectModel, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let workers = WorkerCommand { program: std::env::current_exe().unwrap(), arguments: vec![worker.into()] };
    let now = std::env::var(NOW).unwrap().parse().unwrap();
    let launcher = WorkerCommand { arguments: vec!["as-converter".into()], ..workers.clone() };
    let converters = Converters { launcher, ..Converters::of_the_system() };
    let hands = Hands { workers, converters, detect_model, clock: Arc::new(FixedClock(now)) };
    grata::run(std::iter::once("grata".into()).chain(arguments), hands)
}

fn detect_model(_: &Config, _: &Stop, _: &mut dyn Write) -> Result<ModelFiles, AppError> {
    Ok(ModelFiles { model: "/nowhere/model.onnx".into(), onnxruntime: None })
}

/// grata's own worker with a model that sees squares.
pub fn worker() -> ExitCode {
    serve::serve(|_: &Hello| -> Result<Start, String> {
        Ok(Box::new(|| Ok(engine::around(Box::new(Fake::new(|input, _| squares(input)))))))
    })
}

/// A worker that every photo kills.
pub fn dying_worker() -> ExitCode {
    struct Dying;
    impl PhotoEngine for Dying {
        fn process(&mut self, _: &[u8], _: &Task, _: &Limits) -> Result<Processed, String> {
            std::process::abort()
        }
    }
    serve::serve(|_: &Hello| -> Result<Start, String> { Ok(Box::new(|| Ok(Box::new(Dying)))) })
}

/// As CenterFace would answer, if a face were all pixels of one strong colour.
fn squares(input: &Tensor) -> Vec<Tensor> {
    let [_, _, height, width] = input.shape[..] else { panic!("{:?}", input.shape) };
    let (rows, columns, area) = (height / 4, width / 4, height * width);
    let mut heat = Tensor::zeros(&[1, 1, rows, columns]);
    let mut sizes = Tensor::zeros(&[1, 2, rows, columns]);
    let offsets = Tensor::zeros(&[1, 2, rows, columns]);
    for colour in 0..3 {
        let strong = |at: usize| {
            (0..3).all(|channel| {
                let value = input.data[channel * area + at];
                if channel == colour { value > 170.0 } else { value < 100.0 }
            })
        };
        let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
        for at in (0..area).filter(|at| strong(*at)) {
            (left, right) = (left.min(at % width), right.max(at % width + 1));
            (top, bottom) = (top.min(at / width), bottom.max(at / width + 1));
        }
        if right < left + 4 || bottom < top + 4 {
            continue;
        }
        let middle = ((top + bottom) / 8).min(rows - 1) * columns + ((left + right) / 8).min(columns - 1);
        heat.data[middle] = 0.95;
        sizes.data[middle] = ((bottom - top) as f32 / 4.0).ln();
        sizes.data[rows * columns + middle] = ((right - left) as f32 / 4.0).ln();
    }
    vec![heat, sizes, offsets]
}
