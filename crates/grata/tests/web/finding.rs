//! Finding in a gallery by number, code and time: without a face, among what the guest sees anyway (M1).

use axum::http::Method;
use grata::web::csrf;
use grata::work::{releasing, timing};
use grata_core::audit::entry::EventKind;
use grata_core::id::AlbumId;
use grata_core::purpose::{Publish, Reach};
use grata_store::blobs::BlobKey;
use grata_store::queries::accounts::Role;
use grata_store::queries::albums::Album;
use serde_json::Value;

use crate::exif;
use crate::site::{Site, Who};
use crate::support::event;
use crate::world::{painted, picture};

pub const TESTS: &[(&str, fn())] = &[
    ("m1_a_guest_finds_by_number_code_and_time", m1_a_guest_finds),
    ("pub_9_times_are_told_only_where_somebody_said_so_and_rounded", pub_9_times),
    ("pub_9_what_could_not_be_read_again_is_said", pub_9_what_could_not_be_read_again_is_said),
    ("m1_a_link_to_all_albums_leads_to_those_of_its_channel", m1_all_albums),
    ("sec_7_a_number_finds_and_lets_nobody_in", sec_7_a_number_lets_nobody_in),
    ("rts_12_what_may_not_be_shown_is_not_found", rts_12_not_found),
    ("m1_a_reviewer_puts_numbers_on_photos", m1_a_reviewer_puts_numbers),
    ("con_4_whoever_did_not_enrol_gets_the_same_file_by_number", con_4_the_same_file),
];

/// Three photos more, taken at 14:59:31, 15:02:07 and the day after at 09:10:00; their ids.
fn three_more(site: &Site) -> Vec<String> {
    let photographer = site.staff(Role::Photographer);
    ["2026:09:05 14:59:31", "2026:09:05 15:02:07", "2026:09:06 09:10:00"]
        .into_iter()
        .enumerate()
        .map(|(number, taken)| {
            // Each is another picture: the same one comes in once.
            let bytes = exif::jpeg(&painted(&[1, 2, 0][number..]), taken);
            let token = csrf::token(photographer.secret());
            let headers = [("x-csrf", token.as_str()), ("x-file-name", "run.jpg")];
            let path = format!("/desk/albums/{}/photos", site.world.album);
            let answer = site.ask(&photographer, Method::POST, &path, &headers, bytes).expect(200);
            let taken: Value = serde_json::from_slice(&answer.body).unwrap();
            taken["photo"].as_str().unwrap().to_string()
        })
        .collect()
}

fn times(site: &Site, step: &str) {
    let privacy = site.staff(Role::Privacy);
    site.post(&privacy, &format!("/desk/albums/{}/times", site.world.album), &[("times", step)]).expect(303);
    let name = timing::name(site.world.album);
    site.wait_for(|| site.works.progress(&name).is_none_or(|far| far.is_over()));
}

fn put(site: &Site, photo: &str, codes: &str) {
    let reviewer = site.staff(Role::Reviewer);
    let path = format!("/desk/photos/{photo}/codes");
    site.post(&reviewer, &path, &[("codes", codes), ("action", "add")]).expect(303);
}

/// The neutral names on a page, in order.
fn files(page: &str) -> Vec<String> {
    let names = page.split("src=\"/gallery/").skip(1);
    names.filter_map(|rest| rest.split("/small").next()).map(ToString::to_string).collect()
}

fn find(site: &Site, guest: &Who, query: &str) -> Vec<String> {
    files(&site.get(guest, &format!("/gallery{query}")).expect(200).text())
}

