//! HEIC and AVIF originals, by the converter and with the encoder of this machine; a line says so where
//! they are not.

use std::fs;
use std::path::Path;
use std::process::Command;

use grata::stop::Stop;
use grata::worker::converter::{Converters, HOW_TO_GET_IT};
use grata::worker::process::WorkerCommand;
use serde_json::Value;

use crate::world::{ALBUM, ANNA, World, picture, seen};

pub const TESTS: &[(&str, fn())] =
    &[("pub_1_rts_2_heic_and_avif_originals_come_in_and_leave_like_any_other", originals)];

/// Whether this machine reads and writes both.
fn can_be_made() -> bool {
    let launcher =
        WorkerCommand { program: std::env::current_exe().unwrap(), arguments: vec!["as-converter".into()] };
    let converters = Converters { launcher, ..Converters::of_the_system() };
    let reads = converters.introduction(&Stop::default());
    let writes = Command::new("heif-enc").arg("--help").output().is_ok();
    let can = writes && reads.as_ref().is_ok_and(|converter| converter.heic && converter.avif);
    if !can {
        eprintln!("SKIPPED heif originals: no converter or encoder here ({reads:?}). {HOW_TO_GET_IT}");
    }
    can
}

fn make(folder: &Path, name: &str) -> bool {
    fs::create_dir_all(folder).unwrap();
    let source = folder.with_extension("jpg");
    fs::write(&source, picture(&[0, 2])).unwrap();
    let made = Command::new("heif-enc")
        .args(["-q", "95", "-o"])
        .arg(folder.join(name))
        .arg(&source)
        .output()
        .unwrap();
    if !made.status.success() {
        eprintln!("SKIPPED {name}: {}", String::from_utf8_lossy(&made.stderr));
    }
    made.status.success()
}

fn originals() {
    if !can_be_made() {
        return;
    }
    for name in ["a.heic", "a.avif"] {
        let mut world = World::new();
        if !make(&world.path("camera"), name) {
            continue;
        }
        let added = world.run(&["add", ALBUM, "camera", "--json"]).expect(0);
        assert_eq!(added.lines[0]["status"], "ok", "{}", added.output);
        let again = world.run(&["add", ALBUM, "camera", "--json"]).expect(0);
        assert_ne!(again.lines[0]["status"], "ok", "{name} is in the album already");
        // Which of both squares is the first does not matter: the red one is Anna.
        let photo: Value = world.run(&["tag", "list", ALBUM, "--json"]).expect(0).lines.remove(0);
        let faces = photo["faces"].as_array().unwrap();
        let red = faces.iter().find(|face| face["x"].as_u64().unwrap() < 100).unwrap();
        world.run(&["tag", "set", red["id"].as_str().unwrap(), ANNA]).expect(0);
        world.release("website").expect(0);
        assert_eq!(seen(&world.finished("website")[0]), [0], "{name}: Anna alone");
        world.run(&["rights", "access", ANNA, "--out", "for-anna"]).expect(0);
        let data: Value =
            serde_json::from_slice(&fs::read(world.path("for-anna/data.json")).unwrap()).unwrap();
        let file = data["photos"][0]["file"].as_str().unwrap();
        assert_eq!(seen(&world.path("for-anna").join(file)), [0], "{name}");
        // Neither the photo nor its picture is left in the open.
        for entry in walkdir::WalkDir::new(world.path("photos")).into_iter().flatten() {
            if entry.file_type().is_file() {
                let bytes = fs::read(entry.path()).unwrap();
                assert!(!bytes.windows(8).any(|window| window == b"ftypheic" || window == b"ftypavif"));
            }
        }
    }
}
