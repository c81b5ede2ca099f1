//! What a restored backup does about what it did not know (§8), besides what `erasure.rs` asks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::EventKind;
use grata_core::geometry::PixelRect;
use grata_core::id::{AlbumId, FaceId, ObjectionId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::{Face, Found, Photo};
use grata_core::region::{Region, Shape};
use grata_core::subject::Age;
use grata_core::tag::TagKind;
use grata_store::log_files::LogFolder;
use grata_store::restore::CaughtUp;
use support::{House, event, now, restore_database, website};

/// What was done to bring a backup up to what happened since.
fn restored_after(house: &mut House, since: impl FnOnce(&House)) -> CaughtUp {
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    since(house);
    let log = LogFolder::new(&house.folder.path().join("log"));
    log.publish(&house.store().read().unwrap()).unwrap();
    house.store = None;
    restore_database(&backup, &house.places.data);
    house.reopen().catch_up(&log, &log.head().unwrap(), now()).unwrap()
}

fn is_withheld(house: &House, photo: &Photo) -> bool {
    let case = house.store().read().unwrap().photo_case(photo.id).unwrap();
    case.objections.iter().any(|objection| objection.withholds(&case.photo))
}

/// PUB-7: the backup does not know the face, and an image from before it was added may be out.
#[test]
fn section_8_pub_7_a_restored_backup_does_not_forget_a_face_that_was_added() {
    let mut house = House::new();
    let album = house.album();
    let [photo, other] = [b"photo P", b"photo Q"].map(|bytes| house.photo(album, bytes, 1));
    let alice = house.person("Alice Example", Age::Adult);
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    house.yes(alice, &website(album));
    let release = house.release(&website(album));
    house.render(release, house.plan(&photo, &website(album))).unwrap();
    let done = restored_after(&mut house, |house| {
        let id = FaceId::random(&mut house.store().rng());
        let region = Region { rect: PixelRect::new(960, 96, 64, 80), shape: Shape::Rounded };
        let mut tx = house.store().begin(now()).unwrap();
        tx.insert_face(photo.id, &Face { id, region, found: Found::Reviewer }).unwrap();
        tx.commit(event(EventKind::FaceAdded)).unwrap();
    });
    assert_eq!((done.withheld, done.frozen), (1, Vec::new()));
    assert_eq!([&photo, &other].map(|photo| is_withheld(&house, photo)), [true, false]);
}

fn object_to(house: &House, target: ObjectionTarget) {
    let id = ObjectionId::random(&mut house.store().rng());
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_objection(&Objection { id, target, raised: now(), outcome: Outcome::Open }).unwrap();
    tx.commit(event(EventKind::ObjectionRaised)).unwrap();
}

/// ABU-10, ABU-11: the operator adds the folder once more, since its photos are not in the backup.
#[test]
fn section_8_abu_11_a_photo_that_was_spoken_of_and_comes_in_once_more_is_withheld() {
    const BYTES: [&[u8]; 3] = [b"objected to", b"removed", b"nobody spoke of it"];
    let mut house = House::new();
    let album = house.album();
    let done = restored_after(&mut house, |house| {
        let [objected, removed, _] = BYTES.map(|bytes| house.photo(album, bytes, 1));
        object_to(house, ObjectionTarget::Region(objected.file, PixelRect::new(800, 400, 40, 40)));
        let mut tx = house.store().begin(now()).unwrap();
        tx.delete_photo(removed.id, true).unwrap();
        tx.commit(event(EventKind::PhotoRemoved)).unwrap();
    });
    assert_eq!(done.withheld, 0, "none of them is in the backup");
    let add = |house: &House, album: AlbumId| BYTES.map(|bytes| house.photo(album, bytes, 1));
    let again = add(&house, album);
    assert_eq!(again.each_ref().map(|photo| is_withheld(&house, photo)), [true, true, false]);
    // What somebody decides then holds for every copy, as if the photo had been there all the time.
    let open = house.store().read().unwrap().open_objections().unwrap();
    assert_eq!(open.len(), 2);
    let mut tx = house.store().begin(now()).unwrap();
    for objection in open {
        tx.decide_objection(objection.id, Outcome::Rejected(now())).unwrap();
    }
    tx.commit(event(EventKind::ObjectionDecided)).unwrap();
    let copies = add(&house, house.album());
    assert!(again.iter().chain(&copies).all(|photo| !is_withheld(&house, photo)));
}

fn set(house: &House, settings: &[(&str, &str)], kind: EventKind) {
    let mut tx = house.store().begin(now()).unwrap();
    for (name, value) in settings {
        tx.set_setting(name, value).unwrap();
    }
    tx.commit(event(kind)).unwrap();
}

/// The owner has demanded passkeys since, and done without a provider. Which setting was changed is not on
/// record, so any change does it; none changes nothing.
#[test]
fn section_8_sec_7_a_restored_backup_lets_nobody_sign_in_by_what_was_ended_since() {
    for (is_changed, expected) in [(true, ["passkey", ""]), (false, ["any", "somebody"])] {
        let mut house = House::new();
        set(&house, &[("sign_in", "any"), ("provider", "somebody")], EventKind::ConfigChanged);
        let done = restored_after(&mut house, |house| {
            let kind = if is_changed { EventKind::ConfigChanged } else { EventKind::Viewed };
            let changed: &[_] = if is_changed { &[("sign_in", "passkey"), ("provider", "")] } else { &[] };
            set(house, changed, kind);
        });
        assert_eq!(done.passkey_demanded, is_changed);
        let reader = house.store().read().unwrap();
        let settings = ["sign_in", "provider"].map(|name| reader.setting(name).unwrap().unwrap());
        assert_eq!(settings, expected);
    }
}
