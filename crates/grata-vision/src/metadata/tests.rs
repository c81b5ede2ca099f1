//! Files by the writers that grata uses must pass; the same with anything added must not.

use std::borrow::Cow;
use std::io::Cursor;

use grata_core::orientation::Orientation;
use image::ExtendedColorType;
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffValue, colortype};
use tiff::tags::{Tag, Type};

use super::png::checksum;
use super::{Violation, inspect, minimal_exif};
use crate::colour::ColourProfile;
use crate::decode::Format;

mod bmp_additions;
mod gif_additions;
mod jpeg_additions;
mod png_additions;
mod tiff_additions;
mod webp_additions;

const WIDTH: u32 = 70;
const HEIGHT: u32 = 90;

/// Noise of `colours` levels: enough codes that tables of LZW fill up and start anew.
fn noise(length: u32, colours: u32) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) % colours) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn p3() -> &'static [u8] {
    ColourProfile::DisplayP3.icc_bytes().unwrap()
}

fn jpeg(grey: bool, optimised: bool, icc: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(optimised);
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).unwrap();
    }
    let (samples, colours) =
        if grey { (1, jpeg_encoder::ColorType::Luma) } else { (3, jpeg_encoder::ColorType::Rgb) };
    encoder.encode(&noise(WIDTH * HEIGHT * samples, 256), WIDTH as u16, HEIGHT as u16, colours).unwrap();
    bytes
}

fn oriented_jpeg() -> Vec<u8> {
    with(jpeg(false, true, Some(p3())), JFIF_END, &minimal_exif(Orientation::Turned90))
}

/// The components of an RGB JPEG are said by Adobe's segment instead of JFIF.
fn rgb_jpeg() -> Vec<u8> {
    let mut bytes = jpeg(false, false, None);
    bytes.splice(2..JFIF_END, *b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0");
    bytes
}

fn png(grey: bool, icc: Option<&'static [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(WIDTH, HEIGHT);
    info.color_type = if grey { png::ColorType::Grayscale } else { png::ColorType::Rgb };
    info.icc_profile = icc.map(Cow::Borrowed);
    let mut writer = png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    writer.write_image_data(&noise(WIDTH * HEIGHT * if grey { 1 } else { 3 }, 256)).unwrap();
    writer.finish().unwrap();
    bytes
}

fn webp(icc: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut bytes);
    icc.into_iter().for_each(|icc| encoder.set_icc_profile(icc.to_vec()));
    encoder.encode(&noise(WIDTH * HEIGHT * 3, 256), WIDTH, HEIGHT, image_webp::ColorType::Rgb8).unwrap();
    bytes
}

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

/// `text`: tags to add to the first page; `pages`: how many.
fn tiff(compressed: bool, icc: &[u8], text: &[(Tag, &str)], pages: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = tiff::encoder::TiffEncoder::new(Cursor::new(&mut bytes)).unwrap();
    if compressed {
        encoder = encoder
            .with_compression(Compression::Deflate(DeflateLevel::Balanced))
            .with_predictor(Predictor::Horizontal);
    }
    for _ in 0..pages {
        let mut page = encoder.new_image::<colortype::RGB8>(WIDTH, HEIGHT).unwrap();
        page.encoder().write_tag(Tag::IccProfile, Undefined(icc)).unwrap();
        text.iter().for_each(|(tag, text)| page.encoder().write_tag(*tag, *text).unwrap());
        page.rows_per_strip(20).unwrap();
        page.write_data(&noise(WIDTH * HEIGHT * 3, 256)).unwrap();
    }
    bytes
}

fn bmp() -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::bmp::BmpEncoder::new(&mut bytes)
        .encode(&noise(WIDTH * HEIGHT * 3, 256), WIDTH, HEIGHT, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

fn gif(colours: u32) -> Vec<u8> {
    let palette: Vec<u8> = (0..colours).flat_map(|level| [level as u8, 7, 200]).collect();
    let mut encoder = gif::Encoder::new(Vec::new(), WIDTH as u16, HEIGHT as u16, &palette).unwrap();
    let pixels = noise(WIDTH * HEIGHT, colours);
    encoder.write_frame(&gif::Frame::from_indexed_pixels(WIDTH as u16, HEIGHT as u16, pixels, None)).unwrap();
    encoder.into_inner().unwrap()
}

fn good() -> Vec<(&'static str, Format, Vec<u8>)> {
    let mut files = vec![
        ("JPEG", Format::Jpeg, jpeg(false, false, None)),
        ("JPEG, a scan for each component, profile", Format::Jpeg, jpeg(false, true, Some(p3()))),
        ("JPEG, grey", Format::Jpeg, jpeg(true, true, None)),
        ("JPEG, turned", Format::Jpeg, oriented_jpeg()),
        ("JPEG, RGB", Format::Jpeg, rgb_jpeg()),
        ("PNG, grey", Format::Png, png(true, None)),
        ("PNG, profile", Format::Png, png(false, Some(p3()))),
        ("WebP", Format::WebP, webp(None)),
        ("WebP, profile", Format::WebP, webp(Some(p3()))),
        ("TIFF", Format::Tiff, tiff(false, p3(), &[], 1)),
        ("TIFF, deflate", Format::Tiff, tiff(true, p3(), &[], 1)),
        ("BMP", Format::Bmp, bmp()),
        ("GIF, one colour", Format::Gif, gif(1)),
        ("GIF, three colours", Format::Gif, gif(3)),
        ("GIF, all colours", Format::Gif, gif(256)),
    ];
    if cfg!(feature = "native-formats") {
        files.push(("WebP, lossy", Format::WebP, lossy_webp()));
    }
    files
}

#[cfg(feature = "native-formats")]
fn lossy_webp() -> Vec<u8> {
    let pixels = noise(WIDTH * HEIGHT * 3, 256);
    webp::Encoder::from_rgb(&pixels, WIDTH, HEIGHT).encode_simple(false, 80.0).unwrap().to_vec()
}

#[cfg(not(feature = "native-formats"))]
fn lossy_webp() -> Vec<u8> {
    Vec::new()
}

#[test]
fn pub_4_what_grata_writes_passes() {
    for (name, format, bytes) in good() {
        assert_eq!(inspect(&bytes, format), Ok(()), "{name}");
    }
}

#[test]
fn pub_4_every_orientation_but_upright_may_be_said() {
    for orientation in Orientation::ALL {
        let bytes = with(jpeg(true, false, None), JFIF_END, &minimal_exif(orientation));
        assert_eq!(inspect(&bytes, Format::Jpeg).is_ok(), orientation != Orientation::Upright);
    }
}

/// Where the segments after JFIF begin.
const JFIF_END: usize = 20;
/// Where the chunks after IHDR begin.
const IHDR_END: usize = 33;

fn with(mut bytes: Vec<u8>, at: usize, more: &[u8]) -> Vec<u8> {
    bytes.splice(at..at, more.iter().copied());
    bytes
}

fn with_end(bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    let end = bytes.len();
    with(bytes, end, more)
}

/// With the byte at `at` changed.
fn changed(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 1;
    bytes
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    [&[0xFF, marker][..], &(content.len() as u16 + 2).to_be_bytes(), content].concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let sum = checksum(&[name, content]).to_be_bytes();
    [&(content.len() as u32).to_be_bytes()[..], name, content, &sum].concat()
}

fn riff_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let pad = vec![0; content.len() % 2];
    [&name[..], &(content.len() as u32).to_le_bytes(), content, &pad].concat()
}

