//! The desk: photos in, faces named, photos out.

use std::io::Cursor;

use axum::http::Method;
use grata::web::csrf;
use grata_core::audit::entry::EventKind;
use grata_core::id::PhotoId;
use grata_core::photo::{Photo, Review};
use grata_store::queries::accounts::Role;
use grata_store::vault::KeyName;
use image::{ImageReader, Rgb};
use serde_json::Value;

use crate::site::{Answer, Site, Who};
use crate::support::event;
use crate::world::{SIZE, picture};

pub const TESTS: &[(&str, fn())] = &[
    ("pub_5_a_photo_comes_in_and_its_picture_hides_everybody", pub_5_a_photo_comes_in),
    ("pub_1_a_reviewer_names_adds_and_undoes", pub_1_a_reviewer_names_adds_and_undoes),
    ("pub_1_before_and_after_is_what_a_release_would_show", pub_1_before_and_after),
    ("sec_5_a_reviewer_picks_from_the_people_of_the_album", sec_5_a_reviewer_picks_from_the_album),
    ("rts_10_a_frozen_face_is_hidden_from_reviewers_too", rts_10_a_frozen_face_is_hidden_from_reviewers_too),
    ("pub_8_a_zip_holds_the_finished_photos_under_neutral_names", pub_8_a_zip),
    ("pub_7_a_release_is_brought_up_to_date_in_both_directions", pub_7_brought_up_to_date),
    ("con_12_a_form_without_evidence_is_refused", con_12_a_form_without_evidence_is_refused),
    ("an_album_says_everything_before_a_photo_comes_in", col_2_an_album_is_complete),
    ("abu_11_whoever_sends_a_removed_photo_learns_that_it_stays_out", abu_11_a_removed_photo),
    ("the_next_photo_is_shown_for_the_same_channel", the_same_channel),
    ("the_second_page_of_an_album_keeps_its_filter", the_second_page),
];

/// The squares that can be seen in a picture of the group, whatever its size: 0 red, 1 green, 2 blue.
pub fn colours(bytes: &[u8]) -> Vec<usize> {
    let image =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().decode().unwrap().to_rgb8();
    let (width, height) = image.dimensions();
    (0..3)
        .filter(|number| {
            let Rgb(pixel) = *image.get_pixel((80 + 144 * *number as u32) * width / 480, 160 * height / 320);
            (0..3).any(|channel| {
                pixel[channel] > 170 && (0..3).all(|other| other == channel || pixel[other] < 100)
            })
        })
        .collect()
}

fn upload(site: &Site, who: &Who, bytes: Vec<u8>) -> Answer {
    let token = csrf::token(who.secret());
    let headers = [("x-csrf", token.as_str()), ("x-file-name", "Anna%20au%20match.jpg")];
    let path = format!("/desk/albums/{}/photos", site.world.album);
    site.ask(who, Method::POST, &path, &headers, bytes)
}

fn pub_5_a_photo_comes_in() {
    let site = Site::new();
    let photographer = site.staff(Role::Photographer);
    let bytes = picture(&[1, 2]);
    let taken: Value =
        serde_json::from_slice(&upload(&site, &photographer, bytes.clone()).expect(200).body).unwrap();
    assert_eq!(taken["faces"], 2, "{taken}");
    let photo = taken["photo"].as_str().unwrap().to_string();
    for size in ["grid", "large"] {
        let answer = site.get(&photographer, &format!("/desk/photos/{photo}/preview/{size}")).expect(200);
        assert_eq!((answer.kind(), colours(&answer.body)), ("image/jpeg", vec![]), "{size}");
    }
    // Who adds photos does not see who is in them.
    site.get(&photographer, &format!("/desk/photos/{photo}/review")).expect(403);
    let again: Value = serde_json::from_slice(&upload(&site, &photographer, bytes).expect(200).body).unwrap();
    assert_eq!((&again["photo"], &again["is_failure"]), (&Value::Null, &Value::Bool(false)));
    let broken: Value =
        serde_json::from_slice(&upload(&site, &photographer, b"no picture".to_vec()).expect(200).body)
            .unwrap();
    assert_eq!(broken["is_failure"], true);
}

