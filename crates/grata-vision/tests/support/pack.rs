//! The installed pack `detect`, for tests that need the real model.

use std::path::{Path, PathBuf};

#[cfg(feature = "onnxruntime")]
use grata_vision::runtime::onnx::Library;

/// ONNX Runtime, or a line that says what was skipped.
#[cfg(feature = "onnxruntime")]
pub fn library(test: &str) -> Option<Library> {
    let named = std::env::var_os("GRATA_ONNXRUNTIME").map(PathBuf::from);
    let Some(path) = named.or_else(|| installed("libonnxruntime")) else {
        skipped(test, "ONNX Runtime");
        return None;
    };
    Some(Library::load(&path).unwrap())
}

/// The model, or a line that says what was skipped.
#[allow(dead_code, reason = "not every test looks for faces")]
pub fn model(test: &str) -> Option<Vec<u8>> {
    let Some(path) = installed("centerface") else {
        skipped(test, "the detect pack");
        return None;
    };
    Some(std::fs::read(path).unwrap())
}

/// The model of pack `find`, which nothing installs by itself; or a line that says what was skipped.
#[allow(dead_code, reason = "not every test compares faces")]
pub fn find_model(test: &str) -> Option<Vec<u8>> {
    let Some(path) = installed_in("find", "find") else {
        eprintln!("SKIPPED {test}: pack find is not installed; run `grata models install find`");
        return None;
    };
    Some(std::fs::read(path).unwrap())
}

/// The file of the installed pack `detect` whose name starts so.
fn installed(start: &str) -> Option<PathBuf> {
    installed_in("detect", start)
}

fn installed_in(pack: &str, start: &str) -> Option<PathBuf> {
    let from = |name: &str, below: &str| std::env::var_os(name).map(|dir| Path::new(&dir).join(below));
    let models = from("GRATA_MODELS", "")
        .or_else(|| from("XDG_DATA_HOME", "grata/models"))
        .or_else(|| from("HOME", ".local/share/grata/models"))?;
    let files = std::fs::read_dir(models.join(pack)).ok()?;
    let mut paths = files.filter_map(|file| Some(file.ok()?.path()));
    paths.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)))
}

fn skipped(test: &str, missing: &str) {
    eprintln!("SKIPPED {test}: {missing} is not installed; run `grata models install detect`");
}
