//! Pixels back to bytes: nothing but the picture and our own copy of its colour profile.
//!
//! Deliberately absent: text, time, software, resolution, thumbnails, anything after the end. The
//! bytes are a function of the pixels, the profile and the quality of a [`Decoded`], and of nothing
//! else: what does not reach the pixels cannot reach the file (PUB-2, PUB-4).

mod gif;
#[cfg(test)]
mod tests;
mod webp;

use std::borrow::Cow;
use std::error::Error;
use std::io::Cursor;

use grata_core::geometry::Size;
use image::ExtendedColorType;
use image::codecs::bmp::BmpEncoder;
use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, TiffValue, colortype};
use tiff::tags::{Tag, Type};

use crate::colour::{ColourProfile, rgb_to_srgb};
use crate::decode::{Decoded, Format, Quality};
use crate::frame::Frame;

/// JPEG quality (1 to 100, the scale of libjpeg) where the source was no JPEG: chroma is halved both
/// ways, as phones do.
const JPEG_QUALITY: u8 = 92;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeErrorKind {
    /// The format has no room for a picture of this size.
    Size,
    /// The colours could not be converted to those of the format.
    Colour,
    /// The writer of the format refused.
    Writer,
}

/// Why pixels did not become a file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EncodeError {
    kind: EncodeErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl EncodeError {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> EncodeErrorKind {
        self.kind
    }

    fn size(message: String) -> Self {
        Self { kind: EncodeErrorKind::Size, message, source: None }
    }

    fn colour(source: impl Error + Send + Sync + 'static) -> Self {
        let message = "the colours cannot be converted to sRGB".into();
        Self { kind: EncodeErrorKind::Colour, message, source: Some(Box::new(source)) }
    }

    fn writer(format: &str, source: impl Error + Send + Sync + 'static) -> Self {
        let message = format!("the picture cannot be written as {format}: {source}");
        Self { kind: EncodeErrorKind::Writer, message, source: Some(Box::new(source)) }
    }
}

/// Writes `decoded.frame` in the format it came from, or as JPEG where grata cannot write that (HEIC
/// and AVIF). Returns the whole file and the format it is in.
///
/// PNG, TIFF, BMP and lossless WebP keep every pixel. GIF does for up to 256 colours. JPEG uses the
/// quantisation tables and subsampling of a JPEG source. Lossy WebP needs the feature
/// `native-formats`, without it the file is lossless. GIF and BMP come out in sRGB, for they carry
/// no profile.
///
/// # Errors
/// [`EncodeErrorKind::Size`] if the format has no room for the picture; the others should not happen.
pub fn encode(decoded: &Decoded) -> Result<(Vec<u8>, Format), EncodeError> {
    let format = output_format(decoded.format);
    check_size(decoded.frame.size(), format)?;
    let (frame, profile) = (&decoded.frame, decoded.profile);
    let bytes = match format {
        Format::Jpeg | Format::Heic | Format::Avif => {
            write_jpeg(&Picture::grey_if_possible(frame, profile), &decoded.quality)
        }
        Format::Png => write_png(&Picture::grey_if_possible(frame, profile)),
        Format::WebP => webp::write(&Picture::coloured(frame, profile), &decoded.quality),
        Format::Tiff => write_tiff(&Picture::coloured(frame, profile)),
        Format::Bmp => write_bmp(&Picture::srgb(frame, profile)?),
        Format::Gif => gif::write(&Picture::srgb(frame, profile)?),
    };
    Ok((bytes?, format))
}

/// Writes a frame as an ordinary JPEG, whatever it came from: small pictures for screens.
///
/// # Errors
/// [`EncodeErrorKind::Size`] if the format has no room for the picture; the others should not happen.
pub(crate) fn encode_for_screen(
    frame: &Frame,
    profile: ColourProfile,
    quality: u8,
) -> Result<Vec<u8>, EncodeError> {
    check_size(frame.size(), Format::Jpeg)?;
    write_jpeg_at(&Picture::grey_if_possible(frame, profile), &Quality::Lossy, quality)
}

fn output_format(source: Format) -> Format {
    match source {
        Format::Heic | Format::Avif => Format::Jpeg,
        other => other,
    }
}

fn check_size(size: Size, format: Format) -> Result<(), EncodeError> {
    let (name, limit) = match format {
        Format::Jpeg | Format::Heic | Format::Avif => ("JPEG", u32::from(u16::MAX)),
        Format::Gif => ("GIF", u32::from(u16::MAX)),
        Format::WebP => ("WebP", (1 << 14) - 1),
        Format::Png => ("PNG", i32::MAX as u32),
        Format::Tiff => ("TIFF", i32::MAX as u32),
        Format::Bmp => ("BMP", i32::MAX as u32),
    };
    if size.rect().is_empty() {
        return Err(EncodeError::size("a picture without pixels cannot be written".into()));
    }
    if size.width > limit || size.height > limit {
        return Err(EncodeError::size(format!(
            "{name} has room for {limit} pixels a side; the picture has {} x {}",
            size.width, size.height
        )));
    }
    Ok(())
}

/// What a writer needs to know of a picture.
struct Picture<'a> {
    size: Size,
    channels: Channels,
    samples: Cow<'a, [u8]>,
    icc: Option<&'static [u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channels {
    Grey,
    Rgb,
}

