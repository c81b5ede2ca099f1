//! The messages between a batch and its worker processes.
//!
//! A message is `grt1`, the header's length (u32, little-endian), the body's length (u64,
//! little-endian), the header (JSON) and the body (the bytes of a photo).
//!
//! What a worker says is hostile: the photo may have taken it over. So every length has a bound
//! before anything is allocated, and an [`Answer`] counts only after [`Answer::check`].

mod check;
mod paths;

use std::io::{self, Read, Write};
use std::path::PathBuf;

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::region::Margin;
use grata_core::taken::{Taken, TimeStep};
use grata_vision::decode::Format;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::group::{GroupAnswer, GroupTask};
use super::measure::{MeasureTask, Measured};
use crate::words::harmless;

/// First bytes of each message. Stray output of a library never looks like one.
pub const MAGIC: [u8; 4] = *b"grt1";

/// Longest header, in bytes: room for [`MAX_REGIONS`].
pub const MAX_HEADER_BYTES: u32 = 8 << 20;

/// Most regions in one photo. A crowd of 24 megapixels holds some thousand faces.
pub const MAX_REGIONS: usize = 50_000;

/// Most notes on one photo.
pub const MAX_NOTES: usize = 16;

/// First message to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Model and runtime, read once, before the worker locks itself in. `None`: it never looks for
    /// faces.
    pub model: Option<ModelFiles>,
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest picture, in pixels.
    pub pixels: u64,
    /// Memory the worker may take, in bytes.
    pub memory_bytes: u64,
    /// The recognition model, for a worker that is to compare faces. `None` for every other: then no
    /// such model is opened (BYS-0).
    #[serde(default)]
    pub find: Option<FindFiles>,
}

/// What a worker loads in order to find faces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFiles {
    /// The installed model of pack `detect`.
    #[serde(with = "paths::one")]
    pub model: PathBuf,
    /// The library file of ONNX Runtime; `None`: the pure-Rust runtime.
    #[serde(with = "paths::at_most_one")]
    pub onnxruntime: Option<PathBuf>,
}

/// What a worker loads in order to compare faces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindFiles {
    /// The model.
    #[serde(with = "paths::one")]
    pub model: PathBuf,
    /// The operator's own manifest; `None`: the model is that of pack `find`.
    #[serde(with = "paths::at_most_one")]
    pub manifest: Option<PathBuf>,
    /// Whether a licence for research only will do.
    pub research: bool,
    /// The library file of ONNX Runtime; `None`: the pure-Rust runtime.
    #[serde(with = "paths::at_most_one")]
    pub onnxruntime: Option<PathBuf>,
}

/// The worker's answer to [`Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ready {
    /// It waits for photos.
    Ready(Introduction),
    /// It cannot work, for this reason.
    Refused {
        /// In plain words.
        reason: String,
    },
}

/// What a worker says of itself, for reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// What it took from itself, in plain words.
    pub confinement: Vec<String>,
    /// What it runs the model in; `None` without a model.
    pub runtime: Option<RuntimeInUse>,
}

/// What runs the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeInUse {
    /// Name and version, such as `onnxruntime 1.31.1`.
    pub name: String,
    /// One line to tell the user, if it is not the fast one.
    pub warning: Option<String>,
}

impl Introduction {
    /// The same in words that can be printed.
    #[must_use]
    pub fn harmless(self) -> Self {
        let runtime = self.runtime.map(|RuntimeInUse { name, warning }| RuntimeInUse {
            name: harmless(&name),
            warning: warning.as_deref().map(harmless),
        });
        let confinement = self.confinement.iter().take(MAX_NOTES).map(|line| harmless(line)).collect();
        Self { confinement, runtime }
    }
}

/// One photo to work on. The body is the photo's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Number of the request; the answer repeats it.
    pub id: u64,
    /// What to do.
    pub task: Task,
}

