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

/// A WebP with `more` at its end, its size put right.
fn webp_with(mut bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(more);
    let size = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&size);
    bytes
}

/// A PNG whose pixels stream has `more` behind its end.
fn png_with_longer_pixels(bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    let at = find(&bytes, b"IDAT") - 4;
    let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let content = [&bytes[at + 8..at + 8 + length], more].concat();
    [&bytes[..at], &chunk(b"IDAT", &content), &bytes[at + 12 + length..]].concat()
}

/// A JPEG with a minimal Exif that also has a second directory, for a thumbnail.
fn exif_with_thumbnail() -> Vec<u8> {
    let own = minimal_exif(Orientation::Turned90);
    let mut content = own[4..own.len() - 4].to_vec();
    content.extend([0, 0, 0, 26]);
    content.extend(b"\0\0\0\0\0\0\xFF\xD8thumbnail\xFF\xD9");
    segment(0xE1, &content)
}

type Case = (&'static str, Format, Vec<u8>, &'static str);

fn jpeg_additions() -> Vec<Case> {
    let add = |content: &[u8]| with(jpeg(false, false, None), JFIF_END, content);
    let app = |number: u8, content: &[u8]| add(&segment(0xE0 + number, content));
    let photo = jpeg(false, true, Some(p3()));
    let icc = find(&photo, b"ICC_PROFILE");
    let first_scan = find(&photo, &[0xFF, 0xDA]);
    let second_scan = first_scan + 2 + find(&photo[first_scan + 2..], &[0xFF, 0xDA]);
    let mut thumbnail = photo.clone();
    thumbnail.splice(2..JFIF_END, segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01abc"));
    let foreign_exif = "Exif or XMP that is not ours";
    let foreign_app = "an application segment that is not on the list";
    let foreign_profile = "an APP2 segment that is not one of our profiles";
    vec![
        ("Exif", Format::Jpeg, app(1, b"Exif\0\0II*\0\x08\0\0\0canary"), foreign_exif),
        ("Exif thumbnail", Format::Jpeg, add(&exif_with_thumbnail()), foreign_exif),
        ("XMP", Format::Jpeg, app(1, b"http://ns.adobe.com/xap/1.0/\0canary"), foreign_exif),
        ("extended XMP", Format::Jpeg, app(1, b"http://ns.adobe.com/xmp/extension/\0x"), foreign_exif),
        (
            "second Exif",
            Format::Jpeg,
            with(oriented_jpeg(), JFIF_END, &minimal_exif(Orientation::Turned90)),
            "a second APP1 segment",
        ),
        ("MPF", Format::Jpeg, app(2, b"MPF\0II*\0\x08\0\0\0"), foreign_profile),
        ("changed profile", Format::Jpeg, changed(photo.clone(), icc + 60), foreign_profile),
        ("profile of two parts", Format::Jpeg, changed(photo.clone(), icc + 13), foreign_profile),
        (
            "second profile",
            Format::Jpeg,
            with(photo.clone(), JFIF_END, &segment(0xE2, b"x")),
            "a second APP2 segment",
        ),
        ("IPTC", Format::Jpeg, app(13, b"Photoshop 3.0\x008BIM\x04\x04canary"), foreign_app),
        ("JUMBF", Format::Jpeg, app(11, b"JP\0\x01canary"), foreign_app),
        ("comment", Format::Jpeg, add(&segment(0xFE, b"canary")), "a comment"),
        (
            "JFIF thumbnail",
            Format::Jpeg,
            thumbnail,
            "JFIF with a thumbnail or a resolution, or its extension",
        ),
        ("JFXX", Format::Jpeg, app(0, b"JFXX\0\x10\xFF\xD8\xFF\xD9"), "JFIF or Adobe, not in first place"),
        ("trailer", Format::Jpeg, with_end(photo.clone(), b"canary"), "bytes behind the end of the picture"),
        (
            "second picture",
            Format::Jpeg,
            with_end(photo.clone(), &photo),
            "bytes behind the end of the picture",
        ),
        ("picture in picture", Format::Jpeg, add(&photo), "a second start of a picture"),
        ("restart interval", Format::Jpeg, add(&segment(0xDD, &[0, 4])), "a restart interval"),
        ("restart", Format::Jpeg, with(photo.clone(), second_scan, &[0xFF, 0xD0]), "a restart marker"),
        (
            "DNL",
            Format::Jpeg,
            with(photo.clone(), second_scan, &segment(0xDC, &[0, 9])),
            "a segment between scans",
        ),
        (
            "late comment",
            Format::Jpeg,
            with(photo.clone(), second_scan, &segment(0xFE, b"c")),
            "a segment between scans",
        ),
        ("unused table", Format::Jpeg, add(&segment(0xDB, &[0; 65])), "a quantisation table too many"),
        ("unused codes", Format::Jpeg, add(&segment(0xC4, &[0; 17])), "a Huffman table too many"),
        ("bytes", Format::Jpeg, add(b"canary"), "bytes between segments"),
        ("fill bytes", Format::Jpeg, add(&[0xFF; 5]), "a marker that is not on the list"),
        ("cut off", Format::Jpeg, photo[..photo.len() - 2].to_vec(), "a part that ends too early"),
        (
            "no Adobe",
            Format::Jpeg,
            [&[0xFF, 0xD8], &photo[JFIF_END..]].concat(),
            "JFIF or Adobe, not in first place",
        ),
    ]
}

fn png_additions() -> Vec<Case> {
    let add = |name, content: &[u8]| with(png(false, None), IHDR_END, &chunk(name, content));
    let end = |content: &[u8]| with_end(png(false, None), content);
    let late = |name, content: &[u8]| {
        let bytes = png(true, None);
        let at = bytes.len() - 12;
        with(bytes, at, &chunk(name, content))
    };
    let foreign = "a chunk that is not on the list, or not in its place";
    let mut own = p3().to_vec();
    let good = png(false, Some(Box::leak(own.clone().into_boxed_slice())));
    own[60] ^= 1;
    let changed_profile = png(false, Some(Box::leak(own.into_boxed_slice())));
    let name = find(&good, b"iCCP") + 4;
    let frame = [&b"\0\0\0\0"[..], &noise(40, 256)].concat();
    vec![
        ("tEXt", Format::Png, add(b"tEXt", b"Author\0canary"), foreign),
        ("zTXt", Format::Png, add(b"zTXt", b"Author\0\0x"), foreign),
        ("iTXt (XMP)", Format::Png, add(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0canary"), foreign),
        ("text behind the pixels", Format::Png, late(b"tEXt", b"Author\0canary"), foreign),
        ("eXIf", Format::Png, add(b"eXIf", b"II*\0canary"), foreign),
        ("tIME", Format::Png, add(b"tIME", &[7, 0xEA, 1, 2, 3, 4, 5]), foreign),
        ("pHYs", Format::Png, add(b"pHYs", &[0, 0, 1, 0, 0, 0, 1, 0, 1]), foreign),
        ("private", Format::Png, add(b"caNy", b"canary"), foreign),
        ("palette", Format::Png, add(b"PLTE", b"canary"), foreign),
        ("C2PA", Format::Png, add(b"caBX", b"canary"), foreign),
        ("second frame", Format::Png, late(b"fdAT", &frame), foreign),
        ("second header", Format::Png, add(b"IHDR", &[0; 13]), foreign),
        ("sRGB and profile", Format::Png, with(good.clone(), IHDR_END, &chunk(b"sRGB", &[0])), foreign),
        ("changed profile", Format::Png, changed_profile, "a profile that is not ours"),
        ("name of the profile", Format::Png, changed(good.clone(), name), "a profile that is not ours"),
        ("trailer", Format::Png, end(b"canary"), "bytes behind the end of the picture"),
        ("second picture", Format::Png, end(&good), "bytes behind the end of the picture"),
        ("end with content", Format::Png, add(b"IEND", b"canary"), "an end with content"),
        ("checksum", Format::Png, changed(good.clone(), good.len() - 1), "a chunk with a wrong checksum"),
        (
            "behind the pixels",
            Format::Png,
            png_with_longer_pixels(good.clone(), b"canary"),
            "bytes behind compressed data",
        ),
        ("alpha", Format::Png, changed_header(&good, 25, 6), "alpha or a palette"),
        (
            "more rows than said",
            Format::Png,
            changed_header(&good, 23, HEIGHT as u8 - 1),
            "more compressed data than the picture has pixels",
        ),
        (
            "fewer rows than said",
            Format::Png,
            changed_header(&good, 23, HEIGHT as u8 + 1),
            "an end before all pixels",
        ),
    ]
}

/// A PNG with another header, its checksum right.
fn changed_header(bytes: &[u8], at: usize, value: u8) -> Vec<u8> {
    let mut header = bytes[16..29].to_vec();
    header[at - 16] = value;
    [&bytes[..8], &chunk(b"IHDR", &header), &bytes[IHDR_END..]].concat()
}

fn webp_additions() -> Vec<Case> {
    let good = webp(Some(p3()));
    let add = |name, content: &[u8]| webp_with(good.clone(), &riff_chunk(name, content));
    let foreign = "a chunk that is not on the list";
    let mut odd = webp(None);
    let frame = odd[20..].to_vec();
    let odd_frame = if frame.len() % 2 == 1 { frame } else { [frame, vec![0]].concat() };
    odd.truncate(12);
    odd.extend(riff_chunk(b"VP8L", &odd_frame));
    *odd.last_mut().unwrap() = 7;
    let mut alpha = webp(None);
    alpha[24] |= 0x10;
    vec![
        ("Exif", Format::WebP, add(b"EXIF", b"II*\0canary"), foreign),
        ("XMP", Format::WebP, add(b"XMP ", b"canary"), foreign),
        ("private", Format::WebP, add(b"cana", b"canary"), foreign),
        ("animation", Format::WebP, add(b"ANMF", b"canary"), foreign),
        ("second picture", Format::WebP, add(b"VP8L", &good[20..]), foreign),
        ("trailer", Format::WebP, with_end(good.clone(), b"canary"), "a size that is not that of the file"),
        ("size", Format::WebP, changed(good.clone(), 4), "a size that is not that of the file"),
        (
            "changed profile",
            Format::WebP,
            changed(good.clone(), 38 + 60),
            "no profile of ours where it should stand",
        ),
        ("Exif flag", Format::WebP, changed_by(&good, 20, 8), "a header that announces more than a profile"),
        (
            "alpha flag",
            Format::WebP,
            changed_by(&good, 20, 16),
            "a header that announces more than a profile",
        ),
        ("reserved", Format::WebP, changed(good.clone(), 22), "a header that announces more than a profile"),
        ("canvas", Format::WebP, changed(good.clone(), 24), "a canvas larger than its picture"),
        ("padding", Format::WebP, webp_with(odd, b""), "padding that is not zero"),
        ("alpha", Format::WebP, alpha, "alpha"),
    ]
}

fn changed_by(bytes: &[u8], at: usize, bits: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= bits;
    bytes
}

fn tiff_additions() -> Vec<Case> {
    let foreign = "a tag of a type that is not on the list";
    let text = |tag, text| tiff(true, p3(), &[(tag, text)], 1);
    let mut changed_icc = p3().to_vec();
    changed_icc[60] ^= 1;
    let good = tiff(true, p3(), &[], 1);
    // The tag of the software would come here, had grata written one: 296, the resolution unit.
    let unit = find(&good, &[0x28, 0x01, 3, 0]);
    let mut private = good.clone();
    private[unit] = 0x29;
    let start = u32::from_le_bytes(good[4..8].try_into().unwrap()) as usize;
    let moved = {
        let mut bytes = with(good.clone(), start, &[0; 16]);
        bytes[4..8].copy_from_slice(&(start as u32 + 16).to_le_bytes());
        bytes
    };
    vec![
        ("description", Format::Tiff, text(Tag::ImageDescription, "canary"), foreign),
        ("software", Format::Tiff, text(Tag::Software, "canary"), foreign),
        ("artist", Format::Tiff, text(Tag::Artist, "canary"), foreign),
        ("XMP", Format::Tiff, text(Tag::Unknown(700), "canary"), foreign),
        ("page number", Format::Tiff, private, "a tag that is not on the list"),
        ("resolution", Format::Tiff, changed(good.clone(), unit + 8), "a tag with an unusual value"),
        ("behind a value", Format::Tiff, changed(good.clone(), unit + 11), "a value with more behind it"),
        ("second page", Format::Tiff, tiff(true, p3(), &[], 2), "a second page"),
        ("changed profile", Format::Tiff, tiff(true, &changed_icc, &[], 1), "a tag with an unusual value"),
        ("trailer", Format::Tiff, with_end(good.clone(), b"canary"), "bytes that belong to nothing"),
        ("one byte behind", Format::Tiff, with_end(good.clone(), b"c"), "bytes that belong to nothing"),
        ("gap", Format::Tiff, moved, "bytes that belong to nothing"),
        ("picture behind", Format::Tiff, with_end(good.clone(), &good), "bytes that belong to nothing"),
    ]
}

fn bmp_additions() -> Vec<Case> {
    let good = bmp();
    let mut gap = with(good.clone(), 54, b"canary");
    gap[10] += 6;
    gap[2..6].copy_from_slice(&(good.len() as u32 + 6).to_le_bytes());
    let mut longer = with_end(good.clone(), b"canary");
    longer[2..6].copy_from_slice(&(good.len() as u32 + 6).to_le_bytes());
    vec![
        ("trailer", Format::Bmp, with_end(good.clone(), b"canary"), "a size that is not that of the file"),
        ("trailer within the size", Format::Bmp, longer, "more or fewer bytes than the pixels have"),
        ("gap", Format::Bmp, gap, "a gap before the pixels"),
        (
            "profile",
            Format::Bmp,
            changed_by(&good, 14, 40 ^ 124),
            "a header of another length, which may hold a profile",
        ),
        ("reserved", Format::Bmp, changed(good.clone(), 6), "reserved bytes that are not zero"),
        ("resolution", Format::Bmp, changed(good.clone(), 38), "a resolution or a palette"),
        ("padding", Format::Bmp, changed(good.clone(), 54 + WIDTH as usize * 3), "padding that is not zero"),
    ]
}

fn gif_additions() -> Vec<Case> {
    let good = gif(3);
    let end = good.len() - 1;
    let picture = 13 + 12;
    let foreign = "an extension that is not on the list";
    let frame = good[picture..end].to_vec();
    vec![
        ("comment", Format::Gif, with(good.clone(), picture, b"\x21\xFE\x06canary\0"), foreign),
        ("late comment", Format::Gif, with(good.clone(), end, b"\x21\xFE\x06canary\0"), foreign),
        ("XMP", Format::Gif, with(good.clone(), picture, b"\x21\xFF\x0BXMP DataXMP\x06canary\0"), foreign),
        (
            "text",
            Format::Gif,
            with(good.clone(), picture, b"\x21\x01\x0C\0\0\0\0\0\0\0\0\0\0\0\0\x01c\0"),
            foreign,
        ),
        ("second control", Format::Gif, with(good.clone(), picture, b"\x21\xF9\x04\0\0\0\0\0"), foreign),
        ("second picture", Format::Gif, with(good.clone(), end, &frame[8..]), "a second picture"),
        ("transparency", Format::Gif, changed(good.clone(), picture + 3), "transparency, a delay or more"),
        ("delay", Format::Gif, changed(good.clone(), picture + 4), "transparency, a delay or more"),
        ("trailer", Format::Gif, with_end(good.clone(), b"canary"), "bytes behind the end of the picture"),
        ("unused colour", Format::Gif, changed(good.clone(), 13 + 9), "a colour that no pixel has"),
        (
            "behind the pixels",
            Format::Gif,
            with(good.clone(), end - 1, b"\x06canary"),
            "bytes behind compressed pixels",
        ),
        ("larger screen", Format::Gif, changed(good.clone(), 6), "a picture that does not fill the screen"),
    ]
}

#[test]
fn pub_4_pub_9_whatever_is_added_is_found() {
    let tables = [
        jpeg_additions(),
        png_additions(),
        webp_additions(),
        tiff_additions(),
        bmp_additions(),
        gif_additions(),
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
