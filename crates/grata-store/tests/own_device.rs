//! Whether people look for themselves on their own device: what is kept, and what a restored backup does with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::EventKind;
use grata_core::basis::{Assessment, Profile, Record, Records};
use grata_core::digest::Digest;
use grata_core::purpose::Publish;
use grata_store::log_files::LogFolder;
use support::{House, event, now, restore_database, website};

fn records() -> Records {
    let record = |text: &str| Record { reference: text.into(), on: "2026-09-01".parse().unwrap() };
    Records {
        assessment: Some(Assessment { record: record("file 7"), sha256: Digest([4; 32]) }),
        opinion: Some(record("opinion")),
        consultation: Some(record("consultation")),
        alternative: Some(record("alternative")),
    }
}

fn turn(house: &House, publish: &Publish, is_on: bool) {
    let mut tx = house.store().begin(now()).unwrap();
    match is_on {
        true => tx.turn_own_device_on(publish, Profile::School, &records()).unwrap(),
        false => tx.turn_own_device_off(publish).unwrap(),
    }
    tx.commit(event(EventKind::AlbumChanged)).unwrap();
}

fn is_on(house: &House, publish: &Publish) -> bool {
    house.store().read().unwrap().own_device(publish).unwrap().unwrap().is_on
}

#[test]
fn con_9_what_is_on_record_comes_back_as_it_went_in_and_stays_when_it_is_turned_off() {
    let house = House::new();
    let publish = website(house.album());
    assert_eq!(house.store().read().unwrap().own_device(&publish).unwrap(), None, "off by itself");
    turn(&house, &publish, true);
    turn(&house, &publish, false);
    let back = house.store().read().unwrap().own_device(&publish).unwrap().unwrap();
    assert_eq!((back.profile, back.records, back.is_on), (Profile::School, records(), false));
    let mut tx = house.store().begin(now()).unwrap();
    tx.turn_own_device_off(&publish).unwrap_err();
}

/// §8: where it was turned off after the backup, it stays off after a restore; where not, it stays on.
#[test]
fn section_8_con_9_a_restored_backup_does_not_turn_find_me_on_again() {
    let mut house = House::new();
    let (closed, open) = (website(house.album()), website(house.album()));
    turn(&house, &closed, true);
    turn(&house, &open, true);
    let log = LogFolder::new(&house.folder.path().join("log"));
    log.publish(&house.store().read().unwrap()).unwrap();
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    turn(&house, &closed, false);
    log.publish(&house.store().read().unwrap()).unwrap();
    house.store = None;
    restore_database(&backup, &house.places.data);
    house.reopen();
    assert!(is_on(&house, &closed), "as the backup has it");
    let done = house.store().catch_up(&log, &log.head().unwrap(), now()).unwrap();
    assert_eq!(done.turned_off, 1);
    assert_eq!([&closed, &open].map(|publish| is_on(&house, publish)), [false, true]);
}
