//! What this machine has, looked at piece by piece, and what to do where something is missing.

use std::path::Path;

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use super::batch;
use super::models::client::PackageClient;
use super::models::folder::{self, State};
use super::models::manifest::{self, DETECT, FIND, Manifest};
use super::models::{self, models_folder};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::shown;
use crate::worker::converter::{ConvertError, HOW_TO_GET_IT};
use crate::worker::protocol::{Introduction, RuntimeInUse};

/// Space for temporary files below which something fails soon, in bytes.
const LITTLE_SPACE: u64 = 64 << 20;

/// Space for temporary files that is enough for any photo, in bytes.
const ENOUGH_SPACE: u64 = 1 << 30;

/// How one piece of the machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub subject: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_do: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// grata works, but slower, or with less.
    Warning,
    /// Something that is needed is missing.
    Problem,
}

impl Check {
    /// As it should be.
    pub fn ok(subject: &'static str, found: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Ok, found: found.into(), to_do: None }
    }

    /// grata works, but slower, or with less.
    pub fn warning(subject: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Warning, found: found.into(), to_do: Some(to_do.into()) }
    }

    /// Something that is needed is missing.
    pub fn problem(subject: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Problem, found: found.into(), to_do: Some(to_do.into()) }
    }

    fn failed(subject: &'static str, error: &AppError) -> Self {
        let text = error.to_string();
        let (found, to_do) = text.split_once('\n').unwrap_or((&text, "`grata models verify` looks closer."));
        Self::problem(subject, found, to_do)
    }
}

/// Looks at everything. Changes nothing, except that a file in the folder for packs is made and
/// removed again.
pub fn examine(cx: &Cx, client: &PackageClient) -> Vec<Check> {
    let client = client_check(client, cx);
    let has_client = client.verdict == Verdict::Ok;
    let mut checks = Vec::new();
    match (models_folder(&cx.config), manifest::named(DETECT)) {
        (Ok(models), Ok(manifest)) => {
            checks.push(folder_check(models));
            checks.push(pack_check(models, &manifest, has_client));
        }
        (Err(error), _) | (_, Err(error)) => checks.push(Check::failed("models folder", &error)),
    }
    checks.extend(find_check(cx));
    checks.push(client);
    checks.push(runtime_check(cx));
    checks.push(worker_check(cx));
    checks.push(formats_check(cx));
    checks.push(limits_check(cx.config.limits.worker_bytes));
    checks.push(space_check(&std::env::temp_dir()));
    checks
}

fn folder_check(models: &Path) -> Check {
    const SUBJECT: &str = "models folder";
    let place = shown(models);
    if !models.exists() {
        return Check::ok(SUBJECT, format!("{place} (made at the first installation)"));
    }
    match tempfile::Builder::new().prefix(".unfinished-").tempfile_in(models) {
        Ok(_) => Check::ok(SUBJECT, place),
        Err(error) => Check::warning(
            SUBJECT,
            format!("{place} cannot be written: {error}"),
            "Only an installation needs that. GRATA_MODELS names another folder.",
        ),
    }
}

fn pack_check(models: &Path, manifest: &Manifest, has_client: bool) -> Check {
    const SUBJECT: &str = "pack detect";
    let looked = match folder::look(models, manifest) {
        Ok(looked) => looked,
        Err(error) => return Check::failed(SUBJECT, &error),
    };
    let wrong: Vec<_> =
        looked.iter().filter(|file| file.state != State::Ok).map(|file| file.file.as_str()).collect();
    if !wrong.is_empty() {
        let found = format!("missing, changed or unknown: {}", wrong.join(", "));
        return Check::problem(
            SUBJECT,
            found,
            "`grata models verify` says more; `grata models install detect` repairs.",
        );
    }
    match (looked.is_empty(), has_client) {
        (false, _) => Check::ok(SUBJECT, "installed, every SHA-256 sum checked"),
        (true, true) => Check::warning(
            SUBJECT,
            "not installed",
            "`grata models install detect` installs it; so does the first `grata obscure`, after saying so.",
        ),
        (true, false) => Check::problem(SUBJECT, "not installed", models::install::by_hand(manifest)),
    }
}

/// Whether faces could be compared here. Nothing is missing without it, so that nothing is said (BYS-10).
fn find_check(cx: &Cx) -> Option<Check> {
    const SUBJECT: &str = "pack find";
    let models = models_folder(&cx.config).ok()?;
    let looked = folder::look(models, &manifest::named(FIND).ok()?).ok()?;
    if looked.is_empty() {
        return None;
    }
    if looked.iter().any(|file| file.state != State::Ok) {
        let to_do = "`grata models verify` says more; remove the folder if nobody is to compare faces here.";
        return Some(Check::problem(SUBJECT, "missing, changed or unknown files", to_do));
    }
    Some(Check::ok(SUBJECT, "installed: it compares faces, and was taught with scraped ones"))
}

fn client_check(client: &PackageClient, cx: &Cx) -> Check {
    const SUBJECT: &str = "package client";
    match client.find(&cx.stop) {
        Ok(found) => Check::ok(SUBJECT, found.version),
        Err(error) => Check::warning(
            SUBJECT,
            error.to_string(),
            "Packs can be installed from files: `grata models install --help`.",
        ),
    }
}

