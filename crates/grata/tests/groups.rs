//! A closed group from its gate to a withdrawal (M3), as people run it: commands, and the pages of a person. And what
//! is left of it in files and in the memory of a worker, with a made model whose numbers are known.
//!
//! Photos with faces lie beside the project and never in it; without them, or without a pack, these tests say that they
//! were skipped.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "groups/camera.rs"]
mod camera;
#[path = "../../../xtask/src/canary.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with `cargo xtask sweep`")]
mod canary;
#[path = "support/film.rs"]
mod film;
#[path = "support/house.rs"]
mod house;
#[path = "find/made_model.rs"]
#[allow(dead_code, reason = "shared with another test program")]
mod made_model;
#[path = "groups/pages.rs"]
mod pages;
#[path = "groups/place.rs"]
mod place;
#[path = "groups/traces.rs"]
mod traces;

use std::fs;

use house::ALBUM;
use pages::Pages;
use place::{Model, Place, sum};

/// Everything but the roster's word, put on record; `more` is given with it.
fn attest(place: &Place, more: &[&str]) -> house::Ran {
    let assessment = sum(b"an impact assessment");
    let arguments = [
        "group",
        "attest",
        ALBUM,
        "--dpia",
        "file 7 of 2026-10-01",
        "--dpia-sha256",
        &assessment,
        "--notice-on",
        "2026-08-01",
        "--captured-from",
        "2026-09-05",
        "--accountable",
        "the head of the club",
        "--until",
        "2098-06-30",
        "--ceiling",
        "50",
        "--calibration",
        "album.toml",
    ];
    place.house.json(&[&arguments[..], more].concat())
}