type Case = (&'static str, Format, Vec<u8>, &'static str);

/// A PNG with another header, its checksum right.
fn changed_header(bytes: &[u8], at: usize, value: u8) -> Vec<u8> {
    let mut header = bytes[16..29].to_vec();
    header[at - 16] = value;
    [&bytes[..8], &chunk(b"IHDR", &header), &bytes[IHDR_END..]].concat()
}

fn changed_by(bytes: &[u8], at: usize, bits: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= bits;
    bytes
}

#[test]
fn pub_4_pub_9_whatever_is_added_is_found() {
    let tables = [
        jpeg_additions::all(),
        png_additions::all(),
        webp_additions::all(),
        tiff_additions::all(),
        bmp_additions::all(),
        gif_additions::all(),
    ];
    let mut wrong = Vec::new();
    for (name, format, bytes, expected) in tables.into_iter().flatten() {
        let found = inspect(&bytes, format).err().unwrap_or_default();
        if !found.iter().any(|violation| violation.what == expected) {
            let found: Vec<String> = found.iter().map(Violation::to_string).collect();
            wrong.push(format!("{format:?}, {name}: {found:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pub_4_a_format_that_grata_never_writes_does_not_pass() {
    for format in [Format::Heic, Format::Avif] {
        assert!(inspect(b"", format).is_err());
    }
}

#[test]
fn violations_are_few_even_in_a_file_full_of_them() {
    let bytes = with(png(false, None), IHDR_END, &chunk(b"tEXt", b"Author\0canary").repeat(1000));
    assert_eq!(inspect(&bytes, Format::Png).unwrap_err().len(), 100);
}

#[test]
fn minimal_exif_is_read_back_by_an_exif_reader() {
    for orientation in Orientation::ALL {
        let segment = minimal_exif(orientation);
        let (exif, _) = exif::parse_exif(&segment[10..]).unwrap();
        assert_eq!(exif.len(), 1);
        assert_eq!(exif[0].value.get_uint(0), Some(u32::from(orientation.exif())));
    }
}

fn mutations() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Most changes fall on headers, where they matter.
    #[test]
    fn pub_4_hostile_bytes_never_panic(
        file in any::<prop::sample::Index>(), mutations in mutations(), head in any::<bool>(), cut in 0usize..400,
    ) {
        thread_local!(static GOOD: Vec<(&'static str, Format, Vec<u8>)> = good());
        let (format, mut bytes) = GOOD.with(|good| {
            let (_, format, bytes) = file.get(good);
            (*format, bytes.clone())
        });
        let reach = if head { bytes.len().min(200) } else { bytes.len() };
        for (at, value) in mutations {
            let at = at.index(reach);
            bytes[at] = value;
        }
        bytes.truncate(bytes.len() - bytes.len().min(cut.saturating_sub(200)));
        let _ = inspect(&bytes, format);
        let _ = inspect(bytes.get(cut..).unwrap_or_default(), format);
    }

    #[test]
    fn pub_4_random_bytes_never_pass(mut bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0usize..6) {
        const STARTS: [(Format, &[u8]); 6] = [
            (Format::Jpeg, b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            (Format::Png, b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"),
            (Format::WebP, b"RIFF\0\0\0\0WEBPVP8L"),
            (Format::Tiff, b"II*\0\x08\0\0\0"),
            (Format::Bmp, b"BM"),
            (Format::Gif, b"GIF89a"),
        ];
        let (format, start) = STARTS[start];
        bytes.splice(0..0, start.iter().copied());
        prop_assert!(inspect(&bytes, format).is_err());
    }
}
