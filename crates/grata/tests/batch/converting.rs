//! HEIC and AVIF with a converter of the test's own, a script; the real one is in `tests/heif.rs`.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::stand_in::PNG;
use crate::stopping::{is_gone, signal, wait_for, workers_of};
use crate::world::{Ran, World, ran};

pub const TESTS: &[(&str, fn())] = &[
    ("a_missing_converter_is_named_and_the_rest_is_done", a_missing_converter_is_named),
    ("a_worker_gets_the_photo_and_what_was_made_of_it", a_worker_gets_both),
    ("a_converter_that_refuses_is_quoted", a_converter_that_refuses_is_quoted),
    ("sec_8_a_converter_reads_its_photo_and_no_other_file", a_converter_reads_its_photo_only),
    ("sec_8_a_converter_has_the_limits_of_a_worker", a_converter_has_the_limits_of_a_worker),
    ("sec_8_a_converter_that_hangs_is_stopped_in_time", a_converter_that_hangs_is_stopped),
    ("sec_8_a_converter_that_never_ends_its_picture_is_stopped", an_endless_picture_is_stopped),
    ("pub_1_half_a_picture_is_none", half_a_picture_is_none),
    ("doctor_says_what_the_converter_reads", doctor_says_what_the_converter_reads),
    ("sec_8_a_killed_parent_leaves_no_converter", a_killed_parent_leaves_no_converter),
    ("ctrl_c_ends_the_converter_and_what_it_started", ctrl_c_ends_the_converter),
];

/// A script that writes the signature and the end of a PNG.
pub const MAKES_A_PICTURE: &str =
    r#"printf '\211PNG\r\n\032\n\000\000\000\000IEND\256B`\202' > "$2"; echo Written"#;

/// In a world whose folder for temporary files is `tmp`, which is empty afterwards.
fn obscure(world: &World, variables: &[(&str, &str)]) -> Ran {
    fs::create_dir_all(world.path("tmp")).unwrap();
    let mut command = world.command("as-grata", &["obscure", "photos", "--out", "out", "--json"]);
    command.env("TMPDIR", world.path("tmp")).envs(variables.iter().copied());
    let ran = ran(command.output().unwrap());
    assert_eq!(fs::read_dir(world.path("tmp")).unwrap().count(), 0, "temporary files are left");
    ran
}

/// What the script says last, of a photo that it refuses.
fn last_words(world: &World, script: &str) -> String {
    world.converter(&format!("{script}\nexit 1"));
    obscure(world, &[("GRATA_LIMIT_WORKER_MIB", "700")]).expect(2).reason("photos/a.heic").to_string()
}

fn a_missing_converter_is_named() {
    let world = World::with(&[("a.heic", "OK"), ("b.png", "OK")]);
    let ran = obscure(&world, &[]);
    ran.expect(2);
    assert_eq!(ran.statuses(), [("photos/a.heic", "failed"), ("photos/b.png", "ok")]);
    let reason = ran.reason("photos/a.heic");
    assert!(reason.contains("converter of libheif is missing"), "{reason}");
    assert!(reason.contains("apt-get install libheif-examples"), "{reason}");
}

