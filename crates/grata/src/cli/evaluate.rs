//! `grata evaluate` and `grata calibrate`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use grata_core::matching::Score;
use grata_core::matching::calibration::Target;
use grata_core::time::day;

use super::Finish;
use super::print::say;
use crate::app::evaluate::calibrate::{self, Calibration};
use crate::app::evaluate::{EvaluateOrder, Evaluation, evaluate};
use crate::app::models::find::{self, Which};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::worker::measure::{Bounded, DetRow};

/// Photos, labels and a model.
#[derive(Debug, Clone, Args)]
struct Measured {
    /// The folder with the photos; without --labels, each folder in it is a person
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,

    /// A table of labels: photo,person,group and x,y,w,h or nose_x,nose_y
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,

    /// A model of your own, by its manifest [default: pack find]
    #[arg(long, value_name = "MANIFEST")]
    model: Option<PathBuf>,

    /// Photos from which a person is enrolled in the searches, at most
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    stills: u32,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Print how often comparisons of faces go wrong, on your own labelled photos
///
/// For photos of people who agreed to be in such a measurement. It prints rates with their 95 %
/// intervals, by group where labels give groups; never who matched whom. The numbers made from faces
/// stay in the memory of one process and are gone with it; nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata evaluate --photos consented/
  grata evaluate --photos consented/ --labels labels.csv --json

Pack find has to be installed, which happens only by `grata models install find`: it was taught with
scraped faces (`grata models about find`).

Exit codes: 0 all done; 1 nothing was measured; 2 some photos or lines failed, each named with its
reason, and all others were measured; 130 stopped by Ctrl-C.")]
pub struct Arguments {
    #[command(flatten)]
    measured: Measured,

    /// The score up to which two faces are one person [default: the model's own]
    #[arg(long, value_name = "SCORE", value_parser = score, conflicts_with = "calibration")]
    threshold: Option<f32>,

    /// Take the threshold of this calibration
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,

    /// Accept a model whose licence is for research only: figures come of it and nothing else
    #[arg(long)]
    research: bool,
}

/// Make a threshold that keeps a promise, from your own labelled photos
///
/// The promise: in an album of so many faces beside so many enrolled members, the chance that anybody
/// is shown somebody else's photo stays below the target. Refused where the photos cannot bear it; the
/// worst group sets the threshold.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata calibrate --photos consented/ --labels labels.csv --faces 400 --roster 25 --target 0.05 --out album.toml

A target of 0.05 for 400 faces beside 25 members takes a false match rate of 1 in 195,000, and so
some 584,000 pairs of different people without a single wrong match: more than 1,000 people.

Exit codes: 0 all done; 1 no calibration was written; 2 it was written, and some photos or lines
failed; 130 stopped by Ctrl-C.")]
pub struct Calibrate {
    #[command(flatten)]
    measured: Measured,

    /// Faces in the album
    #[arg(long, value_name = "N")]
    faces: u64,

    /// Enrolled members
    #[arg(long, value_name = "N")]
    roster: u64,

    /// The chance, above 0 and below 1
    #[arg(long, value_name = "SHARE")]
    target: f64,

    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn score(text: &str) -> Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| "give a number".to_string())?;
    Score::new(number).map(Score::distance).ok_or_else(|| "a score is 0 or more".into())
}

/// Runs `grata evaluate`.
///
/// # Errors
/// [`AppError`] if nothing was measured.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let Arguments { measured, calibration, research, .. } = arguments;
    let which = Which { manifest: measured.model.clone(), research: *research };
    let threshold = match calibration {
        None => arguments.threshold,
        Some(path) => {
            let model = find::open(&cx.config, &which)?;
            let own = Calibration::open(path, model.manifest.model.sha256.text())?;
            Some(own.threshold as f32)
        }
    };
    let done = measure(measured, which, threshold, cx)?;
    let Some(evaluation) = done else { return Ok(Finish::Stopped) };
    let mut out = io::stdout().lock();
    // A closed pipe is nobody's mistake.
    let _ =
        if measured.json { writeln!(out, "{}", json(&evaluation)?) } else { in_words(&evaluation, &mut out) };
    Ok(finish(&evaluation))
}

/// Runs `grata calibrate`.
///
/// # Errors
/// [`AppError`] if no calibration was written.
pub fn calibrate(arguments: &Calibrate, cx: &Cx) -> Result<Finish, AppError> {
    let Calibrate { measured, faces, roster, target, out } = arguments;
    let target = Target::new(*target, *faces, *roster).ok_or_else(|| {
        AppError::new(ErrorKind::Invalid, "the target makes no sense")
            .hint("Give a chance above 0 and below 1, and at least one face and one member.")
    })?;
    if out.exists() {
        return Err(AppError::new(ErrorKind::Conflict, "the file for the calibration is there already")
            .hint("Give another name: what is promised is not overwritten."));
    }
    let which = Which { manifest: measured.model.clone(), research: false };
    let lead = find::open(&cx.config, &which)?.manifest.model.calibration.lead_thousandths.unwrap_or(0);
    let Some(evaluation) = measure(measured, which, None, cx)? else { return Ok(Finish::Stopped) };
    let made = day(cx.now()).to_string();
    let calibration = calibrate::of(&evaluation, &target, lead as f32 / 1000.0, &made)?;
    calibration.write(out)?;
    if measured.json {
        // A closed pipe is nobody's mistake.
        let _ = writeln!(io::stdout(), "{}", json(&calibration)?);
    }
    say(&format!(
        "Threshold {} for up to {} faces beside {} members: false matches of at most {:.1e} with 95 % confidence, \
         on {} people.",
        calibration.threshold,
        calibration.faces,
        calibration.roster,
        calibration.fmr_upper,
        calibration.people
    ));
    Ok(finish(&evaluation))
}

