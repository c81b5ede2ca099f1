//! `grata rights` and `grata verify`.

use std::fs;

use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, Means};
use grata_core::geometry::PixelRect;
use grata_core::signed::{ReceiptParties, receipt_body};
use grata_core::tag::TagKind;
use grata_store::sweep::{Needles, sweep};
use serde_json::Value;

use crate::support::{now, until};
use crate::world::{ALBUM, ANNA, BEN, LATER, SIZE, World, picture_with, region, seen};

pub const TESTS: &[(&str, fn())] = &[
    ("rts_2_the_package_is_complete_and_everybody_else_is_hidden_in_it", the_package),
    ("rts_1_access_as_often_as_wanted_also_under_restriction", access_again_and_again),
    ("pub_1_a_photo_with_somebody_unknown_before_them_is_left_out_of_the_package_and_named", an_unknown_face),
    ("con_6_rts_11_acc_3_receipts_verify_with_nothing_but_the_file", receipts_verify),
    ("rts_8_acc_9_an_erasure_is_shown_first_then_done_and_proven", erasure),
    ("acc_9_no_certificate_while_a_trace_is_left", no_certificate_while_a_trace_is_left),
    ("acc_9_a_certificate_that_cannot_be_written_is_refused_before_the_erasure", refused_before_erasure),
    ("rts_3_each_request_has_a_clock", each_request_has_a_clock),
    ("rts_10_a_restriction_acts_at_once_and_can_be_lifted", restriction),
];

impl World {
    /// Ben says yes too, with a receipt in the log, as the consent command puts it there.
    fn yes_with_receipt(&self) {
        let act = self.house.act(&self.website(), ActKind::Give { until: until() }, Means::OwnSession);
        let parties = ReceiptParties {
            controller: "Sports club",
            contact: "privacy@example.org",
            album: ALBUM,
            withdraw_at: "privacy@example.org",
        };
        let mut tx = self.store().begin(now()).unwrap();
        tx.insert_act(self.anna, &act).unwrap();
        let event = Event::new(EventKind::ConsentGiven, ActorClass::Subject);
        tx.commit(event.about(self.anna, receipt_body(&act, &parties))).unwrap();
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(path)).unwrap()).unwrap()
    }
}

fn the_package() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.say(world.ben, true);
    world.yes_with_receipt();
    world.release("website").expect(0);
    let release = world.finished("website").remove(0);
    assert_eq!(seen(&release), [0, 1], "both said yes");
    world.run(&["rights", "access", ANNA, "--out", "for-anna"]).expect(0);
    let data = world.json("for-anna/data.json");
    let text = data.to_string();
    for expected in [ANNA, "anna.kanarienvogel@example.org", "Sports club", "shown in a released photo", "35"]
    {
        assert!(text.contains(expected), "{expected}");
    }
    for (table, rows) in [("subjects", 1), ("consent_acts", 2), ("tags", 1)] {
        assert_eq!(data["held"][table].as_array().map(Vec::len), Some(rows), "{table}");
    }
    assert_eq!(data["recipients"][0]["file"], release.file_name().unwrap().to_str().unwrap());
    // 15(4): Ben is shown on the website and not in Anna's package.
    let file = data["photos"][0]["file"].as_str().unwrap();
    assert_eq!(seen(&world.path("for-anna").join(file)), [0]);
    let page = fs::read_to_string(world.path("for-anna/index.html")).unwrap();
    for words in [&text, &page] {
        assert!(!words.contains(BEN) && !words.contains(&world.ben.to_string()), "Ben is nobody's business");
    }
    assert!(page.contains(ANNA) && page.contains(file) && !page.contains("<script"));
    world.run(&["verify", "for-anna/receipts/1.json"]).expect(0);
    // It is on record, and lies where only its owner looks.
    let reader = world.store().read().unwrap();
    assert!(
        reader.log_about(world.anna).unwrap().iter().any(|(_, _, said)| said.payload.contains("package"))
    );
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(world.path("for-anna")).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(world.live(photo.id).len(), 1, "a package is no release");
    drop(reader);
    // Never over something else.
    world.run(&["rights", "access", ANNA, "--out", "for-anna"]).expect(1);
}

