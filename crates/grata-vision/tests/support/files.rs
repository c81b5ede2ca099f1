//! Writers of test files, with all the things in them that real files have.

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;
use grata_vision::metadata::minimal_exif;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub const SIZE: Size = Size::new(83, 61);

/// How a JPEG is to be made.
#[derive(Clone, Copy)]
pub struct JpegKind {
    pub colours: ColorType,
    pub sampling: SamplingFactor,
    pub progressive: bool,
    pub restart: u16,
}

pub const PLAIN_JPEG: JpegKind =
    JpegKind { colours: ColorType::Rgb, sampling: SamplingFactor::F_1_1, progressive: false, restart: 0 };

/// `samples`: as many a pixel as `kind.colours` has.
pub fn jpeg(samples: &[u8], size: Size, kind: JpegKind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(kind.sampling);
    encoder.set_progressive(kind.progressive);
    encoder.set_restart_interval(kind.restart);
    encoder.encode(samples, size.width as u16, size.height as u16, kind.colours).unwrap();
    bytes
}

/// Puts segments behind a JPEG's SOI.
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// A JPEG segment.
pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    [&[0xFF, marker], &(payload.len() as u16 + 2).to_be_bytes()[..], payload].concat()
}

/// Exif as a TIFF structure, without the prefix.
pub fn exif(orientation: Orientation) -> Vec<u8> {
    minimal_exif(orientation)[10..].to_vec()
}

pub fn png(samples: &[u8], size: Size, change: impl FnOnce(&mut png::Info<'static>)) -> Vec<u8> {
    let mut info = png::Info::with_size(size.width, size.height);
    info.color_type = png::ColorType::Rgb;
    change(&mut info);
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A PNG chunk with its checksum.
pub fn png_chunk(name: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let body = [name.as_slice(), payload].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&body);
    [&(payload.len() as u32).to_be_bytes(), &body[..], &crc.sum().to_be_bytes()].concat()
}

/// Puts chunks behind a PNG's header.
pub fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

/// An Adam7 picture, which the encoder at hand does not write: seven passes without filters.
pub fn interlaced_png(rgb: &[u8], size: Size) -> Vec<u8> {
    let passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut raw = Vec::new();
    for (left, top, across, down) in passes {
        if left >= size.width as usize {
            continue;
        }
        for y in (top..size.height as usize).step_by(down) {
            raw.push(0);
            for x in (left..size.width as usize).step_by(across) {
                let at = (y * size.width as usize + x) * 3;
                raw.extend(&rgb[at..at + 3]);
            }
        }
    }
    let mut header = Vec::new();
    header.extend(size.width.to_be_bytes());
    header.extend(size.height.to_be_bytes());
    header.extend([8, 2, 0, 0, 1]);
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        png_chunk(b"IHDR", &header),
        png_chunk(b"IDAT", &deflated(&raw)),
        png_chunk(b"IEND", b""),
    ]
    .concat()
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn lossy_webp(rgb: &[u8], size: Size) -> Vec<u8> {
    webp::Encoder::from_rgb(rgb, size.width, size.height).encode(85.0).to_vec()
}

pub fn lossless_webp(samples: &[u8], size: Size, colours: image_webp::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut bytes);
    encoder.encode(samples, size.width, size.height, colours).unwrap();
    bytes
}

