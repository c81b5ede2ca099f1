//! `grata recall` and `grata retention`.

use std::fs;

use grata_core::id::PhotoId;
use grata_store::blobs::BlobKey;
use grata_store::vault::KeyName;
use serde_json::Value;

use crate::world::{ANNA, LATER, World, picture, seen};

pub const TESTS: &[(&str, fn())] = &[
    ("con_5_rts_10_rts_12_bys_8_con_7_whatever_ends_a_yes_recalls_what_it_showed", whatever_ends_a_yes),
    ("rts_12_a_photo_that_is_objected_to_leaves_and_does_not_come_back", a_whole_photo),
    ("pub_7_old_renditions_die_even_if_no_new_ones_can_be_made", without_workers),
    ("rts_14_the_list_names_every_file_that_has_to_go_each_time", the_list_is_complete),
    ("con_7_what_time_ends_is_deleted_and_put_on_record", retention),
];

/// Each way in which somebody stops being shown, from their mouth to the finished photo.
fn whatever_ends_a_yes() {
    type End = fn(&mut World, PhotoId);
    let cases: [(&str, &str, End); 5] = [
        ("withdrawn", LATER, |world, _| {
            world.say(world.anna, false);
        }),
        ("restricted", LATER, |world, _| {
            world.run(&["rights", "restrict", ANNA]).expect(0);
        }),
        ("objection", LATER, |world, _| {
            world.run(&["rights", "object", "--person", ANNA]).expect(0);
        }),
        ("objection", LATER, |world, photo| {
            let photo = photo.to_string();
            world.run(&["rights", "object", "--photo", &photo, "--place", "48,128,64,64"]).expect(0);
        }),
        ("expired", "2027-07-01T09:00:00Z", |_, _| {}),
    ];
    for (why, at, end) in cases {
        let mut world = World::new();
        let photo = world.group_photo();
        let other = world.photo(&[2], 1);
        world.release("website").expect(0);
        let old = world.live(photo.id).remove(0);
        assert_eq!(world.run(&["recall", "--dry-run", "--json"]).expect(0).lines.len(), 0);
        end(&mut world, photo.id);
        let dry = world.run_as("as-grata", at, &["recall", "--dry-run", "--json"]).expect(0);
        let words = dry.lines[0]["why"].to_string();
        assert!(dry.lines.len() == 1 && words.contains(why), "{why}: {}", dry.output);
        assert_eq!(world.live(photo.id)[0].rendition.id, old.rendition.id, "{why}: nothing was done");
        let ran = world.run_as("as-grata", at, &["recall", "--out", "swap", "--json"]).expect(0);
        let line = &ran.lines[0];
        assert_eq!((&line["action"], &line["file"]), (&"replace".into(), &old.file_name.clone().into()));
        let [file] = &world.finished("swap")[..] else { panic!("{why}") };
        assert_eq!(seen(file), [0; 0], "{why}");
        let new = world.live(photo.id).remove(0);
        assert!(new.rendition.shown.is_empty() && new.rendition.id != old.rendition.id, "{why}");
        let covered = |region| new.rendition.hidden.iter().any(|hidden| hidden.region == region);
        assert!(old.rendition.hidden.iter().all(|hidden| covered(hidden.region)), "PUB-7: {why}");
        // The old one is gone, the other photo is as it was.
        assert!(
            !world.store().blobs().list().unwrap().contains(&BlobKey::Rendition(photo.id, old.rendition.id))
        );
        assert_eq!(world.live(other.id).len(), 1);
        let again = world.run_as("as-grata", at, &["recall", "--dry-run", "--json"]).expect(0);
        assert_eq!(again.lines.len(), 0, "{why}");
    }
}

fn a_whole_photo() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.release("website").expect(0);
    let id = photo.id.to_string();
    let objection = world.run(&["rights", "object", "--photo", &id, "--json"]).expect(0);
    let ran = world.run(&["recall", "--out", "swap", "--json"]).expect(0);
    assert_eq!((&ran.lines[0]["action"], &ran.lines[0]["new_file"]), (&"remove".into(), &Value::Null));
    assert_eq!(world.live(photo.id).len(), 0);
    assert_eq!(world.finished("swap").len(), 0);
    assert_eq!(world.release("website").expect(0).lines[0]["status"], "withheld");
    assert_eq!(world.finished("website").len(), 0, "its old file is gone from the folder too");
    // Turned down with reasons: it may leave again.
    let objection = objection.lines[0]["objection"].as_str().unwrap().to_string();
    world.run(&["rights", "object", "--decide", &objection, "--ruling", "reject"]).expect(0);
    assert_eq!(world.release("website").expect(0).lines[0]["status"], "released");
}

