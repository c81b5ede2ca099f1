//! Files are read back by decoders and walked part by part.

use super::*;
use crate::decode;

const SIZES: [Size; 6] = [
    Size::new(1, 1),
    Size::new(1, 17),
    Size::new(17, 1),
    Size::new(8, 8),
    Size::new(33, 19),
    Size::new(130, 67),
];
const FORMATS: [Format; 6] =
    [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff, Format::Bmp, Format::Gif];
const WITH_PROFILE: [Format; 4] = [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff];

/// Smooth, coloured, at most 256 colours.
fn picture(size: Size) -> Frame {
    let mut frame = Frame::filled(size, [0; 3]);
    for y in 0..size.height {
        for x in 0..size.width {
            let (x8, y8) = ((x * 16 / size.width) as u8, (y * 16 / size.height) as u8);
            frame.set_pixel(x, y, [60 + x8 * 8, 50 + y8 * 9, 200 - x8 * 5]);
        }
    }
    frame
}

fn grey_picture(size: Size) -> Frame {
    let grey = picture(size).rgb().chunks_exact(3).flat_map(|pixel| [pixel[0]; 3]).collect();
    Frame::from_rgb(size, grey).unwrap()
}

fn decoded(frame: Frame, format: Format, profile: ColourProfile, quality: Quality) -> Decoded {
    Decoded { frame, format, profile, quality, notes: vec!["a note".into()], bleed: 0 }
}

fn plain(frame: Frame, format: Format) -> Decoded {
    decoded(frame, format, ColourProfile::Unstated, Quality::Lossless)
}

/// By our own strict decoder, which notes whatever it had to change.
fn read_back(bytes: &[u8], format: Format) -> Frame {
    if format == Format::Jpeg {
        return read_jpeg(bytes);
    }
    let back = decode::decode(bytes, &decode::Limits::default()).unwrap();
    assert_eq!((back.format, back.notes), (format, Vec::new()));
    back.frame
}

fn read_jpeg(bytes: &[u8]) -> Frame {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let rgb = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => samples.iter().flat_map(|grey| [*grey; 3]).collect(),
        jpeg_decoder::PixelFormat::RGB24 => samples,
        other => panic!("{other:?}"),
    };
    Frame::from_rgb(Size::new(info.width.into(), info.height.into()), rgb).unwrap()
}