fn m1_a_guest_finds() {
    let site = Site::new();
    let photos = three_more(&site);
    times(&site, "quarter");
    put(&site, &photos[0], "12 0045");
    put(&site, &photos[1], "45, K7-F3");
    site.release();
    let guest = site.guest();
    let all = find(&site, &guest, "");
    assert_eq!(all.len(), 4);
    // By time: first those that have one, and the one that has none at the end.
    let [first, second, third] = [&all[0], &all[1], &all[2]];
    for (query, found) in [
        ("?code=12", vec![first]),
        ("?code=45", vec![first, second]),
        ("?code=%23045", vec![first, second]),
        ("?code=k7f3", vec![second]),
        ("?when=2026-09-05", vec![first, second]),
        ("?when=2026-09-05T14", vec![first]),
        ("?when=2026-09-06", vec![third]),
        ("?code=45&when=2026-09-05T15", vec![second]),
        ("?code=12&when=2026-09-06", vec![]),
        ("?code=99", vec![]),
    ] {
        assert_eq!(find(&site, &guest, query).iter().collect::<Vec<_>>(), found, "{query}");
    }
    // What is no number is said, and hides nothing; a time that is not in the list is none.
    for (query, said) in [
        ("?code=Anna", "Photos are not found by names."),
        ("?code=%F0%9F%98%80", "letters from A to Z"),
        ("?code=12345678901234567", "16 letters"),
        ("?when=%27%20OR%201", ""),
        ("?when=2031-01-01", ""),
    ] {
        let page = site.get(&guest, &format!("/gallery{query}")).expect(200).text();
        assert!(page.contains(said) && files(&page) == all, "{query}");
    }
    let none = site.get(&guest, "/gallery?code=99").expect(200).text();
    assert!(none.contains("No photo here fits") && none.contains("href=\"/gallery\""));
    // From one that was found to the next that was found.
    let page = site.get(&guest, &format!("/gallery/{first}/view?code=45")).expect(200).text();
    assert!(page.contains("Photo 1 of 2") && page.contains(&format!("/gallery/{second}/view?code=45")));
    assert!(!page.contains("rel=\"prev\""));
    site.get(&guest, &format!("/gallery/{third}/view?code=45")).expect(404);
    site.get(&guest, "/gallery/never.jpg/view").expect(404);
}

fn pub_9_times() {
    let site = Site::new();
    three_more(&site);
    site.release();
    let guest = site.guest();
    let told = |site: &Site| site.get(&guest, "/gallery").expect(200).text();
    let page = told(&site);
    assert!(!page.contains("name=\"when\"") && !page.contains("role=\"search\"") && !page.contains("14:"));
    for (step, says, says_not) in [
        (
            "quarter",
            vec!["about 14:45", "about 15:00", "about 09:00", "14:00–15:00 (1)"],
            vec!["14:59", "15:02"],
        ),
        ("hour", vec!["14:00 to 15:00", "15:00 to 16:00"], vec!["14:45", "14:59", "about"]),
        ("day", vec!["5 September 2026 (2)", "6 September 2026 (1)"], vec!["14:", "15:", "09:"]),
        ("off", vec![], vec!["2026 (", "14:"]),
    ] {
        times(&site, step);
        let page = told(&site);
        for words in says {
            assert!(page.contains(words), "{step}: {words}");
        }
        for words in says_not {
            assert!(!page.contains(words), "{step}: {words}");
        }
    }
    // Only who answers for privacy says so.
    let path = format!("/desk/albums/{}/times", site.world.album);
    for role in [Role::Photographer, Role::Reviewer, Role::Publisher] {
        site.post(&site.staff(role), &path, &[("times", "hour")]).expect(403);
    }
    let privacy = site.staff(Role::Privacy);
    site.post(&privacy, &path, &[("times", "second")]).expect(422);
    assert_eq!(site.store.read().unwrap().times_of(site.world.album).unwrap(), None);
}