fn without_workers() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.release("website").expect(0);
    world.say(world.anna, false);
    let ran = world.run_as("as-absent-grata", LATER, &["recall", "--out", "swap", "--json"]).expect(2);
    assert_eq!(ran.lines[0]["action"], "remove");
    assert!(ran.lines[0]["problem"].as_str().unwrap().contains("worker"), "{}", ran.output);
    assert_eq!(world.live(photo.id).len(), 0);
    let table = fs::read_to_string(world.path("swap/recall.csv")).unwrap();
    assert!(table.contains(",remove,,"), "{table}");
    let ran = world.run(&["recall", "--out", "swap", "--json"]).expect(0);
    assert_eq!(ran.lines[0]["action"], "replace", "made up for");
    assert_eq!(world.live(photo.id).len(), 1);
}

fn the_list_is_complete() {
    let mut world = World::new();
    world.group_photo();
    world.release("website").expect(0);
    for yes in [false, true, false] {
        world.say(world.anna, yes);
    }
    world.run(&["recall", "--out", "one"]).expect(0);
    // The first list is lost; the second says the same.
    world.run(&["recall", "--out", "two"]).expect(0);
    let list = |folder: &str| fs::read_to_string(world.path(folder).join("recall.json")).unwrap();
    assert_eq!(list("one"), list("two"));
    let lines: Vec<Value> = serde_json::from_str(&list("two")).unwrap();
    let new = lines[0]["new_file"].as_str().unwrap();
    assert!(world.path("two").join(new).exists());
    assert_eq!(lines[0]["recipient"], "webmaster");
    assert!(!list("two").contains("withdrawn"), "why is nobody's business but ours");
}

fn retention() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.release("website").expect(0);
    // Her yes is over; the album is kept on.
    let summer = "2027-07-01T09:00:00Z";
    let dry = world.run_as("as-grata", summer, &["retention", "--dry-run", "--json"]).expect(0);
    assert_eq!((&dry.lines[0]["photos"], &dry.lines[0]["consents"]), (&0.into(), &1.into()));
    world.run_as("as-grata", summer, &["retention", "--out", "gone"]).expect(0);
    let again = world.run_as("as-grata", summer, &["retention", "--out", "gone", "--json"]).expect(0);
    assert_eq!(again.lines[0]["consents"], 0, "on record now");
    assert_eq!(world.live(photo.id).len(), 1, "for recall");
    // The album's last day has passed.
    let after = "2029-01-01T09:00:00Z";
    let ran = world.run_as("as-grata", after, &["retention", "--out", "gone", "--json"]).expect(0);
    assert_eq!(ran.lines[0]["photos"], 1);
    let list = fs::read_to_string(world.path("gone/retention.json")).unwrap();
    assert!(list.contains("website") && list.contains(".jpg"), "{list}");
    assert_eq!(world.store().read().unwrap().photos_in(world.album).unwrap(), []);
    assert_eq!(world.store().blobs().list().unwrap(), []);
    assert!(!world.store().vault().holds(KeyName::Photo(photo.id)).unwrap());
    // A key without a row, as a kill leaves it. After a restore it may belong to a photo of a newer backup, as long as
    // there is one: 35 days.
    let lost = KeyName::Photo(PhotoId::from_bytes([9; 16]));
    world.store().vault().create(lost).unwrap();
    let mut tx = world.store().begin(crate::support::now()).unwrap();
    tx.set_setting(grata::app::backup::RESTORED, "2029-01-02T00:00:00Z").unwrap();
    tx.commit(crate::support::event(grata_core::audit::entry::EventKind::ConfigChanged)).unwrap();
    for (moment, is_held) in [("2029-02-05T00:00:00Z", true), ("2029-02-06T00:00:01Z", false)] {
        world.run_as("as-grata", moment, &["retention", "--out", "gone"]).expect(0);
        assert_eq!(world.store().vault().holds(lost).unwrap(), is_held, "{moment}");
    }
    // Nothing of the picture is left anywhere.
    let jpeg = picture(&[0, 1, 2]);
    for file in walkdir::WalkDir::new(&world.house.places.data).into_iter().flatten() {
        if file.file_type().is_file() {
            let bytes = fs::read(file.path()).unwrap();
            assert!(!bytes.windows(64).any(|window| window == &jpeg[jpeg.len() - 64..]), "{file:?}");
        }
    }
}
