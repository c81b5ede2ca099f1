//! What is left: in the memory of a worker after a photo, in files after a kill, and about whoever matched nobody.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use grata::worker::group::{GroupAnswer, GroupTask, Pose};
use grata::worker::pool::Slot;
use grata::worker::protocol::{Checked, Rect};
use serde_json::Value;

use crate::canary::Canary;
use crate::house::ALBUM;
use crate::pages::Pages;
use crate::place::{Model, Place, Stills, task};

/// The numbers that the worker makes of stills.
fn numbers(slot: &mut Slot<'_>, stills: &[(&[u8], Pose)]) -> Vec<u8> {
    let body: Vec<u8> = stills.iter().flat_map(|(still, _)| still.iter().copied()).collect();
    let stills = stills.iter().map(|(still, pose)| (still.len() as u64, *pose)).collect();
    let task = task(GroupTask::Enrol { stills, agreement: 0.3 });
    let mut numbers = Vec::new();
    let answer = slot.process(&task, &mut body.as_slice(), body.len() as u64, |piece| {
        numbers.extend_from_slice(piece);
        Ok(())
    });
    assert!(matches!(answer, Ok(Checked::Group(GroupAnswer::Enrolled { .. }, _))), "{answer:?}");
    numbers
}

/// Pieces of 64 bytes of somebody's numbers (16 floats), as they would lie in memory.
fn windows(numbers: &[u8]) -> HashSet<[u8; 64]> {
    numbers.chunks_exact(64).map(|piece| piece.try_into().unwrap()).collect()
}

/// How many of them lie in memory that a process can write to. `None` if it cannot be read.
fn in_memory(process: &str, wanted: &HashSet<[u8; 64]>) -> Option<usize> {
    let first: HashSet<[u8; 4]> = wanted.iter().map(|window| window[..4].try_into().unwrap()).collect();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut found = 0;
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|flags| flags.starts_with("rw")))
    {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        let mut bytes = vec![0; (to - from) as usize];
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        // Floats lie at multiples of four.
        for at in (0..bytes.len().saturating_sub(63)).step_by(4) {
            let window = &bytes[at..at + 64];
            if first.contains(&window[..4]) && wanted.contains(window) {
                found += 1;
            }
        }
    }
    Some(found)
}

fn children() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let of = |thread: PathBuf| fs::read_to_string(thread.join("children")).unwrap_or_default();
    threads
        .flat_map(|one| of(one.unwrap().path()).split_whitespace().map(str::to_string).collect::<Vec<_>>())
        .collect()
}

/// BYS-3, SEC-2: after a photo, neither the members' numbers nor those of the face that was compared are in the memory
/// of the worker, which is alive and waits for the next one. The made model gives a face of the same picture the same
/// numbers, so one pattern is looked for: once as a template, once as a probe.
#[test]
fn bys_3_sec_2_numbers_are_gone_from_the_worker_after_each_photo() {
    let test = "bys_3_sec_2_numbers_are_gone_from_the_worker_after_each_photo";
    let Some(place) = Place::new(test, Model::Made) else { return };
    let still = place.stills().straight;
    let crew = place.crew();
    let mut slot = crew.first_slot().unwrap();
    let template = numbers(&mut slot, &[(&still, Pose::Straight)]);
    let wanted = windows(&template);
    assert!(wanted.len() >= 32, "a pattern of 512 numbers");
    // The scanner sees what there is: we still hold the numbers.
    if in_memory("self", &wanted).is_none_or(|found| found < wanted.len()) {
        eprintln!("SKIPPED {test}: the memory of processes cannot be read here");
        return;
    }
    let workers = children();
    let scan = || -> usize {
        // The answer is out a moment before what it was made of is wiped.
        std::thread::sleep(Duration::from_millis(300));
        let found: Vec<Option<usize>> = workers.iter().map(|worker| in_memory(worker, &wanted)).collect();
        assert!(found.iter().any(Option::is_some), "no worker could be looked into: {workers:?}");
        found.into_iter().flatten().sum()
    };
    assert_eq!(scan(), 0, "after an enrolment");
    let size = image::load_from_memory(&still).unwrap();
    for members in [1, 3] {
        let places = vec![Rect(0, 0, size.width(), size.height())];
        let width = template.len() / 4;
        let compare = GroupTask::Compare { members, width, places, threshold: 0.3, lead: 0.0 };
        // Others are far away: the same numbers, turned round.
        let mut body = template.clone();
        for _ in 1..members {
            body.extend(
                template
                    .chunks_exact(4)
                    .flat_map(|own| (-f32::from_le_bytes(own.try_into().unwrap())).to_le_bytes()),
            );
        }
        body.extend(&still);
        let answer =
            slot.process(&task(compare), &mut body.as_slice(), body.len() as u64, |_| Ok(())).unwrap();
        let Checked::Group(GroupAnswer::Compared { found, embedded, is_doubtful }, 0) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((found, embedded, is_doubtful), (vec![(0, 0)], 1, false), "it did compare");
        assert_eq!(scan(), 0, "after a photo beside {members}");
    }
}

