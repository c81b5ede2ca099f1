//! grata-vision behind the worker's door.

use grata_vision::decode::{self, Format};

use super::protocol::{Hello, Task};
use super::serve::{PhotoEngine, Processed, Start};

/// Reads the model and loads the runtime's library; what comes after needs no files.
///
/// # Errors
/// What is missing, in plain words.
pub fn prepare(_hello: &Hello) -> Result<Start, String> {
    Ok(Box::new(|| Ok(Box::new(Vision))))
}

/// The format in which a photo of `format` comes out.
pub fn written_as(format: Format) -> Format {
    match format {
        Format::Heic | Format::Avif => Format::Jpeg,
        other => other,
    }
}

struct Vision;

impl PhotoEngine for Vision {
    fn process(
        &mut self,
        _photo: &[u8],
        _task: &Task,
        _limits: &decode::Limits,
    ) -> Result<Processed, String> {
        Err("this build of grata cannot look at photos yet".into())
    }
}