/// `None` if it was stopped.
fn measure(
    measured: &Measured,
    which: Which,
    threshold: Option<f32>,
    cx: &Cx,
) -> Result<Option<Evaluation>, AppError> {
    let order = EvaluateOrder {
        photos: measured.photos.clone(),
        labels: measured.labels.clone(),
        which,
        threshold,
        stills: measured.stills,
    };
    let bar = super::progress::Progress::counted("photos");
    let mut progress = |done, of| bar.at(done, of);
    match evaluate(&order, cx, &mut io::stderr(), &mut progress) {
        Ok(evaluation) => Ok(Some(evaluation)),
        Err(error) if cx.stop.is_raised() => {
            say(&error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn finish(evaluation: &Evaluation) -> Finish {
    for (what, why) in &evaluation.failed {
        say(&format!("{what}: {why}"));
    }
    if evaluation.failed.is_empty() { Finish::AllDone } else { Finish::SomeFailed }
}

fn json(value: &impl serde::Serialize) -> Result<String, AppError> {
    serde_json::to_string(value)
        .map_err(|error| AppError::new(ErrorKind::Internal, "the result has no JSON form").because(error))
}

/// The result for people.
fn in_words(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let Evaluation { model, detection, report, groups, photos, .. } = evaluation;
    let scraped = if model.scraped { "taught with scraped faces" } else { "not taught with scraped faces" };
    writeln!(
        out,
        "Model: pack {} ({scraped}), in {}. Scores are {}.",
        model.pack, model.runtime, model.measure
    )?;
    writeln!(
        out,
        "Photos: {}. People: {}. Faces compared: {}. Pairs of different people: {}.",
        photos.done, report.people, report.faces, report.pairs
    )?;
    writeln!(out, "\nCoverage (95 % intervals in brackets)")?;
    let share = |errors: u64, of: u64| {
        if of == 0 {
            "-".into()
        } else {
            format!("{:.1} % ({errors} of {of})", errors as f64 / of as f64 * 100.0)
        }
    };
    writeln!(out, "  labelled faces that are found    {}", share(detection.found, detection.labelled))?;
    writeln!(
        out,
        "  found but not compared (FTA)     {}",
        share(detection.with_person.saturating_sub(detection.compared), detection.with_person)
    )?;
    writeln!(
        out,
        "  people who cannot enrol (FTE)    {}",
        share(detection.people_not_enrolled, detection.people)
    )?;
    for (reason, count) in &detection.reasons {
        writeln!(out, "    {reason}: {count}")?;
    }
    writeln!(out, "\nAt the score {:.3}", report.threshold)?;
    for (name, rate) in [
        ("FMR   different people match", &report.rates.fmr),
        ("FNMR  one person does not", &report.rates.fnmr),
        ("FPIR  search finds a wrong one", &report.rates.fpir),
        ("FNIR  search misses the right", &report.rates.fnir),
    ] {
        writeln!(out, "  {name:32} {}", rate_in_words(rate))?;
    }
    writeln!(out, "  (searches: {} people enrolled)", report.enrolled)?;
    writeln!(out, "\nOne photo beside one photo")?;
    table(&report.det, out)?;
    writeln!(out, "\nOne photo beside what was enrolled (up to {} photos)", report.stills)?;
    table(&report.det_enrolled, out)?;
    for group in &report.groups {
        let name = groups.get(group.group as usize).map_or("", String::as_str);
        writeln!(out, "\nGroup {} ({} people)", crate::words::harmless(name), group.people)?;
        writeln!(out, "  FMR   {}", rate_in_words(&group.fmr))?;
        writeln!(out, "  FNMR  {}", rate_in_words(&group.fnmr))?;
    }
    writeln!(
        out,
        "\nIntervals: the wider of Wilson's (no error: rule of three) on independent people or pairs of people, and \
         the bootstrap by subject."
    )
}

fn table(rows: &[DetRow], out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "  too few photos to say");
    }
    writeln!(out, "  wanted FMR   score    FMR        FNMR")?;
    for row in rows {
        let most = row.fnmr_high.map(|high| format!(" (at most {:.2} %)", high * 100.0)).unwrap_or_default();
        let (score, missed) = (row.threshold, row.fnmr * 100.0);
        writeln!(out, "  {:<10}   {score:.4}   {:<8.2e}   {missed:.2} %{most}", row.target_fmr, row.fmr)?;
    }
    Ok(())
}

fn rate_in_words(rate: &Bounded) -> String {
    let percent = |share: f64| format!("{:.3}", share * 100.0);
    match rate.rate {
        None => "no trials".into(),
        Some(own) => format!(
            "{} % [{}, {}] ({} of {})",
            percent(own),
            percent(rate.low),
            percent(rate.high),
            rate.errors,
            rate.trials
        ),
    }
}
