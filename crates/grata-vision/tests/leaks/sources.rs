//! Pictures with a canary in every place where a file can hold more than its pixels.

mod exif;

use std::borrow::Cow;

use grata_vision::colour::ColourProfile;
use grata_vision::decode::Format;

use exif::{Tag, Value, directory, exif};

/// Nine bytes, so that it is also three colours.
pub const CANARY: &str = "kAnArY42x";

pub struct Source {
    pub name: &'static str,
    pub format: Format,
    pub bytes: Vec<u8>,
}

const WIDTH: u16 = 48;
const HEIGHT: u16 = 40;
const XMP: &str = "http://ns.adobe.com/xap/1.0/";

/// One source for each format and channel.
pub fn all() -> Vec<Source> {
    let formats = [
        (Format::Jpeg, jpeg_sources()),
        (Format::Png, png_sources()),
        (Format::Gif, gif_sources()),
        (Format::Tiff, tiff_sources()),
        (Format::WebP, webp_sources()),
        (Format::Bmp, bmp_sources()),
    ];
    let source = |format| move |(name, bytes)| Source { name, format, bytes };
    formats.into_iter().flat_map(|(format, sources)| sources.into_iter().map(source(format))).collect()
}

/// The same pictures without a canary.
pub fn plain() -> Vec<Source> {
    let plain = [
        ("JPEG", Format::Jpeg, jpeg()),
        ("PNG", Format::Png, png(&[], &[])),
        ("GIF", Format::Gif, gif(&[], &[])),
        ("TIFF", Format::Tiff, tiff(vec![])),
        ("WebP", Format::WebP, webp(0, &[])),
        ("BMP", Format::Bmp, bmp()),
    ];
    plain.into_iter().map(|(name, format, bytes)| Source { name, format, bytes }).collect()
}

type Named = Vec<(&'static str, Vec<u8>)>;

fn canary() -> Vec<u8> {
    CANARY.as_bytes().to_vec()
}

fn after(start: &[u8]) -> Vec<u8> {
    [start, CANARY.as_bytes()].concat()
}

fn pixels() -> Vec<u8> {
    let pixel = |x: u16, y: u16| [x as u8 * 5, y as u8 * 6, (x ^ y) as u8 * 3];
    (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| pixel(x, y))).collect()
}

/// Display P3 under the canary's name, which is told by what it does and written from our own copy.
fn named_profile() -> Vec<u8> {
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let mut icc = ColourProfile::DisplayP3.icc_bytes().unwrap().to_vec();
    let name = utf16("Display P3");
    let at = icc.windows(name.len()).position(|window| window == name).unwrap();
    icc[at..at + 18].copy_from_slice(&utf16(CANARY));
    icc
}

// JPEG

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(&pixels(), WIDTH, HEIGHT, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    [&[0xFF, marker][..], &(content.len() as u16 + 2).to_be_bytes(), content].concat()
}

/// A whole JPEG that says the canary: as thumbnails, depth maps and originals within others do.
fn jpeg_with_comment() -> Vec<u8> {
    with(jpeg(), 20, &segment(0xFE, &canary()))
}

fn with(mut bytes: Vec<u8>, at: usize, more: &[u8]) -> Vec<u8> {
    bytes.splice(at..at, more.iter().copied());
    bytes
}

