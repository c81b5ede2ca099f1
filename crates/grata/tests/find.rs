//! Comparing faces: closed unless somebody opens it, and then rates and nothing else. Run as people run
//! it.
//!
//! Photos with faces lie beside the project and never in it; without them, or without a pack, these
//! tests say that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "find/made_model.rs"]
#[allow(dead_code, reason = "shared with another test program")]
mod made_model;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use grata::app::models::manifest::{self, DETECT, FIND, Sha256Sum};
use grata::config::Config;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, with this machine's packs or without.
struct Place {
    root: TempDir,
    models: PathBuf,
}

impl Place {
    fn empty() -> Self {
        let root = tempfile::tempdir().unwrap();
        let models = root.path().join("models");
        Self { root, models }
    }

    /// With the packs of this machine; `None` without pack `detect`.
    fn with_packs(test: &str) -> Option<Self> {
        let models = Config::from_environment().unwrap().models?;
        let detect = manifest::named(DETECT).unwrap();
        if !models.join(DETECT).join(&detect.model.file).exists() {
            eprintln!("SKIPPED {test}: pack detect is not installed; run `grata models install detect`");
            return None;
        }
        Some(Self { root: tempfile::tempdir().unwrap(), models })
    }

    fn grata(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grata"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.path())
            .env("GRATA_MODELS", &self.models)
            .current_dir(self.root.path())
            .args(arguments);
        command.output().unwrap()
    }

    fn files(&self) -> Vec<String> {
        let files = walkdir::WalkDir::new(self.root.path()).sort_by_file_name().into_iter().flatten();
        files
            .map(|entry| entry.path().strip_prefix(self.root.path()).unwrap().display().to_string())
            .collect()
    }

    /// A model of the operator's own, with its manifest; `change` is made to the manifest's text.
    fn own_model(&self, change: impl Fn(String) -> String) -> String {
        let model = made_model::arcface();
        fs::write(self.root.path().join("model.onnx"), &model).unwrap();
        let text = include_str!("find/own.toml").replace("SUM", Sha256Sum::of(&model).text());
        fs::write(self.root.path().join("own.toml"), change(text)).unwrap();
        "own.toml".into()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn refused(output: &Output, why: &str) {
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains(why), "{why} is missing:\n{said}");
}

/// The model of pack `find`, which nothing installs by itself.
fn installed_find(test: &str) -> Option<PathBuf> {
    let model = Config::from_environment().unwrap().models?.join(FIND).join("find.onnx");
    if !model.exists() {
        eprintln!("SKIPPED {test}: pack find is not installed; run `grata models install find`");
        return None;
    }
    Some(model)
}

fn marked_photos(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testphotos");
    if !folder.join("faces.csv").exists() {
        eprintln!("SKIPPED {test}: the reference photos are not beside the project");
        return None;
    }
    Some(fs::canonicalize(folder).unwrap())
}

/// Labels for the small ones of the marked photos: whoever has no name is somebody of their own.
fn labels(photos: &Path) -> String {
    let mut table = String::from("photo,person,group,nose_x,nose_y\n");
    for (line, row) in fs::read_to_string(photos.join("faces.csv")).unwrap().lines().skip(1).enumerate() {
        let fields: Vec<&str> = row.split(',').collect();
        if ["001_A.jpg", "003_A.jpg"].contains(&fields[0]) {
            continue;
        }
        if fields[1].is_empty() {
            writeln!(table, "{},,,,", fields[0]).unwrap();
            continue;
        }
        let person = if fields[3].is_empty() { format!("one-{line}") } else { fields[3].into() };
        let group = if line % 2 == 0 && fields[3].is_empty() { "even" } else { "" };
        writeln!(table, "{},{person},{group},{},{}", fields[0], fields[1], fields[2]).unwrap();
    }
    table
}

#[test]
fn bys_0_bys_10_after_the_default_set_up_nothing_here_compares_faces() {
    let place = Place::empty();
    assert_eq!(place.grata(&["init", "--name", "photos.example.org"]).status.code(), Some(0));
    let list = text(&place.grata(&["models", "list", "--json"]).stdout);
    let installed: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |pack: &str| installed.iter().find(|line| line["pack"] == pack).unwrap()["installed"].clone();
    assert_eq!((of(DETECT), of(FIND)), (false.into(), false.into()));
    fs::create_dir_all(place.root.path().join("photos/ann")).unwrap();
    refused(&place.grata(&["evaluate", "--photos", "photos"]), "pack \"find\" is not installed");
    let calibrate = [
        "calibrate",
        "--photos",
        "photos",
        "--faces",
        "1",
        "--roster",
        "1",
        "--target",
        "0.1",
        "--out",
        "c.toml",
    ];
    refused(&place.grata(&calibrate), "`grata models install find` installs it");
    assert!(!place.files().iter().any(|file| file.contains("find") || file.contains("c.toml")));
}

#[test]
fn bys_0_a_model_that_compares_faces_is_no_detector_wherever_it_lies() {
    let test = "bys_0_a_model_that_compares_faces_is_no_detector_wherever_it_lies";
    let Some(model) = installed_find(test) else { return };
    let error = grata::app::models::open_file(&model).unwrap_err();
    assert_eq!(error.kind(), grata::error::ErrorKind::Denied);
}

#[test]
fn bys_2_so_few_people_that_a_rate_would_be_an_answer_are_refused() {
    let Some(place) = Place::with_packs("bys_2_so_few_people_that_a_rate_would_be_an_answer_are_refused")
    else {
        return;
    };
    let own = place.own_model(|text| text);
    for person in ["known", "asked"] {
        let folder = place.root.path().join("photos").join(person);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("1.jpg"), b"\xff\xd8\xff\xe0").unwrap();
    }
    let output = place.grata(&["evaluate", "--photos", "photos", "--model", &own]);
    refused(&output, "labels for 2 people, and it takes at least 8");
}