fn mean_difference(a: &Frame, b: &Frame) -> f64 {
    let sum: u64 = a.rgb().iter().zip(b.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.rgb().len() as f64
}

#[test]
fn lossless_formats_keep_every_pixel() {
    for format in [Format::Png, Format::WebP, Format::Tiff, Format::Bmp, Format::Gif] {
        for size in SIZES {
            for frame in [picture(size), grey_picture(size)] {
                let (bytes, written) = encode(&plain(frame.clone(), format)).unwrap();
                assert_eq!(written, format);
                assert!(read_back(&bytes, format) == frame, "{format:?} {size:?}");
            }
        }
    }
}

#[test]
fn lossy_formats_keep_the_look() {
    for format in [Format::Jpeg, Format::WebP] {
        for profile in [ColourProfile::Unstated, ColourProfile::AdobeRgb] {
            for size in SIZES {
                let frame = picture(size);
                let (bytes, written) =
                    encode(&decoded(frame.clone(), format, profile, Quality::Lossy)).unwrap();
                assert_eq!(written, format);
                let back = read_back(&bytes, format);
                assert_eq!(back.size(), size);
                let difference = mean_difference(&frame, &back);
                // The smallest pictures are all edges, which halved chroma blurs.
                assert!(difference < 8.0, "{format:?} {size:?}: {difference}");
            }
        }
    }
}

#[test]
fn heic_and_avif_come_out_as_jpeg() {
    for format in [Format::Heic, Format::Avif] {
        let photo = decoded(picture(SIZES[4]), format, ColourProfile::DisplayP3, Quality::Lossy);
        let (bytes, written) = encode(&photo).unwrap();
        assert_eq!(written, Format::Jpeg);
        assert_eq!(profile_in(&bytes, written).as_deref(), ColourProfile::DisplayP3.icc_bytes());
    }
}

#[test]
fn a_jpeg_keeps_the_tables_and_subsampling_of_its_source() {
    for subsampling in [(1, 1), (2, 1), (1, 2), (2, 2)] {
        let luma: [u16; 64] = std::array::from_fn(|at| 1 + at as u16);
        let chroma: [u16; 64] = std::array::from_fn(|at| 300 - at as u16);
        let quality = Quality::Jpeg { luma: Box::new(luma), chroma: Box::new(chroma), subsampling };
        let photo = decoded(picture(SIZES[5]), Format::Jpeg, ColourProfile::Unstated, quality);
        let (bytes, _) = encode(&photo).unwrap();
        assert!(mean_difference(&photo.frame, &read_jpeg(&bytes)) < 12.0);
        let segments = jpeg_segments(&bytes);
        let tables: Vec<_> = segments.iter().filter(|(marker, _)| *marker == 0xDB).collect();
        assert_eq!(tables[0].1[1..], zigzag(&luma));
        assert_eq!(tables[1].1[1..], zigzag(&chroma));
        let frame = &segments.iter().find(|(marker, _)| *marker == 0xC0).unwrap().1;
        assert_eq!(frame[7], subsampling.0 << 4 | subsampling.1);
    }
}

/// A table as it stands in a file (T.81, figure A.6), entries cut to 255.
fn zigzag(table: &[u16; 64]) -> Vec<u8> {
    let mut cells: Vec<(usize, usize)> = (0..64).map(|at| (at / 8, at % 8)).collect();
    cells.sort_by_key(|(row, column)| {
        let diagonal = row + column;
        (diagonal, if diagonal % 2 == 0 { *column } else { *row })
    });
    cells.iter().map(|(row, column)| table[row * 8 + column].min(255) as u8).collect()
}

#[test]
fn grey_stays_grey() {
    for profile in [ColourProfile::Unstated, ColourProfile::Srgb, ColourProfile::DisplayP3] {
        let photo = |format| decoded(grey_picture(SIZES[4]), format, profile, Quality::Lossy);
        let (png, _) = encode(&photo(Format::Png)).unwrap();
        assert_eq!(png_chunks(&png)[0].1[9], 0, "colour type: grey");
        let (jpeg, _) = encode(&photo(Format::Jpeg)).unwrap();
        let frame = jpeg_segments(&jpeg).into_iter().find(|(marker, _)| *marker == 0xC0).unwrap();
        assert_eq!(frame.1[5], 1, "components");
        for (bytes, format) in [(png, Format::Png), (jpeg, Format::Jpeg)] {
            assert!(is_grey(read_back(&bytes, format).rgb()));
            assert_eq!(profile_in(&bytes, format), None);
        }
    }
}

#[test]
fn the_same_pixels_give_the_same_bytes() {
    for format in FORMATS {
        for quality in [Quality::Lossless, Quality::Lossy] {
            let photo = decoded(many_colours(), format, ColourProfile::AdobeRgb, quality);
            let mut other = photo.clone();
            other.notes = vec!["another note".into()];
            other.bleed = 7;
            assert!(encode(&photo).unwrap() == encode(&other).unwrap(), "{format:?}");
        }
    }
}

fn many_colours() -> Frame {
    let size = Size::new(97, 61);
    let rgb = (0..size.pixels() as u32 * 3).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    Frame::from_rgb(size, rgb.collect()).unwrap()
}

/// PUB-4: our own copy of the profile, byte for byte, and none where nothing was said.
#[test]
fn pub_4_the_profile_is_our_own_copy() {
    for format in WITH_PROFILE {
        for quality in [Quality::Lossless, Quality::Lossy] {
            for profile in [
                ColourProfile::Unstated,
                ColourProfile::Srgb,
                ColourProfile::DisplayP3,
                ColourProfile::AdobeRgb,
            ] {
                let photo = decoded(picture(SIZES[4]), format, profile, quality.clone());
                let (bytes, _) = encode(&photo).unwrap();
                let found = profile_in(&bytes, format);
                assert_eq!(found.as_deref(), profile.icc_bytes(), "{format:?} {profile:?}");
            }
        }
    }
}

#[test]
fn formats_without_a_profile_come_out_in_srgb() {
    for format in [Format::Gif, Format::Bmp] {
        for profile in ColourProfile::STATED {
            let frame = picture(SIZES[4]);
            let mut expected = frame.clone();
            if profile != ColourProfile::Srgb {
                rgb_to_srgb(profile.icc_bytes().unwrap(), expected.rgb_mut()).unwrap();
                assert!(expected != frame);
            }
            let (bytes, _) = encode(&decoded(frame, format, profile, Quality::Lossless)).unwrap();
            assert!(read_back(&bytes, format) == expected, "{format:?} {profile:?}");
        }
    }
}

#[test]
fn a_gif_of_many_colours_keeps_its_most_frequent_ones() {
    let mut frame = many_colours();
    for x in 0..97 {
        frame.set_pixel(x, 0, [1, 2, 3]);
    }
    let (bytes, _) = encode(&plain(frame, Format::Gif)).unwrap();
    let back = read_back(&bytes, Format::Gif);
    assert!((0..97).all(|x| back.pixel(x, 0) == [1, 2, 3]));
}

/// PUB-4, PUB-2: every part of every file is on this list, and nothing follows the end.
#[test]
fn pub_4_no_part_of_a_file_is_unexpected() {
    for frame in [picture(SIZES[5]), grey_picture(SIZES[5]), picture(SIZES[0])] {
        for profile in [ColourProfile::Unstated, ColourProfile::AdobeRgb] {
            for quality in [Quality::Lossless, Quality::Lossy] {
                let file =
                    |format| encode(&decoded(frame.clone(), format, profile, quality.clone())).unwrap().0;
                expect_jpeg(&file(Format::Jpeg));
                expect_png(&file(Format::Png));
                expect_webp(&file(Format::WebP));
                expect_tiff(&file(Format::Tiff));
                expect_gif(&file(Format::Gif));
                expect_bmp(&file(Format::Bmp), frame.size());
            }
        }
    }
}

fn expect_jpeg(bytes: &[u8]) {
    for (marker, content) in jpeg_segments(bytes) {
        match marker {
            // JFIF: version 1.2, square pixels of no stated size, no thumbnail.
            0xE0 => assert_eq!(content, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            0xE2 => assert!(content.starts_with(b"ICC_PROFILE\0\x01\x01")),
            0xC0 | 0xC4 | 0xDA | 0xDB => {}
            other => panic!("marker FF{other:02X}"),
        }
    }
}

/// Marker and content of all segments; panics unless the file ends right after EOI.
fn jpeg_segments(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    assert_eq!(bytes[..2], [0xFF, 0xD8]);
    let (mut segments, mut at) = (Vec::new(), 2);
    loop {
        assert_eq!(bytes[at], 0xFF);
        let marker = bytes[at + 1];
        if marker == 0xD9 {
            assert_eq!(at + 2, bytes.len(), "bytes after the end");
            return segments;
        }
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        segments.push((marker, bytes[at + 4..at + 2 + length].to_vec()));
        at += 2 + length;
        if marker == 0xDA {
            at += bytes[at..].windows(2).position(|pair| pair[0] == 0xFF && pair[1] != 0).unwrap();
        }
    }
}

fn expect_png(bytes: &[u8]) {
    let chunks = png_chunks(bytes);
    let mut names: Vec<&[u8; 4]> = chunks.iter().map(|(name, _)| name).collect();
    names.dedup();
    match names.as_slice() {
        [b"IHDR", b"IDAT", b"IEND"] => {}
        [b"IHDR", b"iCCP", b"IDAT", b"IEND"] => {}
        other => panic!("{other:?}"),
    }
}

fn png_chunks(bytes: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1A\n");
    let (mut chunks, mut at) = (Vec::new(), 8);
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let name = bytes[at + 4..at + 8].try_into().unwrap();
        chunks.push((name, bytes[at + 8..at + 8 + length].to_vec()));
        at += 12 + length;
    }
    chunks
}

fn expect_webp(bytes: &[u8]) {
    let chunks = riff_chunks(bytes);
    let names: Vec<&[u8; 4]> = chunks.iter().map(|(name, _)| name).collect();
    match names.as_slice() {
        [b"VP8 " | b"VP8L"] => {}
        [b"VP8X", b"ICCP", b"VP8 " | b"VP8L"] => {
            assert_eq!(chunks[0].1[..4], [0x20, 0, 0, 0], "flags: a profile, nothing else");
        }
        other => panic!("{other:?}"),
    }
}

fn riff_chunks(bytes: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    assert_eq!(bytes[..4], *b"RIFF");
    assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize + 8, bytes.len());
    assert_eq!(bytes[8..12], *b"WEBP");
    let (mut chunks, mut at) = (Vec::new(), 12);
    while at < bytes.len() {
        let name = bytes[at..at + 4].try_into().unwrap();
        let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        chunks.push((name, bytes[at + 8..at + 8 + length].to_vec()));
        at += 8 + length.next_multiple_of(2);
    }
    chunks
}

