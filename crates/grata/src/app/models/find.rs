//! The models that compare faces: pack `find`, and the operator's own of the ArcFace family.
//!
//! Nothing here runs unless a command asks for it by name. None of `obscure`, `add`, `release` and
//! `serve` leads here (BYS-0), but for [`pack`]: bytes for browsers, once an album has *Find me* on.

use std::path::{Path, PathBuf};

use grata_core::audit::entry::EventKind;
use grata_core::digest::Digest;
use grata_store::Store;
use grata_vision::recognise::Family;

use super::manifest::{self, FIND, Manifest, Sha256Sum};
use super::{VerifiedModel, folder, models_folder, runtime_library};
use crate::config::Config;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;
use crate::worker::protocol::FindFiles;

/// What there is to know about a recognition model in order to run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recogniser {
    /// What it takes and how its numbers are compared.
    pub family: Family,
    /// The digest of its file: a calibration is bound to it.
    pub digest: Digest,
    /// The name of what it gives.
    pub output: String,
}

/// A recognition model on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindModel {
    /// For a worker.
    pub files: FindFiles,
    /// Where it comes from, licence and training included.
    pub manifest: Manifest,
    /// How to run it.
    pub recogniser: Recogniser,
}

/// Where the model is to come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// The operator's own manifest; `None`: pack `find`.
    pub manifest: Option<PathBuf>,
    /// Whether a licence for research only will do: then figures come of it, and no calibration.
    pub research: bool,
}

/// The recognition model, every sum checked. Never installs anything (BYS-10).
///
/// # Errors
/// `Unavailable` if pack `find` is not installed, `Denied` if the model is not the one that its
/// manifest names, or not free for this use (COL-7).
pub fn open(config: &Config, which: &Which) -> Result<FindModel, AppError> {
    let model = match &which.manifest {
        Some(_) => None,
        None => Some(installed(config)?),
    };
    let files = FindFiles {
        model: model.unwrap_or_default(),
        manifest: which.manifest.as_deref().map(absolute),
        research: which.research,
        onnxruntime: runtime_library(config)?,
    };
    let verified = open_files(&files)?;
    let recogniser = recogniser(&verified)?;
    let (_, manifest) = verified.into_parts();
    Ok(FindModel { files, manifest, recogniser })
}

/// Pack `find` as it is installed, its sum checked, for a browser that runs it.
///
/// # Errors
/// As [`open`].
pub fn pack(config: &Config) -> Result<VerifiedModel, AppError> {
    let (path, manifest) = (installed(config)?, manifest::named(FIND)?);
    let bytes = read(&path)?;
    folder::check_model(&bytes, &manifest, &path)?;
    Ok(VerifiedModel { bytes, manifest })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn installed(config: &Config) -> Result<PathBuf, AppError> {
    let manifest = manifest::named(FIND)?;
    let models = models_folder(config)?;
    let path = absolute(&folder::pack_folder(models, &manifest).join(&manifest.model.file));
    if path.exists() {
        return Ok(path);
    }
    let message = "pack \"find\" is not installed: nothing here can compare faces";
    Err(AppError::new(ErrorKind::Unavailable, message).hint(
        "`grata models about find` says what it is, and that it was taught with scraped faces; \
         `grata models install find` installs it.",
    ))
}

/// The digest of the model that would be used, as its manifest says, without opening it; none if it is not
/// there. What a gate is asked with; the worker that loads the model checks the file itself.
pub fn declared(config: &Config, which: &Which) -> Option<Digest> {
    let manifest = match &which.manifest {
        Some(path) => {
            let manifest = Manifest::read(&String::from_utf8(read(path).ok()?).ok()?).ok()?;
            let model = path.parent().unwrap_or(Path::new("")).join(&manifest.model.file);
            model.exists().then_some(manifest)?
        }
        None => {
            installed(config).ok()?;
            manifest::named(FIND).ok()?
        }
    };
    manifest.model.sha256.text().parse().ok()
}

/// The sum of a model as its manifest says, whether or not it is there yet.
///
/// # Errors
/// There is no such manifest, or it is not complete.
pub fn declared_sum(manifest: Option<&Path>) -> Result<String, AppError> {
    let manifest = match manifest {
        Some(path) => {
            let text = String::from_utf8(read(path)?)
                .map_err(|_| AppError::new(ErrorKind::Invalid, format!("{} is no text", shown(path))))?;
            Manifest::read(&text)?
        }
        None => manifest::named(FIND)?,
    };
    Ok(manifest.model.sha256.text().to_string())
}

/// The model that these files are, for a worker that was told where they lie.
///
/// # Errors
/// As [`open`].
pub fn open_files(files: &FindFiles) -> Result<VerifiedModel, AppError> {
    let Some(path) = &files.manifest else {
        let manifest = manifest::named(FIND)?;
        let bytes = read(&files.model)?;
        folder::check_model(&bytes, &manifest, &files.model)?;
        return Ok(VerifiedModel { bytes, manifest });
    };
    let text = String::from_utf8(read(path)?)
        .map_err(|_| AppError::new(ErrorKind::Invalid, format!("{} is no text", shown(path))))?;
    let manifest = Manifest::read(&text)?;
    let model = path.parent().unwrap_or(Path::new("")).join(&manifest.model.file);
    let bytes = read(&model)?;
    if Sha256Sum::of(&bytes) != manifest.model.sha256 {
        let message = format!("{} is not the file that {} names", shown(&model), shown(path));
        return Err(AppError::new(ErrorKind::Denied, message)
            .hint("A model loads by its SHA-256 sum only. Nothing was done."));
    }
    if !files.research {
        manifest.check_licence().map_err(|error| {
            error.hint("`--research` measures with it all the same. No calibration comes of that, and nothing else uses it.")
        })?;
    }
    let interface = grata_vision::bundle::interface(&bytes)
        .map_err(|error| AppError::new(ErrorKind::Denied, "the model cannot be read").because(error))?;
    manifest.check_interface(&interface)?;
    Ok(VerifiedModel { bytes, manifest })
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    folder::read(path)?
        .ok_or_else(|| AppError::new(ErrorKind::NotFound, format!("there is no file {}", shown(path))))
}

/// Puts on record that a model which compares faces was installed on this machine (BYS-10).
///
/// # Errors
/// What the store says.
pub fn record_installation(store: &Store, by: By) -> Result<(), AppError> {
    store.begin(by.at)?.commit(by.event(EventKind::ModelInstalled))?;
    Ok(())
}

/// How to run a verified model.
///
/// # Errors
/// `Denied` if it belongs to no family that grata knows, or gives more than one row of numbers.
pub fn recogniser(model: &VerifiedModel) -> Result<Recogniser, AppError> {
    let manifest = &model.manifest;
    let family = manifest.model.family.as_deref().and_then(Family::named);
    let (Some(family), [output]) = (family, &manifest.model.outputs[..]) else {
        let message =
            format!("pack \"{}\" is no recognition model of a family that grata knows", manifest.id);
        return Err(AppError::new(ErrorKind::Denied, message)
            .hint("The families are \"residual-150\" and \"arcface-112\", with one output each."));
    };
    Ok(Recogniser { family, digest: Digest::of(&model.bytes), output: output.name.clone() })
}
