//! The one place that reads the environment. Raw variables become checked values once.

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use grata_vision::decode;

use crate::error::{AppError, ErrorKind};

/// What the environment says, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `GRATA_MODELS`: where model packs lie; else `$XDG_DATA_HOME/grata/models`, else
    /// `~/.local/share/grata/models`. `None` if there is not even a home.
    pub models: Option<PathBuf>,
    /// `GRATA_FINDER`: where the finder for browsers lies, if it is installed; else
    /// `$XDG_DATA_HOME/grata/finder`, else `~/.local/share/grata/finder`.
    pub finder: Option<PathBuf>,
    /// `GRATA_ONNXRUNTIME`: the library file of ONNX Runtime to load, before any other.
    pub onnxruntime: Option<PathBuf>,
    /// What one photo may cost.
    pub limits: Limits,
}

/// What one photo may cost. Beyond it, that photo fails and the next one is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `GRATA_LIMIT_FILE_MIB`, `GRATA_LIMIT_MEGAPIXELS`: the largest file and picture.
    pub photo: decode::Limits,
    /// `GRATA_LIMIT_PHOTO_SECONDS`: the longest time.
    pub time: Duration,
    /// `GRATA_LIMIT_WORKER_MIB`: memory of one worker process, in bytes.
    pub worker_bytes: u64,
}

/// The longest time that one photo may take, if nobody says otherwise. A crowd of 24 megapixels
/// takes a few seconds.
pub const DEFAULT_PHOTO_TIME: Duration = Duration::from_secs(120);

/// Memory of a worker process before any photo: the runtime, the model and what it works in.
const WORKER_BASE_BYTES: u64 = 1 << 30;

/// Memory of a worker process per pixel of the largest picture: 16-bit RGB as decoded (6), upright
/// RGB (3), the finished file (3).
const WORKER_BYTES_PER_PIXEL: u64 = 12;

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self::of(decode::Limits::default(), DEFAULT_PHOTO_TIME)
    }
}

impl Limits {
    /// Limits whose memory follows from the largest picture.
    fn of(photo: decode::Limits, time: Duration) -> Self {
        let pixels = photo.pixels.saturating_mul(WORKER_BYTES_PER_PIXEL);
        let worker_bytes = WORKER_BASE_BYTES.saturating_add(pixels).saturating_add(photo.file_bytes);
        Self { photo, time, worker_bytes }
    }
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// `Invalid` with the name of a variable that makes no sense.
    pub fn from_environment() -> Result<Self, AppError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// The same from any set of variables.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, AppError> {
        let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let data_home = path("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
        let data_home = data_home.or_else(|| path("HOME").map(|home| home.join(".local/share")));
        let below = |name: &str| data_home.as_ref().map(|folder| folder.join("grata").join(name));
        Ok(Self {
            models: path("GRATA_MODELS").or_else(|| below("models")),
            finder: path("GRATA_FINDER").or_else(|| below("finder")),
            onnxruntime: path("GRATA_ONNXRUNTIME"),
            limits: limits(&variable)?,
        })
    }
}

fn limits(variable: &impl Fn(&str) -> Option<OsString>) -> Result<Limits, AppError> {
    let mut photo = decode::Limits::default();
    if let Some(mib) = number(variable, "GRATA_LIMIT_FILE_MIB", 1 << 20)? {
        photo.file_bytes = mib.get() * MIB;
    }
    if let Some(megapixels) = number(variable, "GRATA_LIMIT_MEGAPIXELS", 10_000)? {
        photo.pixels = megapixels.get() * 1_000_000;
    }
    let seconds = number(variable, "GRATA_LIMIT_PHOTO_SECONDS", 86_400)?;
    let time = seconds.map_or(DEFAULT_PHOTO_TIME, |seconds| Duration::from_secs(seconds.get()));
    let mut limits = Limits::of(photo, time);
    if let Some(mib) = number(variable, "GRATA_LIMIT_WORKER_MIB", 1 << 20)? {
        limits.worker_bytes = mib.get() * MIB;
    }
    Ok(limits)
}

fn number(
    variable: &impl Fn(&str) -> Option<OsString>,
    name: &str,
    largest: u64,
) -> Result<Option<NonZeroU64>, AppError> {
    let Some(value) = variable(name).filter(|value| !value.is_empty()) else { return Ok(None) };
    let number = value.to_str().and_then(|text| text.parse::<NonZeroU64>().ok());
    match number.filter(|number| number.get() <= largest) {
        Some(number) => Ok(Some(number)),
        None => {
            Err(AppError::new(ErrorKind::Invalid, format!("the environment variable {name} makes no sense"))
                .hint(format!("Give a whole number from 1 to {largest}, or leave it out.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, AppError> {
        Config::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn packs_lie_where_the_operator_says_or_in_the_data_home() {
        type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);
        let cases: [Case; 5] = [
            (&[], None),
            (&[("HOME", "/home/u")], Some("/home/u/.local/share/grata/models")),
            (&[("HOME", "/home/u"), ("XDG_DATA_HOME", "/d")], Some("/d/grata/models")),
            (&[("HOME", "/home/u"), ("XDG_DATA_HOME", "d")], Some("/home/u/.local/share/grata/models")),
            (&[("HOME", "/home/u"), ("GRATA_MODELS", "packs")], Some("packs")),
        ];
        for (variables, models) in cases {
            assert_eq!(config(variables).unwrap().models, models.map(PathBuf::from), "{variables:?}");
        }
        for (variables, finder) in [
            (&[("HOME", "/home/u")][..], "/home/u/.local/share/grata/finder"),
            (&[("HOME", "/home/u"), ("GRATA_FINDER", "made")], "made"),
        ] {
            assert_eq!(config(variables).unwrap().finder, Some(PathBuf::from(finder)), "{variables:?}");
        }
    }

    #[test]
    fn every_limit_can_be_set_and_nonsense_is_named() {
        let limits = config(&[
            ("GRATA_LIMIT_FILE_MIB", "3"),
            ("GRATA_LIMIT_MEGAPIXELS", "50"),
            ("GRATA_LIMIT_PHOTO_SECONDS", "9"),
            ("GRATA_LIMIT_WORKER_MIB", "700"),
        ]);
        let expected = Limits {
            photo: decode::Limits { file_bytes: 3 << 20, pixels: 50_000_000 },
            time: Duration::from_secs(9),
            worker_bytes: 700 << 20,
        };
        assert_eq!(limits.unwrap().limits, expected);
        for value in ["0", "-1", "many", "99999999999"] {
            let error = config(&[("GRATA_LIMIT_PHOTO_SECONDS", value)]).unwrap_err();
            assert!(error.to_string().contains("GRATA_LIMIT_PHOTO_SECONDS"), "{error}");
        }
    }

    #[test]
    fn sec_8_memory_of_a_worker_follows_from_the_largest_picture() {
        let small = config(&[("GRATA_LIMIT_MEGAPIXELS", "50")]).unwrap().limits;
        assert!(small.worker_bytes < Limits::default().worker_bytes);
        assert!(Limits::default().worker_bytes > 250_000_000 * 12);
    }
}
