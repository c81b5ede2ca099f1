//! What holds right after a kill, and what once the command has been run again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use grata_core::digest::Digest;
use grata_core::id::PhotoId;
use grata_core::tag::TagKind;
use grata_store::blobs::BlobKey;
use grata_store::sweep::{Needles, sweep};
use grata_store::vault::KeyName;
use serde_json::Value;

use crate::killed::{Attempt, PHOTOS, Scene, files, pictures};
use crate::world::{ANNA, seen};

/// The originals that open, with the file that each was.
fn originals(scene: &Scene, attempt: &Attempt) -> BTreeMap<PhotoId, String> {
    let store = attempt.store();
    let reader = store.read().unwrap();
    let album = reader.albums().unwrap()[0].id;
    let sources = files(&scene.world.path("in"));
    let mut found = BTreeMap::new();
    for photo in reader.photos_in(album).unwrap() {
        let bytes = store.blobs().get(store.vault(), BlobKey::Original(photo)).unwrap();
        let name = reader.photo_name(photo).unwrap();
        let source = sources.iter().find(|path| path.ends_with(&name)).unwrap();
        assert_eq!(bytes.as_slice(), fs::read(source).unwrap(), "{name}");
        found.insert(photo, name);
    }
    found
}

pub fn what_was_reported_is_there(scene: &Scene, attempt: &Attempt) {
    let there = originals(scene, attempt);
    for line in fs::read_to_string(attempt.path("said")).unwrap().lines() {
        // The last line may be half of one.
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        if line["status"] == "ok" {
            let id = line["id"].as_str().unwrap().parse().unwrap();
            assert!(there.contains_key(&id), "reported as added, and lost: {line}");
        }
    }
}

pub fn all_photos_are_there(scene: &Scene, attempt: &Attempt) {
    let names: BTreeSet<String> = originals(scene, attempt).into_values().collect();
    assert_eq!(names.len(), PHOTOS);
    let store = attempt.store();
    let reader = store.read().unwrap();
    let photos = reader.photos_in(reader.albums().unwrap()[0].id).unwrap();
    assert_eq!(photos.len(), PHOTOS, "each once");
    let faces = |photo: &PhotoId| reader.photo(*photo).unwrap().unwrap().faces.len();
    assert!(photos.iter().all(|photo| faces(photo) == 3), "with all its faces");
}

/// Whatever has come into the folder since shows Anna alone, is whole, and is on record.
pub fn nobody_new_is_shown(scene: &Scene, attempt: &Attempt) {
    let store = attempt.store();
    let reader = store.read().unwrap();
    let album = reader.albums().unwrap()[0].id;
    let mut on_record = BTreeMap::new();
    for release in reader.releases_of(album).unwrap() {
        for stored in reader.renditions_for(release.id).unwrap() {
            on_record.insert(stored.file_name, (stored.sha256, stored.recalled_at.is_none()));
        }
    }
    for file in pictures(&attempt.path("website")).difference(&scene.before) {
        let path = attempt.path("website").join(file);
        let (sha256, lives) = on_record.get(file).expect("a file that the record does not know");
        assert_eq!((*sha256, *lives), (Digest::of(&fs::read(&path).unwrap()), true), "{file}");
        assert_eq!(seen(&path), [0], "Anna alone: {file}");
    }
    assert!(manifest(attempt).is_some(), "a manifest is whole at any time");
}

fn manifest(attempt: &Attempt) -> Option<Value> {
    serde_json::from_slice(&fs::read(attempt.path("website/release.json")).unwrap()).ok()
}

pub fn exactly_anna_is_shown(_: &Scene, attempt: &Attempt) {
    let manifest = manifest(attempt).unwrap();
    assert_eq!(manifest["complete"], true);
    let listed = manifest["files"].as_array().unwrap();
    let names: BTreeSet<String> = listed.iter().map(|file| file["file"].as_str().unwrap().into()).collect();
    assert_eq!(names, pictures(&attempt.path("website")));
    assert_eq!(names.len(), PHOTOS);
    for file in listed {
        let path = attempt.path("website").join(file["file"].as_str().unwrap());
        assert_eq!(file["sha256"], Digest::of(&fs::read(&path).unwrap()).to_string());
        assert_eq!(seen(&path), [0]);
    }
    let store = attempt.store();
    let reader = store.read().unwrap();
    for photo in reader.photos_in(reader.albums().unwrap()[0].id).unwrap() {
        assert_eq!(reader.live_renditions_of(photo).unwrap().len(), 1);
    }
}

/// As if nothing had happened, or gone from every decision.
pub fn she_is_there_or_gone(scene: &Scene, attempt: &Attempt) {
    let store = attempt.store();
    let reader = store.read().unwrap();
    match reader.subject(scene.world.anna).unwrap() {
        Some(anna) => {
            assert!(!anna.acts.is_empty());
            assert_eq!(reader.live_renditions_showing(anna.id).unwrap().len(), PHOTOS);
        }
        None => {
            let album = reader.albums().unwrap()[0].id;
            for photo in reader.photos_in(album).unwrap() {
                let hers = TagKind::Is(scene.world.anna);
                assert!(reader.tags_on(photo).unwrap().iter().all(|tag| tag.kind != hers));
                assert!(reader.live_renditions_of(photo).unwrap().is_empty(), "they all showed her");
            }
        }
    }
}

pub fn she_is_gone(scene: &Scene, attempt: &Attempt) {
    {
        let store = attempt.store();
        let reader = store.read().unwrap();
        assert!(reader.subject(scene.world.anna).unwrap().is_none());
        assert_eq!(reader.unfinished_erasures().unwrap(), []);
        assert!(reader.open_requests().unwrap().is_empty(), "answered");
        assert!(!store.vault().holds(KeyName::Subject(scene.world.anna)).unwrap());
        assert_eq!(reader.subjects().unwrap(), [scene.world.ben]);
    }
    let mut needles = Needles::default();
    for needle in [ANNA.as_bytes(), b"anna.kanarienvogel@example.org", scene.world.anna.as_bytes()] {
        assert!(needles.add(needle));
    }
    let report = sweep(&[attempt.folder.path().to_path_buf()], &needles).unwrap();
    assert_eq!(report.hits, Vec::<PathBuf>::new());
}
