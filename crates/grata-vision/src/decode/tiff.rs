//! TIFF: the first full page, grey, colour, palette or four inks, 1 to 16 bits.

use std::io::Cursor;

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::exif_orientation::settle;
use super::stored::{FLATTENED, Pixels, REDUCED, Stored, flattened};
use super::{DecodeError, Limits, Quality, damaged};

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Photometric interpretation: the samples are indices into a palette.
const PALETTE: u32 = 3;
/// Longest field that is read, such as a colour profile.
const FIELD_BYTES: usize = 16 << 20;
/// Reduced pages that are passed over in search of a full one.
const MOST_REDUCED_PAGES: usize = 16;
/// Compression 7, JPEG in a TIFF: as far as an MCU and chroma upsampling reach.
const JPEG_BLEED: u32 = 16;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let palette_as_grey;
    let mut reader = open(bytes)?;
    let mut skipped = find_full_page(&mut reader)?;
    let has_palette = number(&mut reader, Tag::PhotometricInterpretation) == Some(PALETTE);
    if has_palette {
        palette_as_grey = with_palette_as_grey(bytes, &mut reader)?;
        reader = open(&palette_as_grey)?;
        skipped = find_full_page(&mut reader)?;
    }
    let (width, height) = reader.dimensions().map_err(refused)?;
    let size = limits.size(width, height)?;
    let colours = match reader.colortype().map_err(refused)? {
        ColorType::Gray(bits) if has_palette => ColorType::Palette(bits),
        other => other,
    };
    let mut budget = tiff::decoder::Limits::default();
    budget.decoding_buffer_size = (size.pixels() as usize * colour_samples(colours)? * 2).max(FIELD_BYTES);
    budget.intermediate_buffer_size = budget.decoding_buffer_size.max(budget.intermediate_buffer_size);
    budget.ifd_value_size = FIELD_BYTES;
    let mut reader = reader.with_limits(budget);
    if number(&mut reader, Tag::PlanarConfiguration) == Some(2) && colour_samples(colours)? > 1 {
        return Err(unsupported("colours in separate planes"));
    }
    let samples = read_samples(&mut reader)?;
    let (pixels, transparent) = in_eight_bits(&mut reader, samples, colours, size)?;

    let mut stored = Stored::plain(size, pixels);
    stored.icc = reader.get_tag_u8_vec(Tag::Unknown(34675)).ok();
    let stated = number(&mut reader, Tag::Orientation).and_then(Orientation::from_exif);
    stored.orientation = settle(&Vec::from_iter(stated), &mut stored.notes);
    if number(&mut reader, Tag::Compression) == Some(7) {
        stored.quality = Quality::Lossless;
        stored.bleed = JPEG_BLEED;
    }
    if transparent {
        stored.note(FLATTENED);
    }
    if colours.bit_depth() > 8 {
        stored.note(REDUCED);
    }
    if skipped > 0 || reader.more_images() {
        stored.note("first page of several");
    }
    Ok(stored)
}

fn open(bytes: &[u8]) -> Result<Reader<'_>, DecodeError> {
    Decoder::new(Cursor::new(bytes)).map_err(refused)
}

