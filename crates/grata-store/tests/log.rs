//! The log of a store, changed behind its back, and published as files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use std::path::{Path, PathBuf};

use grata_core::audit::Witness as _;
use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{Actor, ActorClass, Count, Event, EventKind};
use grata_core::audit::verify::verify_log;
use grata_core::id::{AccountId, AlbumId};
use grata_core::subject::Age;
use grata_core::tag::TagKind;
use grata_core::time::Timestamp;
use grata_store::StoreErrorKind;
use grata_store::log_files::LogFolder;
use grata_store::queries::subjects::Invitation;
use grata_store::witness::FileWitness;
use serde_json::json;
use support::{House, event, now};

fn grow(house: &House, entries: u64) {
    for _ in 0..entries {
        house.store().begin(now()).unwrap().commit(event(EventKind::Viewed)).unwrap();
    }
}

#[test]
fn tra_4_a_look_at_a_list_is_one_entry_and_about_whoever_was_in_it_by_then() {
    let house = House::new();
    let (album, other) = (house.album(), house.album());
    let (alice, bob) = (house.person("Alice Example", Age::Adult), house.person("Bob", Age::Adult));
    let photo = house.photo(album, b"picture", 1);
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    let look = |hours: i64, album: Option<AlbumId>| {
        let at = Timestamp::from_second(now().as_second() + hours * 3600).unwrap();
        let what = if album.is_some() { Count::Named } else { Count::Listed };
        let mut looked = event(EventKind::Viewed).counting(what, 1);
        looked.album = album;
        house.store().begin(at).unwrap().commit(looked).unwrap().index
    };
    // Before anybody was there; the list of everybody; of the album; of an album without Alice.
    let places =
        [look(-1, None), look(1, None), look(-1, Some(album)), look(2, Some(album)), look(2, Some(other))];
    let reader = house.store().read().unwrap();
    let of = |who| reader.list_views_of(who).unwrap().into_iter().map(|(place, _)| place).collect::<Vec<_>>();
    assert_eq!(of(alice), [places[1], places[3]]);
    assert_eq!(of(bob), [places[1]]);
    // A look at one person is about them alone.
    drop(reader);
    let shown = event(EventKind::Viewed).about(bob, json!({"what": "viewed"}));
    house.store().begin(now()).unwrap().commit(shown).unwrap();
    assert_eq!(house.store().read().unwrap().list_views_of(alice).unwrap().len(), 2);
}

#[test]
fn tra_4_who_is_asked_about_an_album_is_in_its_list() {
    let house = House::new();
    let album = house.album();
    let (alice, bob) = (house.person("Alice Example", Age::Adult), house.person("Bob", Age::Adult));
    let mut tx = house.store().begin(now()).unwrap();
    let expires_at = grata_core::time::hours_after(now(), 24);
    tx.invite(&Invitation { subject: alice, guardian: None, album, expires_at }).unwrap();
    tx.commit(event(EventKind::Invited)).unwrap();
    let looked = event(EventKind::Viewed).in_album(album).counting(Count::Listed, 1);
    let place = house.store().begin(now()).unwrap().commit(looked).unwrap().index;
    let reader = house.store().read().unwrap();
    assert_eq!(reader.list_views_of(alice).unwrap()[0].0, place);
    assert!(reader.list_views_of(bob).unwrap().is_empty());
}

#[test]
fn tra_4_which_account_acted_is_kept_and_held_against_the_log() {
    let house = House::new();
    let account = AccountId::from_bytes([5; 16]);
    let alice = house.person("Alice Example", Age::Adult);
    let commit = |actor: Actor| {
        let event = Event::new(EventKind::Viewed, actor).about(alice, json!({"what": "viewed"}));
        house.store().begin(now()).unwrap().commit(event).unwrap()
    };
    let signed_in = commit(Actor::account(account));
    let by_command = commit(ActorClass::CommandLine.into());
    let reader = house.store().read().unwrap();
    assert_eq!(reader.log_actor(signed_in.index).unwrap(), Some(account));
    assert_eq!(reader.log_actor(by_command.index).unwrap(), None);
    assert_eq!(reader.log_about(alice).unwrap().len(), 2);
    drop(reader);
    // Somebody puts it on somebody else.
    let raw = rusqlite::Connection::open(house.places.data.join("grata.db")).unwrap();
    raw.execute_batch("DROP TRIGGER log_actors_stay; UPDATE log_actors SET account = zeroblob(16)").unwrap();
    drop(raw);
    let error = house.store().read().unwrap().log_actor(signed_in.index).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Damaged);
}