fn jpeg_sources() -> Named {
    let app = |number: u8, content: &[u8]| with(jpeg(), 20, &segment(0xE0 + number, content));
    let exif = |tags, more, thumbnail| app(1, &[&b"Exif\0\0"[..], &exif(tags, more, thumbnail)].concat());
    let behind = |more: &[u8]| [&jpeg(), more].concat();
    // A digest of the whole, its length, where this part begins.
    let extended_xmp =
        [&b"http://ns.adobe.com/xmp/extension/\0"[..], &[b'0'; 32], &[0, 0, 0, 9, 0, 0, 0, 0]].concat();
    let mut jfif = jpeg();
    jfif.splice(2..20, segment(0xE0, &after(b"JFIF\0\x01\x02\0\0\x01\0\x01\x03\x01")));
    let mut sources: Named =
        exif_tags().into_iter().map(|(name, tags, more)| (name, exif(tags, more, None))).collect();
    sources.extend([
        ("Exif thumbnail", exif(vec![], vec![], Some(jpeg_with_comment()))),
        ("XMP", app(1, &after(format!("{XMP}\0").as_bytes()))),
        ("extended XMP", app(1, &after(&extended_xmp))),
        ("IPTC", app(13, &after(b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0E\x1C\x02\x50\0\x09"))),
        ("comment", jpeg_with_comment()),
        ("MPF segment", app(2, &after(b"MPF\0II*\0\x08\0\0\0"))),
        ("MPF picture", behind(&jpeg_with_comment())),
        ("profile", app(2, &[b"ICC_PROFILE\0\x01\x01", &named_profile()[..]].concat())),
        ("JFIF thumbnail", jfif),
        ("JFXX thumbnail", app(0, &[b"JFXX\0\x10", &jpeg_with_comment()[..]].concat())),
        ("JUMBF", app(11, &after(b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb"))),
        ("maker's segment", app(4, &canary())),
        ("motion photo", behind(&after(b"\0\0\0\x18ftypmp42"))),
    ]);
    sources
}

/// Tags of the first directory, and of the Exif or GPS directory under it.
fn exif_tags() -> Vec<(&'static str, Vec<Tag>, Vec<Tag>)> {
    let text = || Value::Text(CANARY.into());
    let wide = || Value::Bytes(CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let gps = |tag, value| vec![Tag(0x8825, Value::Directory(vec![Tag(tag, value)]))];
    let degrees = || {
        let padded = [CANARY.as_bytes(), &[1; 15]].concat();
        Value::Rational(padded.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect())
    };
    let raw = || Value::Bytes(canary());
    let first = |name, tag, value| (name, vec![Tag(tag, value)], vec![]);
    let camera = |name, tag, value| (name, vec![], vec![Tag(tag, value)]);
    vec![
        first("description", 0x010E, text()),
        first("maker", 0x010F, text()),
        first("model", 0x0110, text()),
        first("software", 0x0131, text()),
        first("time", 0x0132, text()),
        first("artist", 0x013B, text()),
        first("copyright", 0x8298, text()),
        first("title for Windows", 0x9C9B, wide()),
        first("author for Windows", 0x9C9D, wide()),
        camera("time of the photo", 0x9003, text()),
        camera("maker's note", 0x927C, raw()),
        camera("user's comment", 0x9286, raw()),
        camera("owner", 0xA430, text()),
        camera("serial number", 0xA431, text()),
        camera("serial number of the lens", 0xA435, text()),
        camera("identifier", 0xA420, text()),
        ("GPS method", gps(0x001B, raw()), vec![]),
        ("GPS time", gps(0x001D, text()), vec![]),
        ("GPS area, turned", [gps(0x001C, raw()), vec![Tag(0x0112, Value::Short(vec![6]))]].concat(), vec![]),
        ("GPS place", gps(0x0002, degrees()), vec![]),
    ]
}

// PNG

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut sum = u32::MAX;
    for byte in name.iter().chain(content) {
        sum ^= u32::from(*byte);
        (0..8).for_each(|_| sum = if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 });
    }
    [&(content.len() as u32).to_be_bytes()[..], name, content, &(!sum).to_be_bytes()].concat()
}

/// Chunks before and behind the pixels.
fn png(before: &[u8], behind: &[u8]) -> Vec<u8> {
    png_of(2, &pixels(), before, behind)
}

fn png_of(colours: u8, samples: &[u8], before: &[u8], behind: &[u8]) -> Vec<u8> {
    let mut header = vec![0, 0, 0, WIDTH as u8, 0, 0, 0, HEIGHT as u8, 8, colours, 0, 0, 0];
    header = chunk(b"IHDR", &header);
    let rows = samples.chunks(samples.len() / usize::from(HEIGHT));
    let filtered: Vec<u8> = rows.flat_map(|row| [&[0], row].concat()).collect();
    let pixels = chunk(b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&filtered, 6));
    let end = chunk(b"IEND", b"");
    [&b"\x89PNG\r\n\x1A\n"[..], &header, before, &pixels, behind, &end].concat()
}

fn png_sources() -> Named {
    let before = |name, content: &[u8]| png(&chunk(name, content), &[]);
    let deflated = |start: &[u8], content: &[u8]| {
        [start, &miniz_oxide::deflate::compress_to_vec_zlib(content, 6)].concat()
    };
    let transparent: Vec<u8> = CANARY.as_bytes().repeat(WIDTH as usize * HEIGHT as usize / 3);
    let transparent: Vec<u8> = transparent.chunks(3).flat_map(|colour| [colour, &[0]].concat()).collect();
    let palette = chunk(b"PLTE", &[&[9, 9, 9, 200, 0, 0][..], CANARY.as_bytes()].concat());
    let indices: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| u8::from(at % 7 == 0)).collect();
    let exif = exif(vec![Tag(0x013B, Value::Text(CANARY.into()))], vec![], None);
    vec![
        ("tEXt", before(b"tEXt", &after(b"Author\0"))),
        ("tEXt behind the pixels", png(&[], &chunk(b"tEXt", &after(b"Author\0")))),
        ("zTXt", before(b"zTXt", &deflated(b"Author\0\0", &canary()))),
        ("iTXt", before(b"iTXt", &after(b"XML:com.adobe.xmp\0\0\0\0\0"))),
        ("iTXt, compressed", before(b"iTXt", &deflated(b"Author\0\x01\0\0\0", &canary()))),
        ("eXIf", before(b"eXIf", &exif)),
        (
            "tIME and text",
            png(&[chunk(b"tIME", &[7, 234, 1, 2, 3, 4, 5]), chunk(b"tEXt", &after(b"a\0"))].concat(), &[]),
        ),
        ("private chunk", before(b"caNy", &canary())),
        ("C2PA", before(b"caBX", &canary())),
        ("profile", before(b"iCCP", &deflated(b"profile\0\0", &named_profile()))),
        (
            "name of the profile",
            before(b"iCCP", &deflated(&[CANARY.as_bytes(), &[0, 0]].concat(), &named_profile())),
        ),
        ("trailer", [png(&[], &[]), canary()].concat()),
        ("rest of a larger file", [png(&[], &[]), png(&chunk(b"tEXt", &after(b"a\0")), &[])].concat()),
        ("unused colour", png_of(3, &indices, &palette, &[])),
        ("under transparency", png_of(6, &transparent, &[], &[])),
    ]
}

// GIF

fn gif(before: &[u8], behind: &[u8]) -> Vec<u8> {
    let mut encoder =
        gif::Encoder::new(Vec::new(), WIDTH, HEIGHT, &[10, 10, 10, 200, 90, 40, 0, 0, 250]).unwrap();
    encoder.write_frame(&frame()).unwrap();
    let bytes = encoder.into_inner().unwrap();
    let (start, end) = (13 + 12, bytes.len() - 1);
    [&bytes[..start], before, &bytes[start..end], behind, &bytes[end..]].concat()
}

fn frame() -> gif::Frame<'static> {
    let indices: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| (at % 3) as u8).collect();
    gif::Frame { buffer: Cow::Owned(indices), width: WIDTH, height: HEIGHT, ..gif::Frame::default() }
}

fn second_frame() -> Vec<u8> {
    let mut encoder = gif::Encoder::new(Vec::new(), WIDTH, HEIGHT, &[]).unwrap();
    encoder.write_frame(&gif::Frame { palette: Some(canary()), ..frame() }).unwrap();
    let bytes = encoder.into_inner().unwrap();
    bytes[13 + 6..bytes.len() - 1].to_vec()
}

fn gif_sources() -> Named {
    let mut unused = gif(&[], &[]);
    unused[10] |= 7;
    unused.splice(13 + 9..13 + 12, canary().into_iter().chain([0; 768 - 18]));
    vec![
        ("comment", gif(&[b"\x21\xFE\x09", CANARY.as_bytes(), b"\0"].concat(), &[])),
        ("late comment", gif(&[], &[b"\x21\xFE\x09", CANARY.as_bytes(), b"\0"].concat())),
        ("XMP", gif(&[b"\x21\xFF\x0BXMP DataXMP\x09", CANARY.as_bytes(), b"\0"].concat(), &[])),
        ("second frame", gif(&[], &second_frame())),
        ("unused colour", unused),
        ("trailer", [gif(&[], &[]), canary()].concat()),
    ]
}

// TIFF

fn page(more: Vec<Tag>) -> Vec<Tag> {
    let short = |tag, value| Tag(tag, Value::Short(vec![value]));
    let mut tags = vec![
        short(256, WIDTH),
        short(257, HEIGHT),
        Tag(258, Value::Short(vec![8; 3])),
        short(259, 8),
        short(262, 2),
        Tag(273, Value::Elsewhere(strip())),
        short(277, 3),
        short(278, HEIGHT),
        Tag(279, Value::Long(vec![strip().len() as u32])),
    ];
    tags.extend(more);
    tags.sort_by_key(|tag| tag.0);
    tags
}

fn strip() -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(&pixels(), 6)
}