/// Photos whose times could not be read again are counted on the album's page, with the reasons.
fn pub_9_what_could_not_be_read_again_is_said() {
    let site = Site::new();
    three_more(&site);
    times(&site, "hour");
    let privacy = site.staff(Role::Privacy);
    let album = format!("/desk/albums/{}", site.world.album);
    let page = || site.get(&privacy, &album).expect(200).text();
    assert!(!page().contains("could not be read again"));
    site.store.blobs().delete(BlobKey::Original(site.photo)).unwrap();
    times(&site, "quarter");
    let page = page();
    let said = page.split("<section class=\"problem\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(said.contains("when 1 photo was taken") && said.contains("<li>1 × "), "{said}");
    assert!(said.split("<li>1 × ").nth(1).unwrap().split('<').next().unwrap().len() > 10, "a reason: {said}");
}

/// Another album with one photo of its own, released to the website; its id and the photo's neutral name.
fn another_album(site: &Site) -> (String, String) {
    let album = AlbumId::random(&mut site.store.rng());
    let mut tx = site.store.begin(site.now()).unwrap();
    let here = tx.album(site.world.album).unwrap().unwrap();
    let notice = tx.notice(here.id).unwrap().unwrap();
    tx.insert_album(&Album { id: album, title: "City run".into(), ..here }, &notice).unwrap();
    tx.commit(event(EventKind::AlbumCreated)).unwrap();
    let photographer = site.staff(Role::Photographer);
    let token = csrf::token(photographer.secret());
    let headers = [("x-csrf", token.as_str()), ("x-file-name", "run.jpg")];
    let bytes = picture(&[2, 2]);
    site.ask(&photographer, Method::POST, &format!("/desk/albums/{album}/photos"), &headers, bytes)
        .expect(200);
    let publish = Publish { album, channel: site.world.website().channel };
    releasing::release(&site.works, &site.store, site.pages.cx(), &publish).unwrap();
    site.wait_for(|| site.works.progress(&releasing::name(&publish)).unwrap().is_over());
    let reader = site.store.read().unwrap();
    let file = releasing::showable(&reader, &publish, site.pages.cx()).unwrap().remove(0).file_name;
    (album.to_string(), file)
}

fn m1_all_albums() {
    let site = Site::new();
    let here = site.release().remove(0);
    let (album, there) = another_album(&site);
    let (all, one) = (site.guest_of(Reach::AllAlbums), site.guest());
    let page = site.get(&all, "/gallery").expect(200).text();
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("City run") < at("Match of 5 September"), "by title");
    for (album, file) in [(site.world.album.to_string(), &here), (album.clone(), &there)] {
        assert!(page.contains(&format!("/gallery?album={album}")));
        let gallery = site.get(&all, &format!("/gallery?album={album}")).expect(200).text();
        assert_eq!(&files(&gallery)[..], std::slice::from_ref(file));
        assert!(gallery.contains(&format!("/gallery/{file}/view?album={album}")));
        site.get(&all, &format!("/gallery/{file}/view?album={album}")).expect(200);
        site.get(&all, &format!("/gallery/{file}")).expect(200);
    }
    // The link of one album leads to that one, whatever stands in the address.
    assert_eq!(files(&site.get(&one, &format!("/gallery?album={album}")).expect(200).text()), [here]);
    site.get(&one, &format!("/gallery/{there}")).expect(404);
    site.get(&one, &format!("/gallery/{there}/view?album={album}")).expect(404);
    for nowhere in ["/gallery?album=7", "/gallery?album=00000000-0000-4000-8000-000000000000"] {
        site.get(&all, nowhere).expect(404);
    }
    // Another channel's photos are behind another link (CON-11): nothing is out there.
    let publisher = site.staff(Role::Publisher);
    let share = format!("/desk/albums/{album}/share");
    site.post(&publisher, &share, &[("channel", "print"), ("reach", "all")]).expect(409);
    let made = site.post(&publisher, &share, &[("channel", "website"), ("reach", "all")]).expect(200).text();
    let link = made.split("/g#").nth(1).unwrap().split('"').next().unwrap().to_string();
    let made = Who::Guest(link);
    assert!(site.get(&made, "/gallery").expect(200).text().contains("City run"));
    // It stands on every album of the channel, and is ended from any of them.
    let path = format!("/desk/albums/{}/release?channel=website", site.world.album);
    let page = site.get(&publisher, &path).expect(200).text();
    let hash = page.split("All albums of this channel:").last().unwrap();
    let hash = hash.split("name=\"link\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/desk/albums/{}/unshare", site.world.album);
    site.post(&publisher, &path, &[("channel", "website"), ("link", hash)]).expect(303);
    assert_ne!(site.get(&made, "/gallery").status, 200);
    site.get(&all, "/gallery").expect(200);
}

