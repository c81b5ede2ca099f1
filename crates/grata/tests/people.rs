//! People, what they say, and who is where: by commands alone, no model needed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "support/house.rs"]
mod house;

use std::fs;

use grata_core::digest::Digest;
use grata_core::signed::Document;
use house::{ALBUM, House};
use serde_json::Value;

fn until(line: &Value) -> &str {
    line["shown_until"].as_str().unwrap_or_default()
}

#[test]
fn sec_7_a_link_holds_nothing_personal_and_is_kept_as_a_hash_only() {
    let house = House::new();
    let arguments = ["person", "invite", ALBUM, "--name", "Alice Martin", "--contact", "alice@example.org"];
    let line = house.json(&[&arguments[..], &["--adult", "--qr", "alice.png"]].concat()).expect(0).line();
    let link = line["link"].as_str().unwrap();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!((page, secret.len()), ("http://localhost:8080/i", 64));
    assert_eq!(decoded(&fs::read(house.path("alice.png")).unwrap()), link);
    let token: Digest = secret.parse().unwrap();
    for needle in [&b"Alice"[..], b"Martin", b"alice@", secret.as_bytes(), &token.0] {
        assert_eq!(house.files_with(needle), Vec::<std::path::PathBuf>::new());
    }
    let revoked = house.run(&["person", "revoke", "alice martin"]).expect(0);
    assert!(revoked.text.starts_with("1 link ends"), "{}", revoked.text);
    let unknown = "http://localhost:8080/i#".to_string() + &"0".repeat(64);
    let answers = [link, &unknown].map(|link| {
        let ran = house.run(&["consent", "record", "--link", link, "--purpose", "website", "--yes"]);
        ran.expect(1).errors
    });
    assert_eq!(answers[0], answers[1]);
}

fn decoded(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(x as u32, y as u32).0[0]
    });
    prepared.detect_grids()[0].decode().unwrap().1
}

#[test]
fn an_invitation_shows_its_code_in_the_terminal_and_never_in_place_of_a_file() {
    let house = House::new();
    let shown = house.run(&["person", "invite", ALBUM, "--name", "Bob", "--adult"]).expect(0).text;
    assert!(
        shown.contains("http://localhost:8080/i#") && shown.lines().filter(|l| l.contains('█')).count() > 15
    );
    fs::write(house.path("mine.png"), "mine").unwrap();
    let order = ["person", "invite", ALBUM, "--name", "Eve", "--adult", "--qr", "mine.png"];
    assert!(house.run(&order).expect(1).errors.contains("mine.png is there already"));
    assert_eq!(fs::read(house.path("mine.png")).unwrap(), b"mine");
    assert_eq!(house.json(&["person", "list"]).expect(0).lines().len(), 1);
}

#[test]
fn con_3_con_6_con_11_each_purpose_is_answered_by_itself_and_receipted() {
    let house = House::new();
    let link = house.invite("Alice Martin")["link"].clone();
    let yes = house.say(&link, "website", "--yes");
    let no = house.say(&link, "print", "--no");
    assert_eq!((yes["answer"].as_str(), no["hidden_because"].as_str()), (Some("yes"), Some("refused")));
    assert!(!until(&yes).is_empty());

    let notice = house.json(&["consent", "notice", ALBUM, "--language", "fr"]).expect(0).line();
    let notice = Digest::of(notice["text"].as_str().unwrap().as_bytes()).to_string();
    for (line, status) in [(&yes, "dpv:ConsentGiven"), (&no, "dpv:ConsentRefused")] {
        let text = fs::read_to_string(house.path(line["receipt"].as_str().unwrap())).unwrap();
        let verified = Document::verify(&text, None).unwrap();
        assert!(verified.log.is_some());
        assert_eq!(verified.body["status"], status);
        assert_eq!(verified.body["purpose"], line["purpose"]);
        assert_eq!(verified.body["notice"]["language"], "fr");
        assert_eq!(verified.body["notice"]["sha256"], notice.as_str());
        assert!(!text.contains("Alice"));
        Document::verify(&text.replace("website", "webside").replace("print", "paint"), None).unwrap_err();
    }

    let shown = house.json(&["person", "show", "Alice Martin"]).expect(0).line();
    let channels: Vec<_> = shown["answers"].as_array().unwrap().iter().collect();
    let of = |name: &str| *channels.iter().find(|line| line["channel"] == name).unwrap();
    assert_eq!(of("website")["shown_until"], yes["shown_until"]);
    assert_eq!(of("print")["hidden_because"], "refused");
    assert_eq!(of("gallery")["hidden_because"], "never-asked");
}