fn tiff(more: Vec<Tag>) -> Vec<u8> {
    [&b"II*\0\x08\0\0\0"[..], &directory(&page(more), 8, 0)].concat()
}

fn tiff_sources() -> Named {
    let text = |tag| tiff(vec![Tag(tag, Value::Text(CANARY.into()))]);
    let raw = |tag| tiff(vec![Tag(tag, Value::Bytes(canary()))]);
    let nested =
        |tag, inner| tiff(vec![Tag(tag, Value::Directory(vec![Tag(inner, Value::Text(CANARY.into()))]))]);
    let second = 8 + directory(&page(vec![]), 8, 0).len() as u32;
    let pages = [
        &b"II*\0\x08\0\0\0"[..],
        &directory(&page(vec![]), 8, second),
        &directory(&page(vec![Tag(270, Value::Text(CANARY.into()))]), second, 0),
    ];
    let gap = [&b"II*\0\x14\0\0\0"[..], &after(b"\0\0\0"), &directory(&page(vec![]), 20, 0)];
    vec![
        ("description", text(270)),
        ("software", text(305)),
        ("time", text(306)),
        ("artist", text(315)),
        ("computer", text(316)),
        ("copyright", text(33432)),
        ("XMP", raw(700)),
        ("IPTC", raw(33723)),
        ("Photoshop", raw(34377)),
        ("private", raw(42016)),
        ("profile", tiff(vec![Tag(34675, Value::Bytes(named_profile()))])),
        ("Exif", nested(34665, 0xA431)),
        ("GPS", nested(34853, 0x001D)),
        ("second page", pages.concat()),
        ("gap", gap.concat()),
        ("trailer", [tiff(vec![]), canary()].concat()),
    ]
}

