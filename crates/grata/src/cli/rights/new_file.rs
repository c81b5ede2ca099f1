//! A file that a command writes once.

use std::path::Path;

use grata_store::Store;

use crate::app::output::OutputFolder;
use crate::app::releases::folder::{keep_out_of_store, write_whole};
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// A file that is not there yet, outside what grata keeps.
pub struct NewFile<'a>(&'a Path);

impl<'a> NewFile<'a> {
    /// A file at this path.
    ///
    /// # Errors
    /// It is there, or lies among what grata keeps.
    pub fn at(path: &'a Path, store: &Store) -> Result<Self, AppError> {
        keep_out_of_store(path, store)?;
        if path.exists() {
            let message = format!("{} is there already", shown(path));
            return Err(
                AppError::new(ErrorKind::Conflict, message).hint("Give another file. Nothing was done.")
            );
        }
        Ok(Self(path))
    }

    /// Whether it can be written: ask before what cannot be undone.
    ///
    /// # Errors
    /// It cannot.
    pub fn try_out(&self) -> Result<(), AppError> {
        let begun = self.folder()?.begin(Path::new(&self.name()));
        begun.map(drop).map_err(|error| self.unwritable(error).hint("Give another file. Nothing was done."))
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, text: &str) -> Result<(), AppError> {
        write_whole(&self.folder()?, &self.name(), text.as_bytes()).map_err(|error| self.unwritable(error))
    }

    fn folder(&self) -> Result<OutputFolder, AppError> {
        let parent = self.0.parent().filter(|parent| !parent.as_os_str().is_empty());
        OutputFolder::create(parent.unwrap_or(Path::new(".")), false).map_err(|error| self.unwritable(error))
    }

    fn name(&self) -> String {
        self.0.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn unwritable(&self, error: impl std::error::Error + Send + Sync + 'static) -> AppError {
        AppError::new(ErrorKind::Denied, format!("{} cannot be written", shown(self.0))).because(error)
    }
}
