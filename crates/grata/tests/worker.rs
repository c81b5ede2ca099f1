//! The real worker process, `grata photo-worker`, started as grata starts it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::PathBuf;

use grata::config::Limits;
use grata::stop::Stop;
use grata::worker::pool::Crew;
use grata::worker::process::{WorkerCommand, WorkerError};
use grata::worker::protocol::ModelFiles;
use grata_vision::runtime::self_test;

fn command() -> WorkerCommand {
    WorkerCommand { program: env!("CARGO_BIN_EXE_grata").into(), arguments: vec!["photo-worker".into()] }
}

fn start(model: Option<ModelFiles>) -> Result<Vec<String>, WorkerError> {
    Crew::new(&command(), model, Limits::default(), &Stop::default()).try_out()
}

/// A model small enough to be made here.
fn small_model(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, self_test::onnx().unwrap()).unwrap();
    path
}

#[test]
fn sec_8_a_worker_starts_locked_in_with_and_without_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let small = ModelFiles { model: small_model(&folder), onnxruntime: None };
    for model in [None, Some(small)] {
        let confinement = start(model).unwrap().join("; ");
        assert!(confinement.contains("memory limited"), "{confinement}");
        if cfg!(target_os = "linux") {
            assert!(confinement.contains("seccomp: no opening"), "{confinement}");
        }
    }
}

/// The library must load under the limits and behind the locks, and leave no trace (SEC-4).
#[test]
fn sec_8_sec_4_onnx_runtime_loads_behind_the_locks() {
    let Some(library) = std::env::var_os("GRATA_ONNXRUNTIME").map(PathBuf::from) else {
        eprintln!("SKIPPED: GRATA_ONNXRUNTIME names no library of ONNX Runtime");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    start(Some(ModelFiles { model: small_model(&folder), onnxruntime: Some(library) })).unwrap();
}

#[test]
fn a_worker_without_its_files_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    std::fs::write(folder.path().join("broken"), b"no model").unwrap();
    let cases = [
        (nowhere.clone(), None, "model cannot be read"),
        (folder.path().join("broken"), None, "model cannot be loaded"),
        (small_model(&folder), Some(nowhere), "runtime cannot be loaded"),
    ];
    for (model, onnxruntime, words) in cases {
        let error = start(Some(ModelFiles { model, onnxruntime })).unwrap_err();
        assert!(matches!(error, WorkerError::Start(_)), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
