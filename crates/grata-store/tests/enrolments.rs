//! ABU-2: codes that are handed over in person, and what a person is told of.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::EventKind;
use grata_core::basis::Profile;
use grata_core::enrolment::{EnrolmentCode, MOST_WRONG_CODES};
use grata_core::id::{AlbumId, SubjectId};
use grata_core::subject::Age;
use grata_store::StoreErrorKind;
use grata_store::log_files::LogFolder;
use grata_store::queries::enrolments::Presented;
use support::{House, at, event, now};

fn code(text: &str) -> EnrolmentCode {
    text.parse().unwrap()
}

/// A group of two.
fn group(house: &House) -> (AlbumId, [SubjectId; 2]) {
    let album = house.album();
    let members = ["Anna", "Ben"].map(|name| house.person(name, Age::Adult));
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_group(album, Profile::Free).unwrap();
    for member in members {
        assert!(tx.add_to_roster(album, member).unwrap());
    }
    tx.commit(event(EventKind::GroupCreated)).unwrap();
    (album, members)
}

#[test]
fn abu_2_a_code_is_right_for_its_person_once_and_after_five_wrong_ones_never() {
    let house = House::new();
    let (album, [anna, ben]) = group(&house);
    let (right, wrong) = (code("7KQM-2XRP"), code("7KQM-2XRQ"));
    let mut tx = house.store().begin(now()).unwrap();
    assert_eq!(tx.present_enrolment_code(album, anna, &right).unwrap(), Presented::NoneIsThere);
    tx.put_enrolment_code(album, anna, &right).unwrap();
    tx.put_enrolment_code(album, ben, &right).unwrap();
    let hashes = |of: &rusqlite::Connection| -> i64 {
        let sql = "SELECT count(DISTINCT code_hash) FROM enrolment_codes";
        of.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for left in (0..MOST_WRONG_CODES).rev() {
        assert_eq!(tx.enrolment_code_tries(album, anna).unwrap(), Some(left + 1));
        assert_eq!(tx.present_enrolment_code(album, anna, &wrong).unwrap(), Presented::Wrong { left });
    }
    assert_eq!(tx.enrolment_code_tries(album, anna).unwrap(), None);
    assert_eq!(tx.present_enrolment_code(album, anna, &right).unwrap(), Presented::NoneIsThere);
    assert_eq!(tx.use_enrolment_code(album, anna, &right).unwrap_err().kind(), StoreErrorKind::Conflict);
    // Asked for again, it counts anew.
    tx.put_enrolment_code(album, anna, &right).unwrap();
    assert_eq!(tx.present_enrolment_code(album, anna, &right).unwrap(), Presented::Right);
    tx.use_enrolment_code(album, ben, &right).unwrap();
    assert_eq!(tx.use_enrolment_code(album, ben, &right).unwrap_err().kind(), StoreErrorKind::Conflict);
    assert_eq!(tx.enrolments_of(ben).unwrap().len(), 1);
    assert!(tx.enrolments_of(anna).unwrap().is_empty());
    tx.put_enrolment_code(album, ben, &right).unwrap();
    tx.commit(event(EventKind::EnrolmentCodesMade)).unwrap();
    let raw = rusqlite::Connection::open(house.places.data.join("grata.db")).unwrap();
    assert_eq!(hashes(&raw), 2, "the same code has another hash for another person");
    // Who is not expected any more has no code either.
    let mut tx = house.store().begin(now()).unwrap();
    tx.take_off_roster(album, ben).unwrap();
    assert_eq!(tx.enrolment_code_tries(album, ben).unwrap(), None);
    tx.put_enrolment_code(album, ben, &right).unwrap_err();
}

#[test]
fn abu_2_enrolments_are_told_until_they_are_known_and_forgotten_after_thirty_days() {
    let house = House::new();
    let (album, [anna, _]) = group(&house);
    let own = code("7KQM-2XRP");
    for moment in ["2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z"] {
        let mut tx = house.store().begin(at(moment)).unwrap();
        tx.put_enrolment_code(album, anna, &own).unwrap();
        tx.use_enrolment_code(album, anna, &own).unwrap();
        tx.commit(event(EventKind::Enrolled)).unwrap();
    }
    let mut tx = house.store().begin(at("2026-10-03T09:00:00Z")).unwrap();
    assert_eq!(tx.acknowledge_enrolments(album, anna, at("2026-10-02T09:00:00Z")).unwrap(), 1);
    let known: Vec<bool> =
        tx.enrolments_of(anna).unwrap().iter().map(|one| one.acknowledged_at.is_some()).collect();
    assert_eq!(known, [false, true], "the newest first");
    tx.commit(event(EventKind::EnrolmentAcknowledged)).unwrap();
    let mut tx = house.store().begin(at("2026-10-31T10:00:00Z")).unwrap();
    tx.drop_what_has_ended("2026-10-31".parse().unwrap()).unwrap();
    assert_eq!(tx.enrolments_of(anna).unwrap().len(), 1);
}

/// §8: a code that was used after the backup is worth nothing after a restore.
#[test]
fn section_8_abu_2_a_restored_backup_brings_no_code_back() {
    let mut house = House::new();
    let (album, [anna, _]) = group(&house);
    let own = code("7KQM-2XRP");
    let mut tx = house.store().begin(now()).unwrap();
    tx.put_enrolment_code(album, anna, &own).unwrap();
    tx.commit(event(EventKind::EnrolmentCodesMade)).unwrap();
    let log = LogFolder::new(&house.folder.path().join("log"));
    log.publish(&house.store().read().unwrap()).unwrap();
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.use_enrolment_code(album, anna, &own).unwrap();
    tx.commit(event(EventKind::Enrolled)).unwrap();
    log.publish(&house.store().read().unwrap()).unwrap();
    house.store = None;
    support::restore_database(&backup, &house.places.data);
    house.reopen();
    assert!(house.store().read().unwrap().enrolment_code_tries(album, anna).unwrap().is_some());
    house.store().catch_up(&log, &log.head().unwrap(), now()).unwrap();
    assert!(house.store().read().unwrap().enrolment_code_tries(album, anna).unwrap().is_none());
}
