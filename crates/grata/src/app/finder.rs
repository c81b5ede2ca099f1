//! What a browser needs so that somebody finds themselves there: the module that `cargo xtask finder`
//! makes, a folder of its own that no installation has by default (BYS-10), and the models of the packs.
//! Here they are bytes to be handed out; nothing of them runs on this machine.

use std::collections::BTreeMap;

use grata_core::digest::Digest;

use super::models::{find, folder, manifest, models_folder};
use crate::config::Config;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// The module.
pub const MODULE: &str = "finder.wasm";

/// The worker that runs it.
pub const WORKER: &str = "finder-worker.js";

/// The model that finds faces.
pub const DETECT: &str = "detect.onnx";

/// The model that compares them.
pub const FIND: &str = "find.onnx";

/// Lists both files of the folder with their sums.
const LIST: &str = "finder.json";

/// Everything that is handed out.
#[derive(Debug)]
pub struct FinderFiles {
    /// By name.
    pub files: BTreeMap<&'static str, Vec<u8>>,
    /// What the model gives its numbers under.
    pub output: String,
    /// Up to which score two faces are one person, in thousandths.
    pub score: u32,
    /// How much nearer than the next face of the picture it has to be, in thousandths.
    pub lead: u32,
}

/// Reads all of it, every sum checked.
///
/// # Errors
/// `Unavailable` with what is missing and how to get it.
pub fn open(config: &Config) -> Result<FinderFiles, AppError> {
    let mut files = module(config)?;
    files.insert(DETECT, detector(config)?);
    let found = find::pack(config)?;
    let output = find::recogniser(&found)?.output;
    let (bytes, manifest) = found.into_parts();
    files.insert(FIND, bytes);
    let calibration = &manifest.model.calibration;
    let number = |thousandths: Option<u32>| thousandths.unwrap_or_default();
    Ok(FinderFiles {
        files,
        output,
        score: number(calibration.score_thousandths),
        lead: number(calibration.lead_thousandths),
    })
}

fn module(config: &Config) -> Result<BTreeMap<&'static str, Vec<u8>>, AppError> {
    let how = "`cargo xtask finder` makes the folder; put it to ~/.local/share/grata/finder, or name it with \
               GRATA_FINDER.";
    let missing = |what: String| AppError::new(ErrorKind::Unavailable, what).hint(how);
    let at = config.finder.as_deref().ok_or_else(|| missing("there is no folder for the finder".into()))?;
    let read = |name: &str| -> Result<Vec<u8>, AppError> {
        let path = at.join(name);
        let none = || missing(format!("the finder is not installed: there is no file {}", shown(&path)));
        folder::read(&path)?.ok_or_else(none)
    };
    let sums: BTreeMap<String, String> = serde_json::from_slice(&read(LIST)?)
        .map_err(|error| missing(format!("{} is no list of files", shown(&at.join(LIST)))).because(error))?;
    let mut files = BTreeMap::new();
    for name in [MODULE, WORKER] {
        let bytes = read(name)?;
        if sums.get(name) != Some(&Digest::of(&bytes).to_string()) {
            return Err(missing(format!("{} is not the file that {LIST} lists", shown(&at.join(name)))));
        }
        files.insert(name, bytes);
    }
    Ok(files)
}

fn detector(config: &Config) -> Result<Vec<u8>, AppError> {
    folder::open_model(models_folder(config)?, &manifest::named(manifest::DETECT)?)?.ok_or_else(|| {
        AppError::new(ErrorKind::Unavailable, "pack \"detect\" is not installed")
            .hint("`grata models install detect` installs it.")
    })
}
