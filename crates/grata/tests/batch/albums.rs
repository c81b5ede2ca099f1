//! Photos that come into an album: looked at in workers that misbehave, and interrupted.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::world::{Ran, World, ran};

pub const TESTS: &[(&str, fn())] = &[
    ("m0_each_photo_is_looked_at_in_a_worker_and_kept_with_its_places", each_photo_is_looked_at),
    ("ctrl_c_leaves_no_half_photo_in_an_album_and_the_next_run_goes_on", ctrl_c_leaves_no_half_photo),
];

fn with_album(photos: &[(&str, &str)]) -> World {
    let world = World::with(photos);
    world.run(&["init", "--json"]).expect(0);
    let fields = ["--controller", "Club", "--source", "club photographer", "--purpose", "news"];
    let more = ["--contact", "privacy@example.org", "--keep-until", "2099-12-31", "--json"];
    world.run(&[&["album", "create", "A"], &fields[..], &more].concat()).expect(0);
    world
}

fn add(world: &World) -> Ran {
    world.run(&["add", "A", "photos", "--json", "--jobs", "2"])
}

fn kept(world: &World) -> Vec<Value> {
    world.run(&["tag", "list", "A", "--json"]).expect(0).lines.clone()
}

fn each_photo_is_looked_at() {
    let world =
        with_album(&[("a.png", "OK 1"), ("b.png", "CRASH"), ("c.jpg", "REFUSE"), ("d.jpg", "NOFACE")]);
    let first = add(&world);
    first.expect(2);
    let expected = [
        ("photos/a.png", "ok"),
        ("photos/b.png", "failed"),
        ("photos/c.jpg", "failed"),
        ("photos/d.jpg", "ok"),
    ];
    assert_eq!(first.statuses(), expected);
    assert!(first.errors.contains("No face found"), "{}", first.errors);
    let photos = kept(&world);
    assert_eq!(photos.len(), 2);
    let faces = |name: &str| photos.iter().find(|photo| photo["name"] == name).unwrap()["faces"].clone();
    assert_eq!(faces("a.png")[0]["found_by"], "detector");
    assert_eq!((&faces("a.png")[0]["x"], &faces("a.png")[0]["is"]), (&8.into(), &"unknown".into()));
    assert_eq!(faces("d.jpg").as_array().unwrap().len(), 0);

    // What failed is tried again; what is there is not looked at again.
    world.photo("photos/b.png", "OK 2");
    fs::remove_file(world.path("photos/c.jpg")).unwrap();
    let second = add(&world);
    second.expect(0);
    assert_eq!(
        second.statuses(),
        [("photos/a.png", "skipped"), ("photos/b.png", "ok"), ("photos/d.jpg", "skipped")]
    );
}

fn ctrl_c_leaves_no_half_photo() {
    const PHOTOS: usize = 24;
    let names: Vec<(String, String)> =
        (0..PHOTOS).map(|n| (format!("{n:02}.png"), format!("SLOW {n}"))).collect();
    let photos: Vec<(&str, &str)> = names.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    let world = with_album(&photos);
    let mut command = world.command("as-grata", &["add", "A", "photos", "--json", "--jobs", "2"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    rustix::process::kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let told = 1 + output.lines().count();
    let ended = ran(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(130), "{}", ended.errors);
    assert!(told < PHOTOS, "it was over before it was stopped");

    let whole = kept(&world).len();
    let blobs = world.files("grata-data/blobs").len();
    assert!(whole >= told && whole == blobs, "{told} told, {whole} kept, {blobs} blobs");
    let second = add(&world);
    second.expect(0);
    let taken = second.statuses().iter().filter(|(_, status)| *status == "ok").count();
    assert_eq!((whole + taken, kept(&world).len()), (PHOTOS, PHOTOS));
}