fn sec_7_a_number_lets_nobody_in() {
    let site = Site::new();
    let photos = three_more(&site);
    put(&site, &photos[0], "12");
    site.release();
    let anna = site.person(site.world.anna);
    for who in [Who::Nobody, anna, Who::Guest("0".repeat(64))] {
        let without = site.get(&who, "/gallery");
        let with = site.get(&who, "/gallery?code=12");
        assert_ne!(with.status, 200);
        assert_eq!((with.status, with.text()), (without.status, without.text()));
    }
}

fn rts_12_not_found() {
    let site = Site::new();
    let photos = three_more(&site);
    put(&site, &photos[0], "12");
    site.release();
    let guest = site.guest();
    let found = find(&site, &guest, "?code=12");
    assert_eq!(found.len(), 1);
    let whole = [("x", "0"), ("y", "0"), ("width", "480"), ("height", "320")];
    site.post(&Who::Nobody, &format!("/object/{}", found[0]), &whole).expect(303);
    assert_eq!(find(&site, &guest, "?code=12"), Vec::<String>::new());
    site.get(&guest, &format!("/gallery/{}/view", found[0])).expect(404);
}

fn m1_a_reviewer_puts_numbers() {
    let site = Site::new();
    let photos = three_more(&site);
    let reviewer = site.staff(Role::Reviewer);
    let path = format!("/desk/photos/{}/codes", photos[0]);
    let token = csrf::token(reviewer.secret());
    let send = |fields: &[(&str, &str)]| {
        let headers = [("x-csrf", token.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        site.ask(
            &reviewer,
            Method::POST,
            &path,
            &headers,
            serde_urlencoded::to_string(fields).unwrap().into(),
        )
    };
    let part = send(&[("codes", "7 11"), ("action", "add")]).expect(200).text();
    assert!(part.contains("Take 7 off") && part.contains("Take 11 off"), "{part}");
    // A name among them: none is put on.
    let said = send(&[("codes", "13 Anna"), ("action", "add")]).expect(422).text();
    assert!(said.contains("not found by names"), "{said}");
    assert!(!send(&[("codes", "7"), ("action", "remove")]).expect(200).text().contains("Take 7 off"));
    send(&[("codes", "7"), ("action", "remove")]).expect(404);
    let codes = |photo: &str| {
        let reader = site.store.read().unwrap();
        let codes = reader.codes_on(photo.parse().unwrap()).unwrap();
        codes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(codes(&photos[0]), ["11"]);
    // Runners come in groups: what stands on the photo before is offered for the next one.
    let reader = site.store.read().unwrap();
    let order = reader.photos_in(site.world.album).unwrap();
    drop(reader);
    let at = order.iter().position(|id| id.to_string() == photos[0]).unwrap();
    if let Some(next) = order.get(at + 1) {
        assert!(
            site.get(&reviewer, &format!("/desk/photos/{next}"))
                .expect(200)
                .text()
                .contains("photo before: 11")
        );
    }
    for role in [Role::Photographer, Role::Publisher, Role::Privacy] {
        site.post(&site.staff(role), &path, &[("codes", "1"), ("action", "add")]).expect(403);
    }
}

fn con_4_the_same_file() {
    let site = Site::new();
    let photos = three_more(&site);
    put(&site, &photos[0], "12");
    site.release();
    let guest = site.guest();
    let by_number = find(&site, &guest, "?code=12").remove(0);
    assert!(find(&site, &guest, "").contains(&by_number));
    let bytes = site.get(&guest, &format!("/gallery/{by_number}")).expect(200).body;
    let reader = site.store.read().unwrap();
    let kept = reader.rendition_called(&by_number).unwrap().unwrap();
    assert_eq!(
        grata_core::digest::Digest::of(&bytes),
        kept.sha256,
        "the finished photo itself, at full size"
    );
}
