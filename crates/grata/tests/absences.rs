//! What grata does not have, and a reader of ARCHITECTURE.md may rely on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages that fetch from addresses, send mail or telemetry, or read cameras. By the start of
/// their names, so that their relatives are banned with them.
const BANNED: &[&str] = &[
    "actix",
    "attohttpc",
    "aws-",
    "awc",
    "curl",
    "gstreamer",
    "h3",
    "hyper-rustls",
    "hyper-tls",
    "isahc",
    "lettre",
    "libcurl",
    "minreq",
    "nokhwa",
    "openssl",
    "opentelemetry",
    "octocrab",
    "quinn",
    "reqwest",
    "retina",
    "rscam",
    "rtsp",
    "rustls",
    "self_update",
    "sentry",
    "surf",
    "tonic",
    "tungstenite",
    "ureq",
    "v4l",
    "webbrowser",
    "xh",
];

#[test]
fn col_1_no_package_fetches_from_an_address() {
    let shipped = shipped_packages();
    assert!(shipped.contains("grata-vision") && shipped.len() > 20, "{shipped:?}");
    let banned: Vec<_> =
        shipped.iter().filter(|name| BANNED.iter().any(|banned| name.starts_with(banned))).collect();
    assert!(banned.is_empty(), "{banned:?}");
}

/// TRA-4: who acts comes from the command line or from a visit, so that nothing can be on record as done by
/// somebody of the organisation and nobody in particular.
#[test]
fn tra_4_no_use_case_says_staff_without_saying_who() {
    let sources = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut seen = 0;
    for file in sources.into_iter().flatten().filter(|file| file.file_type().is_file()) {
        let text = std::fs::read_to_string(file.path()).unwrap();
        seen += usize::from(text.contains("by().event(EventKind::") || text.contains("by.event(EventKind::"));
        let said = text.matches("ActorClass::Staff").count();
        // The words for it are said in one place.
        let words = usize::from(file.path().ends_with("web/words.rs"));
        assert_eq!(said, words, "{}", file.path().display());
    }
    assert!(seen > 10, "{seen}");
}

/// hyper answers requests here. Its other half, which makes them, is not built in.
#[test]
fn col_1_the_http_library_has_no_client() {
    let features = cargo_tree(&["--edges", "normal,build,features", "--prefix", "none"]);
    for package in ["hyper", "hyper-util"] {
        assert!(features.contains(&format!("{package} feature \"server\"")), "{package} is there at all");
        for line in features.lines().filter(|line| line.starts_with(&format!("{package} feature"))) {
            assert!(!line.contains("client") && !line.contains("\"full\""), "{line}");
        }
    }
}

/// Names of all packages that end up in the `grata` binary, or in the building of it, here.
fn shipped_packages() -> BTreeSet<String> {
    let tree = cargo_tree(&["--edges", "normal,build", "--prefix", "none"]);
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_string).collect()
}

fn cargo_tree(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "grata", "--offline", "--locked"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn col_1_no_code_of_ours_opens_a_connection_and_one_place_listens() {
    let with = |words: &[&str]| -> Vec<PathBuf> {
        let found = sources().into_iter().filter(|(_, text)| words.iter().any(|word| text.contains(word)));
        found.map(|(path, _)| path).collect()
    };
    let places = with(&["std::net", "TcpStream", "TcpSocket", "UdpSocket", "UnixStream"]);
    assert!(places.is_empty(), "{places:?}");
    let listening = with(&["TcpListener", "UnixListener"]);
    assert!(matches!(&listening[..], [place] if place.ends_with("web/serve.rs")), "{listening:?}");
}

/// One place reads the environment, so that `grata doctor` can tell all of it.
#[test]
fn only_the_configuration_reads_the_environment() {
    let readers: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| ["env::var", "env::vars", "env::var_os"].iter().any(|word| text.contains(word)))
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(readers, ["config.rs"]);
}

/// A runtime's library may do as it likes once it is loaded, so only a locked worker loads one.
#[test]
fn sec_4_only_a_worker_loads_a_runtime() {
    let loaders: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| text.contains("Library::load"))
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(loaders, ["runtime.rs"]);
    let openers = sources().into_iter().filter(|(_, text)| text.contains("runtime::prepare("));
    let openers: Vec<_> =
        openers.map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(openers, ["engine.rs"]);
}

/// BYS-0, BYS-5: who may turn faces into numbers is a short list, and nothing that hides, keeps, releases or
/// serves photos is on it. A name more is a decision about people: ETHICS.md first.
#[test]
fn bys_0_a_short_list_of_files_turns_faces_into_numbers() {
    let with = |word: &str| -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let found = sources().into_iter().filter(|(_, text)| {
            // What tests do is no door.
            text.split("#[cfg(test)]").next().is_some_and(|text| text.contains(word))
        });
        found
            .map(|(path, _)| path.strip_prefix(&root).unwrap().display().to_string())
            .filter(|path| !path.ends_with("tests.rs"))
            .collect()
    };
    assert_eq!(with("Embedder::new("), ["worker/engine.rs"]);
    assert_eq!(with("embed_face("), ["worker/measure.rs"]);
    assert_eq!(with("Scope::measurement()"), ["worker/measure/compare.rs", "worker/measure.rs"]);
    assert!(with("Scope::on_own_device").is_empty(), "that is for the person's browser");
    assert_eq!(with("Scope::enrolment("), ["app/enrol.rs"]);
    assert_eq!(with("Scope::closed_group("), ["app/compare.rs"]);
    assert_eq!(with("Scope::on_errand("), ["worker/group.rs"]);
    assert_eq!(with("capture_turned("), ["worker/group.rs"]);
    assert_eq!(with(".open_template("), ["app/compare.rs"]);
    assert_eq!(with(".comparing("), ["app/compare.rs", "app/enrol.rs", "app/evaluate.rs"]);
    let opening = ["app/compare.rs", "app/enrol.rs", "app/evaluate.rs", "cli/evaluate.rs"];
    assert_eq!(with("find::open("), opening);
    // CON-2: who enrols comes by their own page; no command and no page of the desk leads there.
    assert_eq!(with("enrol::enrol("), ["web/pages/enrol.rs"]);
    assert_eq!(with("compare::run("), ["cli/group.rs", "web/pages/group.rs"]);
    // Handed to browsers where an album has it on, and run nowhere here.
    assert_eq!(with("find::pack("), ["app/finder.rs"]);
    assert_eq!(with("finder::open("), ["cli/album.rs", "web/finder.rs"]);
    assert_eq!(with("finder().open("), ["web/pages/find.rs", "web/pages/release.rs"]);
}

/// A worker is told what to do by its parent alone: no test hook, no variable, no log.
#[test]
fn sec_3_nothing_is_logged() {
    for (path, text) in sources() {
        for word in ["println!(", "log::info", "log::warn", "log::debug", "log::error", "tracing::", "dbg!("]
        {
            let stray = text.contains(word) && !path.ends_with("src/cli.rs") && !is_below(&path, "cli");
            assert!(!stray, "{word} in {}", path.display());
        }
    }
}

fn is_below(path: &Path, folder: &str) -> bool {
    path.components().any(|part| part.as_os_str() == folder)
}

/// Every source file of the `grata` crate, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    files
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"))
        .map(|entry| (entry.path().to_path_buf(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect()
}