#[test]
fn col_7_col_4_a_model_of_ones_own_loads_by_its_sum_its_licence_and_its_one_output() {
    let test = "col_7_col_4_a_model_of_ones_own_loads_by_its_sum_its_licence_and_its_one_output";
    let Some(place) = Place::with_packs(test) else { return };
    fs::create_dir_all(place.root.path().join("photos")).unwrap();
    let evaluate = |own: &str| place.grata(&["evaluate", "--photos", "photos", "--model", own]);
    let right = place.own_model(|text| text);
    refused(&evaluate(&right), "labels for 0 people");
    let sum = Sha256Sum::of(&made_model::arcface());
    for (from, to, why) in [
        (sum.text(), &*"0".repeat(64), "is not the file that"),
        ("commercial_use = true", "commercial_use = false", "is not for everyone"),
        ("name = \"output\"", "name = \"age\"", "gives other numbers than"),
        ("channels = 512", "channels = 3", "gives other numbers than"),
        ("arcface-112", "age-1", "no recognition model of a family that grata knows"),
        ("scraped = true\n", "", "is not complete"),
        ("consent =", "consented =", "is not complete"),
    ] {
        let own = place.own_model(|text| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        refused(&evaluate(&own), why);
    }
    refused(&evaluate("nowhere.toml"), "there is no file");
}

#[test]
fn a_model_of_ones_own_is_measured_and_nothing_of_it_is_kept() {
    let test = "a_model_of_ones_own_is_measured_and_nothing_of_it_is_kept";
    let (Some(place), Some(photos)) = (Place::with_packs(test), marked_photos(test)) else { return };
    let own = place.own_model(|text| text.replace("commercial_use = true", "commercial_use = false"));
    fs::write(place.root.path().join("labels.csv"), labels(&photos)).unwrap();
    let before = place.files();
    let arguments = ["--photos", photos.to_str().unwrap(), "--labels", "labels.csv", "--model", &own];
    let output = place.grata(&[&["evaluate", "--research", "--json"], &arguments[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.files(), before, "BYS-1: nothing is written");
    let found: Value = serde_json::from_str(text(&output.stdout).trim()).unwrap();
    assert_eq!((&found["model"]["measure"], &found["model"]["research"]), (&"cosine".into(), &true.into()));
    assert!(found["detection"]["found"].as_u64().unwrap() >= 42, "{found}");
    let report = &found["report"];
    // Made weights know nothing: whatever the rates are, there are as many comparisons as there should be.
    let faces = report["faces"].as_u64().unwrap();
    let trials = |rate: &str| report["rates"][rate]["trials"].as_u64().unwrap();
    assert_eq!(trials("fmr") + trials("fnmr"), faces * (faces - 1) / 2);
    assert_eq!(report["groups"][0]["fnmr"]["trials"], 0);
    assert_eq!(found["groups"][0], "even");
    // SEC-3, BYS-4: no word on anybody.
    for word in ["one-", ".jpg", "\"A\""] {
        assert!(!text(&output.stdout).contains(word), "{word} in {found}");
    }
    let album = ["--faces", "10", "--roster", "5", "--target", "0.01", "--out", "album.toml"];
    let output = place.grata(&[&["calibrate"], &arguments[..], &album].concat());
    refused(&output, "is not for everyone");
    assert!(!place.root.path().join("album.toml").exists());
}

#[test]
fn qua_1_qua_2_the_pack_is_measured_and_too_few_people_bear_no_calibration() {
    let test = "qua_1_qua_2_the_pack_is_measured_and_too_few_people_bear_no_calibration";
    let (Some(place), Some(photos)) = (Place::with_packs(test), marked_photos(test)) else { return };
    if installed_find(test).is_none() {
        return;
    }
    fs::write(place.root.path().join("labels.csv"), labels(&photos)).unwrap();
    let arguments = ["--photos", photos.to_str().unwrap(), "--labels", "labels.csv"];
    let output = place.grata(&[&["evaluate", "--json"], &arguments[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: Value = serde_json::from_str(text(&output.stdout).trim()).unwrap();
    let errors = |rate: &str| found["report"]["rates"][rate]["errors"].as_u64().unwrap();
    // Six photos of A, less two large ones, and two of B: seven true pairs.
    assert_eq!(found["report"]["rates"]["fnmr"]["trials"], 7, "{found}");
    assert_eq!((errors("fnmr"), errors("fnir")), (0, 0), "{found}");
    assert!(found["report"]["rates"]["fmr"]["rate"].as_f64().unwrap() < 0.01, "{found}");
    assert_eq!(found["model"]["scraped"], true);
    let plain = text(&place.grata(&[&["evaluate"], &arguments[..]].concat()).stdout);
    for part in ["taught with scraped faces", "rule of three", "FNIR", "Group even"] {
        assert!(plain.contains(part), "{part} is missing:\n{plain}");
    }
    // QUA-2: a false match rate of one in 5,000 takes 15,000 pairs of people; there are under a thousand.
    let album = ["--faces", "10", "--roster", "5", "--target", "0.01", "--out", "album.toml"];
    let output = place.grata(&[&["calibrate"], &arguments[..], &album].concat());
    refused(&output, "rule of three");
    assert!(!place.root.path().join("album.toml").exists());
}
