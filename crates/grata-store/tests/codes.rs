//! Numbers and codes on photos, and about when photos were taken (M1).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use std::collections::BTreeSet;

use grata_core::audit::entry::EventKind;
use grata_core::code::PhotoCode;
use grata_core::id::{AlbumId, PhotoId};
use grata_core::taken::TimeStep;
use grata_store::blobs::BlobKey;
use grata_store::vault::KeyName;
use support::{House, event, now};

fn code(text: &str) -> PhotoCode {
    text.parse().unwrap()
}

fn put(house: &House, album: AlbumId, photo: PhotoId, text: &str) -> bool {
    let mut tx = house.store().begin(now()).unwrap();
    let new = tx.insert_code(album, photo, &code(text)).unwrap();
    tx.commit(event(EventKind::CodesChanged)).unwrap();
    new
}

#[test]
fn photos_are_found_by_their_codes_within_their_album() {
    let house = House::new();
    let (race, other) = (house.album(), house.album());
    let [one, two] = [b"one", b"two"].map(|bytes| house.photo(race, bytes, 1).id);
    let elsewhere = house.photo(other, b"three", 1).id;
    assert!(!house.store().read().unwrap().has_codes(race).unwrap());
    assert!(
        put(&house, race, one, "123") && put(&house, race, two, "0123") && put(&house, race, one, "K7F3")
    );
    assert!(!put(&house, race, one, "#123"), "each once");
    assert!(put(&house, other, elsewhere, "123"));
    let reader = house.store().read().unwrap();
    let found = |album, text| reader.photos_with_code(album, &code(text)).unwrap();
    assert_eq!(found(race, "123"), BTreeSet::from([one, two]));
    assert_eq!(found(race, "k7-f3"), BTreeSet::from([one]));
    assert_eq!(found(other, "123"), BTreeSet::from([elsewhere]));
    assert_eq!(found(race, "12"), BTreeSet::new());
    assert!(reader.has_codes(race).unwrap());
    assert_eq!(reader.codes_on(one).unwrap(), [code("123"), code("K7F3")]);
    drop(reader);
    let mut tx = house.store().begin(now()).unwrap();
    assert!(tx.delete_code(race, one, &code("123")).unwrap());
    assert!(!tx.delete_code(race, one, &code("123")).unwrap());
    tx.commit(event(EventKind::CodesChanged)).unwrap();
    assert_eq!(house.store().read().unwrap().codes_on(one).unwrap(), [code("K7F3")]);
}

#[test]
fn acc_2_a_code_is_nowhere_in_the_clear_and_goes_with_its_photo() {
    let mut house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"one", 1).id;
    let canary = "9Q8W7E6R5T4Z3U2";
    put(&house, album, photo, canary);
    house.reopen();
    for file in walkdir(&house.store().places().data) {
        let bytes = std::fs::read(&file).unwrap();
        let is_there =
            bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()));
        assert!(!is_there, "{}", file.display());
    }
    let mut tx = house.store().begin(now()).unwrap();
    tx.delete_photo(photo, false).unwrap();
    tx.commit(event(EventKind::PhotoRemoved)).unwrap();
    house.store().vault().shred(KeyName::Photo(photo)).unwrap();
    house.store().blobs().delete(BlobKey::Original(photo)).unwrap();
    let reader = house.store().read().unwrap();
    assert_eq!(reader.photos_with_code(album, &code(canary)).unwrap(), BTreeSet::new());
    assert!(!reader.has_codes(album).unwrap());
}

fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walkdir(&path)) } else { files.push(path) }
    }
    assert!(!files.is_empty());
    files
}

#[test]
fn pub_9_times_are_kept_only_where_the_album_asks_and_never_finer() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"one", 1).id;
    let taken = |house: &House| {
        let taken = house.store().read().unwrap().taken_in(album).unwrap();
        taken.get(&photo).map(ToString::to_string)
    };
    let set = |step| {
        let mut tx = house.store().begin(now()).unwrap();
        tx.set_times(album, step).unwrap();
        tx.commit(event(EventKind::AlbumChanged)).unwrap();
    };
    assert_eq!(house.store().read().unwrap().times_of(album).unwrap(), None, "off until somebody asks");
    set(Some(TimeStep::Quarter));
    let mut tx = house.store().begin(now()).unwrap();
    tx.set_taken(photo, Some("2026-09-05T14:45".parse().unwrap())).unwrap();
    tx.commit(event(EventKind::AlbumChanged)).unwrap();
    assert_eq!(taken(&house).as_deref(), Some("2026-09-05T14:45"));
    set(Some(TimeStep::Hour));
    assert_eq!(taken(&house).as_deref(), Some("2026-09-05T14:00"));
    set(Some(TimeStep::Quarter));
    assert_eq!(taken(&house).as_deref(), Some("2026-09-05T14:00"), "what was rounded is gone for good");
    set(None);
    assert_eq!(taken(&house), None);
    set(Some(TimeStep::Day));
    assert_eq!(taken(&house), None, "and so is what was switched off");
}
