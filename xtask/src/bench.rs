//! `cargo xtask bench`: grata beside deface, on the same photos, in turn.
//!
//! docs/benchmarks.md says how everything is measured. All that is made lies below `target/bench`.

mod coverage;
pub mod measure;
pub mod report;
mod runs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::tools::{self, Outcome, Venv, bench_folder, cargo, ensure_pack, root, target};
use coverage::{Truth, cover, read_truth};
use measure::Cost;
use report::Results;
use runs::Stage;

/// Kinds of photos, as `crowds.py` makes them.
pub const KINDS: [&str; 5] = ["crowd", "portrait", "group", "rotated", "none"];

/// Smallest faces for which the frontier is drawn, in pixels.
const FRONTIER: [u32; 6] = [12, 16, 20, 24, 32, 48];

/// What to measure.
pub struct Order {
    photos: PathBuf,
    runs: usize,
    kinds: Vec<String>,
    many: usize,
    out: Option<PathBuf>,
}

impl Order {
    /// From the words after `bench`.
    ///
    /// # Errors
    /// If they make no sense.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let photos = root().join("../shared/testphotos");
        let mut order = Self { photos, runs: 3, kinds: Vec::new(), many: 200, out: None };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--photos" => order.photos = std::path::absolute(value)?,
                "--runs" => order.runs = value.parse::<usize>()?.max(1),
                "--only" if KINDS.contains(&value.as_str()) => order.kinds.push(value),
                "--only" => return Err(format!("no kind {value}; there are {}", KINDS.join(", ")).into()),
                "--many" => order.many = value.parse()?,
                "--out" => order.out = Some(std::path::absolute(value)?),
                _ => return Err(format!("bench knows no {word}").into()),
            }
        }
        if order.kinds.is_empty() {
            order.kinds = KINDS.map(String::from).to_vec();
        }
        Ok(order)
    }
}

/// Prepares, measures, and writes the tables.
///
/// # Errors
/// If anything needed is missing or a program fails: half a benchmark is none.
pub fn run(order: &Order) -> Outcome<()> {
    if let Some(file) = &order.out {
        report::check_markers(file)?;
    }
    let venv = Venv::ensure()?;
    let truth = photos(order, &venv)?;
    tools::run(cargo(&["build", "--release", "--locked", "--package", "grata"]))?;
    let floor = ["build", "--release", "--locked", "--package", "xtask", "--features", "floor"];
    tools::run(cargo(&floor))?;
    let release = target()?.join("release");
    ensure_pack(&release.join("grata"))?;

    let stage = Stage { folder: bench_folder()?, venv: &venv, release };
    let mut results = Results { pairs: order.runs, ..Results::default() };
    for kind in &order.kinds {
        measure_kind(order, &stage, &truth, kind, &mut results)?;
    }
    if order.kinds.iter().any(|kind| kind == "crowd") {
        for min_face in FRONTIER {
            eprintln!("frontier: faces of {min_face} pixels and more");
            let run = stage.grata("crowd", Some(min_face))?;
            results.frontier.push((min_face, told("grata", run.cost), cover(&truth, "crowd", &run.hidden)));
        }
    }
    if order.many > 0 {
        for photos in [10, order.many] {
            eprintln!("memory: a batch of {photos} photos");
            results.memory.push((photos, told("grata", stage.batch(photos)?)));
        }
    }
    let text = report::markdown(&results);
    println!("{text}");
    order.out.as_deref().map_or(Ok(()), |file| report::replace(file, &text))
}

fn measure_kind(
    order: &Order,
    stage: &Stage,
    truth: &BTreeMap<String, Truth>,
    kind: &str,
    results: &mut Results,
) -> Outcome<()> {
    let of_kind = truth.iter().filter(|(photo, _)| photo.split('/').next() == Some(kind));
    let megapixels = of_kind.map(|(_, truth)| truth.size[0] * truth.size[1] / 1e6).sum();
    let mut all = report::Kind { name: kind.into(), megapixels, ..report::Kind::default() };
    for pair in 1..=order.runs {
        eprintln!("{kind}: pair {pair} of {}", order.runs);
        let grata = stage.grata(kind, None)?;
        all.grata.push(told("grata", grata.cost));
        all.deface.push(told("deface", stage.deface(kind)?));
        all.floor.push(told("floor", stage.floor(kind)?));
        all.failed = grata.failed;
        all.covered = cover(truth, kind, &grata.hidden);
    }
    all.covered_by_deface = cover(truth, kind, &stage.deface_boxes(kind)?);
    results.kinds.push(all);
    Ok(())
}

/// Says what a run cost, as it goes: the tables come at the end, minutes later.
fn told(who: &str, cost: Cost) -> Cost {
    let high_water = cost.high_water as f64 / 1e6;
    eprintln!("  {who}: {:.2} s CPU, {:.2} s wall, {high_water:.0} MB", cost.cpu, cost.wall);
    cost
}

/// The photos with their truth, made on first use.
fn photos(order: &Order, venv: &Venv) -> Outcome<BTreeMap<String, Truth>> {
    let folder = bench_folder()?;
    let truth = folder.join("photos/truth.json");
    if !truth.is_file() {
        if !order.photos.join("faces.csv").is_file() {
            let shown = order.photos.display();
            return Err(format!("no photos with faces.csv in {shown}; name them with --photos DIR").into());
        }
        let samples = samples(&folder)?;
        let mut make = venv.script("crowds.py");
        make.arg(&order.photos).arg(samples).arg(folder.join("photos"));
        tools::run(make)?;
    }
    read_truth(&truth)
}

/// The sample photos of a published package, fetched with its client.
fn samples(folder: &std::path::Path) -> Outcome<PathBuf> {
    let samples = folder.join("package/demo");
    if !samples.is_dir() {
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", "@vladmandic/face-api@1.7.15"]).current_dir(folder);
        tools::run(pack)?;
        let mut unpack = Command::new("tar");
        unpack.args(["-xzf", "vladmandic-face-api-1.7.15.tgz", "package/demo"]).current_dir(folder);
        tools::run(unpack)?;
    }
    Ok(samples)
}
