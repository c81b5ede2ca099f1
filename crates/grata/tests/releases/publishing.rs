//! `grata release`.

use std::fs;

use grata_core::geometry::PixelRect;
use grata_core::id::NotMeId;
use grata_core::photo::Review;
use grata_core::tag::{NotMe, TagKind};
use serde_json::Value;

use crate::support::{event, now};
use crate::world::{ALBUM, ANNA, LATER, SIZE, World, picture_with, region, seen};

pub const TESTS: &[(&str, fn())] = &[
    ("pub_1_con_11_a_plan_says_for_each_face_whether_it_would_be_shown_and_why", a_plan_says_why),
    ("pub_1_exactly_who_said_yes_can_be_seen_and_only_in_that_channel", exactly_who_said_yes),
    ("pub_8_nothing_in_the_folder_says_who_or_what_is_in_it", names_are_neutral),
    ("pub_1_pub_7_a_face_that_only_the_last_look_sees_is_hidden_for_good", a_missed_face_is_hidden),
    ("pub_1_one_before_a_shown_face_fails_its_photo_and_no_other", an_unknown_face_before_a_shown_one),
    ("pub_1_a_worker_that_dies_publishes_nothing", a_dying_worker),
    ("pub_1_doubtful_photos_wait_and_no_face_is_not_hidden", doubtful_and_no_face),
    ("an_interrupted_release_is_finished_by_the_same_command", an_interrupted_release),
    ("con_5_what_was_withdrawn_in_between_is_gone_from_the_folder", withdrawn_in_between),
    ("rts_7_not_me_hides_whatever_the_tags_say", not_me_hides),
    ("a_release_keeps_to_its_folder", a_release_keeps_to_its_folder),
    ("rts_13_a_person_can_see_where_they_were_shown", a_person_is_told),
    ("wrong_usage_does_nothing", wrong_usage),
];

fn a_plan_says_why() {
    let mut world = World::new();
    world.group_photo();
    let plan = world.run(&["release", "plan", ALBUM, "--channel", "website", "--json"]).expect(0);
    let faces = plan.lines[0]["faces"].as_array().unwrap();
    let said: Vec<(&str, Option<&str>)> =
        faces.iter().map(|face| (face["treatment"].as_str().unwrap(), face["reason"].as_str())).collect();
    assert_eq!(said, [("shown", None), ("hidden", Some("never-asked")), ("hidden", Some("unknown"))]);
    assert_eq!(faces[0]["person"], world.anna.to_string());
    assert!(!plan.output.contains(ANNA) && !plan.errors.contains(ANNA), "names only if asked for");
    let print = world.run(&["release", "plan", ALBUM, "--channel", "print", "--names"]).expect(0);
    assert!(print.output.contains(ANNA) && print.output.contains("never asked"), "{}", print.output);
    assert!(print.errors.contains("0 faces shown"), "{}", print.errors);
    assert_eq!(world.store().read().unwrap().releases_of(world.album).unwrap(), []);
}

fn exactly_who_said_yes() {
    let mut world = World::new();
    let photo = world.group_photo();
    let made = world.release("website").expect(0);
    assert_eq!(made.lines[0]["status"], "released");
    let [file] = &world.finished("website")[..] else { panic!() };
    assert_eq!(seen(file), [0], "Anna alone");
    let live = &world.live(photo.id)[0];
    assert_eq!(live.rendition.shown, [(photo.faces[0].id, world.anna)]);
    assert_eq!(file.file_name().unwrap().to_str(), Some(live.file_name.as_str()));
    // Her yes is for the website; nothing but the website shows her.
    let print = world.run(&["release", "make", ALBUM, "--channel", "print", "--out", "print"]);
    print.expect(0);
    assert_eq!(seen(&world.finished("print")[0]), [0; 0]);
    assert!(world.run(&["log", "verify"]).expect(0).output.contains("verifies"));
}

fn names_are_neutral() {
    let mut world = World::new();
    world.group_photo();
    world.release("website").expect(0);
    for entry in fs::read_dir(world.path("website")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = path.file_name().unwrap().as_encoded_bytes().to_vec();
        bytes.extend(fs::read(&path).unwrap());
        for canary in ["Kanarienvogel", "IMG_", "match", "Match", &world.anna.to_string()] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
        }
    }
    let manifest: Value =
        serde_json::from_slice(&fs::read(world.path("website/release.json")).unwrap()).unwrap();
    assert_eq!(manifest["complete"], true);
    assert_eq!(manifest["files"].as_array().unwrap().len(), 1);
}