#[test]
fn bys_7_con_2_rts_13_a_closed_group_from_its_gate_to_a_withdrawal() {
    let test = "bys_7_con_2_rts_13_a_closed_group_from_its_gate_to_a_withdrawal";
    let Some(place) = Place::new(test, Model::PackFind) else { return };
    let house = &place.house;
    // Two photos of Anna, one of somebody else, one of strangers.
    place.add(&["004_A.jpg", "005_A.jpg", "007_B.jpg", "011_3.jpg"]);
    let (anna, ben) = (house.invite("Anna Group"), house.invite("Ben Group"));

    // The gate: nothing is on record, and nothing is compared.
    house.json(&["group", "create", ALBUM]).expect(0);
    let refused = house.run(&["group", "compare", ALBUM]).expect(1);
    assert!(
        refused.errors.contains("the group is closed; missing: roster, closed-group"),
        "{}",
        refused.errors
    );
    for name in ["Anna Group", "Ben Group"] {
        house.json(&["group", "roster", ALBUM, "--add", name]).expect(0);
    }
    let status = attest(&place, &["--closed", "--all-agreed"]).expect(0).line();
    assert_eq!(status["missing"], serde_json::json!(["somebody-has-not-agreed"]), "{status}");
    assert!(!status.to_string().contains("Anna") && !status.to_string().contains("Ben"), "BYS-7: {status}");
    house.say(&anna["link"], "find", "--yes");
    house.say(&ben["link"], "find", "--yes");
    let status = house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!((&status["in_force"], &status["embedded"]), (&true.into(), &0.into()), "{status}");
    // BYS-5: nobody has enrolled, so no face is looked at.
    let done = house.json(&["group", "compare", ALBUM]).expect(0).line();
    assert_eq!((&done["photos"], &done["embedded"]), (&0.into(), &0.into()), "{done}");

    // Enrolment, by the person's own link and camera (CON-2), with what the link alone does not give (ABU-2).
    let stills = place.stills();
    let codes: std::collections::BTreeMap<String, String> = house
        .json(&["group", "codes", ALBUM])
        .expect(0)
        .lines()
        .iter()
        .map(|line| ["name", "code"].map(|key| line[key].as_str().unwrap().to_string()).into())
        .collect();
    let code = codes["Anna Group"].as_str();
    let pages = Pages::over(&place);
    let who = pages.by_link(&anna["link"]);
    let refused = pages.enrol(&who, &codes["Ben Group"], |pose| stills.of(pose).clone()).expect(200).json();
    let why = "This is not your code. It can be tried 4 times more.";
    assert_eq!((&refused["go"], &refused["words"][0]), (&serde_json::Value::Null, &why.into()), "ABU-2");
    assert!(
        pages.get(&pages::Nobody, "/status").text().contains("<dd>0</dd>"),
        "nothing was turned into numbers"
    );
    let page = pages.get(&who, "/me").expect(200).text();
    assert!(page.contains("value=\"find\"") && !page.contains(" checked"), "CON-3");
    let front = pages.get(&who, "/me");
    assert!(
        front.header("permissions-policy").contains("camera=()"),
        "one page opens a camera, and no other"
    );
    assert!(pages.get(&who, "/me/enrol").header("permissions-policy").contains("camera=(self)"));
    // ABU-2: the same picture three times does not turn its head.
    let refused = pages.enrol(&who, code, |_| stills.straight.clone()).expect(200).json();
    assert!(
        refused["go"].is_null() && refused["words"][0].as_str().unwrap().contains("turn your head"),
        "{refused}"
    );
    // ABU-17: two people in one still.
    let strangers = fs::read(place.photos.join("011_3.jpg")).unwrap();
    let refused = pages.enrol(&who, code, |_| strangers.clone()).expect(200).json();
    assert!(refused["go"].is_null(), "{refused}");
    let told = pages.enrol(&who, code, |pose| stills.of(pose).clone()).expect(200).json();
    assert_eq!(told["go"], "/me#group", "{told}");
    let page = pages.get(&who, "/me").text();
    assert!(page.contains("Numbers were made on"));
    // ABU-2: told at once, with the end of it one press away; and nobody puts that away on the first day.
    assert!(
        page.contains("Somebody enrolled by this link on") && page.contains("End it: the numbers go at once")
    );
    assert!(page.contains("What is found is shown here from") && !page.contains("action=\"/me/enrolled\""));
    pages.post(&who, "/me/enrolled", &[]).expect(409);
    assert!(pages.get(&pages::Nobody, "/status").text().contains("<dd>1</dd>"), "TRA-3: one template");
    // A challenge is answered once, by whom it was put to.
    pages.send(&who, "0".repeat(64), code, &stills.straight).expect(422);
    pages.leave();

    // RTS-9: nothing of the stills is in any file.
    for still in [&stills.straight, &stills.left, &stills.right] {
        let middle = &still[still.len() / 2..][..64];
        assert!(house.files_with(middle).is_empty());
    }

    // Comparison: suggestions for the person alone (RTS-13), counts for everybody else.
    let before = house.tags();
    let done = house.json(&["group", "compare", ALBUM]).expect(0);
    assert!(!done.text.contains("Anna") && !done.text.contains(".jpg"), "SEC-5: {}", done.text);
    let done = done.line();
    assert_eq!(
        (&done["photos"], &done["failed"], &done["left"]),
        (&4.into(), &0.into(), &0.into()),
        "{done}"
    );
    let embedded = done["embedded"].as_u64().unwrap();
    let regions: usize = before.iter().map(|one| one["faces"].as_array().unwrap().len()).sum();
    assert!((4..=regions as u64).contains(&embedded), "BYS-3, BYS-6: every face once, of {regions}: {done}");
    let after = house.tags();
    let faces = |tags: &[serde_json::Value]| tags.iter().map(|one| one["faces"].clone()).collect::<Vec<_>>();
    assert_eq!(faces(&before), faces(&after), "RTS-13: nobody is tagged by a comparison");
    let doubtful = |name: &str| {
        let photo = after.iter().find(|one| one.to_string().contains(name)).unwrap();
        photo["review"] == "doubtful"
    };
    // BYS-4: where somebody matched nobody, somebody looks by hand. 005_A shows her alone.
    assert_eq!(["005_A.jpg", "007_B.jpg", "011_3.jpg"].map(doubtful), [false, true, true], "{after:?}");
    let again = house.json(&["group", "compare", ALBUM]).expect(0).line();
    assert_eq!((&again["photos"], &again["embedded"]), (&0.into(), &0.into()), "BYS-3: every face once");

    // ABU-2: nothing is shown on the first day.
    let pages = Pages::over(&place);
    assert!(pages.questions(&who).is_empty());
    assert!(pages.get(&who, "/me/found").text().contains("What is found is shown here from"));
    pages.leave();
    let pages = Pages::later(&place, 23);
    assert!(pages.questions(&who).is_empty());
    pages.leave();

    // Is this you? Yes to one, no to the other.
    let pages = Pages::later(&place, 25);
    let (who, other) = (pages.by_link(&anna["link"]), pages.by_link(&ben["link"]));
    let questions = pages.questions(&who);
    assert_eq!(questions.len(), 2, "both photos of Anna");
    assert!(pages.questions(&other).is_empty(), "and nobody else is asked");
    let picture = format!("/me/found/{}/picture", questions[0]);
    assert_eq!(pages.get(&who, &picture).expect(200).header("content-type"), "image/jpeg");
    pages.get(&other, &picture).expect(404);
    pages.answer(&who, &questions[0], "yes").expect(303);
    pages.answer(&who, &questions[1], "no").expect(303);
    assert!(pages.questions(&who).is_empty());
    assert_eq!(
        pages.get(&who, "/me").text().matches("class=\"card own-photo\"").count(),
        1,
        "an ordinary tag"
    );
    assert!(pages.get(&who, "/me").text().contains("Somebody enrolled by this link on"), "on every visit");
    pages.post(&who, "/me/enrolled", &[]).expect(303);
    assert!(!pages.get(&who, "/me").text().contains("Somebody enrolled by this link"));
    pages.leave();
    // CON-5: one tap, and the template is gone.
    let pages = Pages::over(&place);
    pages.post(&who, "/me/answer", &[("purpose", "find"), ("answer", "no")]).expect(303);
    assert!(pages.get(&who, "/me").text().contains("there are no numbers"));
    assert!(pages.get(&pages::Nobody, "/status").text().contains("<dd>0</dd>"));
    pages.leave();
    let status = house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!(status["enrolled"], 0);
    assert_eq!(status["missing"], serde_json::json!(["somebody-has-not-agreed"]), "BYS-7: back to hiding");
    house.run(&["group", "compare", ALBUM]).expect(1);
    let named = house.tags();
    let tagged = |tags: &[serde_json::Value]| tags.iter().map(|one| one.to_string()).collect::<String>();
    assert!(tagged(&named).contains("Anna Group"), "what she confirmed stays an ordinary tag");
    house.run(&["log", "verify"]).expect(0);
}