fn access_again_and_again() {
    let mut world = World::new();
    world.group_photo();
    world.run(&["rights", "restrict", ANNA]).expect(0);
    for number in 0..3 {
        world.run(&["rights", "access", ANNA, "--out", &format!("p{number}")]).expect(0);
        assert_eq!(world.json(&format!("p{number}/data.json"))["photos"].as_array().unwrap().len(), 1);
    }
}

fn an_unknown_face() {
    let mut world = World::new();
    let missed = world.photo(&[0, 2], 1);
    world.house.tag(&missed, 0, TagKind::Is(world.anna)).unwrap();
    // Somebody who was missed is hidden as well ...
    world.run(&["rights", "access", ANNA, "--out", "all"]).expect(0);
    let file = world.json("all/data.json")["photos"][0]["file"].as_str().unwrap().to_string();
    assert_eq!(seen(&world.path("all").join(file)), [0]);
    // ... but not with a part of her.
    let before = picture_with(&[0], PixelRect::new(116, 144, 32, 32));
    let before = world.photo_of(&before, SIZE, vec![region(0)]);
    world.house.tag(&before, 0, TagKind::Is(world.anna)).unwrap();
    world.house.tag(&missed, 0, TagKind::Is(world.ben)).unwrap();
    let ran = world.run(&["rights", "access", ANNA, "--out", "p", "--language", "en"]).expect(2);
    assert!(ran.errors.contains("something like a face can be seen at"), "{}", ran.errors);
    let data = world.json("p/data.json");
    assert_eq!(data["photos"][0]["file"], Value::Null);
    assert!(fs::read_to_string(world.path("p/index.html")).unwrap().contains("could not be made"));
    // Nor is there a package without a worker.
    world.run_as("as-absent-grata", LATER, &["rights", "access", ANNA, "--out", "q"]).expect(1);
    assert!(!world.path("q").exists());
    assert!(
        !fs::read_dir(world.house.folder.path())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with(".grata-") })
    );
}

fn receipts_verify() {
    let mut world = World::new();
    world.yes_with_receipt();
    world.run(&["rights", "export", ANNA, "--out", "anna.json"]).expect(0);
    let export = world.json("anna.json");
    assert_eq!(export["schema"], "grata-export-1");
    let receipt = export["receipts"][0].to_string();
    fs::write(world.path("receipt.json"), &receipt).unwrap();
    let key = world.store().log_key();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(world.path("receipt.json"), elsewhere.path().join("receipt.json")).unwrap();
    let path = elsewhere.path().join("receipt.json");
    let path = path.to_str().unwrap();
    let ran = world.run(&["verify", path, "--key", &key, "--json"]).expect(0);
    assert_eq!(
        (&ran.lines[0]["status"], &ran.lines[0]["kind"]),
        (&"genuine".into(), &"consent-receipt".into())
    );
    for (from, to) in [("2027-06-30", "2037-06-30"), ("publish:website", "publish:print")] {
        fs::write(path, receipt.replace(from, to)).unwrap();
        let ran = world.run(&["verify", path, "--json"]).expect(2);
        assert_eq!(ran.lines[0]["status"], "not-genuine");
    }
    fs::write(path, "hello").unwrap();
    world.run(&["verify", path]).expect(2);
    fs::write(path, &receipt).unwrap();
    world.run(&["verify", path, "--key", "nonsense"]).expect(1);
    let other = World::new().store().log_key();
    world.run(&["verify", path, "--key", &other]).expect(2);
}