fn a_missed_face_is_hidden() {
    let mut world = World::new();
    // Anna may be seen; the stranger beside her was missed when the photo was added.
    let missed = world.photo(&[0, 2], 1);
    world.house.tag(&missed, 0, TagKind::Is(world.anna)).unwrap();
    let made = world.release("website").expect(0);
    assert_eq!((&made.lines[0]["shown"], &made.lines[0]["hidden"]), (&1.into(), &1.into()));
    assert_eq!(seen(&world.finished("website")[0]), [0], "Anna alone");
    // It is on record, and stays hidden in whatever is made of the photo from now on.
    let hidden = world.live(missed.id)[0].rendition.hidden.clone();
    let stranger = PixelRect::new(48 + 144, 128, 64, 64);
    assert_eq!(hidden[0].region.rect.intersection(stranger), Some(stranger));
    assert_eq!(world.store().read().unwrap().hidden_before(missed.id).unwrap(), hidden);
    world.run(&["recall", "--dry-run"]).expect(0);
    let plan = world.run(&["release", "plan", ALBUM, "--channel", "print", "--json"]).expect(0);
    let reasons: Vec<_> =
        plan.lines[0]["faces"].as_array().unwrap().iter().map(|face| face["reason"].clone()).collect();
    assert_eq!(reasons, ["never-asked", "unknown"]);
    world.run(&["release", "make", ALBUM, "--channel", "print", "--out", "print"]).expect(0);
    assert!(world.live(missed.id).iter().all(|live| live.rendition.hidden.contains(&hidden[0])));
    // It is a face of the photo now: somebody can say who that is, and that person can say yes.
    let photo = world.store().read().unwrap().photo(missed.id).unwrap().unwrap();
    assert_eq!(hidden[0].face, Some(photo.faces[1].id));
    world.house.tag(&photo, 1, TagKind::Is(world.ben)).unwrap();
    world.say(world.ben, true);
    world.release("both").expect(0);
    assert_eq!(seen(&world.finished("both")[0]), [0, 1], "both places");
}

fn an_unknown_face_before_a_shown_one() {
    let mut world = World::new();
    let good = world.group_photo();
    // Somebody small stands before Anna; whoever hides them hides a part of her.
    let before = world.photo_of(&picture_with(&[0], PixelRect::new(116, 144, 32, 32)), SIZE, vec![region(0)]);
    world.house.tag(&before, 0, TagKind::Is(world.anna)).unwrap();
    let made = world.release("website").expect(2);
    let line = made.lines.iter().find(|line| line["photo"] == before.id.to_string()).unwrap();
    assert_eq!(line["status"], "failed");
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.contains("can be seen at 1") && reason.contains("`grata tag add-face`"), "{reason}");
    assert_eq!(world.finished("website").len(), 1);
    assert_eq!((world.live(good.id).len(), world.live(before.id).len()), (1, 0));
    // Neither is a blob left of it: one rendition, two originals.
    assert_eq!(world.store().blobs().list().unwrap().len(), 3);
    let manifest: Value =
        serde_json::from_slice(&fs::read(world.path("website/release.json")).unwrap()).unwrap();
    assert_eq!(manifest["complete"], false);
    // Somebody looks, and does what the message says.
    let place = reason.split(" at ").nth(1).unwrap().split(", ").next().unwrap();
    world.run(&["tag", "add-face", &before.id.to_string(), place]).expect(0);
    world.release("website").expect(0);
    assert_eq!(world.live(before.id)[0].rendition.shown.len(), 1);
}

fn a_dying_worker() {
    let mut world = World::new();
    let photo = world.group_photo();
    let make = ["release", "make", ALBUM, "--channel", "website", "--out", "website", "--json"];
    let died = world.run_as("as-dying-grata", LATER, &make).expect(2);
    assert!(died.lines[0]["reason"].as_str().unwrap().contains("crash"), "{}", died.output);
    assert_eq!(world.finished("website").len() + world.live(photo.id).len(), 0);
    // Without any worker, nothing is begun.
    let releases = world.store().read().unwrap().releases_of(world.album).unwrap().len();
    let make = ["release", "make", ALBUM, "--channel", "website", "--out", "other"];
    let absent = world.run_as("as-absent-grata", LATER, &make).expect(1);
    assert!(absent.errors.contains("worker process"), "{}", absent.errors);
    assert!(!world.path("other").exists());
    assert_eq!(world.store().read().unwrap().releases_of(world.album).unwrap().len(), releases);
}

fn doubtful_and_no_face() {
    let mut world = World::new();
    let doubtful = world.group_photo();
    let statue = world.photo(&[2], 1);
    world.house.tag(&statue, 0, TagKind::NotAFace).unwrap();
    let mut tx = world.store().begin(now()).unwrap();
    tx.set_review(doubtful.id, Review::Doubtful).unwrap();
    tx.commit(event(grata_core::audit::entry::EventKind::PhotoReviewed)).unwrap();
    let made = world.release("website").expect(0);
    let mut statuses: Vec<_> = made.lines.iter().map(|line| line["status"].as_str().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["released", "withheld"]);
    // The place is the leftmost; a statue, blue, stands there.
    assert_eq!(seen(&world.finished("website")[0]), [0]);
}