/// What to do with a photo; by default nothing but to decode it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// `None`: find the regions only.
    pub obscure: Option<Style>,
    /// Height in pixels of the smallest face to look for; `None`: look for none.
    pub min_face: Option<u32>,
    /// Share of the face that is added around it.
    pub margin: f32,
    /// Hidden exactly as given, in pixels of the upright picture.
    pub given: Vec<Rect>,
    /// Whether to say what the upright pixels are, as a digest.
    #[serde(default)]
    pub digest: bool,
    /// Whether to say about when the photo was taken, and how exactly.
    #[serde(default)]
    pub taken: Option<Step>,
    /// For a release: this is hidden, and faces that only the last look sees, which have a score in the
    /// answer; `min_face` and `given` say nothing.
    #[serde(default)]
    pub planned: Option<PlannedRegions>,
    /// For a screen: the finished photo, made small.
    #[serde(default)]
    pub screen: Option<Screen>,
    /// For a measurement, and then nothing else counts.
    #[serde(default)]
    pub measure: Option<MeasureTask>,
    /// For a closed group, and then nothing else counts.
    #[serde(default)]
    pub group: Option<GroupTask>,
}

/// A finished photo for a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Pixels of its longer side, at most.
    pub side: u32,
    /// Whether faces that nobody has decided about may be seen: by the reviewer who decides.
    pub for_review: bool,
}

/// What a release hides, and which faces may be seen in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRegions {
    /// Width and height of the upright picture that they were made for.
    pub size: (u32, u32),
    /// Hidden; `true`: with soft corners.
    pub hide: Vec<(Rect, bool)>,
    /// Where a face is shown.
    pub shown: Vec<Rect>,
    /// Where there is none, whatever it looks like.
    pub no_face: Vec<Rect>,
}

impl Task {
    /// The margin; the default one if the number is none (it comes from a checked value).
    pub fn margin(&self) -> Margin {
        Margin::new(self.margin).unwrap_or_default()
    }
}

/// [`ObscureStyle`] on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// One solid colour.
    Fill,
    /// Interpolated from outside.
    Veil,
}

impl From<ObscureStyle> for Style {
    fn from(style: ObscureStyle) -> Self {
        match style {
            ObscureStyle::Fill => Self::Fill,
            ObscureStyle::Veil => Self::Veil,
        }
    }
}

impl From<Style> for ObscureStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Fill => Self::Fill,
            Style::Veil => Self::Veil,
        }
    }
}

/// [`TimeStep`] on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// To the day.
    Day,
    /// To the hour.
    Hour,
    /// To the quarter of an hour.
    Quarter,
}

impl From<TimeStep> for Step {
    fn from(step: TimeStep) -> Self {
        match step {
            TimeStep::Day => Self::Day,
            TimeStep::Hour => Self::Hour,
            TimeStep::Quarter => Self::Quarter,
        }
    }
}

impl From<Step> for TimeStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Day => Self::Day,
            Step::Hour => Self::Hour,
            Step::Quarter => Self::Quarter,
        }
    }
}

/// A rectangle on the wire: x, y, width, height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rect(pub u32, pub u32, pub u32, pub u32);

impl From<PixelRect> for Rect {
    fn from(rect: PixelRect) -> Self {
        Self(rect.x, rect.y, rect.width, rect.height)
    }
}

impl From<Rect> for PixelRect {
    fn from(Rect(x, y, width, height): Rect) -> Self {
        Self::new(x, y, width, height)
    }
}

/// What a worker says about a photo. The body is the finished file, or nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Number of the request.
    pub id: u64,
    /// How it went.
    pub verdict: Verdict,
}

/// How it went with a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Done.
    Done {
        /// Width and height of the upright picture.
        size: (u32, u32),
        /// What is hidden, and how sure the detector was (`None`: it was given).
        regions: Vec<(Rect, Option<f32>)>,
        /// Format of the finished file; `None` if none was asked for.
        format: Option<String>,
        /// Plain words for the report.
        notes: Vec<String>,
        /// SHA-256 of the upright pixels, if it was asked for.
        #[serde(default)]
        digest: Option<[u8; 32]>,
        /// About when it was taken, if that was asked for and the photo says it.
        #[serde(default)]
        taken: Option<String>,
    },
    /// A step of a measurement is done. Nothing about a single person is in it.
    Measured(Box<Measured>),
    /// Somebody enrolled, or a photo was compared with members who did. The body is the numbers of who enrolled,
    /// or nothing.
    Group(GroupAnswer),
    /// Not done, and why; the worker waits for the next photo.
    Refused {
        /// In plain words.
        reason: String,
    },
}

