//! What the finder has no way to do, and who may say that this is somebody's own device.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::{Path, PathBuf};

fn sources(below: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(below), &mut found);
    found
}

/// AIA-2, ABU-6: all that a page can ask. A picture goes in; a place in it, or a reason, comes out.
#[test]
fn aia_2_nothing_takes_a_picture_and_gives_a_person() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let shipped = text.split("/// One model alone").next().unwrap();
    let all = shipped.split("pub fn ").skip(1).map(|rest| rest.split(" {").next().unwrap());
    let all: Vec<String> = all.map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        all,
        [
            "new( detect: Vec<u8>, find: Vec<u8>, output: &str, score: u32, lead: u32, ) -> Result<Finder, JsError>",
            "show_own_face(&mut self, picture: Vec<u8>) -> Result<Vec<String>, JsError>",
            "place_in(&mut self, picture: Vec<u8>) -> Result<Vec<f32>, JsError>",
            "forget(&mut self) -> Result<(), JsError>",
        ]
    );
}

/// The scope of a person's own device is made in the finder and nowhere else, and the finder makes no other.
#[test]
fn bys_12_the_own_device_is_the_finder_and_nothing_else() {
    let mut makers = Vec::new();
    for crate_name in ["grata", "grata-core", "grata-finder", "grata-store", "grata-vision"] {
        for (path, text) in sources(&format!("../{crate_name}/src")) {
            // What tests do is no door; and core declares it.
            let shipped = text.split("#[cfg(test)]").next().unwrap();
            let is_test = path.ends_with("tests.rs");
            if !is_test && (shipped.contains("on_own_device()") && !path.ends_with("grata-core/src/scope.rs"))
            {
                makers.push(format!("{crate_name}/{}", path.file_name().unwrap().display()));
            }
            if crate_name == "grata-finder" && !is_test {
                for other in ["Scope::measurement", "Scope::enrolment", "Scope::closed_group"] {
                    assert!(!text.contains(other), "{other}");
                }
            }
        }
    }
    assert_eq!(makers, ["grata-finder/own.rs"]);
}

/// No network, no storage, no clock, no log: not even the bindings to them.
#[test]
fn bys_12_there_is_no_way_out() {
    for (path, text) in sources("src") {
        for word in
            ["web_sys", "js_sys", "extern \"C\"", "std::fs", "std::net", "Instant", "println!", "console"]
        {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--package", "grata-finder", "--edges", "normal", "--prefix", "none", "--offline"])
        .args(["--locked", "--target", "wasm32-unknown-unknown"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    for name in ["web-sys", "tokio", "rusqlite", "hyper", "axum", "ort", "reqwest", "grata-store"] {
        assert!(!tree.lines().any(|line| line.split(' ').next() == Some(name)), "{name}");
    }
    assert!(tree.lines().any(|line| line.starts_with("rten ")), "{tree}");
}

/// What runs in a browser has no files and no clock: both compile there, and fail when they are called.
#[test]
fn what_runs_in_a_browser_calls_what_is_there() {
    for crate_name in ["grata-core", "grata-vision", "grata-finder"] {
        for (path, text) in sources(&format!("../{crate_name}/src")) {
            let shipped = text.split("#[cfg(test)]").next().unwrap();
            let shipped = if path.ends_with("tests.rs") { "" } else { shipped };
            for word in ["std::fs", "std::time", "Instant::now", "SystemTime", "std::process", "std::net"] {
                assert!(!shipped.contains(word), "{word} in {}", path.display());
            }
        }
    }
}