fn an_interrupted_release() {
    let mut world = World::new();
    let first = world.group_photo();
    world.release("website").expect(0);
    let file = world.finished("website").remove(0);
    let bytes = fs::read(&file).unwrap();
    // As if it had stopped: one file is not there, half of another is, the manifest says so.
    fs::remove_file(&file).unwrap();
    fs::write(world.path("website/.grata-abc.part"), b"half").unwrap();
    let second = world.photo(&[0], 1);
    let again = world.release("website").expect(0);
    assert_eq!(fs::read(&file).unwrap(), bytes, "from what is on record");
    let status = |photo: grata_core::id::PhotoId| {
        again.lines.iter().find(|line| line["photo"] == photo.to_string()).unwrap()["status"].clone()
    };
    assert_eq!((status(first.id), status(second.id)), ("kept".into(), "released".into()));
    assert!(!world.path("website/.grata-abc.part").exists());
    assert_eq!(world.store().read().unwrap().releases_of(world.album).unwrap().len(), 1);
    assert_eq!(world.live(first.id).len(), 1);
}

fn withdrawn_in_between() {
    let mut world = World::new();
    let photo = world.group_photo();
    world.release("website").expect(0);
    let old = world.finished("website").remove(0);
    world.say(world.anna, false);
    world.release("website").expect(0);
    assert!(!old.exists());
    let [file] = &world.finished("website")[..] else { panic!() };
    assert_eq!(seen(file), [0; 0]);
    assert_eq!(world.live(photo.id).len(), 1);
    // PUB-7: what was hidden stays hidden, and she is hidden as well.
    assert_eq!(world.live(photo.id)[0].rendition.hidden.len(), 3);
}

fn not_me_hides() {
    let mut world = World::new();
    let photo = world.group_photo();
    let mut tx = world.store().begin(now()).unwrap();
    let id = NotMeId::random(&mut world.store().rng());
    let region = photo.faces[0].region.rect;
    let mark = NotMe { id, subject: world.anna, photo: photo.file, region, at: now(), taken_back: None };
    tx.insert_not_me(&mark).unwrap();
    tx.commit(event(grata_core::audit::entry::EventKind::NotMe)).unwrap();
    world.release("website").expect(0);
    assert_eq!(seen(&world.finished("website")[0]), [0; 0]);
}

fn a_release_keeps_to_its_folder() {
    let mut world = World::new();
    world.group_photo();
    fs::create_dir(world.path("full")).unwrap();
    fs::write(world.path("full/notes.txt"), b"mine").unwrap();
    for (out, words) in [
        ("full", "something else than a release"),
        ("photos/out", "among what grata keeps"),
        ("photos-keys", "among what grata keeps"),
        (".", "among what grata keeps"),
    ] {
        let refused = world.release(out).expect(1);
        assert!(refused.errors.contains(words), "{out}: {}", refused.errors);
    }
    assert_eq!(fs::read_dir(world.path("full")).unwrap().count(), 1);
    assert_eq!(world.store().read().unwrap().releases_of(world.album).unwrap(), []);
    // A folder belongs to one release.
    world.release("website").expect(0);
    let print = world.run(&["release", "make", ALBUM, "--channel", "print", "--out", "website"]).expect(1);
    assert!(print.errors.contains("another release"), "{}", print.errors);
}

fn a_person_is_told() {
    let mut world = World::new();
    world.group_photo();
    world.release("website").expect(0);
    let reader = world.store().read().unwrap();
    let said: Vec<String> =
        reader.log_about(world.anna).unwrap().into_iter().map(|(_, _, opening)| opening.payload).collect();
    assert!(said.iter().any(|said| said.contains("shown in a released photo")), "{said:?}");
    assert!(
        !reader.log_about(world.ben).unwrap().iter().any(|(_, _, said)| said.payload.contains("shown in"))
    );
}

fn wrong_usage() {
    let mut world = World::new();
    let cases: [(&[&str], &str); 7] = [
        (&["release", "plan", "No such album", "--channel", "website"], "no album called No such album"),
        (&["release", "plan", ALBUM, "--channel", "billboard"], "Channels are gallery"),
        (&["release", "plan", ALBUM, "--channel", "Web Site"], "small letters"),
        (
            &["release", "make", ALBUM, "--channel", "website", "--out", "o", "--recipient", "Anna B."],
            "no name",
        ),
        (&["rights", "access", "Nobody", "--out", "o"], "no such person"),
        (&["rights", "object"], "what is objected to"),
        (&["retention"], "--out"),
    ];
    for (arguments, words) in cases {
        let ran = world.run(arguments).expect(1);
        assert!(ran.errors.contains(words), "{arguments:?}: {}", ran.errors);
        assert!(ran.output.is_empty() && !world.path("o").exists(), "{arguments:?}");
    }
}