/// A worker loads the model and runs it once: no runtime's library ever enters this process.
fn runtime_check(cx: &Cx) -> Check {
    const SUBJECT: &str = "neural runtime";
    let pack = match models::open_detect(&cx.config) {
        Ok(Some(pack)) => pack,
        Ok(None) => {
            let to_do = "It is looked at once pack detect is installed.";
            return Check::warning(SUBJECT, "nothing to run yet", to_do);
        }
        Err(error) => return Check::failed(SUBJECT, &error),
    };
    match batch::crew(cx, Some(pack.files())).try_out() {
        Ok(Introduction { runtime: Some(RuntimeInUse { name, warning }), .. }) => {
            let found = format!("{name}, runs the model");
            match warning {
                None => Check::ok(SUBJECT, found),
                Some(warning) => Check::warning(SUBJECT, found, warning),
            }
        }
        Ok(_) => Check::problem(SUBJECT, "the worker process ignores the model", REPAIR),
        Err(error) => Check::problem(SUBJECT, error.to_string(), REPAIR),
    }
}

/// What helps if the right files do not work.
const REPAIR: &str =
    "`grata models verify` says whether the files are right; GRATA_ONNXRUNTIME names another library.";

/// What a worker takes from itself, and whether the system lets it.
fn worker_check(cx: &Cx) -> Check {
    const SUBJECT: &str = "worker process";
    let confinement = match batch::crew(cx, None).try_out() {
        Ok(worker) => worker.confinement,
        Err(error) => {
            return Check::problem(SUBJECT, error.to_string(), "No photo can be touched without it.");
        }
    };
    let missing = confinement.iter().any(|line| line.starts_with("no ") || line.starts_with("may "));
    let found = confinement.join("; ");
    if missing {
        let to_do = "Photos are decoded with fewer locks. A newer Linux kernel has all of them.";
        return Check::warning(SUBJECT, found, to_do);
    }
    Check::ok(SUBJECT, found)
}

/// What can be read here.
fn formats_check(cx: &Cx) -> Check {
    const SUBJECT: &str = "formats";
    const ALWAYS: &str = "JPEG, PNG, WebP, TIFF, BMP, GIF";
    let converter = match cx.hands.converters.introduction(&cx.stop) {
        Ok(converter) => converter,
        Err(ConvertError::Missing) => {
            return Check::warning(SUBJECT, format!("{ALWAYS}; neither HEIC nor AVIF"), HOW_TO_GET_IT);
        }
        Err(error) => {
            let found = format!("{ALWAYS}; neither HEIC nor AVIF: {error}");
            return Check::warning(SUBJECT, found, HOW_TO_GET_IT);
        }
    };
    let by = format!("by {}", shown(&converter.program));
    let found = match (converter.heic, converter.avif) {
        (true, true) => return Check::ok(SUBJECT, format!("{ALWAYS}; HEIC and AVIF {by}")),
        (true, false) => format!("{ALWAYS}; HEIC, but not AVIF {by}"),
        (false, true) => format!("{ALWAYS}; AVIF, but not HEIC {by}"),
        (false, false) => format!("{ALWAYS}; neither HEIC nor AVIF {by}"),
    };
    let to_do = "libheif lacks a decoder (Debian 13: `libheif-plugin-libde265`, `libheif-plugin-dav1d`).";
    Check::warning(SUBJECT, found, to_do)
}

fn limits_check(worker_bytes: u64) -> Check {
    const SUBJECT: &str = "worker limits";
    let too_low = [(Resource::As, "address space"), (Resource::Data, "memory")]
        .into_iter()
        .filter(|(resource, _)| getrlimit(*resource).maximum.is_some_and(|most| most < worker_bytes))
        .map(|(_, name)| name)
        .collect::<Vec<_>>();
    let mib = worker_bytes >> 20;
    if too_low.is_empty() {
        return Check::ok(SUBJECT, format!("{mib} MiB a worker can be set"));
    }
    Check::warning(
        SUBJECT,
        format!("the system allows less {} than the {mib} MiB a worker may need", too_low.join(" and ")),
        "Large photos may fail. Raise the limit (`ulimit -H -v`), or lower GRATA_LIMIT_MEGAPIXELS.",
    )
}

fn space_check(folder: &Path) -> Check {
    const SUBJECT: &str = "temporary space";
    let place = shown(folder);
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let to_do = "Set TMPDIR to a folder that can be written.";
            return Check::problem(SUBJECT, format!("{place} cannot be used: {error}"), to_do);
        }
    };
    let found = format!("{} MiB free in {place}", free >> 20);
    match free {
        ..LITTLE_SPACE => Check::problem(SUBJECT, found, "Free some space, or set TMPDIR to another folder."),
        LITTLE_SPACE..ENOUGH_SPACE => {
            Check::warning(SUBJECT, found, "Enough to work, little to install: TMPDIR names another folder.")
        }
        _ => Check::ok(SUBJECT, found),
    }
}
