//! The real worker process, `grata photo-worker`, started as grata starts it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use grata::config::Limits;
use grata::stop::Stop;
use grata::worker::pool::Crew;
use grata::worker::process::{WorkerCommand, WorkerError};
use grata::worker::protocol::{Introduction, ModelFiles};
use grata_vision::runtime::self_test;

fn command() -> WorkerCommand {
    WorkerCommand { program: env!("CARGO_BIN_EXE_grata").into(), arguments: vec!["photo-worker".into()] }
}

fn start(model: Option<ModelFiles>) -> Result<Introduction, WorkerError> {
    Crew::new(&command(), model, Limits::default(), &Stop::default()).try_out()
}

#[test]
fn sec_8_a_worker_starts_locked_in() {
    let confinement = start(None).unwrap().confinement.join("; ");
    assert!(confinement.contains("memory limited"), "{confinement}");
    if cfg!(target_os = "linux") {
        assert!(confinement.contains("seccomp: no opening"), "{confinement}");
    }
}

/// With the installed model: see `tests/models.rs`.
#[test]
fn col_7_a_worker_refuses_a_model_that_is_not_on_the_list() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken"), b"no model").unwrap();
    std::fs::write(folder.path().join("other"), self_test::onnx().unwrap()).unwrap();
    let cases = [
        ("nowhere", "there is no model"),
        ("broken", "not a model on grata's list"),
        ("other", "not a model on grata's list"),
    ];
    for (model, words) in cases {
        let model = folder.path().join(model);
        let error = start(Some(ModelFiles { model, onnxruntime: None })).unwrap_err();
        assert!(matches!(error, WorkerError::Start(_)), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