#[test]
fn con_6_a_changed_notice_is_a_new_version_and_answers_keep_theirs() {
    let house = House::new();
    let link = house.invite("Alice")["link"].clone();
    house.say(&link, "website", "--yes");
    fs::write(house.path("avis.txt"), "Autre texte.").unwrap();
    let changed = house.json(&["album", "notice", ALBUM, "--notice", "fr=avis.txt"]).expect(0).line();
    assert_eq!(changed["notice_version"], 2);
    house.say(&link, "print", "--yes");
    let acts = house.json(&["consent", "list", "Alice"]).expect(0).lines();
    assert_eq!((&acts[0]["notice_version"], &acts[1]["notice_version"]), (&1.into(), &2.into()));
    assert_eq!(acts[1]["notice_sha256"], Digest::of(b"Autre texte.").to_string());
}

#[test]
fn con_5_withdrawing_takes_no_more_than_the_link_and_acts_at_once() {
    let house = House::new();
    let link = house.invite("Alice")["link"].clone();
    house.say(&link, "website", "--yes");
    house.say(&link, "print", "--yes");
    let lines = house.json(&["consent", "withdraw", "--link", link.as_str().unwrap()]).expect(0).lines();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!((&line["answer"], &line["hidden_because"]), (&"no longer".into(), &"withdrawn".into()));
    }
    house.say(&link, "print", "--yes");
    let told = ["consent", "withdraw", "Alice", "--album", ALBUM, "--reference", "by telephone"];
    assert_eq!(house.json(&told).expect(0).line()["hidden_because"], "withdrawn");
    assert!(house.run(&told).expect(1).errors.contains("no yes"));
}

#[test]
fn con_7_a_yes_lasts_twelve_months_at_most() {
    let house = House::new();
    let link = house.invite("Alice")["link"].as_str().unwrap().to_string();
    let order =
        ["consent", "record", "--link", &link, "--purpose", "website", "--yes", "--until", "2099-01-01"];
    assert!(house.run(&order).expect(1).errors.contains("twelve months"));
    assert!(house.json(&["consent", "list", "Alice"]).expect(0).lines().is_empty());
}

#[test]
fn con_8_con_10_a_child_in_france_is_shown_once_both_have_said_yes() {
    let house = House::new();
    let order = ["person", "invite", ALBUM, "--name", "Tom Petit", "--born", "2014-03-02"];
    let line = house.json(&[&order[..], &["--guardian", "Anne Petit"]].concat()).expect(0).line();
    let (child, guardian) = (line["link"].clone(), line["guardian"]["link"].clone());
    assert_eq!(house.say(&child, "website", "--yes")["hidden_because"], "guardian-missing");
    assert_eq!(house.say(&guardian, "website", "--yes")["hidden_because"], "guardian-unverified");
    house.run(&["person", "guardian", "Tom Petit", "Anne Petit", "--verified", "by telephone"]).expect(0);
    assert!(!until(&house.say(&guardian, "website", "--yes")).is_empty());
    assert_eq!(house.say(&child, "website", "--no")["hidden_because"], "refused");
    house.say(&guardian, "website", "--yes");
    let shown = house.json(&["person", "show", "Tom Petit"]).expect(0).line();
    assert_eq!(shown["answers"][3]["hidden_because"], "refused", "{shown}");
    assert_eq!(house.files_with(b"Petit"), Vec::<std::path::PathBuf>::new());
}