/// RTS-7, BYS-9: "not me" outlasts a new enrolment; photos are compared again once a day at most.
#[test]
fn rts_7_bys_9_not_me_survives_a_new_enrolment_and_another_round() {
    let test = "rts_7_bys_9_not_me_survives_a_new_enrolment_and_another_round";
    let Some(place) = Place::new(test, Model::PackFind) else { return };
    place.add(&["004_A.jpg"]);
    let anna = place.group_of_one("Anna Group");
    attest(&place, &["--closed", "--all-agreed"]).expect(0);
    let stills = place.stills();
    let enrol = |expected: usize| {
        let code = place.code("Anna Group");
        let pages = Pages::over(&place);
        let who = pages.by_link(&anna);
        let told = pages.enrol(&who, &code, |pose| stills.of(pose).clone()).expect(200).json();
        assert_eq!(told["go"], "/me#group", "{told}");
        pages.leave();
        let done = place.house.json(&["group", "compare", ALBUM]).expect(0).line();
        let pages = Pages::later(&place, 25);
        let questions = pages.questions(&who);
        assert_eq!(questions.len(), expected, "{done}");
        for question in &questions {
            pages.answer(&who, question, "no").expect(303);
        }
        pages.leave();
        done
    };
    assert_eq!(enrol(1)["photos"], 1);
    // Enrolled anew: the photo is due once more, and she is not asked again.
    let done = enrol(0);
    assert_eq!(done["photos"], 1, "{done}");
    // A third time on the same day waits (BYS-9).
    assert_eq!(enrol(0)["photos"], 0);
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!(status["late_rounds"], 1, "{status}");
}