/// What somebody with the database file and the sqlite3 program could do.
#[test]
fn acc_1_abu_1_rows_changed_by_hand_are_found() {
    for sql in [
        "DROP TRIGGER log_entries_stay; UPDATE log_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'staff', 'clock') AS BLOB) WHERE place = 3",
        "DROP TRIGGER log_entries_remain; DELETE FROM log_entries WHERE place = 3",
        "DROP TRIGGER log_entries_stay; UPDATE log_entries SET place = -1 WHERE place = 0; \
         UPDATE log_entries SET place = 0 WHERE place = 3; UPDATE log_entries SET place = 3 WHERE place = -1",
        "UPDATE log_tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0",
        "UPDATE log_head SET size = size - 1",
        "UPDATE log_head SET note = replace(note, 'grata', 'other')",
    ] {
        let mut house = House::new();
        grow(&house, 10);
        house.store().read().unwrap().verify_log(&[]).unwrap();
        house.store = None;
        let raw = rusqlite::Connection::open(house.places.data.join("grata.db")).unwrap();
        raw.execute_batch(sql).unwrap();
        drop(raw);
        let error = house.reopen().read().unwrap().verify_log(&[]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Damaged, "{sql}");
    }
}

#[test]
fn acc_1_acc_4_a_log_that_was_set_back_contradicts_its_witness() {
    let mut house = House::new();
    let witness = FileWitness::new(&house.folder.path().join("heads"));
    grow(&house, 5);
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    house.person("Alice Example", Age::Adult);
    witness.publish(&house.store().read().unwrap().log_head().unwrap().unwrap()).unwrap();
    house.store = None;
    for name in ["grata.db-wal", "grata.db-shm"] {
        let _ = std::fs::remove_file(house.places.data.join(name));
    }
    std::fs::copy(&backup, house.places.data.join("grata.db")).unwrap();
    let store = house.reopen();
    let head = witness.latest().unwrap().unwrap();
    let pinned = [Checkpoint::parse(&head).unwrap()];
    assert!(store.read().unwrap().verify_log(&pinned).is_err(), "cut off");
    assert_eq!(store.check_not_behind(&head).unwrap_err().kind(), StoreErrorKind::Behind);
    // It goes on as if nothing had been: another log of the same length.
    grow(&house, 3);
    let error = house.store().read().unwrap().verify_log(&pinned).unwrap_err();
    assert!(error.to_string().contains("shown another log"), "{error}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn acc_3_an_outsider_verifies_the_published_files_and_every_flipped_byte_is_found() {
    let house = House::new();
    let path = house.folder.path().join("log");
    let folder = LogFolder::new(&path);
    let publish = || folder.publish(&house.store().read().unwrap()).unwrap();
    let (origin, key) = grata_core::audit::checkpoint::parse_verifier_key(&house.store().log_key()).unwrap();
    let verify = || {
        let head = folder.head().map_err(|error| error.to_string())?;
        verify_log(&folder, &head, &origin, &key, &[]).map_err(|fault| fault.to_string())
    };
    publish();
    let mut heads = Vec::new();
    for entries in [3, 250, 10] {
        grow(&house, entries);
        publish();
        heads.push(verify().unwrap().checkpoint);
    }
    assert!(path.join("tile/entries/000").exists() && path.join("tile/0/000").exists());
    let head = folder.head().unwrap();
    assert!(verify_log(&folder, &head, &origin, &key, &heads).is_ok());

    // Each byte of the head, and of the files that the head speaks of; older partial files are only
    // there for those who read them at the time.
    let size = Checkpoint::parse(&head).unwrap().size;
    let rest = size % 256;
    let current = [
        "checkpoint".to_string(),
        "tile/0/000".to_string(),
        format!("tile/0/001.p/{rest}"),
        "tile/1/000.p/1".to_string(),
        "tile/entries/000".to_string(),
        format!("tile/entries/001.p/{rest}"),
    ];
    for name in current {
        let file = path.join(&name);
        assert!(files(&path).contains(&file), "{name}");
        let good = std::fs::read(&file).unwrap();
        let step = (good.len() / 50).max(1);
        for byte in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[byte] ^= 0x20;
            std::fs::write(&file, &bad).unwrap();
            assert!(verify().is_err(), "{name} byte {byte}");
        }
        std::fs::write(&file, &good[..good.len() - 1]).unwrap();
        assert!(verify().is_err(), "{name} cut");
        std::fs::remove_file(&file).unwrap();
        assert!(verify().is_err(), "{name} gone");
        std::fs::write(&file, &good).unwrap();
    }
    assert!(verify().is_ok());
}
