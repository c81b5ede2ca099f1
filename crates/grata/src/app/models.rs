//! Model packs on this machine.

use std::io::Write;

use crate::config::Config;
use crate::error::{AppError, ErrorKind};
use crate::worker::protocol::ModelFiles;

/// The files of pack `detect` and of the runtime; installs what is missing, after saying to `say`
/// what is fetched from where.
///
/// # Errors
/// `Unavailable` with how to install from a file.
pub fn ensure_detect(_config: &Config, _say: &mut dyn Write) -> Result<ModelFiles, AppError> {
    Err(AppError::new(ErrorKind::Unavailable, "the model pack \"detect\" is not installed")
        .hint("grata obscure --no-detect --regions FILE works without it."))
}