/// The same file, the page at hand being grey instead of in colours of a palette: the library refuses
/// palettes, but reads their indices if it takes them for grey.
fn with_palette_as_grey(bytes: &[u8], reader: &mut Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    let little = bytes.starts_with(b"II");
    let number = |at: usize| -> Option<u16> {
        let two = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    if number(2) != Some(42) {
        return Err(unsupported("a palette in a file of the large kind"));
    }
    let directory = reader.ifd_pointer().map_or(0, |pointer| pointer.0 as usize);
    let entries = usize::from(number(directory).unwrap_or(0));
    let entry = (0..entries).map(|at| directory + 2 + 12 * at).find(|at| number(*at) == Some(262));
    let entry = entry.filter(|at| at + 12 <= bytes.len()).ok_or_else(|| damaged("no kind of colours"))?;
    let mut copy = bytes.to_vec();
    copy[entry + 8..entry + 10].copy_from_slice(&if little { [1, 0] } else { [0, 1] });
    Ok(copy)
}

/// Passes over leading pages that say they are reduced copies; returns how many.
fn find_full_page(reader: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let mut skipped = 0;
    while number(reader, Tag::NewSubfileType).is_some_and(|kind| kind & 1 == 1) {
        if skipped == MOST_REDUCED_PAGES || !reader.more_images() {
            return Err(unsupported("no full page in it"));
        }
        reader.next_image().map_err(refused)?;
        skipped += 1;
    }
    Ok(skipped)
}

fn number(reader: &mut Reader<'_>, tag: Tag) -> Option<u32> {
    reader.find_tag_unsigned(tag).ok().flatten()
}

fn colour_samples(colours: ColorType) -> Result<usize, DecodeError> {
    match colours {
        ColorType::Gray(_) | ColorType::Palette(_) => Ok(1),
        ColorType::GrayA(_) | ColorType::Multiband { num_samples: 2, .. } => Ok(2),
        ColorType::RGB(_) => Ok(3),
        ColorType::RGBA(_) | ColorType::CMYK(_) => Ok(4),
        other => Err(unsupported(&format!("{other:?}"))),
    }
}

/// Samples as bytes: rows of packed bits below 8, whole bytes above; 16 bits are rounded to 8.
fn read_samples(reader: &mut Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    match reader.read_image().map_err(refused)? {
        DecodingResult::U8(samples) => Ok(samples),
        DecodingResult::U16(samples) => {
            Ok(samples.iter().map(|sample| ((u32::from(*sample) * 255 + 32767) / 65535) as u8).collect())
        }
        _ => Err(unsupported("samples that are not 8 or 16 bits")),
    }
}

/// Pixels and whether any was transparent.
fn in_eight_bits(
    reader: &mut Reader<'_>,
    samples: Vec<u8>,
    colours: ColorType,
    size: Size,
) -> Result<(Pixels, bool), DecodeError> {
    let channels = colour_samples(colours)?;
    let bits = colours.bit_depth();
    let samples = if bits < 8 { unpacked(&samples, bits, size)? } else { samples };
    if samples.len() as u64 != size.pixels() * channels as u64 {
        return Err(unsupported("extra samples"));
    }
    Ok(match colours {
        ColorType::Gray(_) => (Pixels::Grey(stretched(samples, bits)), false),
        ColorType::Palette(_) => (Pixels::Rgb(looked_up(reader, &samples)?), false),
        ColorType::RGB(_) => (Pixels::Rgb(samples), false),
        ColorType::CMYK(_) => (Pixels::Cmyk(samples), false),
        _ => {
            let (flat, transparent) = match alpha(reader) {
                Alpha::None => (opaque(&samples, channels), false),
                Alpha::Multiplied => flattened_multiplied(&samples, channels),
                Alpha::Plain => flattened(&samples, channels),
            };
            (if channels == 2 { Pixels::Grey(flat) } else { Pixels::Rgb(flat) }, transparent)
        }
    })
}

/// What the sample after the colours means (tag 338).
enum Alpha {
    None,
    Multiplied,
    Plain,
}

fn alpha(reader: &mut Reader<'_>) -> Alpha {
    let extra: Option<Vec<u16>> = reader.find_tag_unsigned_vec(Tag::ExtraSamples).ok().flatten();
    match extra.and_then(|extra| extra.first().copied()) {
        Some(1) => Alpha::Multiplied,
        Some(2) => Alpha::Plain,
        _ => Alpha::None,
    }
}

fn opaque(samples: &[u8], channels: usize) -> Vec<u8> {
    samples.chunks_exact(channels).flat_map(|pixel| &pixel[..channels - 1]).copied().collect()
}

fn flattened_multiplied(samples: &[u8], channels: usize) -> (Vec<u8>, bool) {
    let mut any = false;
    let mut flat = Vec::with_capacity(samples.len() / channels * (channels - 1));
    for pixel in samples.chunks_exact(channels) {
        let paper = 255 - pixel[channels - 1];
        any |= paper != 0;
        flat.extend(pixel[..channels - 1].iter().map(|sample| sample.saturating_add(paper)));
    }
    (flat, any)
}

/// One sample a byte, from rows of packed bits.
fn unpacked(packed: &[u8], bits: u8, size: Size) -> Result<Vec<u8>, DecodeError> {
    let (width, bits) = (size.width as usize, usize::from(bits));
    if !matches!(bits, 1 | 2 | 4) {
        return Err(unsupported("an odd number of bits"));
    }
    let row_bytes = (width * bits).div_ceil(8);
    let mask = (1u8 << bits) - 1;
    let mut samples = Vec::with_capacity(size.pixels() as usize);
    for row in packed.chunks_exact(row_bytes).take(size.height as usize) {
        samples.extend((0..width).map(|x| row[x * bits / 8] >> (8 - bits - x * bits % 8) & mask));
    }
    Ok(samples)
}

/// From 0 to 2^bits - 1 onto 0 to 255.
fn stretched(mut samples: Vec<u8>, bits: u8) -> Vec<u8> {
    if bits < 8 {
        let most = (1u8 << bits) - 1;
        samples.iter_mut().for_each(|sample| *sample *= 255 / most);
    }
    samples
}

/// Red, green, blue from the colour map: all reds, all greens, all blues, 16 bits each.
fn looked_up(reader: &mut Reader<'_>, indices: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let map = reader.get_tag_u16_vec(Tag::ColorMap).map_err(refused)?;
    let colours = map.len() / 3;
    let mut rgb = Vec::with_capacity(indices.len() * 3);
    for index in indices {
        let at = usize::from(*index);
        if at >= colours {
            return Err(damaged("a colour beyond the palette"));
        }
        rgb.extend([map[at], map[colours + at], map[2 * colours + at]].map(|value| (value >> 8) as u8));
    }
    Ok(rgb)
}

fn unsupported(what: &str) -> DecodeError {
    DecodeError::Unsupported("this TIFF", what.into())
}

fn refused(error: TiffError) -> DecodeError {
    match error {
        TiffError::UnsupportedError(what) => unsupported(&what.to_string()),
        TiffError::LimitsExceeded => DecodeError::TooLarge("a part of the file".into()),
        other => damaged(other),
    }
}
