//! `cargo xtask find`: what comparing faces costs, and how often it goes wrong (docs/find.md).
//!
//! Needs pack `find`, which it does not install: that is for a person to ask for by name. What it makes
//! lies below the target folder and is gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::tools::{self, Outcome, cargo, root, target};

/// Where the marked photos lie, seen from the top folder.
const PHOTOS: &str = "../shared/testphotos";

/// What is asked for.
pub struct Order {
    photos: PathBuf,
    samples: PathBuf,
    copies: String,
    profile: String,
}

impl Order {
    /// Reads the arguments.
    ///
    /// # Errors
    /// If one of them is unknown.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let home = std::env::var_os("GRATA_MODELS").map(PathBuf::from).or_else(|| {
            std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share/grata/models"))
        });
        let mut order = Self {
            photos: root().join(PHOTOS),
            samples: home.unwrap_or_default().join("samples"),
            copies: "4".into(),
            profile: "release".into(),
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--photos" => order.photos = value.into(),
                "--samples" => order.samples = value.into(),
                "--copies" => order.copies = value,
                "--profile" => order.profile = value,
                _ => return Err(format!("{name} is unknown").into()),
            }
        }
        Ok(order)
    }
}

/// Runs it.
///
/// # Errors
/// If a program fails.
pub fn run(order: &Order) -> Outcome<()> {
    let folder = if order.profile == "dev" { "debug" } else { order.profile.as_str() };
    tools::run(cargo(&[
        "build",
        "--workspace",
        "--examples",
        "--bins",
        "--locked",
        "--profile",
        &order.profile,
    ]))?;
    let built = target()?.join(folder);
    println!("| what | middle (fastest) of 21 |\n| --- | --- |");
    let mut bench = Command::new(built.join("examples/find_bench"));
    bench.arg(&order.photos);
    tools::run(bench)?;
    println!(
        "\n| photos | people | pairs | coverage | FMR | FNMR | FPIR | FNIR | FNMR at FMR 0.001, a photo | beside what was enrolled |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, copies, how) in [
        ("as they are", "0", "mild"),
        ("with mild copies", order.copies.as_str(), "mild"),
        ("with harsh copies", order.copies.as_str(), "harsh"),
    ] {
        let set = target()?.join("find-set");
        let _ = fs::remove_dir_all(&set);
        let mut make = Command::new(built.join("examples/find_set"));
        make.args([&order.photos, &order.samples, &set]).args([copies, how]);
        tools::run(make)?;
        let mut evaluate = Command::new(built.join("grata"));
        evaluate
            .arg("evaluate")
            .arg("--photos")
            .arg(&set)
            .arg("--labels")
            .arg(set.join("labels.csv"))
            .arg("--json");
        let found = tools::output(evaluate);
        fs::remove_dir_all(&set)?;
        println!("{}", row(name, &serde_json::from_str(&found?)?));
    }
    Ok(())
}

fn row(name: &str, found: &Value) -> String {
    let report = &found["report"];
    let rate = |which: &str| {
        let rate = &report["rates"][which];
        let percent = |value: &Value| format!("{:.2}", value.as_f64().unwrap_or(f64::NAN) * 100.0);
        format!("{} % [{}, {}]", percent(&rate["rate"]), percent(&rate["low"]), percent(&rate["high"]))
    };
    let strict = |table: &str| {
        let rows = report[table].as_array();
        let row = rows.and_then(|rows| rows.iter().find(|row| row["target_fmr"] == 0.001));
        let told = row.and_then(|row| {
            let most = row["fnmr_high"].as_f64();
            let most = most.map(|most| format!(" [at most {:.2}]", most * 100.0)).unwrap_or_default();
            let (missed, at) = (row["fnmr"].as_f64()? * 100.0, row["threshold"].as_f64()?);
            Some(format!("{missed:.2} %{most} at {at:.3}"))
        });
        told.unwrap_or_else(|| "-".into())
    };
    format!(
        "| {name} | {} | {} | {} of {} | {} | {} | {} | {} | {} | {} |",
        report["people"],
        report["pairs"],
        found["detection"]["found"],
        found["detection"]["labelled"],
        rate("fmr"),
        rate("fnmr"),
        rate("fpir"),
        rate("fnir"),
        strict("det"),
        strict("det_enrolled"),
    )
}