fn pub_1_a_reviewer_names_adds_and_undoes() {
    let site = Site::new();
    let reviewer = site.staff(Role::Reviewer);
    let page = format!("/desk/photos/{}", site.photo);
    let text = |site: &Site| site.get(&reviewer, &page).expect(200).text();
    let before = text(&site);
    assert!(before.contains("Shown: said yes (Website)") && before.contains("Hidden: has not answered"));
    assert!(before.contains("Hidden: nobody has said who this is"));
    let face = site.store.read().unwrap().photo(site.photo).unwrap().unwrap().faces[2].id.to_string();
    let say = |fields: &[(&str, &str)]| {
        let fields = [&[("face", face.as_str())], fields].concat();
        site.post(&reviewer, &format!("{page}/faces"), &fields)
    };
    // Two letters that only one person of the album has.
    say(&[("action", "is"), ("name", "ka")]).expect(303);
    assert_eq!(text(&site).matches("Shown: said yes (Website)").count(), 2);
    say(&[("action", "undo")]).expect(303);
    assert_eq!(text(&site).matches("Shown: said yes (Website)").count(), 1, "undone");
    say(&[("action", "none")]).expect(303);
    assert!(text(&site).contains("A reviewer said that this is no face."));
    let place = [("x", "10"), ("y", "10"), ("width", "40"), ("height", "40")];
    site.post(&reviewer, &format!("{page}/add-face"), &place).expect(303);
    assert!(text(&site).contains("4 faces"));
    site.post(
        &reviewer,
        &format!("{page}/add-face"),
        &[("x", "9999"), ("y", "0"), ("width", "9"), ("height", "9")],
    )
    .expect(422);
}

/// What a release would show, before there is one: Anna said yes to the website, and to nothing else.
fn pub_1_before_and_after() {
    let site = Site::new();
    let reviewer = site.staff(Role::Reviewer);
    let seen = |channel: &str| {
        colours(&site.get(&reviewer, &format!("/desk/photos/{}/as/{channel}", site.photo)).expect(200).body)
    };
    assert_eq!((seen("website"), seen("print")), (vec![0], vec![]));
}

fn sec_5_a_reviewer_picks_from_the_album() {
    let site = Site::new();
    site.person(site.world.ben);
    let stranger = site.stranger("Annabel Elsewhere");
    let reviewer = site.staff(Role::Reviewer);
    let pick = |letters: &str| -> Vec<String> {
        let path = format!("/desk/albums/{}/people?q={letters}", site.world.album);
        let found: Value = serde_json::from_slice(&site.get(&reviewer, &path).expect(200).body).unwrap();
        found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(pick("a"), Vec::<String>::new(), "one letter suggests nobody");
    // Somebody who was never asked about this album is not among its people.
    assert_eq!(pick("an"), [crate::world::ANNA]);
    assert_eq!(pick("exa"), [crate::world::BEN]);
    let face = site.store.read().unwrap().photo(site.photo).unwrap().unwrap().faces[2].id.to_string();
    let person = stranger.to_string();
    let fields = [("face", face.as_str()), ("action", "is"), ("person", person.as_str())];
    site.post(&reviewer, &format!("/desk/photos/{}/faces", site.photo), &fields).expect(404);
}

fn rts_10_a_frozen_face_is_hidden_from_reviewers_too() {
    let site = Site::new();
    let (anna, reviewer) = (site.person(site.world.anna), site.staff(Role::Reviewer));
    let seen = |site: &Site| {
        colours(&site.get(&reviewer, &format!("/desk/photos/{}/review", site.photo)).expect(200).body)
    };
    assert_eq!(seen(&site), [0, 1, 2]);
    site.post(&anna, "/me/object", &[("wish", "freeze")]).expect(303);
    assert_eq!(seen(&site), [1, 2]);
}

fn pub_8_a_zip() {
    let site = Site::new();
    let files = site.release();
    let publisher = site.staff(Role::Publisher);
    let answer = site.get(&publisher, &format!("/desk/albums/{}/zip/website", site.world.album)).expect(200);
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.body)).unwrap();
    assert_eq!(zip.file_names().map(|name| name.unwrap().to_string()).collect::<Vec<_>>(), files);
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_index(0).unwrap(), &mut bytes).unwrap();
    assert_eq!(colours(&bytes), [0], "Anna said yes; Ben and the stranger did not");
    // Nothing is out through another channel.
    site.get(&publisher, &format!("/desk/albums/{}/zip/print", site.world.album)).expect(404);
}

fn pub_7_brought_up_to_date() {
    let site = Site::new();
    let first = site.release();
    assert_eq!(site.release(), first, "nothing has changed, so nothing is made anew");
    let ben = site.person(site.world.ben);
    site.post(&ben, "/me/answer", &[("purpose", "publish:website"), ("answer", "yes")]).expect(303);
    let second = site.release();
    assert_ne!(second, first);
    let guest = site.guest();
    let shown = colours(&site.get(&guest, &format!("/gallery/{}", second[0])).expect(200).body);
    assert_eq!(shown, [0, 1]);
    site.get(&guest, &format!("/gallery/{}", first[0])).expect(404);
}

