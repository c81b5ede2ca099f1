//! SEC-8: a photo that takes its worker down, or over, costs that photo.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::World;

pub const TESTS: &[(&str, fn())] = &[
    (
        "sec_8_pub_1_a_photo_that_kills_its_worker_costs_that_photo",
        a_photo_that_kills_its_worker_costs_that_photo,
    ),
    ("sec_8_a_photo_that_hangs_is_stopped_in_time", a_photo_that_hangs_is_stopped_in_time),
    (
        "sec_8_a_photo_that_eats_memory_is_stopped_at_the_limit",
        a_photo_that_eats_memory_is_stopped_at_the_limit,
    ),
    ("sec_8_a_file_beyond_the_limit_never_reaches_a_worker", a_file_beyond_the_limit_never_reaches_a_worker),
    ("sec_8_a_worker_that_lies_is_not_believed", a_worker_that_lies_is_not_believed),
    ("sec_8_a_worker_that_drips_is_stopped_in_time", a_worker_that_drips_is_stopped_in_time),
    (
        "sec_8_sec_4_a_worker_reaches_no_file_no_network_no_program",
        a_worker_reaches_no_file_no_network_no_program,
    ),
    ("sec_3_a_worker_hears_no_name_and_no_path", a_worker_hears_no_name_and_no_path),
    ("sec_3_words_of_a_worker_cannot_drive_the_terminal", words_of_a_worker_cannot_drive_the_terminal),
    ("pub_1_a_worker_that_does_not_start_leaves_everything_undone", a_worker_that_does_not_start),
];

fn a_photo_that_kills_its_worker_costs_that_photo() {
    let cases = [("CRASH", "signal 6"), ("PANIC", "a fault of grata"), ("EXIT", "exit code 7")];
    for (command, words) in cases {
        let world = World::with(&[("a.png", "OK"), ("b.png", command), ("c.png", "OK"), ("d.png", command)]);
        for jobs in ["1", "3"] {
            let ran = world.obscure(&["--jobs", jobs, "--overwrite"]);
            ran.expect(2);
            let expected = [
                ("photos/a.png", "ok"),
                ("photos/b.png", "failed"),
                ("photos/c.png", "ok"),
                ("photos/d.png", "failed"),
            ];
            assert_eq!(ran.statuses(), expected, "{command}");
            assert!(ran.reason("photos/b.png").contains(words), "{command}: {}", ran.reason("photos/b.png"));
            assert!(
                ran.errors.contains("photos/b.png: ") && ran.errors.contains("2 failed"),
                "{}",
                ran.errors
            );
            assert_eq!(world.files("out"), ["a.png", "c.png"], "{command}");
        }
    }
}

fn a_photo_that_hangs_is_stopped_in_time() {
    let world = World::with(&[("a.png", "HANG"), ("b.png", "OK")]);
    let start = Instant::now();
    let ran = world.obscure(&["--jobs", "1"]);
    ran.expect(2);
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(ran.reason("photos/a.png").contains("longer than 2 seconds"), "{}", ran.reason("photos/a.png"));
    assert_eq!(ran.status("photos/b.png"), "ok");
}

fn a_photo_that_eats_memory_is_stopped_at_the_limit() {
    let world = World::with(&[("a.png", "EAT"), ("b.png", "OK")]);
    let arguments = ["obscure", "photos", "--out", "out", "--json", "--jobs", "1"];
    let output = world.command("as-grata", &arguments).env("GRATA_LIMIT_WORKER_MIB", "300").output().unwrap();
    let ran = crate::world::ran(output);
    ran.expect(2);
    assert!(ran.reason("photos/a.png").contains("memory"), "{}", ran.reason("photos/a.png"));
    assert_eq!(ran.status("photos/b.png"), "ok");
}

fn a_file_beyond_the_limit_never_reaches_a_worker() {
    let world = World::with(&[("a.png", "OK"), ("b.png", &format!("OK {}", "x".repeat(1 << 20)))]);
    let arguments = ["obscure", "photos", "--out", "out", "--json"];
    let output = world.command("as-grata", &arguments).env("GRATA_LIMIT_FILE_MIB", "1").output().unwrap();
    let ran = crate::world::ran(output);
    ran.expect(2);
    assert_eq!(ran.reason("photos/b.png"), "too large: more than 1 MiB (GRATA_LIMIT_FILE_MIB allows more)");
    assert_eq!(world.files("out"), ["a.png"]);
}