/// A RIFF chunk.
pub fn riff_chunk(name: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut bytes = [name.as_slice(), &(payload.len() as u32).to_le_bytes(), payload].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// A simple WebP in the extended format. `flags` as in `VP8X`; `before` and `after` the picture.
pub fn extended_webp(simple: &[u8], size: Size, flags: u8, before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let mut header = vec![flags, 0, 0, 0];
    header.extend(&(size.width - 1).to_le_bytes()[..3]);
    header.extend(&(size.height - 1).to_le_bytes()[..3]);
    let chunks = [&riff_chunk(b"VP8X", &header), &before.concat(), &simple[12..], &after.concat()].concat();
    riff(&chunks)
}

pub fn riff(chunks: &[u8]) -> Vec<u8> {
    [b"RIFF".as_slice(), &(chunks.len() as u32 + 4).to_le_bytes(), b"WEBP", chunks].concat()
}

/// Two frames, each a whole lossless picture.
pub fn animated_webp(frames: &[Vec<u8>], size: Size) -> Vec<u8> {
    let mut header = vec![0x02, 0, 0, 0];
    header.extend(&(size.width - 1).to_le_bytes()[..3]);
    header.extend(&(size.height - 1).to_le_bytes()[..3]);
    let mut chunks = riff_chunk(b"VP8X", &header);
    chunks.extend(riff_chunk(b"ANIM", &[255, 255, 255, 255, 0, 0]));
    for frame in frames {
        let mut payload = vec![0; 6];
        payload.extend(&(size.width - 1).to_le_bytes()[..3]);
        payload.extend(&(size.height - 1).to_le_bytes()[..3]);
        payload.extend([100, 0, 0, 2]);
        payload.extend(&frame[12..]);
        chunks.extend(riff_chunk(b"ANMF", &payload));
    }
    riff(&chunks)
}

/// Frames of palette indices; `transparent`: the index that is.
pub fn gif(frames: &[Vec<u8>], palette: &[u8], size: Size, transparent: Option<u8>) -> Vec<u8> {
    let (width, height) = (size.width as u16, size.height as u16);
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, palette).unwrap();
    for buffer in frames {
        let frame = gif::Frame { width, height, buffer: buffer.into(), transparent, ..Default::default() };
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap();
    bytes
}

/// One field of a TIFF directory: tag, type, count, little-endian values.
pub type TiffField = (u16, u16, u32, Vec<u8>);

pub fn shorts(tag: u16, values: &[u16]) -> TiffField {
    (tag, 3, values.len() as u32, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

pub fn longs(tag: u16, values: &[u32]) -> TiffField {
    (tag, 4, values.len() as u32, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// An uncompressed TIFF of one strip a page: `pages` of samples and fields besides size and strip.
pub fn tiff(pages: &[(Vec<u8>, Size, Vec<TiffField>)]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (samples, size, extra) in pages {
        let strip = bytes.len() as u32;
        bytes.extend(samples);
        let mut fields = vec![
            longs(256, &[size.width]),
            longs(257, &[size.height]),
            longs(273, &[strip]),
            longs(278, &[size.height]),
            longs(279, &[samples.len() as u32]),
        ];
        fields.extend(extra.iter().cloned());
        if !fields.iter().any(|field| field.0 == 259) {
            fields.push(shorts(259, &[1]));
        }
        fields.sort_by_key(|field| field.0);
        let mut entries = (fields.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, count, values) in &fields {
            entries.extend(tag.to_le_bytes());
            entries.extend(kind.to_le_bytes());
            entries.extend(count.to_le_bytes());
            let mut value = values.clone();
            if value.len() > 4 {
                value = (bytes.len() as u32).to_le_bytes().to_vec();
                bytes.extend(values);
            }
            value.resize(4, 0);
            entries.extend(value);
        }
        let at = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&at.to_le_bytes());
        bytes.extend(entries);
        link = bytes.len();
        bytes.extend([0; 4]);
    }
    bytes
}

/// What an RGB page of 8 bits needs besides.
pub fn rgb_fields() -> Vec<TiffField> {
    vec![shorts(258, &[8, 8, 8]), shorts(262, &[2]), shorts(277, &[3])]
}

/// A bitmap: `depth` bits, `compression`, palette (blue, green, red, 0) and pixel data as stored.
/// A negative `height` is top-down.
pub fn bmp(width: i32, height: i32, depth: u16, compression: u32, palette: &[u8], data: &[u8]) -> Vec<u8> {
    let start = 54 + palette.len() as u32;
    let mut bytes = b"BM".to_vec();
    bytes.extend((start + data.len() as u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(start.to_le_bytes());
    bytes.extend(40u32.to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(depth.to_le_bytes());
    bytes.extend(compression.to_le_bytes());
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend((palette.len() as u32 / 4).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(palette);
    bytes.extend(data);
    bytes
}

/// Rows of blue, green, red, padded, from the bottom up.
pub fn bmp_rows(rgb: &[u8], size: Size) -> Vec<u8> {
    let mut data = Vec::new();
    for row in rgb.chunks_exact(size.width as usize * 3).rev() {
        data.extend(row.chunks_exact(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]));
        data.resize(data.len().next_multiple_of(4), 0);
    }
    data
}

/// A profile of a space that grata does not know.
pub fn strange_icc() -> Vec<u8> {
    moxcms::ColorProfile::new_pro_photo_rgb().encode().unwrap()
}