impl<'a> Picture<'a> {
    fn coloured(frame: &'a Frame, profile: ColourProfile) -> Self {
        Self {
            size: frame.size(),
            channels: Channels::Rgb,
            samples: Cow::Borrowed(frame.rgb()),
            icc: profile.icc_bytes(),
        }
    }

    /// One channel and no profile where that looks the same: an RGB profile on a grey picture breaks
    /// PNG's rules, and greys of sRGB and Display P3 are the same greys.
    fn grey_if_possible(frame: &'a Frame, profile: ColourProfile) -> Self {
        let srgb_greys = match profile {
            ColourProfile::Unstated | ColourProfile::Srgb | ColourProfile::DisplayP3 => true,
            ColourProfile::AdobeRgb => false,
        };
        if !srgb_greys || !is_grey(frame.rgb()) {
            return Self::coloured(frame, profile);
        }
        let samples = frame.rgb().chunks_exact(3).map(|pixel| pixel[0]).collect();
        Self { size: frame.size(), channels: Channels::Grey, samples: Cow::Owned(samples), icc: None }
    }

    /// For formats that carry no profile.
    fn srgb(frame: &'a Frame, profile: ColourProfile) -> Result<Self, EncodeError> {
        let mut picture = Self::coloured(frame, profile);
        let icc = picture.icc.take().filter(|_| profile != ColourProfile::Srgb);
        if let Some(icc) = icc {
            rgb_to_srgb(icc, picture.samples.to_mut()).map_err(EncodeError::colour)?;
        }
        Ok(picture)
    }

    /// Width and height where both fit 16 bits, as [`check_size`] has seen to for JPEG and GIF.
    fn short_sides(&self) -> Result<(u16, u16), EncodeError> {
        let side = |side: u32| u16::try_from(side).map_err(|_| EncodeError::size("too large".into()));
        Ok((side(self.size.width)?, side(self.size.height)?))
    }
}

fn is_grey(rgb: &[u8]) -> bool {
    rgb.chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
}

fn write_jpeg(picture: &Picture, quality: &Quality) -> Result<Vec<u8>, EncodeError> {
    write_jpeg_at(picture, quality, JPEG_QUALITY)
}

/// `usual`: 1 to 100, where the source was no JPEG.
fn write_jpeg_at(picture: &Picture, quality: &Quality, usual: u8) -> Result<Vec<u8>, EncodeError> {
    let failed = |error| EncodeError::writer("JPEG", error);
    let (width, height) = picture.short_sides()?;
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, usual);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Quality::Jpeg { luma, chroma, subsampling } = quality {
        encoder.set_quantization_tables(custom_table(luma), custom_table(chroma));
        let (across, down) = *subsampling;
        encoder
            .set_sampling_factor(SamplingFactor::from_factors(across, down).unwrap_or(SamplingFactor::F_1_1));
    }
    // Standard Huffman tables: with its own ones this encoder writes one component a scan, and readers
    // built on zune-jpeg 0.5.15 show such files as rubbish if chroma is halved downwards.
    encoder.set_optimized_huffman_tables(false);
    if let Some(icc) = picture.icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    let colours = match picture.channels {
        Channels::Grey => ColorType::Luma,
        Channels::Rgb => ColorType::Rgb,
    };
    encoder.encode(&picture.samples, width, height, colours).map_err(failed)?;
    Ok(bytes)
}

/// Entries of 1 to 255: the library writes tables of 8 bits and would cut larger ones off.
fn custom_table(table: &[u16; 64]) -> QuantizationTableType {
    QuantizationTableType::Custom(Box::new(table.map(|step| step.clamp(1, 255))))
}

fn write_png(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let failed = |error| EncodeError::writer("PNG", error);
    let mut info = png::Info::with_size(picture.size.width, picture.size.height);
    info.bit_depth = png::BitDepth::Eight;
    info.color_type = match picture.channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::Rgb => png::ColorType::Rgb,
    };
    info.icc_profile = picture.icc.map(Cow::Borrowed);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info).map_err(failed)?;
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::Adaptive);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&picture.samples).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

fn write_tiff(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let failed = |error| EncodeError::writer("TIFF", error);
    let mut bytes = Vec::new();
    let mut encoder = TiffEncoder::new(Cursor::new(&mut bytes))
        .map_err(failed)?
        .with_compression(Compression::Deflate(DeflateLevel::Balanced))
        .with_predictor(Predictor::Horizontal);
    let mut page =
        encoder.new_image::<colortype::RGB8>(picture.size.width, picture.size.height).map_err(failed)?;
    if let Some(icc) = picture.icc {
        page.encoder().write_tag(Tag::IccProfile, Undefined(icc)).map_err(failed)?;
    }
    page.write_data(&picture.samples).map_err(failed)?;
    Ok(bytes)
}

/// Bytes of type UNDEFINED, as ICC.1:2010 B.4 wants the tag 34675.
struct Undefined<'a>(&'a [u8]);

impl TiffValue for Undefined<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: Type = Type::UNDEFINED;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.0)
    }
}

fn write_bmp(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    BmpEncoder::new(&mut bytes)
        .encode(&picture.samples, picture.size.width, picture.size.height, ExtendedColorType::Rgb8)
        .map_err(|error| EncodeError::writer("BMP", error))?;
    Ok(bytes)
}