fn expect_tiff(bytes: &[u8]) {
    const ALLOWED: [u16; 15] = [256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 296, 317, 339, 34675];
    for (tag, ..) in tiff_entries(bytes) {
        assert!(ALLOWED.contains(&tag), "tag {tag}");
    }
}

/// Tag, type and content (where it does not fit the entry) of the only page.
fn tiff_entries(bytes: &[u8]) -> Vec<(u16, u16, Vec<u8>)> {
    assert_eq!(bytes[..4], *b"II\x2A\0", "these tests run on little-endian machines");
    let short = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
    let long = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let directory = long(4);
    let entries = usize::from(short(directory));
    assert_eq!(long(directory + 2 + entries * 12), 0, "one page");
    assert_eq!(directory + 6 + entries * 12, bytes.len(), "bytes after the directory");
    let entry = |at: usize| {
        let kind = short(at + 2);
        let length = long(at + 4) * [0, 1, 1, 2, 4, 8, 1, 1][usize::from(kind)];
        let content = if length > 4 { bytes[long(at + 8)..][..length].to_vec() } else { Vec::new() };
        (short(at), kind, content)
    };
    (0..entries).map(|number| entry(directory + 2 + number * 12)).collect()
}

fn expect_gif(bytes: &[u8]) {
    assert_eq!(bytes[..6], *b"GIF89a");
    let mut at = 13 + (3 << ((bytes[10] & 7) + 1));
    assert_eq!(bytes[at..at + 8], [0x21, 0xF9, 4, 4, 0, 0, 0, 0], "control: nothing set");
    at += 8;
    assert_eq!((bytes[at], bytes[at + 9]), (0x2C, 0), "one frame, without a palette of its own");
    at += 11;
    while bytes[at] != 0 {
        at += 1 + usize::from(bytes[at]);
    }
    assert_eq!(bytes[at + 1..], [0x3B]);
}

