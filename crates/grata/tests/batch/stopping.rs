//! Ctrl-C, a full disk, a reader that leaves: nothing half-written, nobody left behind.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::world::{World, ran};

pub const TESTS: &[(&str, fn())] = &[
    ("ctrl_c_leaves_whole_photos_and_no_workers", ctrl_c_leaves_whole_photos_and_no_workers),
    ("a_file_beyond_the_size_limit_costs_that_photo", a_file_beyond_the_size_limit_costs_that_photo),
    ("a_full_disk_costs_the_photos_that_do_not_fit", a_full_disk_costs_the_photos_that_do_not_fit),
    ("a_killed_parent_leaves_no_workers", a_killed_parent_leaves_no_workers),
    ("what_a_killed_grata_left_is_gone_after_the_next", what_a_killed_grata_left_is_gone_after_the_next),
    ("a_reader_that_leaves_ends_the_batch", a_reader_that_leaves_ends_the_batch),
];

pub fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn workers_of(parent: &Child) -> Vec<u32> {
    let parent = format!(" {} ", parent.id());
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_worker = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // "pid (name) state parent ..."
        stat.rsplit(')').next().is_some_and(|rest| rest.get(2..).unwrap_or_default().starts_with(&parent))
    };
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_worker).collect()
}

pub fn is_gone(pid: u32) -> bool {
    // A dead process that nobody has waited for yet counts as gone.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !Path::new(&format!("/proc/{pid}")).exists() || stat.contains(") Z ")
}

pub fn signal(child: &Child, signal: Signal) {
    rustix::process::kill_process(Pid::from_child(child), signal).unwrap();
}

/// A process that does not outlive a test that fails.
struct Ended(Option<Child>);

impl Ended {
    fn process(&self) -> &Child {
        self.0.as_ref().unwrap()
    }

    fn output(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().unwrap();
        }
    }
}

fn has_unfinished(world: &World) -> bool {
    world.files("out").iter().any(|file| file.ends_with(".part"))
}

fn ctrl_c_leaves_whole_photos_and_no_workers() {
    for kind in [Signal::INT, Signal::TERM] {
        let world = World::with(&[("a.png", "OK"), ("b.png", "HALF"), ("c.png", "HALF"), ("d.png", "OK")]);
        let arguments = ["obscure", "photos", "--out", "out", "--json", "--jobs", "2"];
        let mut command = world.command("as-raw-grata", &arguments);
        command.env("GRATA_LIMIT_PHOTO_SECONDS", "3600");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let child = Ended(Some(command.spawn().unwrap()));
        wait_for("two photos in the middle", || {
            world.files("out").iter().filter(|file| file.ends_with(".part")).count() == 2
        });
        let workers = workers_of(child.process());
        assert_eq!(workers.len(), 2);
        let start = Instant::now();
        signal(child.process(), kind);
        let ran = ran(child.output());
        ran.expect(130);
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(ran.statuses(), [("photos/a.png", "ok")]);
        assert!(
            ran.errors.contains("1 photo done") && ran.errors.contains("Stopped: 3 files"),
            "{}",
            ran.errors
        );
        assert_eq!(world.files("out"), ["a.png"]);
        assert!(workers.into_iter().all(is_gone));
    }
}

fn a_killed_parent_leaves_no_workers() {
    if !cfg!(target_os = "linux") {
        eprintln!("SKIPPED: only Linux ends workers with their parent");
        return;
    }
    let world = World::with(&[("a.png", "HANG")]);
    let mut child = world.start("as-grata", &["obscure", "photos", "--out", "out"]);
    wait_for("a worker", || !workers_of(&child).is_empty());
    let workers = workers_of(&child);
    // It has locked itself in by the time it has its photo.
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    wait_for("the end of the workers", || workers.iter().copied().all(is_gone));
}

fn what_a_killed_grata_left_is_gone_after_the_next() {
    let world = World::with(&[("s/a.png", "HALF"), ("s/b.png", "OK")]);
    let mut command = world.command("as-raw-grata", &["obscure", "photos", "--out", "out", "--jobs", "1"]);
    command.env("GRATA_LIMIT_PHOTO_SECONDS", "3600");
    let mut killed = command.spawn().unwrap();
    wait_for("a photo in the middle", || has_unfinished(&world));
    // A second one at the same time leaves it alone.
    let beside = world.obscure(&["--overwrite"]);
    assert_eq!(beside.status("photos/s/b.png"), "ok");
    assert!(has_unfinished(&world));
    signal(&killed, Signal::KILL);
    killed.wait().unwrap();
    assert!(has_unfinished(&world));
    world.obscure(&["--overwrite"]);
    assert_eq!(world.files("out"), ["s/b.png"]);
}

fn a_file_beyond_the_size_limit_costs_that_photo() {
    let world = World::with(&[("a.png", "OK"), ("b.png", "BIG"), ("c.png", "OK")]);
    let program = world.command("as-grata", &[]);
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 200; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(["as-grata", "obscure", "photos", "--out", "out", "--json"])
        .current_dir(world.path(""))
        .output()
        .unwrap();
    let ran = ran(output);
    ran.expect(2);
    let expected = [("photos/a.png", "ok"), ("photos/b.png", "failed"), ("photos/c.png", "ok")];
    assert_eq!(ran.statuses(), expected);
    assert!(
        ran.reason("photos/b.png").contains("larger than a file may be"),
        "{}",
        ran.reason("photos/b.png")
    );
    assert_eq!(world.files("out"), ["a.png", "c.png"]);
}

/// On a file system of 512 KiB, where the system lets this test make one.
fn a_full_disk_costs_the_photos_that_do_not_fit() {
    let world = World::with(&[("a.png", "OK"), ("b.png", "BIG"), ("c.png", "BIG"), ("d.png", "OK")]);
    fs::create_dir(world.path("out")).unwrap();
    let program = world.command("as-grata", &[]);
    let script =
        "mount -t tmpfs -o size=512k tmpfs out || exit 99; \"$0\" \"$@\"; code=$?; ls -A out >&2; exit $code";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(program.get_program())
        .args(["as-grata", "obscure", "photos", "--out", "out", "--json", "--jobs", "1"])
        .current_dir(world.path(""))
        .output();
    let Some(output) =
        output.ok().filter(|output: &Output| output.status.code().is_some_and(|code| code <= 2))
    else {
        eprintln!("SKIPPED: a small file system cannot be made here");
        return;
    };
    let ran = ran(output);
    ran.expect(2);
    assert_eq!(ran.status("photos/a.png"), "ok", "{}", ran.errors);
    assert!(ran.reason("photos/b.png").contains("no space is left"), "{}", ran.reason("photos/b.png"));
    assert!(ran.reason("photos/c.png").contains("not tried"), "{}", ran.reason("photos/c.png"));
    assert!(!ran.errors.contains(".part"), "{}", ran.errors);
}

fn a_reader_that_leaves_ends_the_batch() {
    let names: Vec<String> = (100..200).map(|number| format!("{number}.png")).collect();
    let photos: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "SLOW")).collect();
    let world = World::with(&photos);
    let mut child = world.start("as-grata", &["obscure", "photos", "--out", "out", "--json", "--jobs", "2"]);
    let mut first = [0; 10];
    let mut lines = child.stdout.take().unwrap();
    lines.read_exact(&mut first).unwrap();
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(world.files("out").len() < 100 && !has_unfinished(&world));
}