#[test]
fn nobody_whose_age_is_unknown_is_shown() {
    let house = House::new();
    let line = house.json(&["person", "invite", ALBUM, "--name", "Kim"]).expect(0).line();
    assert_eq!(house.say(&line["link"], "website", "--yes")["hidden_because"], "age-unknown");
    house.run(&["person", "age", "Kim", "--adult"]).expect(0);
    assert!(!until(&house.say(&line["link"], "website", "--yes")).is_empty());
}

#[test]
fn tra_5_nobody_is_asked_in_a_language_without_notice() {
    let house = House::new();
    let link = house.invite("Alice")["link"].as_str().unwrap().to_string();
    let order = ["consent", "record", "--link", &link, "--purpose", "website", "--yes", "--language"];
    let refused = house.run(&[&order[..], &["de"]].concat()).expect(1);
    assert!(refused.errors.contains("no notice in the language `de`"), "{}", refused.errors);
    house.run(&[&order[..], &["en"]].concat()).expect(0);
    for (language, word) in [("fr", "Votre image"), ("en", "Your picture")] {
        assert!(
            house.run(&["consent", "notice", ALBUM, "--language", language]).expect(0).text.contains(word)
        );
    }
}

#[test]
fn con_12_forms_come_singly_or_from_a_table_with_their_evidence() {
    let house = House::new();
    let alice = house.invite("Alice Martin")["link"].clone();
    house.invite("Bob");
    let form =
        ["consent", "form", "Bob", "--album", ALBUM, "--yes", "--signed", "2026-01-05", "--purpose", "print"];
    let nameless = house.run(&[&form[..], &["--reference", " "]].concat()).expect(1);
    assert!(nameless.errors.contains("names the form"), "{}", nameless.errors);
    let future = [&form[..6], &["--signed", "2098-01-05", "--purpose", "print", "--reference", "1"]].concat();
    assert!(house.run(&future).expect(1).errors.contains("has not come yet"));

    let today = jiff_today();
    fs::write(
        house.path("forms.csv"),
        format!(
            "person,channel,answer,signed,reference\n\
             Alice Martin,website,yes,{today},\"folder 3, sheet 1\"\n\
             Alice Martin,print,yes,{today},\n\
             Nobody,print,yes,{today},sheet 2\n\
             Bob,website,no,{today},sheet 3\n"
        ),
    )
    .unwrap();
    let ran = house.json(&["consent", "form", "--table", "forms.csv", "--album", ALBUM]).expect(2);
    let lines = ran.lines();
    let statuses: Vec<_> =
        lines.iter().map(|line| (&line["line"], line["status"].as_str().unwrap())).collect();
    let expected = [(2, "ok"), (3, "failed"), (4, "failed"), (5, "ok")].map(|(n, s)| (Value::from(n), s));
    assert_eq!(statuses, expected.each_ref().map(|(n, s)| (n, *s)));
    assert!(!ran.text.contains("Nobody") && !ran.errors.contains("Nobody"));
    assert!(!until(&lines[0]).is_empty());

    let acts = house.json(&["consent", "list", "Alice Martin"]).expect(0).lines();
    assert_eq!((acts.len(), &acts[0]["means"]), (1, &"recorded by staff".into()));
    assert_eq!(house.files_with(b"sheet 1"), Vec::<std::path::PathBuf>::new());

    let contest = ["consent", "contest", "--link", alice.as_str().unwrap(), "--purpose", "website"];
    assert_eq!(house.json(&contest).expect(0).line()["hidden_because"], "contested");
}