// WebP

fn riff_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let pad = vec![0; content.len() % 2];
    [&name[..], &(content.len() as u32).to_le_bytes(), content, &pad].concat()
}

/// An extended file with `flags` and the `more` chunks; a profile comes before the picture.
fn webp(flags: u8, more: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut simple = Vec::new();
    image_webp::WebPEncoder::new(&mut simple)
        .encode(&pixels(), WIDTH.into(), HEIGHT.into(), image_webp::ColorType::Rgb8)
        .unwrap();
    let header = [flags, 0, 0, 0, WIDTH as u8 - 1, 0, 0, HEIGHT as u8 - 1, 0, 0];
    let mut body = [&b"WEBP"[..], &riff_chunk(b"VP8X", &header)].concat();
    let (profile, others): (Vec<_>, Vec<_>) = more.iter().partition(|(name, _)| *name == b"ICCP");
    profile.iter().for_each(|(name, content)| body.extend(riff_chunk(name, content)));
    body.extend_from_slice(&simple[12..]);
    others.iter().for_each(|(name, content)| body.extend(riff_chunk(name, content)));
    riff_chunk(b"RIFF", &body)
}

fn webp_sources() -> Named {
    let exif = exif(vec![Tag(0x013B, Value::Text(CANARY.into()))], vec![], None);
    vec![
        ("Exif", webp(8, &[(b"EXIF", exif)])),
        ("XMP", webp(4, &[(b"XMP ", after(XMP.as_bytes()))])),
        ("profile", webp(0x20, &[(b"ICCP", named_profile())])),
        ("unknown chunk", webp(0, &[(b"cana", canary())])),
        ("trailer", [webp(0, &[]), canary()].concat()),
    ]
}

// BMP

fn bmp() -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::bmp::BmpEncoder::new(&mut bytes)
        .encode(&pixels(), WIDTH.into(), HEIGHT.into(), image::ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

fn bmp_sources() -> Named {
    let mut gap = with(bmp(), 54, &canary());
    let length = gap.len() as u32;
    gap[2..6].copy_from_slice(&length.to_le_bytes());
    gap[10] += CANARY.len() as u8;
    vec![("gap", gap), ("trailer", [bmp(), canary()].concat())]
}
