//! JPEG by way of pixels, for what the coefficient path leaves over: four inks, odd subsampling.
//!
//! `zune-jpeg` in its strict mode decodes; `jpeg-decoder` gives the ink values that the former does
//! not. Our own walk over the markers comes first: limits, refusals, and whether the file is whole.

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::exif_orientation::{settle, stated_orientations};
use super::stored::{Pixels, Stored};
use super::{DecodeError, Limits, Quality, damaged};

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let outline = Outline::read(bytes)?;
    let size = limits.size(outline.size.width, outline.size.height)?;
    let pixels = match outline.components.len() {
        1 => Pixels::Grey(decode_as(bytes, ColorSpace::Luma)?),
        3 => Pixels::Rgb(decode_as(bytes, ColorSpace::RGB)?),
        _ => Pixels::Cmyk(decode_inks(bytes, &outline)?),
    };
    let mut stored = Stored::plain(size, pixels);
    stored.orientation = settle(&outline.orientations, &mut stored.notes);
    stored.quality = outline.quality();
    stored.bleed = outline.bleed();
    stored.icc = outline.icc();
    Ok(stored)
}

fn decode_as(bytes: &[u8], colours: ColorSpace) -> Result<Vec<u8>, DecodeError> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(colours);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().map_err(damaged)
}

