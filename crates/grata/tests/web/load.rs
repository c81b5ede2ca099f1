//! How long pages take with 10,000 photos, 2,000 people and 50 visitors at once. Says figures and judges
//! none: `cargo nextest run --release --workspace --test web --run-ignored only --no-capture -E 'test(load)'`.

use std::time::{Duration, Instant};

use grata::work::releasing;
use grata_core::audit::entry::EventKind;
use grata_core::consent::ActKind;
use grata_core::digest::Digest;
use grata_core::geometry::Size;
use grata_core::id::{FaceId, PhotoId, ReleaseId, RenditionId};
use grata_core::photo::{Face, Found, Photo, PhotoDigest, Review};
use grata_core::release::{Planned, plan_photo};
use grata_core::subject::Age;
use grata_core::tag::TagKind;
use grata_store::queries::accounts::Role;
use grata_store::queries::releases::{NewRendition, Release};
use grata_store::vault::KeyName;

use crate::serving::get_as;
use crate::site::{Site, Who};
use crate::support::{event, now, until};
use crate::world::{World, region};

pub const TESTS: &[(&str, fn())] = &[("load_of_10_000_photos_and_50_visitors", load)];

const PHOTOS: u32 = 10_000;
const PEOPLE: usize = 2_000;
const VISITORS: usize = 50;
const ROUNDS: usize = 10;
/// How long somebody looks at a page before they ask for the next one, on average.
const PAUSE: Duration = Duration::from_secs(1);

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
        tx.commit(event(EventKind::PhotosAdded)).unwrap();
        if number % 4 == 0 {
            world.house.tag(&photo, 0, TagKind::Is(people[number as usize % PEOPLE])).unwrap();
        }
    }
    let site = Site::over(world);
    let (owner, anna) = (site.staff(Role::Owner), site.person(site.world.anna));
    let album = format!("/desk/albums/{}", site.world.album);
    // Plans every photo again each time: alone, it says how long that is.
    println!("release          alone {:5} ms", timed(&site, &owner, &format!("{album}/release")).as_millis());
    let photo = site.store.read().unwrap().photos_in(site.world.album).unwrap()[77];
    let guest = site.guest();
    released(&site);
    let preview = format!("/desk/photos/{}/preview/grid", site.photo);
    site.get(&owner, &preview).expect(200);
    println!(
        "ms a page            alone | {VISITORS} who read for a second: median, 99 % | without a pause: the same"
    );
    for (name, who, path) in [
        ("albums", &owner, "/desk".to_string()),
        ("album", &owner, album.clone()),
        ("photo", &owner, format!("/desk/photos/{photo}")),
        ("thumbnail", &owner, preview),
        ("pick", &owner, format!("{album}/people?q=pe")),
        ("people", &owner, "/desk/people".into()),
        ("a person's page", &anna, "/me".into()),
        ("gallery", &guest, "/gallery".into()),
        ("gallery by number", &guest, "/gallery?code=77".into()),
        ("status", &Who::Nobody, "/status".into()),
        ("front", &Who::Nobody, "/".into()),
    ] {
        let alone = timed(&site, who, &path);
        let reading = visits(&site, who, &path, PAUSE);
        let rushing = visits(&site, who, &path, Duration::ZERO);
        println!(
            "{name:18} {:7.1} | {:7.1} {:7.1} | {:7.1} {:7.1}",
            ms(alone),
            ms(share(&reading, 50)),
            ms(share(&reading, 99)),
            ms(share(&rushing, 50)),
            ms(share(&rushing, 99))
        );
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn share(sorted: &[Duration], of: usize) -> Duration {
    sorted[(sorted.len() * of / 100).min(sorted.len() - 1)]
}

fn timed(site: &Site, who: &Who, path: &str) -> Duration {
    site.get(who, path).expect(200);
    let begun = Instant::now();
    site.get(who, path).expect(200);
    begun.elapsed()
}

/// How long each answer took over loopback, from connecting to the last byte, the quickest first. Each
/// visitor pauses for as long before every page, on average.
fn visits(site: &Site, who: &Who, path: &str, pause: Duration) -> Vec<Duration> {
    let cookie = who.cookie().unwrap_or_default();
    let mut times: Vec<Duration> = site.served(std::net::TcpListener::bind("127.0.0.1:0").unwrap(), |base| {
        let address = base.trim_start_matches("http://");
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..VISITORS)
                .map(|visitor| {
                    let cookie = &cookie;
                    scope.spawn(move || {
                        let visit = |round: usize| {
                            // Each at a time of their own, evenly from none to twice the pause.
                            let share = (visitor * 37 + round * 61) % 100;
                            std::thread::sleep(pause * share as u32 / 50);
                            let begun = Instant::now();
                            let answer = get_as(address, path, cookie);
                            let took = begun.elapsed();
                            assert!(answer.starts_with("HTTP/1.1 200"), "{}", answer.lines().next().unwrap());
                            took
                        };
                        (0..ROUNDS).map(visit).collect::<Vec<_>>()
                    })
                })
                .collect();
            all.into_iter().flat_map(|visitor| visitor.join().unwrap()).collect()
        })
    });
    times.sort();
    times
}

/// Everything is out on the website, as if it had been made; one photo in a hundred has number 77.
fn released(site: &Site) {
    let publish = site.world.website();
    let release = Release {
        id: ReleaseId::random(&mut site.store.rng()),
        publish: publish.clone(),
        recipient: releasing::RECIPIENT.into(),
        begun_at: now(),
    };
    let mut tx = site.store.begin(now()).unwrap();
    tx.insert_release(&release).unwrap();
    tx.commit(event(EventKind::Released)).unwrap();
    for (number, photo) in
        site.store.read().unwrap().photos_in(publish.album).unwrap().into_iter().enumerate()
    {
        let mut tx = site.store.begin(site.now()).unwrap();
        let case = tx.photo_case(photo).unwrap();
        let planned = plan_photo(&case.photo, &publish, &case.evidence(tx.age_rules()), site.now());
        let Planned::Leaves(plan) = planned else { continue };
        let file_name = format!("{number:032x}.jpg");
        let sha256 = Digest::of(file_name.as_bytes());
        let id = RenditionId::random(&mut site.store.rng());
        tx.insert_rendition(&NewRendition { id, release: release.id, file_name, sha256 }, plan, &[]).unwrap();
        if number % 100 == 0 {
            tx.insert_code(publish.album, photo, &"77".parse().unwrap()).unwrap();
        }
        tx.commit(event(EventKind::Released)).unwrap();
    }
}
