//! Which files are done, what the finished ones are called, and that no source is touched.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::converting::MAKES_A_PICTURE;
use crate::stand_in::{JPEG, PNG};
use crate::world::World;

pub const TESTS: &[(&str, fn())] = &[
    ("the_lines_follow_the_contract", the_lines_follow_the_contract),
    ("relative_paths_are_kept", relative_paths_are_kept),
    ("names_that_clash_are_told_apart", names_that_clash_are_told_apart),
    ("several_folders_never_overwrite_each_other", several_folders_never_overwrite_each_other),
    ("names_that_are_not_utf_8_come_out_the_same", names_that_are_not_utf_8_come_out_the_same),
    ("links_are_not_followed_out_of_the_tree", links_are_not_followed_out_of_the_tree),
    ("files_that_are_no_photos_are_skipped_with_reasons", files_that_are_no_photos_are_skipped_with_reasons),
    ("a_photo_is_done_once_and_never_its_own_output", a_photo_is_done_once_and_never_its_own_output),
    ("finished_photos_are_replaced_only_on_demand", finished_photos_are_replaced_only_on_demand),
    ("pub_4_no_source_is_touched_and_no_time_leaks", no_source_is_touched_and_no_time_leaks),
    ("an_output_folder_among_the_sources_is_refused", an_output_folder_among_the_sources_is_refused),
    ("a_folder_that_cannot_be_written_is_named", a_folder_that_cannot_be_written_is_named),
    ("results_are_the_same_for_any_number_of_jobs", results_are_the_same_for_any_number_of_jobs),
    ("what_cannot_be_read_fails_and_the_rest_is_done", what_cannot_be_read_fails_and_the_rest_is_done),
    ("an_empty_folder_is_no_mistake", an_empty_folder_is_no_mistake),
];

fn the_lines_follow_the_contract() {
    let world = World::with(&[("a.png", "OK"), ("b.png", "NOFACE"), ("c.jpg", "REFUSE")]);
    let ran = world.obscure(&["--style", "fill"]);
    ran.expect(2);
    let face = json!({"x": 8, "y": 8, "w": 20, "h": 20, "score": 0.5});
    let expected = [
        json!({"photo": "photos/a.png", "out": "out/a.png", "status": "ok", "faces": [face], "reason": null}),
        json!({"photo": "photos/b.png", "out": "out/b.png", "status": "ok", "faces": [], "reason": null,
               "notes": ["no face found"]}),
        json!({"photo": "photos/c.jpg", "out": null, "status": "failed", "faces": [],
               "reason": "damaged\u{FFFD}[31m file"}),
    ];
    assert_eq!(ran.lines, expected);
    assert_eq!(fs::read(world.path("out/a.png")).unwrap(), [PNG, b"Fill"].concat());
    assert!(ran.errors.contains("have a look at them:\n  photos/b.png\n"), "{}", ran.errors);
    assert!(ran.errors.ends_with("2 photos done (1 region), 0 skipped, 1 failed.\n"), "{}", ran.errors);
    assert!(!ran.errors.contains(['\r', '\u{1b}', '█']), "no progress bar where nobody watches");
    let silent = world.run(&["obscure", "photos", "--out", "other"]);
    assert!(silent.expect(2).lines.is_empty());
}

fn relative_paths_are_kept() {
    let world = World::with(&[("a.png", "OK"), ("s/t/Grüße 🙂.png", "OK"), ("s/B.JPG", "OK")]);
    world.photo("one.png", "OK");
    let ran = world.run(&["obscure", "photos/", "one.png", "--out", "new/out", "--json"]);
    ran.expect(0);
    assert_eq!(world.files("new/out"), ["a.png", "one.png", "s/B.png", "s/t/Grüße 🙂.png"]);
    assert_eq!(ran.line("photos/s/t/Grüße 🙂.png")["out"], "new/out/s/t/Grüße 🙂.png");
}

fn names_that_clash_are_told_apart() {
    let world = World::with(&[("a.heic", "OK"), ("a.jpg", "OK"), ("b.heic", "OK"), ("c.png", "ASJPEG")]);
    world.file("photos/d.png", &[JPEG, b"OK"].concat());
    world.converter(MAKES_A_PICTURE);
    let ran = world.obscure(&[]);
    ran.expect(0);
    assert_eq!(world.files("out"), ["a (heic).jpg", "a.jpg", "b.jpg", "c.png.jpg", "d.jpg"]);
    assert_eq!(ran.line("photos/a.heic")["out"], "out/a (heic).jpg");
}

