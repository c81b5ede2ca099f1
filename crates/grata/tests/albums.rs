//! Data folder, albums and what comes into them: by commands alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "support/exif.rs"]
mod exif;
#[path = "support/house.rs"]
mod house;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use house::{ALBUM, House};
use serde_json::Value;

fn statuses(lines: &[Value]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line["photo"].as_str().unwrap(), line["status"].as_str().unwrap())).collect()
}

#[test]
fn key_1_data_and_keys_are_kept_apart_and_closed_to_others() {
    let house = House::empty();
    let line =
        house.json(&["init", "--data", "d", "--keys", "k", "--name", "photos.example.org"]).expect(0).line();
    assert!(line["log_key"].as_str().unwrap().starts_with("photos.example.org+"), "{line}");
    for path in ["d", "k", "k/root.key"] {
        let mode = fs::metadata(house.path(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path}");
    }
    house.run(&["album", "list", "--data", "d", "--keys", "k"]).expect(0);
    assert!(house.run(&["album", "list", "--data", "d"]).expect(1).errors.contains("--keys"));
    assert!(house.run(&["init", "--data", "d", "--keys", "k"]).expect(1).errors.contains("already"));
    assert!(house.run(&["init", "--data", "d", "--keys", "other"]).expect(1).errors.contains("already"));
    assert!(
        house.run(&["init", "--data", "e", "--keys", "e/k"]).expect(1).errors.contains("different folders")
    );
    assert!(!house.path("other").exists() && !house.path("e").exists());
    assert!(house.run(&["album", "list"]).expect(1).errors.contains("`grata init`"));
}

#[test]
fn a_program_can_hold_the_root_key_and_no_command_has_to_be_told_again() {
    let house = House::empty();
    let program = house.path("holder");
    // Gives back what it gets: enough to see that it is asked.
    fs::write(&program, "#!/bin/sh\nexec cat\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let ran = house.run(&["init", "--root-command", program.to_str().unwrap()]);
    ran.expect(0);
    assert!(!house.path("grata-data-keys/root.key").exists());
    house.run(&["album", "list"]).expect(0);
    fs::remove_file(&program).unwrap();
    assert!(house.run(&["album", "list"]).expect(1).errors.contains("root key"));
}

#[test]
fn a_second_process_is_told_that_the_folder_is_in_use() {
    let house = House::new();
    let lock = fs::File::options().write(true).open(house.path("grata-data/lock")).unwrap();
    lock.lock().unwrap();
    let ran = house.run(&["album", "list"]).expect(1);
    assert!(ran.errors.contains("another grata is using this data folder"), "{}", ran.errors);
}

#[test]
fn bys_10_find_me_is_off_until_somebody_turns_it_on_and_says_what_it_needs() {
    let house = House::new();
    let ask = |more: &[&str]| house.json(&[&["album", "find-me", ALBUM], more].concat());
    let entries = || house.json(&["log", "verify"]).expect(0).line()["entries"].as_u64().unwrap();
    let before = entries();
    let line = ask(&[]).expect(0).line();
    assert_eq!(
        (&line["find_me"], &line["missing"], &line["channel"]),
        (&"off".into(), &Value::Null, &"website".into())
    );
    // CON-9: what kind of people they are is said, not supposed.
    let refused = ask(&["--on"]).expect(1).errors;
    assert!(refused.contains("--profile free"), "{refused}");
    let line = ask(&["--on", "--profile", "free"]).expect(0).line();
    assert_eq!((&line["find_me"], &line["profile"]), (&"on".into(), &"free".into()));
    assert!(line["missing"].as_str().unwrap().contains("not installed"), "{line}");
    assert_eq!(
        ask(&["--channel", "gallery"]).expect(0).line()["find_me"],
        "off",
        "one channel is not another"
    );
    assert_eq!(ask(&["--off"]).expect(0).line()["find_me"], "off");
    assert!(ask(&["--on", "--off"]).expect(1).errors.contains("--off"));
    assert!(ask(&["--channel", "moon"]).expect(1).errors.contains("no channel called moon"));
    // On record, each time.
    assert_eq!(entries(), before + 2);
}

/// CON-9: a school or an employer has four records, or it stays off.
#[test]
fn con_9_find_me_stays_off_at_a_school_without_its_four_records() {
    let house = House::new();
    let ask = |more: &[&str]| house.json(&[&["album", "find-me", ALBUM], more].concat());
    let on = ["--on", "--profile", "school"];
    let sum = "ab".repeat(32);
    let dpia = ["--dpia", "file 7 of 2026-10-01", "--dpia-sha256", &sum];
    let record = "file 8 of 2026-10-02";
    let two = ["--opinion", record, "--consultation", record];
    let refused = ask(&on).expect(1).errors;
    assert!(refused.contains("missing: assessment, opinion, consultation, alternative"), "{refused}");
    let refused = ask(&[&on[..], &dpia, &two].concat()).expect(1).errors;
    assert!(refused.contains("missing: alternative") && refused.contains("--alternative"), "{refused}");
    assert_eq!(ask(&[]).expect(0).line()["find_me"], "off");
    let all = [&on[..], &dpia, &two, &["--alternative", record]].concat();
    let line = ask(&all).expect(0).line();
    assert_eq!((&line["find_me"], &line["profile"]), (&"on".into(), &"school".into()));
    let words = house.run(&["album", "find-me", ALBUM]).expect(0).text;
    assert!(words.contains("Consent may be invalid in a school"), "{words}");
    // Off and on again: what is on record stays.
    ask(&["--off"]).expect(0);
    assert_eq!(ask(&on).expect(0).line()["find_me"], "on");
}

#[test]
fn col_2_without_a_complete_album_nothing_comes_in() {
    let house = House::new();
    house.photo("a.png", 1);
    let complete = [
        ("--controller", "Club"),
        ("--source", "club photographer"),
        ("--purpose", "news"),
        ("--contact", "privacy@example.org"),
        ("--keep-until", "2099-12-31"),
    ];
    let create = |changed: &str, to: Option<&str>| {
        let mut arguments = vec!["album", "create", "Another"];
        for (name, value) in complete {
            match (name == changed, to) {
                (true, Some(value)) => arguments.extend([name, value]),
                (true, None) => {}
                (false, _) => arguments.extend([name, value]),
            }
        }
        house.run(&arguments)
    };
    for (name, _) in complete {
        assert!(create(name, None).expect(1).errors.contains(name), "{name}");
    }
    for name in ["controller", "source", "purpose", "contact"] {
        let errors = create(&format!("--{name}"), Some(" ")).expect(1).errors;
        assert!(errors.contains(name), "{errors}");
    }
    for source in ["web", "Unknown", "internet"] {
        assert!(create("--source", Some(source)).expect(1).errors.contains("who took the pictures"));
    }
    assert!(create("--keep-until", Some("2001-01-01")).expect(1).errors.contains("has passed"));
    assert_eq!(house.json(&["album", "list"]).expect(0).lines().len(), 1);
    let ran = house.run(&["add", "Another", "photos", "--no-detect"]).expect(1);
    assert!(ran.errors.contains("no album called Another"), "{}", ran.errors);
    assert_eq!(house.blobs(), 0);
    create("", None).expect(0);
}

#[test]
fn a_photo_comes_in_once_whatever_it_is_called_and_the_next_run_takes_up_what_is_new() {
    let house = House::new();
    house.photo("a.png", 1);
    house.photo("below/b.png", 2);
    fs::copy(house.path("photos/a.png"), house.path("photos/copy.png")).unwrap();
    fs::write(house.path("photos/broken.jpg"), b"\xFF\xD8\xFF\xE0 and no more").unwrap();
    fs::write(house.path("photos/notes.txt"), "notes").unwrap();
    let ran = house.add(&["--jobs", "1"]).expect(2);
    let lines = ran.lines();
    let expected = [
        ("photos/a.png", "ok"),
        ("photos/below/b.png", "ok"),
        ("photos/broken.jpg", "failed"),
        ("photos/copy.png", "skipped"),
        ("photos/notes.txt", "skipped"),
    ];
    assert_eq!(statuses(&lines), expected);
    assert_eq!(lines[3]["reason"], "in the album already");
    assert!(ran.errors.contains("broken.jpg") && ran.errors.contains("2 photos done"), "{}", ran.errors);

    fs::remove_file(house.path("photos/broken.jpg")).unwrap();
    house.photo("c.png", 3);
    fs::rename(house.path("photos/a.png"), house.path("photos/z.png")).unwrap();
    let lines = house.add(&["--jobs", "2"]).expect(0).lines();
    let ok: Vec<_> = statuses(&lines).into_iter().filter(|(_, status)| *status == "ok").collect();
    assert_eq!(ok, [("photos/c.png", "ok")]);
    assert_eq!((house.tags().len(), house.blobs()), (3, 3));
    let again = house.json(&["add", ALBUM, "photos/c.png", "--no-detect"]).expect(0).line();
    assert_eq!(again["status"], "skipped");
}

#[test]
fn pub_6_key_1_originals_and_their_names_are_sealed() {
    let house = House::new();
    house.photo("secret-occasion.png", 1);
    let bytes = fs::read(house.path("photos/secret-occasion.png")).unwrap();
    house.add(&[]).expect(0);
    assert_eq!(house.tags()[0]["name"], "secret-occasion.png");
    for needle in [&b"secret-occasion"[..], &bytes[..64], b"\x89PNG\r\n"] {
        assert_eq!(house.files_with(needle), Vec::<PathBuf>::new());
    }
}

#[test]
fn bys_1_what_is_kept_of_a_face_is_its_place() {
    let house = House::new();
    house.photo("a.png", 1);
    house.add(&[]).expect(0);
    let face = house.json(&["tag", "add-face", "a.png", "8,8,16,24"]).expect(0).line();
    let faces = house.tags()[0]["faces"].clone();
    assert_eq!(faces[0]["id"], face["face"]);
    let fields: Vec<&String> = faces[0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["found_by", "h", "id", "is", "name", "number", "person", "said", "w", "x", "y"]);
}

#[test]
fn m1_photos_get_numbers_by_hand_and_from_a_table() {
    let house = House::new();
    for (name, number) in [("a.png", 1), ("below/b.png", 2), ("c.png", 3)] {
        house.photo(name, number);
    }
    house.add(&[]).expect(0);
    let line = house.json(&["code", "add", "a.png", "012", "k7-f3"]).expect(0).line();
    assert_eq!(line["codes"], serde_json::json!(["12", "K7F3"]));
    let ran = house.run(&["code", "add", "a.png", "Alice"]).expect(1);
    assert!(ran.errors.contains("not found by names"), "{}", ran.errors);
    let ran = house.run(&["code", "remove", "a.png", "12", "13"]).expect(1);
    assert!(ran.errors.contains("13 is not on this photo"), "{}", ran.errors);
    fs::write(house.path("numbers.csv"), "photo;code\nb.png;5 12\nd.png;7\nc.png;Bob\nc.png;9\n").unwrap();
    let ran = house.json(&["code", "table", ALBUM, "numbers.csv"]).expect(2);
    let statuses: Vec<_> =
        ran.lines().iter().map(|line| (line["line"].clone(), line["status"].clone())).collect();
    let expected = [(2, "ok"), (3, "failed"), (4, "failed"), (5, "ok")];
    assert_eq!(statuses, expected.map(|(line, status)| (line.into(), status.into())));
    let codes: Vec<_> = house.json(&["code", "list", ALBUM]).expect(0).lines();
    let of = |name: &str| codes.iter().find(|line| line["name"] == name).unwrap()["codes"].clone();
    assert_eq!(
        of("a.png"),
        serde_json::json!(["12", "K7F3"]),
        "nothing is taken off where something is wrong"
    );
    assert_eq!((of("below/b.png"), of("c.png")), (serde_json::json!(["12", "5"]), serde_json::json!(["9"])));
    house.run(&["code", "remove", "a.png", "12"]).expect(0);
    fs::write(house.path("other.csv"), "file,bib\na.png,1\n").unwrap();
    assert!(house.run(&["code", "table", ALBUM, "other.csv"]).expect(1).errors.contains("photo and code"));
    // The log says how many, and not which.
    assert_eq!(house.files_with(b"K7F3"), Vec::<PathBuf>::new());
}

#[test]
fn pub_9_an_album_keeps_times_only_when_it_is_told_to() {
    let house = House::new();
    let picture = image::RgbImage::from_fn(160, 120, |x, y| image::Rgb([x as u8, y as u8, 1]));
    fs::write(house.path("photos/a.jpg"), exif::jpeg(&picture, "2026:09:05 14:59:31")).unwrap();
    house.photo("b.png", 2);
    house.add(&[]).expect(0);
    assert_eq!(house.json(&["album", "show", ALBUM]).expect(0).line()["times"], "off");
    let kept = b"2026-09-05T14";
    assert_eq!(house.files_with(kept), Vec::<PathBuf>::new());
    assert!(house.run(&["album", "times", ALBUM, "minute"]).expect(1).errors.contains("quarter"));
    let ran = house.run(&["album", "times", ALBUM, "quarter"]).expect(0);
    assert!(ran.text.contains("1 photos say when they were taken, 1 do not"), "{}", ran.text);
    assert_eq!(house.json(&["album", "show", ALBUM]).expect(0).line()["times"], "quarter");
    assert!(!house.files_with(b"2026-09-05T14:45").is_empty());
    for finer in [&b"14:59"[..], b"2026:09:05"] {
        assert_eq!(house.files_with(finer), Vec::<PathBuf>::new(), "the exact time stays sealed");
    }
    house.run(&["album", "times", ALBUM, "off"]).expect(0);
    assert_eq!(house.json(&["album", "show", ALBUM]).expect(0).line()["times"], "off");
}

/// Real photos through the real detector, once.
#[test]
fn m0_real_photos_come_in_with_their_faces() {
    const TEST: &str = "m0_real_photos_come_in_with_their_faces";
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testphotos");
    let house = House::new();
    let packs = house.json(&["models", "list"]).expect(0).lines();
    if !packs.iter().any(|pack| pack["pack"] == "detect" && pack["installed"] == true) {
        eprintln!("SKIPPED {TEST}: pack detect is not installed; run `grata models install detect`");
        return;
    }
    if !photos.is_dir() {
        eprintln!("SKIPPED {TEST}: the reference photos are not beside the project");
        return;
    }
    let names = ["001_A.jpg", "007_B.jpg", "009_C.jpg"];
    let paths: Vec<String> =
        names.iter().map(|name| photos.join(name).to_string_lossy().into_owned()).collect();
    let mut order = vec!["add", ALBUM];
    order.extend(paths.iter().map(String::as_str));
    let lines = house.json(&order).expect(0).lines();
    assert_eq!(lines.len(), 3);
    let photos = house.tags();
    for line in &lines {
        let photo = photos.iter().find(|photo| photo["id"] == line["id"]).unwrap();
        let found = line["faces"].as_array().unwrap();
        assert!(!found.is_empty(), "{line}");
        assert_eq!(found.len(), photo["faces"].as_array().unwrap().len());
        assert_eq!(photo["review"], "clear");
    }
    let again = house.json(&order).expect(0).lines();
    assert!(again.iter().all(|line| line["status"] == "skipped"), "{again:?}");
}
