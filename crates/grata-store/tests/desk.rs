//! What the pages of the desk ask for, against what one photo at a time says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::EventKind;
use grata_core::id::{NotMeId, PhotoId};
use grata_core::subject::Age;
use grata_core::tag::{NotMe, TagKind};
use support::{House, event, now};

#[test]
fn an_album_at_a_glance_says_what_its_photos_say_one_by_one() {
    let house = House::new();
    let (album, other) = (house.album(), house.album());
    let anna = house.person("Anna", Age::Adult);
    let photos =
        [house.photo(album, b"one", 3), house.photo(album, b"two", 0), house.photo(album, b"three", 2)];
    let elsewhere = house.photo(other, b"one", 1);
    house.tag(&photos[0], 1, TagKind::Is(anna)).unwrap();
    house.tag(&photos[2], 0, TagKind::NotAFace).unwrap();
    house.tag(&elsewhere, 0, TagKind::Is(anna)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    let region = photos[2].faces[1].region.rect;
    let id = NotMeId::random(&mut house.store().rng());
    tx.insert_not_me(&NotMe {
        id,
        subject: anna,
        photo: photos[2].file,
        region,
        at: now(),
        taken_back: None,
    })
    .unwrap();
    tx.commit(event(EventKind::NotMe)).unwrap();
    let reader = house.store().read().unwrap();
    let glances = reader.album_at_a_glance(album).unwrap();
    assert_eq!(glances.iter().map(|one| one.photo.id).collect::<Vec<_>>(), reader.photos_in(album).unwrap());
    // The place of each among them is told without reading them all.
    let all = reader.photos_in(album).unwrap();
    for (at, photo) in all.iter().enumerate() {
        let place = reader.place_in_album(*photo).unwrap().unwrap();
        assert_eq!((place.before, place.total), (at as u64, all.len() as u64));
        assert_eq!(place.previous, at.checked_sub(1).map(|before| all[before]));
        assert_eq!(place.next, all.get(at + 1).copied());
    }
    assert_eq!(reader.place_in_album(PhotoId::from_bytes([9; 16])).unwrap(), None);
    for glance in &glances {
        let photo = reader.photo(glance.photo.id).unwrap().unwrap();
        assert_eq!(glance.photo, photo);
        assert_eq!(glance.tags, reader.tags_on(photo.id).unwrap());
        assert_eq!(glance.not_me, reader.not_me_in(&photo).unwrap());
    }
    assert_eq!(glances.iter().map(|one| one.tags.len() + one.not_me.len()).sum::<usize>(), 3);
    assert_eq!(reader.count_photos(album).unwrap(), 3);
}

#[test]
fn sec_5_the_people_of_an_album_are_those_who_were_asked_about_it() {
    let house = House::new();
    let (album, other) = (house.album(), house.album());
    let (anna, ben) = (house.person("Anna", Age::Adult), house.person("Ben", Age::Adult));
    house.yes(anna, &support::website(album));
    house.yes(ben, &support::website(other));
    let reader = house.store().read().unwrap();
    assert_eq!(reader.people_of(album).unwrap(), [anna]);
    assert_eq!(reader.albums_of(ben).unwrap(), [other]);
}