/// ABU-2: a link alone enrols nobody. A code is for one person, for one enrolment, and for five tries.
#[test]
fn abu_2_a_link_enrols_nobody_without_the_code_that_was_handed_over() {
    let test = "abu_2_a_link_enrols_nobody_without_the_code_that_was_handed_over";
    let Some(place) = Place::new(test, Model::Made) else { return };
    let link = place.group_of_one("Anna Group");
    let model = ["--model", "own.toml"];
    attest(&place, &[&["--closed", "--all-agreed"][..], &model].concat()).expect(0);
    let stills = place.stills();
    let enrol = |code: &str| {
        let pages = Pages::over(&place);
        let who = pages.by_link(&link);
        let said = pages.enrol(&who, code, |pose| stills.of(pose).clone()).expect(200).json();
        pages.leave();
        said
    };
    let page = || {
        let pages = Pages::over(&place);
        let page = pages.get(&pages.by_link(&link), "/me/enrol").expect(200).text();
        pages.leave();
        page
    };
    // None was made: no camera, and whom to ask.
    let none = page();
    assert!(none.contains("handed to you in person") && none.contains("privacy@example.org"), "{none}");
    assert!(!none.contains("<video"));
    let made = place.house.run(&["group", "codes", ALBUM]).expect(0);
    assert!(made.errors.contains("Hand each over in person"), "{}", made.errors);
    let code = made.text.split_whitespace().next().unwrap().to_string();
    assert!(place.house.files_with(code.as_bytes()).is_empty(), "a hash is kept");
    assert!(place.house.files_with(code.replace('-', "").as_bytes()).is_empty());
    // What is no code costs no try; a wrong one does.
    assert_eq!(enrol("none")["words"][0], "This is not your code. It can be tried 5 times more.");
    for left in ["4 times more", "3 times more", "2 times more", "once more"] {
        let said = enrol("0000-0000")["words"][0].as_str().unwrap().to_string();
        assert_eq!(said, format!("This is not your code. It can be tried {left}."));
    }
    assert!(enrol("0000-0000")["words"][0].as_str().unwrap().contains("cannot be tried again"));
    assert!(page().contains("handed to you in person"), "the right one is worth nothing either");
    // Renewed by asking again; the older one ends.
    let older = place.code("Anna Group");
    let newer = place.code("Anna Group");
    assert_eq!(enrol(&older)["go"], serde_json::Value::Null);
    assert_eq!(enrol(&newer.to_lowercase().replace('-', " "))["go"], "/me#group");
    assert!(page().contains("handed to you in person"), "used up");
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!((&status["enrolled"], &status["embedded"]), (&1.into(), &3.into()), "{status}");
    // On record for the person, and for nobody else.
    let pages = Pages::over(&place);
    let data = pages.get(&pages.by_link(&link), "/me/data").expect(200).text();
    assert!(data.matches("An enrolment did not come about").count() >= 6, "{data}");
    pages.leave();
    let refused = place.house.run(&["group", "codes", ALBUM, "--person", "Nobody"]).expect(1);
    assert!(refused.errors.contains("there is no such person"), "{}", refused.errors);
    place.house.run(&["log", "verify"]).expect(0);
}

/// BYS-6: with a window, faces of other days and of no known day are not turned into numbers.
#[test]
fn bys_6_photos_of_other_days_and_of_no_known_day_are_not_compared() {
    let test = "bys_6_photos_of_other_days_and_of_no_known_day_are_not_compared";
    let Some(place) = Place::new(test, Model::Made) else { return };
    place.add(&["004_A.jpg", "007_B.jpg", "009_C.jpg"]);
    let link = place.group_of_one("Anna Group");
    let model = ["--model", "own.toml"];
    attest(&place, &[&["--closed", "--all-agreed"][..], &model].concat()).expect(0);
    // An album that keeps no times has no days to choose from.
    let days = ["group", "attest", ALBUM, "--from", "2026-09-05", "--to", "2026-09-06"];
    let refused = place.house.run(&days).expect(1).errors;
    assert!(refused.contains("keeps no times") && refused.contains("grata album times"), "{refused}");
    place.house.run(&["album", "times", ALBUM, "hour"]).expect(0);
    let backwards = ["group", "attest", ALBUM, "--from", "2026-09-06", "--to", "2026-09-05"];
    assert!(place.house.run(&backwards).expect(1).errors.contains("comes after"));
    let status = place.house.json(&days).expect(0).line();
    assert_eq!((&status["from"], &status["to"]), (&"2026-09-05".into(), &"2026-09-06".into()), "{status}");
    assert!(
        place
            .house
            .run(&["group", "status", ALBUM])
            .expect(0)
            .text
            .contains("Photos of 2026-09-05 to 2026-09-06")
    );

    // One photo of these days, one of another, one of which nobody knows.
    let tags = place.house.tags();
    let photos: Vec<&str> = tags.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let raw = rusqlite::Connection::open(place.house.path("grata-data/grata.db")).unwrap();
    let takes = |photo: &str, taken: Option<&str>| {
        let id: Vec<u8> = uuid_bytes(photo);
        raw.execute("UPDATE photos SET taken = ?1 WHERE id = ?2", rusqlite::params![taken, id]).unwrap()
    };
    let wanted = [Some("2026-09-06T23:00"), Some("2026-09-07T00:00"), None];
    for (photo, taken) in photos.iter().zip(wanted) {
        assert_eq!(takes(photo, taken), 1);
    }
    let in_scope = tags[0]["faces"].as_array().unwrap().len() as u64;
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!((&status["to_compare"], &status["embedded"]), (&1.into(), &0.into()), "{status}");
    let code = place.code("Anna Group");
    let (pages, stills) = (Pages::over(&place), place.stills());
    let who = pages.by_link(&link);
    pages.enrol(&who, &code, |pose| stills.of(pose).clone()).expect(200);
    pages.leave();
    let done = place.house.json(&["group", "compare", ALBUM]).expect(0).line();
    assert_eq!(done["photos"], 1, "{done}");
    let embedded = done["embedded"].as_u64().unwrap();
    assert!((1..=in_scope).contains(&embedded), "BYS-6: {embedded} of {in_scope} in scope");
    let again = place.house.json(&["group", "compare", ALBUM]).expect(0).line();
    assert_eq!((&again["photos"], &again["embedded"]), (&0.into(), &0.into()), "{again}");
    // Times that are kept no more close it, rather than comparing nothing without a word.
    place.house.run(&["album", "times", ALBUM, "off"]).expect(0);
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!(status["missing"], serde_json::json!(["no-times"]), "{status}");
    let status = place.house.json(&["group", "attest", ALBUM, "--all-days"]).expect(0).line();
    assert_eq!((&status["missing"], &status["to_compare"]), (&serde_json::json!([]), &2.into()), "{status}");
}