fn expect_bmp(bytes: &[u8], size: Size) {
    let row = (size.width as usize * 3).next_multiple_of(4);
    assert_eq!(bytes.len(), 54 + row * size.height as usize);
    assert_eq!(bytes[6..14], [0, 0, 0, 0, 54, 0, 0, 0], "nothing reserved, pixels at 54");
    assert_eq!(bytes[38..54], [0; 16], "no resolution");
}

fn profile_in(bytes: &[u8], format: Format) -> Option<Vec<u8>> {
    match format {
        Format::Jpeg => {
            let segment = jpeg_segments(bytes).into_iter().find(|(marker, _)| *marker == 0xE2)?;
            Some(segment.1[14..].to_vec())
        }
        Format::Png => {
            let chunk = png_chunks(bytes).into_iter().find(|(name, _)| name == b"iCCP")?;
            let name = chunk.1.iter().position(|byte| *byte == 0).unwrap();
            assert!(matches!(&chunk.1[..name], b"_" | b"icc"), "the profile's name is ours");
            let reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
            reader.info().icc_profile.as_deref().map(<[u8]>::to_vec)
        }
        Format::WebP => Some(riff_chunks(bytes).into_iter().find(|(name, _)| name == b"ICCP")?.1),
        Format::Tiff => {
            let (_, kind, content) = tiff_entries(bytes).into_iter().find(|(tag, ..)| *tag == 34675)?;
            assert_eq!(kind, 7, "UNDEFINED");
            Some(content)
        }
        Format::Bmp | Format::Gif | Format::Heic | Format::Avif => None,
    }
}

#[test]
fn a_picture_too_large_for_its_format_is_refused() {
    struct Case(Format, Size, bool);
    let cases = [
        Case(Format::Jpeg, Size::new(65_536, 1), false),
        Case(Format::Jpeg, Size::new(65_535, 1), true),
        Case(Format::Gif, Size::new(1, 65_536), false),
        Case(Format::Gif, Size::new(1, 65_535), true),
        Case(Format::WebP, Size::new(16_384, 1), false),
        Case(Format::WebP, Size::new(16_383, 1), true),
        Case(Format::Png, Size::new(65_536, 1), true),
    ];
    for Case(format, size, fits) in cases {
        for quality in [Quality::Lossless, Quality::Lossy] {
            let frame = Frame::filled(size, [90, 20, 7]);
            let result = encode(&decoded(frame, format, ColourProfile::Unstated, quality));
            match result {
                Ok((bytes, _)) => assert!(fits && read_back(&bytes, format).size() == size),
                Err(error) => {
                    assert!(!fits, "{format:?}: {error}");
                    assert_eq!(error.kind(), EncodeErrorKind::Size);
                    assert!(error.to_string().contains(&size.width.to_string()));
                }
            }
        }
    }
}

#[test]
fn a_picture_without_pixels_is_refused() {
    for format in FORMATS {
        let error = encode(&plain(Frame::filled(Size::new(0, 5), [0; 3]), format)).unwrap_err();
        assert_eq!(error.kind(), EncodeErrorKind::Size);
    }
}
