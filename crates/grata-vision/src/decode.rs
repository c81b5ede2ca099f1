//! From bytes to a [`Frame`]: the allow-list of formats, the limits, the decoders.

mod bmp;
mod exif_orientation;
mod gif;
mod heif;
mod jpeg;
mod png;
mod stored;
mod taken;
mod tiff;
mod webp;

use grata_core::geometry::Size;

pub use exif_orientation::exif_orientation;
pub use heif::converted_end;
pub(crate) use jpeg::end_of_thrown_away;
pub use taken::taken;

use crate::colour::ColourProfile;
use crate::frame::Frame;

/// A picture format that grata reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG.
    Png,
    /// WebP, first frame.
    WebP,
    /// TIFF, first page.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// GIF, first frame.
    Gif,
    /// HEIF with HEVC, as phones write it.
    Heic,
    /// HEIF with AV1.
    Avif,
}

/// Bounds that hold before any decoder runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest picture, in pixels.
    pub pixels: u64,
}

impl Default for Limits {
    /// 512 MiB and 250 megapixels: above any camera of 2026, below 1 GiB of pixels.
    fn default() -> Self {
        Self { file_bytes: 512 << 20, pixels: 250_000_000 }
    }
}

/// A decoded photo: upright pixels and what is worth keeping to write it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Upright pixels in the colours of `profile`.
    pub frame: Frame,
    /// What the file was.
    pub format: Format,
    /// How the pixel values are meant.
    pub profile: ColourProfile,
    /// How the file was compressed, as far as the output should match it.
    pub quality: Quality,
    /// Plain words for the report, such as "first frame of an animation".
    pub notes: Vec<String>,
    /// Pixels next to a hidden region that may carry traces of it (chroma upsampling); these are
    /// hidden too. 0 for formats that store every pixel by itself.
    pub bleed: u32,
}

/// How lossy the source was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quality {
    /// Every pixel exactly.
    Lossless,
    /// JPEG quantisation tables (natural order) for luma and chroma, and whether chroma is halved
    /// (across, down).
    Jpeg {
        /// Luma table, 64 entries in natural order.
        luma: Box<[u16; 64]>,
        /// Chroma table, 64 entries in natural order.
        chroma: Box<[u16; 64]>,
        /// Chroma subsampling factors (across, down): 1 or 2.
        subsampling: (u8, u8),
    },
    /// Lossy by some other codec.
    Lossy,
}

/// Why bytes did not become a picture.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not on the allow-list.
    #[error("not a picture that grata reads")]
    UnknownFormat,
    /// On the list, but this build or machine cannot read it.
    #[error("{0} cannot be read here: {1}")]
    Unsupported(&'static str, String),
    /// Larger than a limit allows.
    #[error("too large: {0}")]
    TooLarge(String),
    /// Damaged, truncated or against its format's rules.
    #[error("damaged file: {0}")]
    Damaged(String),
}

/// Tells the format from the first bytes; `None` if it is not on the allow-list.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1A\n") {
        Some(Format::Png)
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(Format::Tiff)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Format::Gif)
    } else if starts(b"BM") && bmp::has_header(bytes) {
        Some(Format::Bmp)
    } else {
        heif::sniff(bytes)
    }
}

/// Decodes a whole picture, strictly: a truncated file is damaged, not half a picture.
///
/// # Errors
/// See [`DecodeError`]. The size is checked against `limits` before pixels are allocated.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(DecodeError::TooLarge(format!("{} bytes", bytes.len())));
    }
    let format = sniff(bytes).ok_or(DecodeError::UnknownFormat)?;
    let stored = match format {
        Format::Jpeg => jpeg::decode(bytes, limits)?,
        Format::Png => png::decode(bytes, limits)?,
        Format::WebP => webp::decode(bytes, limits)?,
        Format::Tiff => tiff::decode(bytes, limits)?,
        Format::Bmp => bmp::decode(bytes, limits)?,
        Format::Gif => gif::decode(bytes, limits)?,
        Format::Heic | Format::Avif => heif::decode(bytes, format, limits)?,
    };
    stored.upright(format)
}

impl Limits {
    /// The size, if a picture of `width` x `height` is allowed.
    ///
    /// # Errors
    /// `TooLarge` above the limit, `Damaged` for a side of 0.
    fn size(&self, width: u32, height: u32) -> Result<Size, DecodeError> {
        let size = Size::new(width, height);
        match size.pixels() {
            0 => Err(DecodeError::Damaged("a side of the picture is 0 pixels long".into())),
            pixels if pixels > self.pixels => {
                Err(DecodeError::TooLarge(format!("{width} x {height} pixels")))
            }
            _ => Ok(size),
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> DecodeError {
    DecodeError::Damaged(error.to_string())
}
