//! How long pages take with 10,000 photos, 2,000 people and 50 visitors at once. Says figures and judges
//! none: `cargo nextest run --release --workspace --run-ignored only --no-capture -E 'test(load)'`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grata_core::consent::ActKind;
use grata_core::digest::Digest;
use grata_core::geometry::Size;
use grata_core::id::{FaceId, PhotoId};
use grata_core::photo::{Face, Found, Photo, PhotoDigest, Review};
use grata_core::subject::Age;
use grata_core::tag::TagKind;
use grata_store::queries::accounts::Role;
use grata_store::vault::KeyName;

use crate::site::{Site, Who};
use crate::support::{event, now, until};
use crate::world::{World, region};

pub const TESTS: &[(&str, fn())] = &[("load_of_10_000_photos_and_50_visitors", load)];

const PHOTOS: u32 = 10_000;
const PEOPLE: usize = 2_000;
const VISITORS: usize = 50;
const ROUNDS: usize = 4;

fn load() {
    let world = World::new();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let subject = world.house.person(&format!("Person {number:04} Example"), Age::Adult);
        if number % 3 == 0 {
            world.house.say(subject, &world.website(), ActKind::Give { until: until() });
        }
        people.push(subject);
    }
    let store = world.store();
    for number in 0..PHOTOS {
        let id = PhotoId::random(&mut store.rng());
        store.vault().create(KeyName::Photo(id)).unwrap();
        let face =
            |at| Face { id: FaceId::random(&mut store.rng()), region: region(at), found: Found::Detector };
        let photo = Photo {
            id,
            album: world.album,
            file: PhotoDigest(Digest::of(&number.to_be_bytes())),
            pixels: None,
            size: Size::new(480, 320),
            faces: (0..3).map(face).collect(),
            review: Review::Clear,
        };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_photo(&photo, "photo.jpg").unwrap();
        tx.commit(event(grata_core::audit::entry::EventKind::PhotosAdded)).unwrap();
        if number % 4 == 0 {
            world.house.tag(&photo, 0, TagKind::Is(people[number as usize % PEOPLE])).unwrap();
        }
    }
    let site = Arc::new(Site::over(world));
    let (owner, anna) = (site.staff(Role::Owner), site.person(site.world.anna));
    let album = format!("/desk/albums/{}", site.world.album);
    // Plans every photo again each time: alone, it says how long that is.
    println!("release          alone {:5} ms", timed(&site, &owner, &format!("{album}/release")).as_millis());
    let photo = site.store.read().unwrap().photos_in(site.world.album).unwrap()[77];
    for (name, who, path) in [
        ("albums", &owner, "/desk".to_string()),
        ("album", &owner, album.clone()),
        ("photo", &owner, format!("/desk/photos/{photo}")),
        ("pick", &owner, format!("{album}/people?q=pe")),
        ("people", &owner, "/desk/people".into()),
        ("a person's page", &anna, "/me".into()),
        ("status", &Who::Nobody, "/status".into()),
        ("front", &Who::Nobody, "/".into()),
    ] {
        let alone = timed(&site, who, &path);
        let mut times = visitors(&site, who, &path);
        times.sort();
        let share = |of: usize| times[(times.len() * of / 100).min(times.len() - 1)].as_millis();
        println!(
            "{name:16} alone {:5} ms; {VISITORS} at once: median {:6} ms, 99 % {:6} ms",
            alone.as_millis(),
            share(50),
            share(99)
        );
    }
}

fn timed(site: &Site, who: &Who, path: &str) -> Duration {
    site.get(who, path).expect(200);
    let begun = Instant::now();
    site.get(who, path).expect(200);
    begun.elapsed()
}

/// How long each answer took, asked for by all visitors at once.
fn visitors(site: &Site, who: &Who, path: &str) -> Vec<Duration> {
    site.together(VISITORS, ROUNDS, who, path)
}