fn a_worker_that_lies_is_not_believed() {
    for command in ["GARBAGE", "HEADER", "BODY", "ID", "REGION", "EMPTY", "SILENCE", "CUT"] {
        let world = World::with(&[("a.png", command), ("b.png", "OK")]);
        let ran = world.obscure_raw(&["--jobs", "1"]);
        ran.expect(2);
        assert_eq!(ran.statuses(), [("photos/a.png", "failed"), ("photos/b.png", "ok")], "{command}");
        assert_eq!(world.files("out"), ["b.png"], "{command}");
    }
    let world = World::with(&[("a.png", "LIE")]);
    let ran = world.obscure(&[]);
    ran.expect(2);
    assert!(ran.reason("photos/a.png").contains("something else than a picture"));
    assert_eq!(world.files("out"), [""; 0]);
}

fn a_worker_that_drips_is_stopped_in_time() {
    let world = World::with(&[("a.png", "DRIP"), ("b.png", "HALF"), ("c.png", "OK")]);
    let ran = world.obscure_raw(&["--jobs", "2"]);
    ran.expect(2);
    for photo in ["photos/a.png", "photos/b.png"] {
        assert!(ran.reason(photo).contains("longer than"), "{}", ran.reason(photo));
    }
    assert_eq!(world.files("out"), ["c.png"]);
}

fn a_worker_reaches_no_file_no_network_no_program() {
    if !cfg!(target_os = "linux") {
        eprintln!("SKIPPED: no locks on this system");
        return;
    }
    let world = World::with(&[("a.png", "PEEK"), ("b.png", "PEEKED")]);
    let ran = world.obscure(&[]);
    ran.expect(0);
    let expected = |read: &str| {
        json!([
            format!("read: {read}"),
            "write: impossible",
            format!("list: {read}"),
            "tcp: impossible",
            "udp: impossible",
            "run: impossible",
            "thread: possible",
            "variables: [(\"ORT_DISABLE_TELEMETRY\", \"1\")]",
            "folder: /",
            "arguments: [\"grata\", \"as-worker\"]",
            "core: Some(0)",
        ])
    };
    assert_eq!(ran.line("photos/a.png")["notes"], expected("impossible"));
    // While it loads its model it may read, and that is all (SEC-4: libraries send telemetry).
    assert_eq!(ran.line("photos/b.png")["notes"], expected("possible"));
}

fn a_worker_hears_no_name_and_no_path() {
    let world = World::with(&[("canary-in-name.png", "OK")]);
    let ran = world.obscure_raw(&[]);
    ran.expect(0);
    let heard = ran.line("photos/canary-in-name.png")["notes"][1].as_str().unwrap();
    assert!(heard.contains("\"id\":1") && !heard.contains("canary") && !heard.contains("photos"), "{heard}");
}

fn words_of_a_worker_cannot_drive_the_terminal() {
    let world = World::with(&[("a\u{1b}[2J.png", "REFUSE")]);
    let ran = world.obscure(&[]);
    ran.expect(2);
    assert_eq!(ran.reason("photos/a\u{1b}[2J.png"), "damaged\u{FFFD}[31m file");
    assert!(!ran.errors.contains('\u{1b}'), "{:?}", ran.errors);
}

fn a_worker_that_does_not_start() {
    let world = World::with(&[("a.png", "OK")]);
    for role in ["as-refusing-grata", "as-absent-grata"] {
        let output = world.command(role, &["obscure", "photos", "--out", "out"]).output().unwrap();
        let ran = crate::world::ran(output);
        ran.expect(1);
        assert!(ran.errors.contains("does not start: "), "{}", ran.errors);
        assert!(ran.errors.contains("Nothing was done"), "{}", ran.errors);
        assert!(!world.path("out").exists());
    }
}
