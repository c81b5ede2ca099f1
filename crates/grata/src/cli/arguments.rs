//! Raw arguments that several commands share, turned once into checked values.

use std::num::NonZeroUsize;
use std::ops::Deref;
use std::path::PathBuf;

use clap::Args;
use grata_core::geometry::PixelRect;
use grata_core::notice::{Language, NotALanguage};
use grata_core::purpose::Audience;
use grata_core::region::Margin;
use grata_core::time::Date;
use grata_store::{Store, StorePlaces};
use grata_vision::detect::DetectOptions;

use super::obscure::Style;
use super::print;
use crate::app::{data, log};
use crate::error::AppError;

/// Smallest face that can be asked for, in pixels: below it there is nothing to see.
const SMALLEST_FACE: u32 = 8;

/// Largest face that can be asked for, in pixels.
const LARGEST_FACE: u32 = 10_000;

/// Most photos at once.
const MOST_JOBS: usize = 256;

/// What to look for.
#[derive(Debug, Clone, Args)]
pub struct LookArguments {
    /// Height of the smallest face to look for, in pixels
    #[arg(long, value_name = "PX", default_value_t = DetectOptions::default().min_face, value_parser = face)]
    pub min_face: u32,

    /// How much of its surroundings is hidden with a face: a share of its size, 0 to 2
    #[arg(long, value_name = "SHARE", default_value_t = Margin::DEFAULT.share(), value_parser = share)]
    pub margin: f32,
}

impl LookArguments {
    /// The margin; the parser has seen to it that it is one.
    pub fn margin(&self) -> Margin {
        Margin::new(self.margin).unwrap_or_default()
    }
}

/// Where the installation is.
#[derive(Debug, Clone, Args)]
pub struct DataArguments {
    /// The data folder
    #[arg(long, value_name = "DIR", default_value = "grata-data")]
    pub data: PathBuf,

    /// The folder with the keys [default: beside the data folder, with `-keys` at its end]
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
}

impl DataArguments {
    /// Both folders.
    pub fn places(&self) -> StorePlaces {
        data::places(&self.data, self.keys.as_deref())
    }

    /// Opens the installation for a command. Refuses an older state than the witness of the log has
    /// seen; what is on record is handed out when the command is done with it.
    ///
    /// # Errors
    /// As [`data::open`] and [`log::check_pinned`].
    pub fn open(&self) -> Result<OpenStore, AppError> {
        let store = self.open_as_it_is()?;
        log::check_pinned(&store)?;
        Ok(OpenStore(store))
    }

    /// Opens the installation without a look at the witness, for what is about the log itself.
    ///
    /// # Errors
    /// As [`data::open`].
    pub fn open_as_it_is(&self) -> Result<Store, AppError> {
        data::open(&self.places())
    }

    /// Opens the installation and does something.
    ///
    /// # Errors
    /// As [`DataArguments::open`], and what `work` says.
    pub fn with<T>(&self, work: impl FnOnce(&Store) -> Result<T, AppError>) -> Result<T, AppError> {
        work(&*self.open()?)
    }
}

/// Where an installation is, and whether machines read along.
#[derive(Debug, Clone, Args)]
pub struct KeptArguments {
    /// Which installation.
    #[command(flatten)]
    pub data: DataArguments,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// An installation while a command works on it. Whatever way the command ends, what it has put on
/// record is handed out: what was done before a failure is on record too.
#[derive(Debug)]
pub struct OpenStore(Store);

impl Deref for OpenStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.0
    }
}

impl Drop for OpenStore {
    fn drop(&mut self) {
        if let Err(error) = log::hand_out(&self.0) {
            print::say(&format!("What was done is on record, but the log was not handed out: {error}"));
        }
    }
}

/// How finished photos are made.
#[derive(Debug, Clone, Args)]
pub struct MakeArguments {
    /// What stands in place of a face
    #[arg(long, value_enum, default_value_t = Style::Veil)]
    pub style: Style,

    /// Photos to work on at once [default: one a processor, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,
}

/// Parses a day.
///
/// # Errors
/// What to give instead.
pub fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "give a day like 2026-09-05".into())
}

/// Parses a language.
///
/// # Errors
/// What to give instead.
pub fn language(text: &str) -> Result<Language, String> {
    text.parse().map_err(|error: NotALanguage| error.to_string())
}

/// Parses who sees something.
///
/// # Errors
/// What to give instead.
pub fn audience(text: &str) -> Result<Audience, String> {
    text.parse().map_err(|_| "give `everyone` or `members`".into())
}

/// Parses a place in a photo.
///
/// # Errors
/// What to give instead.
pub fn place(text: &str) -> Result<PixelRect, String> {
    let numbers: Option<Vec<u32>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[x, y, width, height]) if width > 0 && height > 0 => Ok(PixelRect::new(x, y, width, height)),
        _ => Err("give x,y,width,height in whole pixels, such as 120,80,64,64".into()),
    }
}

fn face(text: &str) -> Result<u32, String> {
    let pixels = text.parse().ok().filter(|pixels| (SMALLEST_FACE..=LARGEST_FACE).contains(pixels));
    pixels.ok_or_else(|| format!("give a whole number of pixels from {SMALLEST_FACE} to {LARGEST_FACE}"))
}

fn share(text: &str) -> Result<f32, String> {
    let share = text.parse().ok().filter(|share| Margin::new(*share).is_some());
    share.ok_or_else(|| "give a number from 0 to 2, such as 0.3".into())
}

/// Parses a number of jobs.
///
/// # Errors
/// What to give instead.
pub fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse::<NonZeroUsize>().ok().filter(|jobs| jobs.get() <= MOST_JOBS);
    jobs.ok_or_else(|| format!("give a whole number from 1 to {MOST_JOBS}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        assert_eq!(
            (face("20"), jobs("2"), share("0.5")),
            (Ok(20), Ok(NonZeroUsize::new(2).unwrap()), Ok(0.5))
        );
        for wrong in ["7", "-3", "10001", "many", ""] {
            assert!(face(wrong).is_err(), "{wrong}");
        }
        for wrong in ["2.1", "-0.1", "NaN", "inf", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "257", "-1"] {
            assert!(jobs(wrong).is_err(), "{wrong}");
        }
    }
}