/// Cyan, magenta, yellow, black; 0 is no ink.
fn decode_inks(bytes: &[u8], outline: &Outline) -> Result<Vec<u8>, DecodeError> {
    // Only to be strict: the second decoder fills in what a damaged file lacks.
    decode_as(bytes, ColorSpace::RGB)?;
    let mut inks = jpeg_decoder::Decoder::new(bytes).decode().map_err(damaged)?;
    if outline.adobe_transform.is_none() {
        // The decoder takes all such files for Adobe's, which store paper instead of ink.
        inks.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    Ok(inks)
}

/// One component of the frame: sampling factors and quantisation table.
struct Component {
    across: u8,
    down: u8,
    table: usize,
}

/// What the markers say.
struct Outline {
    size: Size,
    components: Vec<Component>,
    /// Natural order.
    tables: [Option<[u16; 64]>; 4],
    orientations: Vec<Orientation>,
    adobe_transform: Option<u8>,
    icc_parts: Vec<(u8, Vec<u8>)>,
}

impl Outline {
    /// Walks over all segments and scans to the end of the picture.
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut outline = Self {
            size: Size::new(0, 0),
            components: Vec::new(),
            tables: [None; 4],
            orientations: Vec::new(),
            adobe_transform: None,
            icc_parts: Vec::new(),
        };
        let mut at = 2;
        loop {
            let (marker, payload, next) = segment(bytes, at)?;
            at = next;
            match marker {
                0xD9 if outline.components.is_empty() => return Err(damaged("no picture before its end")),
                0xD9 => return Ok(outline),
                0xC0..=0xC2 if !outline.components.is_empty() => return Err(damaged("two pictures in one")),
                0xC0..=0xC2 => outline.read_frame(payload)?,
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF => return Err(rare("coding process")),
                0xDB => outline.read_tables(payload)?,
                0xDA if outline.components.is_empty() => return Err(damaged("a scan before its frame")),
                0xDA => at = end_of_scan(bytes, next),
                0xE1 if payload.starts_with(b"Exif\0\0") => {
                    outline.orientations.extend(stated_orientations(payload));
                }
                0xE2 if payload.starts_with(b"ICC_PROFILE\0") && payload.len() > 14 => {
                    outline.icc_parts.push((payload[12], payload[14..].to_vec()));
                }
                0xEE if payload.starts_with(b"Adobe") => outline.adobe_transform = payload.get(11).copied(),
                _ => {}
            }
        }
    }

    fn read_frame(&mut self, payload: &[u8]) -> Result<(), DecodeError> {
        let [precision, h1, h0, w1, w0, count, ..] = *payload else {
            return Err(damaged("a short frame header"));
        };
        if precision != 8 {
            return Err(rare("depth of 12 bits"));
        }
        self.size = Size::new(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into());
        let components =
            payload.get(6..6 + 3 * usize::from(count)).ok_or_else(|| damaged("a short frame header"))?;
        for component in components.chunks_exact(3) {
            let (across, down) = (component[1] >> 4, component[1] & 15);
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) || component[2] > 3 {
                return Err(damaged("a component with impossible sampling"));
            }
            self.components.push(Component { across, down, table: component[2].into() });
        }
        if matches!(count, 1 | 3 | 4) { Ok(()) } else { Err(rare("number of colours")) }
    }

    fn read_tables(&mut self, mut payload: &[u8]) -> Result<(), DecodeError> {
        while let [kind, rest @ ..] = payload {
            let (number, wide) = (usize::from(kind & 15), kind >> 4 != 0);
            let length = if wide { 128 } else { 64 };
            let (Some(values), true) = (rest.get(..length), number < 4) else {
                return Err(damaged("a broken quantisation table"));
            };
            let mut table = [0; 64];
            for (at, natural) in ZIGZAG.into_iter().enumerate() {
                table[natural] = if wide {
                    u16::from_be_bytes([values[2 * at], values[2 * at + 1]])
                } else {
                    values[at].into()
                };
            }
            self.tables[number] = Some(table);
            payload = &rest[length..];
        }
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        let mut parts: Vec<&(u8, Vec<u8>)> = self.icc_parts.iter().collect();
        parts.sort_by_key(|(number, _)| *number);
        (!parts.is_empty()).then(|| parts.iter().flat_map(|(_, part)| part).copied().collect())
    }

    /// How often chroma is smaller than luma: across, down.
    fn subsampling(&self) -> (u8, u8) {
        match &self.components[..] {
            [luma, chroma, ..] => ((luma.across / chroma.across).max(1), (luma.down / chroma.down).max(1)),
            _ => (1, 1),
        }
    }

    /// Decoders smooth chroma over its nearest neighbours: as far as one chroma sample reaches.
    fn bleed(&self) -> u32 {
        let (across, down) = self.subsampling();
        match across.max(down) {
            1 => 0,
            most => most.into(),
        }
    }

    fn quality(&self) -> Quality {
        let table = |at: usize| {
            let component = self.components.get(at).or(self.components.first());
            component.and_then(|component| self.tables[component.table])
        };
        match (table(0), table(1), self.components.len()) {
            (Some(luma), Some(chroma), 1 | 3) => {
                let (across, down) = self.subsampling();
                let subsampling = (across.min(2), down.min(2));
                Quality::Jpeg { luma: Box::new(luma), chroma: Box::new(chroma), subsampling }
            }
            _ => Quality::Lossy,
        }
    }
}

fn rare(what: &str) -> DecodeError {
    DecodeError::Unsupported("this JPEG", format!("its {what} is too rare"))
}

/// Marker, payload and the offset behind the segment that begins at or after `at`.
fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), DecodeError> {
    let cut = || damaged("it ends in the middle");
    if bytes.get(at) != Some(&0xFF) {
        return Err(if at >= bytes.len() { cut() } else { damaged("bytes between its segments") });
    }
    while bytes.get(at) == Some(&0xFF) {
        at += 1;
    }
    let marker = *bytes.get(at).ok_or_else(cut)?;
    at += 1;
    if matches!(marker, 0x01 | 0xD0..=0xD9) {
        return Ok((marker, &[], at));
    }
    let length = bytes.get(at..at + 2).ok_or_else(cut)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(damaged("an impossible segment"));
    }
    Ok((marker, bytes.get(at + 2..at + length).ok_or_else(cut)?, at + length))
}

/// Offset of the first marker at or after `at` that ends entropy-coded data.
fn end_of_scan(bytes: &[u8], mut at: usize) -> usize {
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        at += offset;
        match bytes.get(at + 1) {
            // Stuffing, fill byte, restart marker.
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// Natural position of each coefficient of the zigzag order (T.81, figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];