fn con_12_a_form_without_evidence_is_refused() {
    let site = Site::new();
    site.person(site.world.ben);
    let privacy = site.staff(Role::Privacy);
    let (album, page) = (site.world.album.to_string(), format!("/desk/people/{}", site.world.ben));
    let record = |signed_on, reference, channel| {
        let fields = [
            ("album", album.as_str()),
            ("channel", channel),
            ("answer", "yes"),
            ("signed_on", signed_on),
            ("reference", reference),
        ];
        site.post(&privacy, &format!("{page}/paper"), &fields).status.as_u16()
    };
    assert_eq!(record("2026-09-30", " ", "website"), 422);
    assert_eq!(record("2027-09-30", "folder 3", "website"), 422);
    // Comparison is never recorded from a form.
    assert_eq!(record("2026-09-30", "folder 3", "find"), 422);
    assert_eq!(record("2026-09-30", "folder 3", "website"), 303);
    // The person sees that it was a form, and says that it was not theirs.
    let ben = site.person(site.world.ben);
    assert!(site.get(&ben, "/me").text().contains("That was not me"));
    site.post(&ben, "/me/answer", &[("purpose", "publish:website"), ("answer", "not-mine")]).expect(303);
    assert!(site.get(&ben, "/me").text().contains("You said that the form was not yours: hidden."));
}

fn col_2_an_album_is_complete() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let make = |source, keep_until| {
        let fields = [
            ("title", "Race"),
            ("controller", "Club"),
            ("source", source),
            ("purpose", "news"),
            ("contact", "here"),
            ("audience", "everyone"),
            ("keep_until", keep_until),
        ];
        site.post(&owner, "/desk/new-album", &fields).status.as_u16()
    };
    assert_eq!(make("web", "2030-01-01"), 422);
    assert_eq!(make("", "2030-01-01"), 422);
    assert_eq!(make("our photographer", "2020-01-01"), 422);
    assert_eq!(site.store.read().unwrap().albums().unwrap().len(), 1);
    assert_eq!(make("our photographer", "2030-01-01"), 303);
}

/// What came of sending a photo.
fn sent(site: &Site, who: &Who, bytes: Vec<u8>) -> Value {
    serde_json::from_slice(&upload(site, who, bytes).expect(200).body).unwrap()
}

fn abu_11_a_removed_photo() {
    let site = Site::new();
    let photographer = site.staff(Role::Photographer);
    let bytes = picture(&[1, 2]);
    let taken = sent(&site, &photographer, bytes.clone());
    let photo: PhotoId = taken["photo"].as_str().unwrap().parse().unwrap();
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.delete_photo(photo, true).unwrap();
    tx.commit(event(EventKind::PhotoRemoved)).unwrap();
    let again = sent(&site, &photographer, bytes);
    assert!(again["words"].as_str().unwrap().contains("stays out"), "{again}");
    assert_eq!(again["is_failure"], true, "it stays in the list: {again}");
}

fn the_same_channel() {
    let site = Site::new();
    let (photographer, reviewer) = (site.staff(Role::Photographer), site.staff(Role::Reviewer));
    let taken = sent(&site, &photographer, picture(&[1, 2]));
    let other = taken["photo"].as_str().unwrap();
    let page = format!("/desk/photos/{}", site.photo);
    let there = format!("/desk/photos/{other}?channel=print");
    let text = site.get(&reviewer, &format!("{page}?channel=print")).expect(200).text();
    assert!(text.contains(&format!("href=\"{there}\"")), "{text}");
    let done = |channel: &str| {
        let fields = [("next", other), ("channel", channel)];
        site.post(&reviewer, &format!("{page}/reviewed"), &fields).expect(303).location().to_string()
    };
    assert_eq!(done("print"), there);
    assert_eq!(done("no channel"), format!("/desk/photos/{other}"));
}

fn the_second_page() {
    let site = Site::new();
    let mut tx = site.store.begin(site.now()).unwrap();
    for number in 0..201_u32 {
        let id = PhotoId::random(&mut site.store.rng());
        site.store.vault().create(KeyName::Photo(id)).unwrap();
        let photo = Photo {
            id,
            album: site.world.album,
            file: site.store.file_digest(&number.to_be_bytes()),
            pixels: None,
            size: SIZE,
            faces: Vec::new(),
            review: Review::Doubtful,
        };
        tx.insert_photo(&photo, "photo.jpg").unwrap();
    }
    tx.commit(event(EventKind::PhotosAdded)).unwrap();
    let reviewer = site.staff(Role::Reviewer);
    let page = format!("/desk/albums/{}", site.world.album);
    let text = |query: &str| site.get(&reviewer, &format!("{page}{query}")).expect(200).text();
    assert!(text("?state=doubtful").contains(&format!("href=\"{page}?page=2&amp;state=doubtful\"")));
    assert!(text("").contains(&format!("href=\"{page}?page=2\"")));
    assert_eq!(text("?page=2&state=doubtful").matches("class=\"tile-words\"").count(), 1);
}