/// A region that is hidden.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// In pixels of the upright picture, inside it.
    pub rect: PixelRect,
    /// The detector's score, 0 to 1; `None` if the region was given.
    pub score: Option<f32>,
}

/// An answer that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked {
    /// Done.
    Done(Done),
    /// A step of a measurement is done.
    Measured(Box<Measured>),
    /// A step for a closed group, and the bytes that follow.
    Group(GroupAnswer, u64),
    /// Not done, and why: plain words, one harmless line.
    Refused(String),
}

/// What was found in a photo, and the form of the finished file.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Size of the upright picture.
    pub size: Size,
    /// What is hidden.
    pub regions: Vec<Region>,
    /// Format of the finished file, if one was asked for.
    pub format: Option<Format>,
    /// Plain words for the report, each one harmless line.
    pub notes: Vec<String>,
    /// Bytes of the finished file, which follow; 0 if none was asked for.
    pub body_bytes: u64,
    /// SHA-256 of the upright pixels, if it was asked for.
    pub digest: Option<[u8; 32]>,
    /// About when it was taken, if that was asked for and the photo says it.
    pub taken: Option<Taken>,
}

/// Why a message does not count.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The pipe broke, ended in mid-message or took too long.
    #[error("the conversation broke off: {0}")]
    Pipe(#[from] io::Error),
    /// It is no message, or one that makes no sense.
    #[error("no sense in it: {0}")]
    Nonsense(&'static str),
}

/// Writes a message up to its body; the caller writes `body_bytes` of body next.
///
/// # Errors
/// Of the pipe, or if the header is longer than [`MAX_HEADER_BYTES`].
pub fn write_header(output: &mut impl Write, header: &impl Serialize, body_bytes: u64) -> io::Result<()> {
    let json = serde_json::to_vec(header)?;
    let length = u32::try_from(json.len()).ok().filter(|length| *length <= MAX_HEADER_BYTES);
    let length = length.ok_or_else(|| io::Error::other("the header of a message is too long"))?;
    let mut start = Vec::with_capacity(16 + json.len());
    start.extend_from_slice(&MAGIC);
    start.extend_from_slice(&length.to_le_bytes());
    start.extend_from_slice(&body_bytes.to_le_bytes());
    start.extend_from_slice(&json);
    output.write_all(&start)
}

/// Reads a message up to its body: the header and the body's length. `None`: the other side left,
/// between two messages.
///
/// # Errors
/// [`ProtocolError`]; never allocates more than [`MAX_HEADER_BYTES`], whatever the bytes say.
pub fn read_header<H: DeserializeOwned>(input: &mut impl Read) -> Result<Option<(H, u64)>, ProtocolError> {
    let mut start = [0; 16];
    if !fill_or_end(input, &mut start)? {
        return Ok(None);
    }
    let [magic, length, body_high, body_low] = quarters(start);
    if magic != MAGIC {
        return Err(ProtocolError::Nonsense("not a message"));
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_HEADER_BYTES {
        return Err(ProtocolError::Nonsense("a header that is too long"));
    }
    let mut json = vec![0; length as usize];
    input.read_exact(&mut json)?;
    let header = serde_json::from_slice(&json).map_err(|_| ProtocolError::Nonsense("a garbled header"))?;
    let body = u64::from(u32::from_le_bytes(body_high)) | u64::from(u32::from_le_bytes(body_low)) << 32;
    Ok(Some((header, body)))
}

fn quarters(start: [u8; 16]) -> [[u8; 4]; 4] {
    std::array::from_fn(|quarter| std::array::from_fn(|byte| start[quarter * 4 + byte]))
}

/// Fills `buffer`; `false` if the input ended before its first byte.
fn fill_or_end(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// The name of a format on the wire.
pub fn format_name(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpeg",
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Tiff => "tiff",
        Format::Bmp => "bmp",
        Format::Gif => "gif",
        Format::Heic => "heic",
        Format::Avif => "avif",
    }
}

#[cfg(test)]
mod tests;
