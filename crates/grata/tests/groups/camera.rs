//! Enrolment as a person does it: `grata serve`, a real browser, and a camera that plays a film of somebody who moves as
//! they are asked to, or does not.
//!
//! The turns are made: the face of one real photo, the tip of its nose moved to either side (`Stills`). That shows that
//! page, challenge and worker go together, and nothing about who can be fooled (docs/find.md).

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::canary::Canary;
use crate::film::film;
use crate::house::ALBUM;
use crate::place::{Model, Place};
use crate::traces;

/// What shows the pages.
fn browser() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web/browser")
}

/// `grata serve` until it is dropped.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn over(place: &Place) -> Self {
        let mut command = place.house.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            said += &line.unwrap();
            said.push('\n');
            if said.contains("/start#") {
                break;
            }
        }
        let address = said.split("http://").nth(1).unwrap_or_else(|| panic!("{said}"));
        let base = format!("http://{}", address.split('/').next().unwrap());
        Self { child, base }
    }

    /// So that commands have the data folder again.
    fn leave(mut self) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A film in which each pose is there for a while, with a square in the corner that tells the script which it is.
fn of_poses(place: &Place, turns: bool) -> Vec<u8> {
    // A little further than in `Place::stills`: the colours of a camera are coarser.
    let stills = place.stills_turned(0.1, -0.13);
    let picture = |still: &[u8], light: u8| {
        let mut own = image::load_from_memory(still).unwrap().to_rgb8();
        for (x, y) in (0..32).flat_map(|x| (0..32).map(move |y| (x, y))) {
            own.put_pixel(x, y, image::Rgb([light; 3]));
        }
        own
    };
    let (left, right) =
        if turns { (&stills.left, &stills.right) } else { (&stills.straight, &stills.straight) };
    let (straight, left, right) = (picture(&stills.straight, 245), picture(left, 128), picture(right, 12));
    film(&[(&straight, 15), (&left, 15), (&straight, 15), (&right, 15)])
}

#[test]
fn con_2_abu_2_rts_9_somebody_enrols_in_a_browser_and_a_head_that_does_not_turn_is_refused() {
    let test = "con_2_abu_2_rts_9_somebody_enrols_in_a_browser_and_a_head_that_does_not_turn_is_refused";
    if !browser().join("node_modules").exists() {
        eprintln!("SKIPPED {test}: no browser; `npm ci` in {} brings one", browser().display());
        return;
    }
    let Some(place) = Place::new(test, Model::PackFind) else { return };
    let link = place.group_of_one("Anna Group");
    crate::attest(&place, &["--closed", "--all-agreed"]).expect(0);
    let secret = link.as_str().unwrap().rsplit('#').next().unwrap();
    let code = place.code("Anna Group");
    let films = tempfile::tempdir().unwrap();
    let enrol = |server: &Server, name: &str, turns: bool, phone: bool| -> Value {
        let path = films.path().join(format!("{name}.y4m"));
        fs::write(&path, of_poses(&place, turns)).unwrap();
        let order = json!({
            "base": server.base, "secret": secret, "code": code, "film": path, "name": name, "phone": phone,
        });
        let mut node = Command::new("node");
        let output =
            node.arg("enrol.mjs").current_dir(browser()).env("ENROL", order.to_string()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {}\n{said}", String::from_utf8_lossy(&output.stderr));
        fs::remove_file(path).unwrap();
        serde_json::from_str(&said).unwrap()
    };
    let enrolled = || place.house.json(&["group", "status", ALBUM]).expect(0).line()["enrolled"].clone();

    // ABU-2: whoever looks ahead all the time, as a picture that is held up does.
    let server = Server::over(&place);
    let seen = enrol(&server, "still", false, true);
    server.leave();
    assert_eq!(seen["at"], "/me/enrol", "{seen}");
    assert!(seen["problem"].as_str().unwrap().contains("turn your head"), "{seen}");
    assert_eq!(enrolled(), 0);
    nothing_is_left(&place, &seen);

    // CON-2: who does as they are asked, in their own session.
    let server = Server::over(&place);
    let seen = enrol(&server, "turning", true, false);
    server.leave();
    assert_eq!((&seen["at"], &seen["problem"]), (&json!("/me#group"), &Value::Null), "{seen}");
    assert_eq!(enrolled(), 1);
    nothing_is_left(&place, &seen);
    place.house.run(&["log", "verify"]).expect(0);
}

/// RTS-9: one request held the capture, and it is in nothing that a browser keeps and in no file.
fn nothing_is_left(place: &Place, seen: &Value) {
    let posts: Vec<&Value> =
        seen["requests"].as_array().unwrap().iter().filter(|one| one[0] != "GET").collect();
    assert_eq!(posts, [&json!(["POST", "/me/enrol"])], "{seen}");
    let mut kept = seen["kept"].clone();
    // The link by which they are there; nothing else is one.
    assert_eq!(kept.as_object_mut().unwrap().remove("cookies").unwrap(), json!(["grata-page"]));
    assert_eq!(kept, json!({"local": "{}", "session": "{}", "databases": [], "caches": [], "files": []}));
    let pieces: Vec<Vec<u8>> = serde_json::from_value(seen["pieces"].clone()).unwrap();
    let mut canary = Canary::default();
    pieces.iter().for_each(|piece| canary.needle(piece));
    assert!(pieces.len() == 3 && pieces.iter().all(|piece| piece.len() == 64), "a still for each pose");
    assert_eq!(seen["disk"]["holds"], json!([]), "files of the browser");
    assert!(seen["disk"]["folders"].as_u64().unwrap() > 0, "its files were looked at");
    assert_eq!(traces::hits(place, &canary), Vec::<PathBuf>::new());
    // It would have been seen.
    let control = place.house.path("control");
    fs::write(&control, [&[7; 1000][..], &pieces[1]].concat()).unwrap();
    assert_eq!(traces::hits(place, &canary), std::slice::from_ref(&control));
    fs::remove_file(control).unwrap();
}