fn a_worker_gets_both() {
    let world = World::with(&[("a.heic", "OK"), ("b.heic", "REFUSE")]);
    // Several pictures: the first counts, the others have no place to go.
    world.converter(r#"for n in 1 2; do printf '\211PNG\r\n\032\n\000\000\000\000IEND\256B`\202' > "picture-$n.png"; done"#);
    let ran = obscure(&world, &[]);
    ran.expect(2);
    assert_eq!(ran.statuses(), [("photos/a.heic", "ok"), ("photos/b.heic", "failed")]);
    assert_eq!(world.files("out"), ["a.jpg"]);
}

fn a_converter_that_refuses_is_quoted() {
    let world = World::with(&[("a.heic", "OK"), ("b.png", "OK")]);
    let reason = last_words(&world, r"echo first; printf 'no \033[31mgood\n' >&2");
    assert_eq!(reason, "it cannot be converted: no \u{FFFD}[31mgood");
    assert_eq!(last_words(&world, ""), "it cannot be converted: the converter does not say why");
    assert_eq!(world.files("out"), ["b.png"]);
}

fn a_converter_reads_its_photo_only() {
    let doctor = Command::new(env!("CARGO_BIN_EXE_grata")).arg("doctor").output().unwrap();
    if !String::from_utf8_lossy(&doctor.stdout).contains("Landlock: ") {
        eprintln!("SKIPPED: no Landlock on this system");
        return;
    }
    let world = World::with(&[("a.heic", "OK"), ("b.png", "OK")]);
    let other = world.path("photos/b.png");
    let tries = [
        ("photo", r#"head -c 9 "$1""#.to_string()),
        ("other", format!("head -c 9 '{}'", other.display())),
        ("machine", "head -c 1 /etc/hostname".into()),
        ("list", format!("ls '{}'", world.path("photos").display())),
        ("write", "echo x > x".into()),
        ("change", format!("echo x >> '{}'", other.display())),
        ("into photo", r#"echo x >> "$1""#.into()),
        ("remove", "rm picture.png".into()),
        ("run", "/bin/true".into()),
    ];
    let script: String = tries
        .iter()
        .map(|(what, attempt)| format!("if ({attempt}) >/dev/null 2>&1; then can=\"$can {what}\"; fi\n"))
        .collect();
    let reason = last_words(&world, &format!("{script}echo can $can; env >&2"));
    assert!(!reason.contains("canary"), "{reason}");
    let reason = last_words(&world, &format!("{script}echo can $can"));
    assert_eq!(reason, "it cannot be converted: can photo run");
    // The network: a refusal by the other side would be a connection that was tried.
    let reason = last_words(
        &world,
        "bash -c 'echo x > /dev/tcp/127.0.0.1/9' 2>&1; bash -c 'echo x > /dev/udp/127.0.0.1/9' && echo sent",
    );
    assert!(!reason.contains("refused") && !reason.contains("sent"), "{reason}");
}

fn a_converter_has_the_limits_of_a_worker() {
    let world = World::with(&[("a.heic", "OK")]);
    let reason = last_words(&world, "echo $(ulimit -d) $(ulimit -v) $(ulimit -f) $(ulimit -c)");
    let kib = 700 << 10;
    assert_eq!(reason, format!("it cannot be converted: {kib} {} 0 0", kib + kib / 2));
}

fn a_converter_that_hangs_is_stopped() {
    let world = World::with(&[("a.heic", "OK"), ("b.png", "OK")]);
    world.converter("sleep 3600 & sleep 3600");
    let start = Instant::now();
    let ran = obscure(&world, &[]);
    ran.expect(2);
    assert!(start.elapsed() < Duration::from_secs(30));
    let reason = ran.reason("photos/a.heic");
    assert!(reason.contains("converting it took longer than 2 seconds"), "{reason}");
    assert_eq!(ran.status("photos/b.png"), "ok");
}

fn an_endless_picture_is_stopped() {
    let world = World::with(&[("a.heic", "OK"), ("b.png", "OK")]);
    world.converter(r#"yes > "$2""#);
    let ran = obscure(&world, &[("GRATA_LIMIT_FILE_MIB", "1"), ("GRATA_LIMIT_PHOTO_SECONDS", "60")]);
    ran.expect(2);
    assert!(ran.reason("photos/a.heic").starts_with("too large: converted, more than 1 MiB"));
    assert_eq!(ran.status("photos/b.png"), "ok");
}

fn half_a_picture_is_none() {
    let world = World::with(&[("a.heic", "OK")]);
    world.file("half", PNG);
    world.converter(r#"printf '\211PNG\r\n\032\n' > "$2"; echo 'Written to picture.png'"#);
    let ran = obscure(&world, &[]);
    ran.expect(2);
    assert_eq!(ran.reason("photos/a.heic"), "it cannot be converted: Written to picture.png");
    assert_eq!(world.files("out"), [""; 0]);
}

fn ctrl_c_ends_the_converter() {
    let world = World::with(&[("a.heic", "OK")]);
    world.converter("sleep 3600");
    fs::create_dir(world.path("tmp")).unwrap();
    let mut command = world.command("as-grata", &["obscure", "photos", "--out", "out", "--jobs", "1"]);
    command.env("TMPDIR", world.path("tmp")).env("GRATA_LIMIT_PHOTO_SECONDS", "3600");
    let mut child = command.spawn().unwrap();
    // A worker waits for the photo; the converter has a child of its own once it runs.
    wait_for("a worker and a converter", || workers_of(&child).len() == 2);
    let converters = workers_of(&child);
    wait_for("what the converter starts", || !children(&converters).is_empty());
    let started = children(&converters);
    signal(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    wait_for("the end of all", || converters.iter().chain(&started).copied().all(is_gone));
    assert_eq!(fs::read_dir(world.path("tmp")).unwrap().count(), 0);
}

fn a_killed_parent_leaves_no_converter() {
    let world = World::with(&[("a.heic", "OK")]);
    world.converter("exec sleep 3600");
    let mut command = world.command("as-grata", &["obscure", "photos", "--out", "out", "--jobs", "1"]);
    let mut child = command.env("GRATA_LIMIT_PHOTO_SECONDS", "3600").spawn().unwrap();
    let is_sleeping =
        |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "sleep");
    wait_for("a converter", || workers_of(&child).iter().any(is_sleeping));
    let left = workers_of(&child);
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    wait_for("the end of the converter", || left.iter().copied().all(is_gone));
}

fn doctor_says_what_the_converter_reads() {
    let lists = "echo 'HEIC decoders:'; echo '- one = 1'; echo 'AVIF decoders:'";
    let cases = [
        (None, "warning", "neither HEIC nor AVIF", "libheif-examples"),
        (Some(format!("{lists}; echo '- two = 2'")), "ok", "HEIC and AVIF by ", ""),
        (Some(lists.into()), "warning", "HEIC, but not AVIF by ", "lacks a decoder"),
    ];
    for (script, verdict, found, to_do) in cases {
        let world = World::new();
        script.inspect(|script: &String| world.converter(script));
        let output = world.command("as-grata", &["doctor", "--json"]).output().unwrap();
        let ran = ran(output);
        let formats = ran.lines.iter().find(|line| line["subject"] == "formats").unwrap();
        assert_eq!(formats["verdict"], verdict, "{formats}");
        assert!(formats["found"].as_str().unwrap().contains(found), "{formats}");
        assert!(formats["to_do"].as_str().unwrap_or_default().contains(to_do), "{formats}");
    }
}

fn children(parents: &[u32]) -> Vec<u32> {
    let of = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    parents
        .iter()
        .flat_map(|pid| of(pid).split_whitespace().flat_map(str::parse).collect::<Vec<u32>>())
        .collect()
}