fn several_folders_never_overwrite_each_other() {
    let world = World::new();
    for folder in ["north", "south"] {
        world.photo(format!("{folder}/1.png"), "OK");
        world.photo(format!("{folder}/s/2.png"), "OK");
    }
    for order in [["north", "south"], ["south", "north"]] {
        let ran = world.run(&["obscure", order[0], order[1], "--out", order[0], "--json", "--overwrite"]);
        assert_eq!(ran.expect(1).lines.len(), 0, "the output folder is a source");
        let ran = world.run(&["obscure", order[0], order[1], "--out", "out", "--json", "--overwrite"]);
        ran.expect(0);
        assert_eq!(world.files("out"), ["1 (2).png", "1.png", "s/2 (2).png", "s/2.png"]);
        assert_eq!(ran.line("south/1.png")["out"], "out/1 (2).png");
    }
}

fn names_that_are_not_utf_8_come_out_the_same() {
    let world = World::new();
    let name = OsStr::from_bytes(b"caf\xE9.png");
    world.photo(Path::new("photos").join(name), "OK");
    let ran = world.obscure(&[]);
    ran.expect(0);
    assert_eq!(ran.line("photos/caf\\xE9.png")["out"], "out/caf\\xE9.png");
    assert!(world.path("out").join(name).exists());
    world.file("regions", br#"{"photo":"photos/caf\\xE9.png","faces":[]}"#);
    world.obscure(&["--regions", "regions", "--no-detect", "--overwrite"]).expect(0);
}

fn links_are_not_followed_out_of_the_tree() {
    let world = World::with(&[("a.png", "OK"), ("s/b.png", "OK")]);
    world.photo("elsewhere/secret.png", "OK");
    let link = |target: &str, name: &str| symlink(target, world.path(name)).unwrap();
    link("a.png", "photos/inside.png");
    link("../elsewhere/secret.png", "photos/outside.png");
    link("../elsewhere", "photos/outside");
    link("../photos", "photos/loop");
    link(".", "photos/s/loop");
    link("nowhere", "photos/dangling.png");
    link("photos", "given");
    let ran = world.obscure(&[]);
    ran.expect(0);
    assert_eq!(world.files("out"), ["a.png", "s/b.png"]);
    for (photo, words) in [
        ("photos/inside.png", "under its own name"),
        ("photos/loop", "under its own name"),
        ("photos/outside.png", "leads out"),
        ("photos/outside", "leads out"),
        ("photos/dangling.png", "leads nowhere"),
    ] {
        assert_eq!(ran.status(photo), "skipped");
        assert!(ran.reason(photo).contains(words), "{photo}: {}", ran.reason(photo));
    }
    // A link that is given by name is meant.
    let ran = world.run(&["obscure", "given", "photos/outside.png", "--out", "out2"]);
    ran.expect(0);
    assert_eq!(world.files("out2"), ["a.png", "outside.png", "s/b.png"]);
}

fn files_that_are_no_photos_are_skipped_with_reasons() {
    let world = World::with(&[("a.png", "OK"), (".hidden/b.png", "OK"), (".c.png", "OK")]);
    world.file("photos/notes.txt", b"hello");
    world.file("photos/empty.jpg", b"");
    world.file("photos/fake.jpg", b"no picture at all");
    world.file("photos/drawing.svg", b"<svg/>");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        world.path("photos/pipe.jpg"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let ran = world.obscure(&[]);
    ran.expect(2);
    let expected = [
        ("photos/.c.png", "skipped"),
        ("photos/.hidden", "skipped"),
        ("photos/a.png", "ok"),
        ("photos/drawing.svg", "skipped"),
        ("photos/empty.jpg", "failed"),
        ("photos/fake.jpg", "failed"),
        ("photos/notes.txt", "skipped"),
        ("photos/pipe.jpg", "skipped"),
    ];
    assert_eq!(ran.statuses(), expected);
    world.run(&["obscure", "photos/.c.png", "--out", "out2"]).expect(0);
    assert_eq!(world.files("out2"), [".c.png"]);
}

fn a_photo_is_done_once_and_never_its_own_output() {
    let world = World::with(&[("a.png", "OK"), ("s/b.png", "OK")]);
    let arguments =
        ["obscure", "photos", "photos/s", "photos/a.png", "./photos", "--out", "photos/safe", "--json"];
    for run in ["first", "second"] {
        let ran = world.run(&[&arguments[..], &["--overwrite"]].concat());
        ran.expect(0);
        assert_eq!(
            ran.lines.iter().filter(|line| line["status"] == "ok").count(),
            2,
            "{run}: {:?}",
            ran.lines
        );
        assert_eq!(world.files("photos/safe"), ["a.png", "s/b.png"], "{run}");
    }
}

fn finished_photos_are_replaced_only_on_demand() {
    let world = World::with(&[("a.png", "OK"), ("b.png", "OK")]);
    world.file("out/a.png", b"mine");
    let ran = world.obscure(&[]);
    ran.expect(0);
    assert_eq!(ran.statuses(), [("photos/a.png", "skipped"), ("photos/b.png", "ok")]);
    assert!(ran.reason("photos/a.png").contains("--overwrite"));
    assert_eq!(fs::read(world.path("out/a.png")).unwrap(), b"mine");
    world.obscure(&["--overwrite"]).expect(0);
    assert_eq!(fs::read(world.path("out/a.png")).unwrap(), [PNG, b"Veil"].concat());
    assert_eq!(world.files("out"), ["a.png", "b.png"]);
}

fn no_source_is_touched_and_no_time_leaks() {
    let world = World::with(&[("s/a.png", "OK"), ("s/b.jpg", "REFUSE")]);
    let old = SystemTime::now() - Duration::from_secs(400 * 86_400);
    let (photo, folder) = (world.path("photos/s/a.png"), world.path("photos/s"));
    fs::File::options().write(true).open(&photo).unwrap().set_modified(old).unwrap();
    fs::set_permissions(&photo, Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o500)).unwrap();
    let before = (fs::read(&photo).unwrap(), fs::metadata(&photo).unwrap().modified().unwrap());
    world.obscure(&[]).expect(2);
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!((fs::read(&photo).unwrap(), fs::metadata(&photo).unwrap().modified().unwrap()), before);
    assert_eq!(world.files("photos"), ["s/a.png", "s/b.jpg"]);
    let finished = fs::metadata(world.path("out/s/a.png")).unwrap();
    assert!(finished.modified().unwrap() > old + Duration::from_secs(86_400));
    world.file("ordinary", b"");
    let ordinary = fs::metadata(world.path("ordinary")).unwrap().permissions();
    assert_eq!(finished.permissions(), ordinary, "permissions come from the umask, not from the source");
}

fn an_output_folder_among_the_sources_is_refused() {
    let world = World::with(&[("a.png", "OK"), ("photos/a.png", "OK")]);
    symlink("photos", world.path("link")).unwrap();
    // The last two: photos/photos/a.png would become photos/a.png, a source.
    for arguments in [
        &["obscure", "photos", "--out", "photos"][..],
        &["obscure", "photos", "--out", "link/"],
        &["obscure", "photos/a.png", "--out", "photos", "--overwrite"],
        &["obscure", "photos", "--out", "photos/a.png"],
        &["obscure", "photos", "--out", ".", "--overwrite"],
    ] {
        let ran = world.run(arguments);
        ran.expect(1);
        assert!(ran.errors.contains("Nothing was done"), "{}", ran.errors);
        assert_eq!(world.files("photos"), ["a.png", "photos/a.png"]);
    }
}

fn a_folder_that_cannot_be_written_is_named() {
    let world = World::with(&[("a.png", "OK")]);
    world.file("file", b"");
    for out in ["file", "file/below", "/proc/grata"] {
        let ran = world.run(&["obscure", "photos", "--out", out]);
        ran.expect(1);
        assert!(ran.errors.contains(&format!("{out} cannot be the output folder")), "{}", ran.errors);
    }
    let ran = world.run(&["obscure", "photos", "nowhere", "--out", "out"]);
    assert!(ran.expect(1).errors.contains("nowhere cannot be looked at"), "{}", ran.errors);
    assert!(!world.path("out").exists());
}

fn results_are_the_same_for_any_number_of_jobs() {
    let names: Vec<String> = (10..60).map(|number| format!("{}/{number}.png", number % 4)).collect();
    let commands = ["OK", "NOFACE", "REFUSE", "SLOW", "ASJPEG"];
    let photos: Vec<_> = names.iter().zip(commands.iter().cycle()).map(|(a, b)| (a.as_str(), *b)).collect();
    let world = World::with(&photos);
    let one = world.obscure(&["--jobs", "1"]);
    let names = world.files("out");
    let many = world.obscure(&["--jobs", "5", "--overwrite"]);
    assert_eq!(one.expect(2).lines, many.expect(2).lines);
    assert_eq!(names, world.files("out"));
    assert_eq!(one.lines.len(), 50);
}

fn what_cannot_be_read_fails_and_the_rest_is_done() {
    if rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: nothing is unreadable for root");
        return;
    }
    let world = World::with(&[("a.png", "OK"), ("closed/b.png", "OK"), ("c.png", "OK")]);
    fs::set_permissions(world.path("photos/a.png"), Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(world.path("photos/closed"), Permissions::from_mode(0o0)).unwrap();
    let ran = world.obscure(&[]);
    fs::set_permissions(world.path("photos/closed"), Permissions::from_mode(0o700)).unwrap();
    ran.expect(2);
    let expected = [("photos/a.png", "failed"), ("photos/c.png", "ok"), ("photos/closed", "failed")];
    assert_eq!(ran.statuses(), expected);
    assert!(ran.reason("photos/a.png").contains("cannot be read: Permission denied"));
}

fn an_empty_folder_is_no_mistake() {
    let world = World::new();
    let ran = world.obscure(&[]);
    assert!(ran.expect(0).errors.contains("0 photos done"), "{}", ran.errors);
    assert!(!world.path("out").exists());
}
