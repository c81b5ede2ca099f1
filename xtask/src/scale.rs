//! `cargo xtask scale`: what the commands cost on one album of 500 photos, while everything around it grows.
//!
//! docs/scale.md says how it is measured and what came out. All that is made lies below `target/scale` and `target/scale-made`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::bench::measure::{Cost, measure};
use crate::bench::report;
use crate::tools::{self, Outcome, cargo, ensure_pack, target};

/// What to measure.
pub struct Order {
    sizes: Vec<usize>,
    out: Option<PathBuf>,
    profile: String,
    /// Where installations are made and kept for the next time: best on a faster disk. They are measured on a
    /// copy below the target folder all the same.
    make_in: Option<PathBuf>,
}

impl Order {
    /// From the words after `scale`.
    ///
    /// # Errors
    /// If they make no sense.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let sizes = vec![1000, 10_000, 50_000];
        let mut order = Self { sizes, out: None, profile: "release".into(), make_in: None };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--sizes" => order.sizes = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--out" => order.out = Some(std::path::absolute(value)?),
                "--profile" => order.profile = value,
                "--make-in" => order.make_in = Some(std::path::absolute(value)?),
                _ => return Err(format!("scale knows no {word}").into()),
            }
        }
        Ok(order)
    }
}

/// One command: what it is called in the table, and what it costs at each size.
struct Line {
    name: &'static str,
    costs: Vec<Cost>,
}

/// Makes the installations, measures, and writes the table.
///
/// # Errors
/// If anything needed is missing or a command fails: half a table is none.
pub fn run(order: &Order) -> Outcome<()> {
    if let Some(file) = &order.out {
        report::check_markers(file)?;
    }
    let build = ["build", "--workspace", "--locked", "--profile", &order.profile];
    tools::run(cargo(&[&build[..], &["--bins", "--example", "made_installation"]].concat()))?;
    let built = target()?.join(if order.profile == "dev" { "debug" } else { &order.profile });
    ensure_pack(&built.join("grata"))?;
    let mut lines: Vec<Line> = Vec::new();
    for &photos in &order.sizes {
        let folder = target()?.join(format!("scale/{photos}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let made_in = order.make_in.clone().unwrap_or(target()?.join("scale-made")).join(photos.to_string());
        let made = Stage { folder: made_in.clone(), built: built.clone() }.made(photos)?;
        fs::create_dir_all(&folder)?;
        let mut copy = Command::new("cp");
        copy.arg("--archive").arg(made_in.join(".")).arg(&folder);
        tools::run(copy)?;
        let stage = Stage { folder, built: built.clone() };
        for (name, cost) in stage.measure_all(&made)? {
            match lines.iter_mut().find(|line| line.name == name) {
                Some(line) => line.costs.push(cost),
                None => lines.push(Line { name, costs: vec![cost] }),
            }
        }
        fs::remove_dir_all(&stage.folder)?;
    }
    let text = table(&order.sizes, &lines)?;
    println!("{text}");
    order.out.as_deref().map_or(Ok(()), |file| report::replace(file, &text))
}

/// A made installation, and the program to be measured on it.
struct Stage {
    folder: PathBuf,
    built: PathBuf,
}

impl Stage {
    /// What is in the installation of this size, which is made if it is not there.
    fn made(&self, photos: usize) -> Outcome<Value> {
        let note = self.folder.join("made.json");
        if !note.exists() {
            eprintln!("{photos} photos: being made");
            if self.folder.exists() {
                fs::remove_dir_all(&self.folder)?;
            }
            fs::create_dir_all(&self.folder)?;
            let mut init = self.grata(&["init", "--name", "photos.example.org"]);
            init.stdout(std::process::Stdio::null());
            tools::run(init)?;
            let mut make = Command::new(self.built.join("examples/made_installation"));
            make.args(["grata-data", &photos.to_string()]).current_dir(&self.folder);
            fs::write(&note, tools::output(make)?)?;
        }
        Ok(serde_json::from_str(&fs::read_to_string(note)?)?)
    }

    fn grata(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.built.join("grata"));
        command.args(arguments).current_dir(&self.folder);
        command
    }

    fn measured(&self, arguments: &[&str]) -> Outcome<(Cost, String)> {
        let log = self.folder.join("measured.log");
        let (cost, code, said) = measure(self.grata(arguments), &log)?;
        let shown = arguments.join(" ");
        if code != Some(0) {
            return Err(format!("grata {shown}: {code:?}\n{}", fs::read_to_string(log)?).into());
        }
        eprintln!("  {shown}: {:.2} s CPU, {:.2} s, {:.0} MB", cost.cpu, cost.wall, cost.memory as f64 / 1e6);
        Ok((cost, said))
    }

    /// In the order in which somebody would do it.
    fn measure_all(&self, made: &Value) -> Outcome<Vec<(&'static str, Cost)>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let (face, photo) = (text(&made["face"]), text(&made["photo"]));
        let [one, two, three] = [0, 1, 2].map(|number| text(&made["people"][number]));
        fs::create_dir(self.folder.join("new"))?;
        fs::copy(picture(), self.folder.join("new/new.jpg"))?;
        let recipient = text(&made["recipient"]);
        let mut costs = Vec::new();
        let commands: [(&'static str, Vec<&str>); 13] = [
            ("add one photo", vec!["add", "The album", "new"]),
            ("tag a face, by ids", vec!["tag", "set", &face, &one]),
            (
                "tag a face, by names",
                vec!["tag", "set", "IMG_3.jpg#3", "Person Number 1", "--album", "The album"],
            ),
            ("release plan", vec!["release", "plan", "The album", "--channel", "website", "--json"]),
            (
                "release make",
                vec!["release", "make", "The album", "--channel", "website", "--out", "out", "--json"],
            ),
            ("withdraw", vec!["consent", "withdraw", &two, "--album", "The album"]),
            ("recall of the album", vec!["recall", "The album", "--out", "swap"]),
            ("recall of all albums", vec!["recall", "--out", "swap-all"]),
            ("object to a photo", vec!["rights", "object", "--photo", &photo]),
            ("access of one person", vec!["rights", "access", &three, "--out", "package"]),
            ("erase one person", vec!["rights", "erase", &one, "--yes"]),
            ("log verify", vec!["log", "verify"]),
            ("backup", vec!["backup", "--out", "b.age", "--recipient", &recipient]),
        ];
        for (name, arguments) in commands {
            costs.push((name, self.measured(&arguments)?.0));
        }
        Ok(costs)
    }
}

/// A photo that is in the repository.
fn picture() -> PathBuf {
    tools::root().join("docs/pictures/before.jpg")
}

fn table(sizes: &[usize], lines: &[Line]) -> Outcome<String> {
    let mut text = String::from("| command |");
    for size in sizes {
        write!(text, " {size} photos |")?;
    }
    writeln!(text, " memory |")?;
    writeln!(text, "| --- |{}", " ---: |".repeat(sizes.len() + 1))?;
    for line in lines {
        write!(text, "| {} |", line.name)?;
        for cost in &line.costs {
            write!(text, " {:.2} ({:.2}) |", cost.cpu, cost.wall)?;
        }
        let memory: Vec<String> =
            line.costs.iter().map(|cost| format!("{:.0}", cost.memory as f64 / 1e6)).collect();
        writeln!(text, " {} MB |", memory.join(", "))?;
    }
    Ok(text)
}