#[test]
fn con_12_a_scan_is_kept_for_the_person_alone_and_goes_with_them() {
    let house = House::new();
    house.invite("Alice Martin");
    house.invite("Bob");
    let scan = b"%PDF-1.7 Alice Martin has signed here";
    fs::write(house.path("scan.pdf"), scan).unwrap();
    fs::write(house.path("scan.txt"), "no scan").unwrap();
    let form = |signed: &str, scan: &str| {
        let order = ["consent", "form", "Alice Martin", "--album", ALBUM, "--purpose", "print"];
        let more =
            ["--purpose", "website", "--yes", "--reference", "sheet 1", "--signed", signed, "--scan", scan];
        house.json(&[&order[..], &more].concat())
    };
    let wrong = form(&jiff_today(), "scan.txt").expect(1);
    assert!(wrong.errors.contains("scan.txt is neither PDF nor JPEG nor PNG"), "{}", wrong.errors);
    form("2098-01-05", "scan.pdf").expect(2);
    assert_eq!(house.blobs(), 0, "nothing is left of a form that was refused");
    form(&jiff_today(), "scan.pdf").expect(0);
    assert_eq!(house.blobs(), 1, "one form, two answers");
    fs::create_dir(house.path("forms")).unwrap();
    fs::write(house.path("forms/bob.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let today = jiff_today();
    fs::write(
        house.path("forms/table.csv"),
        format!(
            "person,channel,answer,signed,reference,scan\nBob,print,no,{today},sheet 2,bob.png\n\
             Bob,website,no,{today},sheet 3,not-there.png\n"
        ),
    )
    .unwrap();
    let table = house.json(&["consent", "form", "--table", "forms/table.csv", "--album", ALBUM]).expect(2);
    assert_eq!(table.lines()[1]["status"], "failed", "{}", table.text);
    assert_eq!(house.blobs(), 2);
    assert_eq!(house.files_with(b"signed here"), Vec::<std::path::PathBuf>::new());

    house.run(&["rights", "access", "Alice Martin", "--out", "for-alice"]).expect(0);
    let data: Value = serde_json::from_slice(&fs::read(house.path("for-alice/data.json")).unwrap()).unwrap();
    let name = data["evidence"][0].as_str().unwrap();
    assert_eq!(data["evidence"].as_array().unwrap().len(), 1, "hers alone");
    assert_eq!(fs::read(house.path("for-alice").join(name)).unwrap(), scan);
    assert!(fs::read_to_string(house.path("for-alice/index.html")).unwrap().contains(name));
    let id = name.trim_start_matches("evidence/").trim_end_matches(".pdf");
    let acts = data["held"]["consent_acts"].as_array().unwrap();
    assert!(acts.iter().all(|act| act["form"].as_str().unwrap().contains(id)), "{acts:?}");

    house.run(&["rights", "erase", "Alice Martin", "--yes"]).expect(0);
    assert_eq!(house.blobs(), 1, "Bob's is left");
}

fn jiff_today() -> String {
    use grata_core::time::{Clock as _, day};
    day(grata::cx::SystemClock.now()).to_string()
}

#[test]
fn con_12_abu_14_comparison_is_never_recorded_from_a_form() {
    let house = House::new();
    house.invite("Alice");
    fs::write(
        house.path("t.csv"),
        "person,channel,answer,signed,reference\nAlice,print,yes,2026-09-05,1\nAlice,find,yes,2026-09-05,1\n",
    )
    .unwrap();
    let refused = house.run(&["consent", "form", "--table", "t.csv", "--album", ALBUM]).expect(1);
    assert!(refused.errors.contains("only the person can answer"), "{}", refused.errors);
    let form = ["consent", "form", "Alice", "--album", ALBUM, "--purpose", "find", "--yes"];
    house.run(&[&form[..], &["--signed", "2026-01-05", "--reference", "1"]].concat()).expect(1);
    assert!(house.json(&["consent", "list", "Alice"]).expect(0).lines().is_empty());
}

#[test]
fn rts_7_not_me_wins_over_every_tag_and_undo_brings_back_what_was_said_before() {
    let house = House::new();
    house.photo("match.png", 1);
    house.add(&[]).expect(0);
    let alice = house.invite("Alice Martin")["link"].as_str().unwrap().to_string();
    house.invite("Bob");
    house.run(&["tag", "add-face", "match.png", "16,16,32,40"]).expect(0);
    let is = || house.tags()[0]["faces"][0]["name"].clone();
    assert_eq!(is(), Value::Null);
    house.run(&["tag", "set", "match.png#1", "Bob"]).expect(0);
    house.run(&["tag", "set", "match.png#1", "alice martin"]).expect(0);
    assert_eq!(is(), "Alice Martin");
    house.run(&["tag", "undo", "match.png#1"]).expect(0);
    assert_eq!(is(), "Bob");
    house.run(&["tag", "undo", "match.png#1"]).expect(0);
    assert_eq!(is(), Value::Null);
    assert!(house.run(&["tag", "undo", "match.png#1"]).expect(1).errors.contains("nothing was said"));

    house.run(&["tag", "set", "match.png#1", "Alice Martin"]).expect(0);
    let mark = house.json(&["tag", "not-me", "match.png#1", "--link", &alice]).expect(0).line()["id"].clone();
    assert_eq!(is(), Value::Null);
    let again = house.run(&["tag", "set", "match.png#1", "Alice Martin"]).expect(1);
    assert!(again.errors.contains("said that this is not them"), "{}", again.errors);
    house.run(&["tag", "not-me", "--take-back", mark.as_str().unwrap(), "--link", &alice]).expect(0);
    assert_eq!(is(), "Alice Martin");
    house.run(&["tag", "no-face", "match.png#1"]).expect(0);
    assert_eq!(house.tags()[0]["faces"][0]["is"], "no face");
}

#[test]
fn pub_1_a_photo_that_nobody_looked_at_waits_for_a_person() {
    let house = House::new();
    house.photo("match.png", 1);
    house.add(&[]).expect(0);
    assert_eq!(house.tags()[0]["review"], "doubtful");
    house.run(&["tag", "reviewed", "match.png"]).expect(0);
    assert_eq!(house.tags()[0]["review"], "done");
    let outside = house.run(&["tag", "add-face", "match.png", "500,500,10,10"]).expect(1);
    assert!(outside.errors.contains("160 x 120"), "{}", outside.errors);
}

#[test]
fn bys_8_anybody_objects_to_a_photo_or_a_place_without_saying_who_they_are() {
    let house = House::new();
    house.photo("match.png", 1);
    house.add(&[]).expect(0);
    let line = house.json(&["tag", "object", "match.png", "--place", "10,10,20,20"]).expect(0).line();
    assert!(line["id"].is_string());
    house.run(&["tag", "object", "match.png"]).expect(0);
    assert!(
        house
            .run(&["tag", "object", "match.png", "--place", "900,1,5,5"])
            .expect(1)
            .errors
            .contains("160 x 120")
    );
    assert!(house.json(&["person", "list"]).expect(0).lines().is_empty());
}

#[test]
fn bys_8_abu_11_an_objection_holds_for_the_same_picture_in_another_file() {
    for objects in ["tag", "rights"] {
        let house = House::new();
        house.photo("match.png", 1);
        house.add(&[]).expect(0);
        let id = house.tags()[0]["id"].as_str().unwrap().to_string();
        match objects {
            "tag" => house.run(&["tag", "object", "match.png"]).expect(0),
            _ => house.run(&["rights", "object", "--photo", &id]).expect(0),
        };
        house.photo("again.bmp", 1);
        house.photo("other.png", 2);
        house.add(&[]).expect(0);
        let plan = house.json(&["release", "plan", ALBUM, "--channel", "print"]).expect(0).lines();
        let mut reasons: Vec<_> = plan.iter().map(|line| line["reason"].as_str().unwrap()).collect();
        reasons.sort_unstable();
        assert_eq!(reasons, ["objection", "objection", "waits-for-review"], "{objects}");
        // It is a request of somebody, answered by taking effect.
        assert!(house.json(&["rights", "requests"]).expect(0).lines().is_empty());
    }
}

#[test]
fn sec_3_an_error_names_ids_and_not_people() {
    let house = House::new();
    let ids = [(); 2].map(|()| house.invite("Alice Martin")["person"].as_str().unwrap().to_string());
    let errors = house.run(&["person", "show", "ALICE MARTIN"]).expect(1).errors;
    assert!(ids.iter().all(|id| errors.contains(id)) && !errors.to_lowercase().contains("alice"), "{errors}");
    let shown = house.json(&["person", "show", &ids[0][..8]]).expect(0).line();
    assert_eq!(shown["name"], "Alice Martin");
}
