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
    "hyper",
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

/// Names of all packages that end up in the `grata` binary, or in the building of it, here.
fn shipped_packages() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "grata", "--edges", "normal,build", "--prefix", "none"])
        .args(["--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_string).collect()
}

#[test]
fn col_1_no_code_of_ours_opens_a_connection() {
    let networked = sources().into_iter().filter(|(_, text)| {
        ["std::net", "TcpStream", "UdpSocket", "UnixStream"].iter().any(|word| text.contains(word))
    });
    let places: Vec<_> = networked.map(|(path, _)| path).collect();
    assert!(places.is_empty(), "{places:?}");
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

/// A worker is told what to do by its parent alone: no test hook, no variable, no log.
#[test]
fn sec_3_nothing_is_logged() {
    for (path, text) in sources() {
        for word in ["println!(", "log::", "tracing::", "dbg!("] {
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