/// Files that belong to an installation, to a test, and to everybody.
fn files(place: &Place) -> Vec<PathBuf> {
    let folders = [place.house.path(""), std::env::temp_dir(), "/dev/shm".into()];
    let below = |folder: PathBuf| walkdir::WalkDir::new(folder).max_depth(6).into_iter().flatten();
    let is_new = |path: &Path| {
        fs::symlink_metadata(path).is_ok_and(|of| {
            of.is_file() && of.len() < 64 << 20 && of.modified().is_ok_and(|at| at >= place.begun)
        })
    };
    let mut found: Vec<PathBuf> =
        folders.into_iter().flat_map(below).map(|one| one.into_path()).filter(|path| is_new(path)).collect();
    found.sort();
    found.dedup();
    found
}

/// What to look for.
fn canary(numbers: &[u8], canary: &mut Canary) {
    let values: Vec<f32> =
        numbers.chunks_exact(4).map(|own| f32::from_le_bytes(own.try_into().unwrap())).collect();
    canary.add(&values);
}

/// Where it stands.
pub fn hits(place: &Place, canary: &Canary) -> Vec<PathBuf> {
    // What somebody else has removed meanwhile holds nothing.
    files(place).into_iter().filter(|path| canary.is_in_file(path).unwrap_or(false)).collect()
}

fn enrol(place: &Place, link: &Value, stills: &Stills) {
    let code = place.code("Anna Group");
    let pages = Pages::over(place);
    let who = pages.by_link(link);
    let told = pages.enrol(&who, &code, |pose| stills.of(pose).clone()).expect(200).json();
    assert_eq!(told["go"], "/me#group", "{told}");
    pages.leave();
}