fn erasure() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.release("website").expect(0);
    let preview = world.run(&["rights", "erase", ANNA, "--json"]).expect(0);
    assert_eq!(preview.lines[0]["renditions"], 1);
    assert!(preview.lines[0]["rows"]["consent_acts"].as_u64().unwrap() > 0);
    assert_eq!(world.live(photo.id).len(), 1, "nothing was done");
    let done = world.run(&["rights", "erase", ANNA, "--yes", "--certificate", "proof.json"]).expect(0);
    assert!(done.errors.contains("No longer shown"), "{}", done.errors);
    assert!(!done.output.contains("Kanarienvogel") && !done.errors.contains("Kanarienvogel"));
    assert_eq!(world.live(photo.id).len(), 0);
    let proof = world.run(&["verify", "proof.json", "--json"]).expect(0);
    assert_eq!(proof.lines[0]["body"]["sweep"]["left"], 0);
    // ACC-9: whoever has lost the file gets the same once more.
    let again = world.run(&["rights", "certificates", "--out", "proofs", "--json"]).expect(0);
    let file = again.lines[0]["file"].as_str().unwrap();
    assert_eq!(fs::read(world.path(file)).unwrap(), fs::read(world.path("proof.json")).unwrap());
    world.run(&["rights", "certificates", "--out", "proofs"]).expect(0);
    world.run(&["rights", "certificates", "--out", "photos"]).expect(1);
    world.run(&["rights", "access", ANNA, "--out", "p"]).expect(1);
    // Made anew without her, and nothing of her anywhere.
    let recalled = world.run(&["recall", "--out", "swap", "--json"]).expect(0);
    assert_eq!(recalled.lines[0]["action"], "replace");
    assert_eq!(seen(&world.finished("swap")[0]), [0; 0]);
    world.house.store = None;
    let mut needles = Needles::default();
    needles.add(ANNA.as_bytes());
    needles.add(b"anna.kanarienvogel@example.org");
    needles.add(world.anna.as_bytes());
    needles.add(world.anna.to_string().as_bytes());
    let report = sweep(&[world.house.folder.path().to_path_buf()], &needles).unwrap();
    assert_eq!(report.hits, Vec::<std::path::PathBuf>::new());
    assert!(world.run(&["log", "verify"]).expect(0).output.contains("verifies"));
}

fn no_certificate_while_a_trace_is_left() {
    let mut world = World::new();
    world.group_photo();
    world.run(&["rights", "access", ANNA, "--out", "packages/anna"]).expect(0);
    let erase = ["rights", "erase", ANNA, "--yes", "--also", "packages", "--certificate", "proof.json"];
    let refused = world.run(&erase).expect(1);
    assert!(refused.errors.contains("--unfinished"), "{}", refused.errors);
    assert!(!world.path("proof.json").exists());
    assert_eq!(world.run(&["rights", "requests", "--json"]).expect(0).lines.len(), 1, "not answered yet");
    fs::remove_dir_all(world.path("packages/anna")).unwrap();
    let finish = [
        "rights",
        "erase",
        "--unfinished",
        "--name",
        ANNA,
        "--also",
        "packages",
        "--certificate",
        "proof.json",
    ];
    world.run(&finish).expect(0);
    world.run(&["verify", "proof.json"]).expect(0);
    assert_eq!(world.run(&["rights", "requests", "--json"]).expect(0).lines.len(), 0);
}

fn refused_before_erasure() {
    let mut world = World::new();
    // Where nobody can write, root neither.
    let erase = ["rights", "erase", ANNA, "--yes", "--certificate", "/proc/proof.json"];
    let refused = world.run(&erase).expect(1);
    assert!(refused.errors.contains("cannot be written"), "{}", refused.errors);
    assert!(world.store().read().unwrap().subject(world.anna).unwrap().is_some(), "nothing was done");
}

fn each_request_has_a_clock() {
    let mut world = World::new();
    world.group_photo();
    // One that fails is not answered, and its clock runs from the day of the letter.
    let access = ["rights", "access", ANNA, "--out", "p", "--received", "2026-09-10"];
    world.run_as("as-absent-grata", LATER, &access).expect(1);
    let requests = world.run(&["rights", "requests", "--json"]).expect(0);
    let line = &requests.lines[0];
    assert_eq!((&line["due"], &line["urgency"]), (&"2026-10-10".into(), &"soon".into()), "{line}");
    assert_eq!(line["kind"], "access");
    let late = world.run_as("as-grata", "2026-10-11T00:00:00Z", &["rights", "requests"]).expect(0);
    assert!(late.output.contains("overdue"), "{}", late.output);
    let future = ["rights", "access", ANNA, "--out", "q", "--received", "2031-01-01"];
    world.run(&future).expect(1);
}

fn restriction() {
    let mut world = World::new();
    world.group_photo();
    world.run(&["rights", "restrict", ANNA]).expect(0);
    world.release("website").expect(0);
    assert_eq!(seen(&world.finished("website")[0]), [0; 0]);
    world.run(&["rights", "restrict", ANNA, "--lift"]).expect(0);
    let plan = world.run(&["release", "plan", ALBUM, "--channel", "website", "--json"]).expect(0);
    assert_eq!(plan.lines[0]["faces"][0]["treatment"], "shown");
}