/// The bytes under which an id is kept.
fn uuid_bytes(text: &str) -> Vec<u8> {
    let id: grata_core::id::PhotoId = text.parse().unwrap();
    id.as_bytes().to_vec()
}

/// ACC-7, ABU-16: another threshold makes the assessment stale.
#[test]
fn acc_7_abu_16_another_threshold_takes_another_assessment() {
    let test = "acc_7_abu_16_another_threshold_takes_another_assessment";
    let Some(place) = Place::new(test, Model::Made) else { return };
    place.group_of_one("Anna Group");
    let model = ["--model", "own.toml"];
    let status = attest(&place, &[&["--closed", "--all-agreed"][..], &model].concat()).expect(0).line();
    assert_eq!(status["in_force"], true, "{status}");
    place.calibrate(0.31);
    let again = ["group", "attest", ALBUM, "--calibration", "album.toml", "--model", "own.toml"];
    let status = place.house.json(&again).expect(0).line();
    assert_eq!(status["missing"], serde_json::json!(["assessment"]), "{status}");
    // A model that is another one by now closes it as well.
    attest(&place, &model).expect(0);
    let manifest = fs::read_to_string(place.house.path("own.toml")).unwrap();
    let (old, new) = (sum(&made_model::arcface()), sum(b"another model"));
    fs::write(place.house.path("own.toml"), manifest.replace(&old, &new)).unwrap();
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!(status["missing"], serde_json::json!(["other-model"]), "{status}");
}

/// CON-9, QUA-4: a school says so, and needs its records and a measurement on children.
#[test]
fn con_9_qua_4_a_school_stays_closed_without_its_records() {
    let test = "con_9_qua_4_a_school_stays_closed_without_its_records";
    let Some(place) = Place::new(test, Model::Made) else { return };
    place.group("Anna Group", &["--profile", "school"]);
    let model = ["--model", "own.toml"];
    let status = attest(&place, &[&["--closed", "--all-agreed"][..], &model].concat()).expect(0).line();
    let records = serde_json::json!(["opinion", "consultation", "alternative", "not-for-children"]);
    assert_eq!(status["missing"], records, "{status}");
    place.house.run(&["group", "compare", ALBUM]).expect(1);
    let words = place.house.run(&["group", "status", ALBUM]).expect(0).text;
    assert!(words.contains("Consent may be invalid in a school"), "{words}");
    let record = "file 8 of 2026-10-02";
    let more = ["--opinion", record, "--consultation", record, "--alternative", record, "--on-children"];
    let status = attest(&place, &[&more[..], &model].concat()).expect(0).line();
    assert_eq!(status["in_force"], true, "{status}");
    // CON-12, ABU-14: nobody says yes to comparison for somebody else.
    let on_paper = ["consent", "form", "Anna Group", "--album", ALBUM, "--purpose", "find", "--yes"];
    let on_paper = [&on_paper[..], &["--signed", "2026-10-01", "--reference", "folder 3"]].concat();
    let refused = place.house.run(&on_paper).expect(1).errors;
    assert!(refused.contains("never recorded from a form"), "{refused}");
}