/// BYS-1, §9.1: numbers that are known are in no file, neither after an enrolment, nor after a comparison that was
/// killed, nor after one that came to its end.
#[test]
fn bys_1_rts_9_numbers_are_in_no_file_after_enrolment_a_kill_and_a_comparison() {
    let test = "bys_1_rts_9_numbers_are_in_no_file_after_enrolment_a_kill_and_a_comparison";
    let Some(place) = Place::new(test, Model::Made) else { return };
    let names = [
        "002_A.jpg",
        "004_A.jpg",
        "005_A.jpg",
        "006_A.jpg",
        "007_B.jpg",
        "008_B.jpg",
        "009_C.jpg",
        "011_3.jpg",
    ];
    place.add(&names);
    let anna = place.group_of_one("Anna Group");
    let model = ["--model", "own.toml"];
    crate::attest(&place, &[&["--closed", "--all-agreed"][..], &model].concat()).expect(0);
    let stills = place.stills();
    let crew = place.crew();
    // The order of the stills changes the last bit of their mean, so both orders are looked for.
    let mut wanted = Canary::default();
    for order in [[Pose::Straight, Pose::Left, Pose::Right], [Pose::Straight, Pose::Right, Pose::Left]] {
        let of = |pose: &Pose| (stills.of(pose.as_str()).as_slice(), *pose);
        let mut slot = crew.first_slot().unwrap();
        canary(&numbers(&mut slot, &order.each_ref().map(of)), &mut wanted);
    }
    enrol(&place, &anna, &stills);
    // The sweep sees what there is.
    fs::write(place.house.path("canary"), wanted.first()).unwrap();
    assert_eq!(hits(&place, &wanted), [place.house.path("canary")]);
    fs::remove_file(place.house.path("canary")).unwrap();
    assert_eq!(hits(&place, &wanted), Vec::<PathBuf>::new(), "after an enrolment");

    let mut running = place.house.command(&["group", "compare", ALBUM]);
    let mut running = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let compared = || -> i64 {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let raw =
            rusqlite::Connection::open_with_flags(place.house.path("grata-data/grata.db"), flags).unwrap();
        raw.query_row("SELECT count(*) FROM compared_photos", [], |row| row.get(0)).unwrap_or(0)
    };
    let begun = Instant::now();
    while compared() < 2 && running.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(10));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(hits(&place, &wanted), Vec::<PathBuf>::new(), "after a kill");
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    let counted = status["embedded"].as_u64().unwrap();
    let left = status["to_compare"].as_u64().unwrap();
    let done = place.house.json(&["group", "compare", ALBUM]).expect(0).line();
    assert_eq!((&done["photos"], &done["left"]), (&left.into(), &0.into()), "the rest is done: {done}");
    let status = place.house.json(&["group", "status", ALBUM]).expect(0).line();
    assert_eq!(status["embedded"].as_u64().unwrap(), counted + done["embedded"].as_u64().unwrap(), "BYS-3");
    assert_eq!(hits(&place, &wanted), Vec::<PathBuf>::new(), "after a comparison");
    place.house.run(&["log", "verify"]).expect(0);
}

/// What an installation holds, but for moments and digests: rows by table, states of photos, and the log.
fn trace(place: &Place) -> Vec<String> {
    let raw = rusqlite::Connection::open(place.house.path("grata-data/grata.db")).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut select = raw.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut trace = Vec::new();
    for table in texts("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
        let rows: i64 =
            raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        trace.push(format!("{table}: {rows}"));
    }
    trace.extend(texts("SELECT 'photo ' || review FROM photos ORDER BY added_at, id"));
    trace.extend(texts("SELECT 'counted ' || embedded || ' ' || late_rounds FROM closed_groups"));
    let entries = raw
        .prepare("SELECT entry FROM log_entries ORDER BY place")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(|entry: Result<Vec<u8>, _>| serde_json::from_slice::<Value>(&entry.unwrap()).unwrap())
        .collect::<Vec<_>>();
    for entry in entries {
        trace.push(format!("{} {} {}", entry["type"], entry["counts"], entry["commit"].is_string()));
    }
    trace
}

/// BYS-4: one stranger or another, the trace is the same.
#[test]
fn bys_4_swapping_who_matches_nobody_changes_nothing_but_moments_and_digests() {
    let test = "bys_4_swapping_who_matches_nobody_changes_nothing_but_moments_and_digests";
    if Place::new(test, Model::PackFind).is_none() {
        return;
    }
    let traces = ["007_B.jpg", "009_C.jpg"].map(|stranger| {
        let place = Place::new(test, Model::PackFind).unwrap();
        place.add(&[stranger]);
        let anna = place.group_of_one("Anna Group");
        crate::attest(&place, &["--closed", "--all-agreed"]).expect(0);
        enrol(&place, &anna, &place.stills());
        let done = place.house.json(&["group", "compare", ALBUM]).expect(0).line();
        assert_eq!((&done["photos"], &done["embedded"]), (&1.into(), &1.into()), "{stranger}: {done}");
        trace(&place)
    });
    assert!(traces[0].contains(&"photo doubtful".to_string()), "{:?}", traces[0]);
    assert!(traces[0].contains(&"suggestions: 0".to_string()));
    assert_eq!(traces[0], traces[1]);
}
