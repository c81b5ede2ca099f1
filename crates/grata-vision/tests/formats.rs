//! Every format in, every format out: what is read is what the file shows, what is written reads back.

mod support;

use grata_core::geometry::Size;
use grata_core::obscure::ObscureStyle;
use grata_core::orientation::Orientation;
use grata_vision::colour::ColourProfile;
use grata_vision::decode::{DecodeError, Decoded, Format, Limits, Quality, converted_end, decode, sniff};
use grata_vision::encode::encode;
use grata_vision::frame::Frame;
use grata_vision::metadata::minimal_exif;
use jpeg_encoder::{ColorType, SamplingFactor};
use support::files::*;
use support::*;

fn inks(size: Size) -> Vec<u8> {
    scene_rgb(size).chunks_exact(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect()
}

fn grey(size: Size) -> Vec<u8> {
    scene_rgb(size).chunks_exact(3).map(|pixel| pixel[1]).collect()
}

/// One good file a kind, with its name.
fn good_files() -> Vec<(&'static str, Vec<u8>)> {
    let rgb = scene_rgb(SIZE);
    let grey = grey(SIZE);
    let indices: Vec<u8> = grey.iter().map(|value| value / 4).collect();
    let palette: Vec<u8> = (0..64u8).flat_map(|at| [at * 4, 255 - at * 3, at]).collect();
    let bmp_palette: Vec<u8> = (0..64u8).flat_map(|at| [at, 255 - at * 3, at * 4, 0]).collect();
    let of = |sampling, progressive, restart| JpegKind { sampling, progressive, restart, ..PLAIN_JPEG };
    let (width, height) = (SIZE.width as i32, SIZE.height as i32);
    vec![
        ("jpeg 4:4:4", jpeg(&rgb, SIZE, PLAIN_JPEG)),
        ("jpeg 4:2:0", jpeg(&rgb, SIZE, of(SamplingFactor::F_2_2, false, 0))),
        ("jpeg 4:2:2 restart", jpeg(&rgb, SIZE, of(SamplingFactor::F_2_1, false, 3))),
        ("jpeg 4:4:0", jpeg(&rgb, SIZE, of(SamplingFactor::F_1_2, false, 0))),
        ("jpeg progressive", jpeg(&rgb, SIZE, of(SamplingFactor::F_2_2, true, 0))),
        ("jpeg grey", jpeg(&grey, SIZE, JpegKind { colours: ColorType::Luma, ..PLAIN_JPEG })),
        ("jpeg cmyk", jpeg(&inks(SIZE), SIZE, JpegKind { colours: ColorType::Cmyk, ..PLAIN_JPEG })),
        ("jpeg ycck", jpeg(&inks(SIZE), SIZE, JpegKind { colours: ColorType::CmykAsYcck, ..PLAIN_JPEG })),
        ("png rgb", png(&rgb, SIZE, |_| {})),
        ("png interlaced", interlaced_png(&rgb, SIZE)),
        (
            "png palette",
            png(&indices, SIZE, |info| {
                info.color_type = png::ColorType::Indexed;
                info.palette = Some((0..64u8).flat_map(|at| [at * 4, 255 - at * 3, at]).collect());
            }),
        ),
        ("webp lossy", lossy_webp(&rgb, SIZE)),
        ("webp lossless", lossless_webp(&rgb, SIZE, image_webp::ColorType::Rgb8)),
        ("tiff rgb", tiff(&[(rgb.clone(), SIZE, rgb_fields())])),
        ("bmp", bmp(width, height, 24, 0, &[], &bmp_rows(&rgb, SIZE))),
        ("bmp rle", bmp(width, height, 8, 1, &bmp_palette, &run_lengths(&indices, SIZE))),
        ("gif", gif(&[indices], &palette, SIZE, None)),
    ]
}

/// RLE8: each pixel a run of one.
fn run_lengths(indices: &[u8], size: Size) -> Vec<u8> {
    let mut data = Vec::new();
    for row in indices.chunks_exact(size.width as usize).rev() {
        data.extend(row.iter().flat_map(|index| [1, *index]));
        data.extend([0, 0]);
    }
    data.extend([0, 1]);
    data
}

/// The scene through each format: exactly where nothing is lost, nearly elsewhere.
#[test]
fn what_is_read_is_what_the_file_shows() {
    let expected = scene(SIZE);
    for (name, bytes) in good_files() {
        let picture = read(&bytes);
        assert_eq!(picture.frame.size(), SIZE, "{name}");
        assert_eq!(picture.profile, ColourProfile::Unstated, "{name}");
        let grey_scene = || {
            let rgb = grey(SIZE).iter().flat_map(|value| [*value; 3]).collect();
            Frame::from_rgb(SIZE, rgb).unwrap()
        };
        let palette_scene = || {
            let rgb = grey(SIZE).iter().map(|v| v / 4).flat_map(|at| [at * 4, 255 - at * 3, at]).collect();
            Frame::from_rgb(SIZE, rgb).unwrap()
        };
        let (expected, most_mean) = match name {
            "jpeg grey" => (grey_scene(), 2.0),
            "png palette" | "gif" | "bmp rle" => (palette_scene(), 0.0),
            _ if name.starts_with("jpeg") || name == "webp lossy" => (expected.clone(), 5.0),
            _ => (expected.clone(), 0.0),
        };
        let (_, mean) = differences(&picture.frame, &expected);
        assert!(mean <= most_mean, "{name}: mean difference {mean}");
    }
}

/// Written and read again: exactly the same where nothing may be lost, the same bytes each time.
#[test]
fn what_is_written_reads_back() {
    for (name, bytes) in good_files() {
        for profile in [ColourProfile::Unstated, ColourProfile::Srgb, ColourProfile::AdobeRgb] {
            let picture = Decoded { profile, ..read(&bytes) };
            let (written, format) = encode(&picture).unwrap();
            assert_eq!(sniff(&written), Some(format), "{name}");
            let again = read(&written);
            let carries_profiles = !matches!(format, Format::Bmp | Format::Gif);
            if carries_profiles || profile != ColourProfile::AdobeRgb {
                let (most, mean) = differences(&picture.frame, &again.frame);
                let allowed = if picture.quality == Quality::Lossless { (0, 0.0) } else { (90, 4.0) };
                assert!(most <= allowed.0 && mean <= allowed.1, "{name} {profile:?}: {most}, {mean}");
            }
            if carries_profiles && profile == ColourProfile::AdobeRgb {
                assert_eq!(again.profile, profile, "{name}");
            }
            assert!(encode(&picture).unwrap().0 == written, "{name}");
        }
    }
}

/// Never half a picture: cut anywhere, a file is refused, unless what is missing is behind the
/// picture (GIF's and BMP's last bytes).
#[test]
fn pub_1_a_cut_file_is_damaged() {
    for (name, bytes) in good_files() {
        let whole = read(&bytes);
        for length in (0..bytes.len()).step_by(7).chain(bytes.len().saturating_sub(40)..bytes.len()) {
            match decode(&bytes[..length], &Limits::default()) {
                Ok(picture) => assert!(
                    picture == whole,
                    "{name} cut to {length} of {} became another picture",
                    bytes.len()
                ),
                Err(DecodeError::Damaged(_) | DecodeError::UnknownFormat) => {}
                Err(other) => panic!("{name} cut to {length}: {other}"),
            }
        }
    }
}

/// Data cut out of the middle or out of the end, with the end marker in its place.
#[test]
fn pub_1_a_jpeg_with_an_early_end_is_damaged() {
    for (name, bytes) in good_files().into_iter().filter(|(name, _)| name.starts_with("jpeg")) {
        let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 14;
        for share in [10, 30, 50, 70, 90] {
            let cut = scan + (bytes.len() - scan) * share / 100;
            let early = [&bytes[..cut], &[0xFF, 0xD9]].concat();
            let result = decode(&early, &Limits::default());
            assert!(
                matches!(result, Err(DecodeError::Damaged(_))),
                "{name} with {share} % of its data: {:?}",
                result.map(|_| ())
            );
        }
    }
}

/// Metadata that is thrown away costs no photo, however broken it is; neither path reads it.
#[test]
fn broken_metadata_that_is_thrown_away_is_skipped() {
    let extended = b"http://ns.adobe.com/xmp/extension/\0";
    let with_length = |marker: u8, length: u16, content: &[u8]| {
        [&[0xFF, marker], &length.to_be_bytes()[..], content].concat()
    };
    let broken = [
        ("short extended XMP", segment(0xE1, &extended[..])),
        ("extended XMP of impossible lengths", segment(0xE1, &[extended, &[0xEE; 40][..]].concat())),
        ("half a name", segment(0xE1, &extended[..20])),
        ("an empty segment", segment(0xE1, b"")),
        ("a length of 0", with_length(0xE1, 0, b"")),
        ("a length of 1", with_length(0xED, 1, b"")),
        ("a length that is too short", with_length(0xE1, 20, extended)),
        ("a length that is too long", with_length(0xE1, 60_000, extended)),
        ("a comment that is too short", with_length(0xFE, 2, b"a comment")),
        ("half a Photoshop block", segment(0xED, b"Photoshop 3.0\08BIM\x04")),
        ("no colour transform of Adobe's", segment(0xEE, b"Adobe\0\x64\0\0\0\0\x09")),
        ("a short word of Adobe's", segment(0xEE, b"Adobe\0")),
        ("another short APP14", segment(0xEE, b"Ad")),
        ("part of a profile", segment(0xE2, b"ICC_PROFILE\0\x01")),
        ("half an index of pictures", segment(0xE2, b"MPF\0II*\0\x08")),
        ("a thumbnail of no size", segment(0xE0, b"JFXX\0\x10")),
    ];
    let regions = [rect(20, 16, 24, 24)];
    for (name, good) in good_files().into_iter().filter(|(name, _)| name.starts_with("jpeg")) {
        for (what, segment) in &broken {
            let bad = with_segments(&good, std::slice::from_ref(segment));
            let decoded = decode(&bad, &Limits::default());
            assert_eq!(
                decoded.unwrap_or_else(|error| panic!("{name}, {what}: {error}")),
                read(&good),
                "{what}"
            );
            let finished = obscure_bytes(&bad, &regions, ObscureStyle::Fill);
            assert!(finished == obscure_bytes(&good, &regions, ObscureStyle::Fill), "{name}, {what}");
        }
    }
}

/// Thousands of damaged files of each kind: an answer, never a panic; quickly.
#[test]
fn sec_8_damaged_files_never_panic() {
    let limits = Limits { pixels: 1 << 20, ..Limits::default() };
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let mut number = || -> usize { (0..4).fold(0, |sum, _| sum << 8 | usize::from(noise.byte())) };
    for (_, bytes) in good_files() {
        for _ in 0..300 {
            let mut bad = bytes.clone();
            for _ in 0..1 + number() % 4 {
                let at = if number() % 2 == 0 { number() % bad.len() } else { number() % bad.len().min(200) };
                bad[at] = number() as u8;
            }
            if number() % 5 == 0 {
                bad.truncate(number() % bad.len());
            }
            let _ = decode(&bad, &limits);
        }
    }
}

#[test]
fn sec_8_limits_hold_before_pixels_are_allocated() {
    let mut bomb = png(&[0; 3], Size::new(1, 1), |_| {});
    let header = [&60_000u32.to_be_bytes()[..], &60_000u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    bomb.splice(8..33, png_chunk(b"IHDR", &header));
    assert!(matches!(decode(&bomb, &Limits::default()), Err(DecodeError::TooLarge(_))));

    let small = Limits { pixels: SIZE.pixels() - 1, ..Limits::default() };
    for (name, bytes) in good_files() {
        assert!(matches!(decode(&bytes, &small), Err(DecodeError::TooLarge(_))), "{name}");
    }
    let short = Limits { file_bytes: 100, ..Limits::default() };
    assert!(matches!(decode(&good_files()[0].1, &short), Err(DecodeError::TooLarge(_))));
}

#[test]
fn what_is_no_picture_is_unknown() {
    for bytes in
        [&b""[..], b"BM", b"BM on the menu today: nothing", b"%PDF-1.7", b"GIF88a", b"RIFF\0\0\0\0WAVE"]
    {
        assert!(matches!(decode(bytes, &Limits::default()), Err(DecodeError::UnknownFormat)));
    }
}

/// A file of each kind that can say how it is to be turned, for each of the eight ways.
fn turned_files(orientation: Orientation) -> Vec<(&'static str, Vec<u8>)> {
    let upright = scene(SIZE);
    // The stored picture that this orientation shows as the scene.
    let stored_size = orientation.upright_size(SIZE);
    let mut stored = Frame::filled(stored_size, [0; 3]);
    for y in 0..SIZE.height {
        for x in 0..SIZE.width {
            let (sx, sy) = orientation.stored_pixel(x, y, stored_size);
            stored.set_pixel(sx, sy, upright.pixel(x, y));
        }
    }
    let rgb = stored.rgb();
    let exif = exif(orientation);
    let simple = lossless_webp(rgb, stored_size, image_webp::ColorType::Rgb8);
    let mut fields = rgb_fields();
    fields.push(shorts(274, &[orientation.exif()]));
    vec![
        ("jpeg", with_segments(&jpeg(rgb, stored_size, PLAIN_JPEG), &[minimal_exif(orientation).to_vec()])),
        ("png", with_chunks(&png(rgb, stored_size, |_| {}), &[png_chunk(b"eXIf", &exif)])),
        ("webp", extended_webp(&simple, stored_size, 0x08, &[], &[riff_chunk(b"EXIF", &exif)])),
        ("tiff", tiff(&[(rgb.to_vec(), stored_size, fields)])),
    ]
}

#[test]
fn all_eight_orientations_come_out_upright() {
    for orientation in Orientation::ALL {
        for (name, bytes) in turned_files(orientation) {
            let picture = read(&bytes);
            let (_, mean) = differences(&picture.frame, &scene(SIZE));
            assert!(mean <= if name == "jpeg" { 3.0 } else { 0.0 }, "{name} {orientation:?}: {mean}");
            assert!(picture.notes.is_empty(), "{name}: {:?}", picture.notes);
            let (written, _) = encode(&picture).unwrap();
            assert_eq!(read(&written).frame.size(), SIZE, "{name} {orientation:?}");
        }
    }
}

#[test]
fn two_orientations_that_differ_are_noted() {
    let plain = jpeg(&scene_rgb(SIZE), SIZE, PLAIN_JPEG);
    let both = [minimal_exif(Orientation::Turned180).to_vec(), minimal_exif(Orientation::Turned90).to_vec()];
    let picture = read(&with_segments(&plain, &both));
    assert_eq!(picture.frame.size(), SIZE);
    assert_eq!(picture.notes.len(), 1);
}

/// Alpha, depth, pages, frames: flattened, reduced, the first one; and said so.
#[test]
fn what_a_frame_cannot_hold_is_noted() {
    struct Case {
        name: &'static str,
        bytes: Vec<u8>,
        note: &'static str,
        /// Expected pixel at the top left.
        corner: [u8; 3],
    }
    let size = Size::new(9, 7);
    let rgba: Vec<u8> = [200, 100, 50, 0].repeat(63);
    let half: Vec<u8> = [200, 100, 50, 128].repeat(63);
    let plain: Vec<u8> = [200, 100, 50].repeat(63);
    let deep: Vec<u8> = plain.iter().flat_map(|value| [*value, *value]).collect();
    let rgba_png = |samples: &[u8]| png(samples, size, |info| info.color_type = png::ColorType::Rgba);
    let with_alpha = |kind: u16| {
        vec![shorts(258, &[8, 8, 8, 8]), shorts(262, &[2]), shorts(277, &[4]), shorts(338, &[kind])]
    };
    let frame = lossless_webp(&plain, size, image_webp::ColorType::Rgb8);
    let palette = [200, 100, 50, 0, 0, 0];
    let apng = with_chunks(&png(&plain, size, |_| {}), &[png_chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])]);
    let mut v4 = bmp(9, 7, 32, 3, &[], &[50, 100, 200, 0].repeat(63));
    v4.splice(14..18, 108u32.to_le_bytes());
    let masks = [0xFF_0000u32, 0xFF00, 0xFF, 0xFF00_0000].map(u32::to_le_bytes).concat();
    v4.splice(54..54, [masks, vec![0; 52]].concat());
    let (length, start) = (v4.len() as u32, 122u32);
    v4.splice(2..6, length.to_le_bytes());
    v4.splice(10..14, start.to_le_bytes());
    let cases = [
        Case {
            name: "png alpha",
            bytes: rgba_png(&rgba),
            note: "transparent parts became white",
            corner: [255; 3],
        },
        Case {
            name: "png half",
            bytes: rgba_png(&half),
            note: "transparent parts became white",
            corner: [227, 177, 152],
        },
        Case {
            name: "png 16 bits",
            bytes: png(&deep, size, |info| info.bit_depth = png::BitDepth::Sixteen),
            note: "reduced to 8 bits a colour",
            corner: [200, 100, 50],
        },
        Case { name: "apng", bytes: apng, note: "first frame of an animation", corner: [200, 100, 50] },
        Case {
            name: "webp alpha",
            bytes: lossless_webp(&rgba, size, image_webp::ColorType::Rgba8),
            note: "transparent parts became white",
            corner: [255; 3],
        },
        Case {
            name: "webp animation",
            bytes: animated_webp(&[frame.clone(), frame], size),
            note: "first frame of an animation",
            corner: [200, 100, 50],
        },
        Case {
            name: "gif animation",
            bytes: gif(&[vec![0; 63], vec![1; 63]], &palette, size, None),
            note: "first frame of an animation",
            corner: [200, 100, 50],
        },
        Case {
            name: "gif transparency",
            bytes: gif(&[vec![1; 63]], &palette, size, Some(1)),
            note: "transparent parts became white",
            corner: [255; 3],
        },
        Case {
            name: "tiff pages",
            bytes: tiff(&[(plain.clone(), size, rgb_fields()), (plain.clone(), size, rgb_fields())]),
            note: "first page of several",
            corner: [200, 100, 50],
        },
        Case {
            name: "tiff behind a thumbnail",
            bytes: tiff(&[
                (vec![9; 27], Size::new(3, 3), [rgb_fields(), vec![longs(254, &[1])]].concat()),
                (plain.clone(), size, rgb_fields()),
            ]),
            note: "first page of several",
            corner: [200, 100, 50],
        },
        Case {
            name: "tiff alpha",
            bytes: tiff(&[(rgba.clone(), size, with_alpha(2))]),
            note: "transparent parts became white",
            corner: [255; 3],
        },
        Case {
            name: "tiff multiplied alpha",
            bytes: tiff(&[([20, 10, 5, 128].repeat(63), size, with_alpha(1))]),
            note: "transparent parts became white",
            corner: [147, 137, 132],
        },
        Case {
            name: "tiff 16 bits",
            bytes: tiff(&[(
                deep,
                size,
                vec![shorts(258, &[16, 16, 16]), shorts(262, &[2]), shorts(277, &[3])],
            )]),
            note: "reduced to 8 bits a colour",
            corner: [200, 100, 50],
        },
    ];
    for Case { name, bytes, note, corner } in cases {
        let picture = read(&bytes);
        assert_eq!(picture.frame.size(), size, "{name}");
        assert_eq!(picture.frame.pixel(0, 0), corner, "{name}");
        assert_eq!(picture.notes, [note], "{name}");
    }
    // All alpha 0 in a bitmap means that nobody thought of it.
    assert_eq!(read(&v4).frame.pixel(0, 0), [200, 100, 50]);
}

#[test]
fn rarer_tiffs_and_bitmaps_are_read() {
    let size = Size::new(9, 2);
    let picture = read(&tiff(&[(
        vec![0x80, 0x80, 0x7F, 0],
        size,
        vec![shorts(258, &[1]), shorts(262, &[1]), shorts(277, &[1])],
    )]));
    assert_eq!([0, 1, 8].map(|x| picture.frame.pixel(x, 0)[0]), [255, 0, 255]);
    assert_eq!([0, 1, 8].map(|x| picture.frame.pixel(x, 1)[0]), [0, 255, 0]);
    let inverted = read(&tiff(&[(
        vec![0x80, 0x80, 0x7F, 0],
        size,
        vec![shorts(258, &[1]), shorts(262, &[0]), shorts(277, &[1])],
    )]));
    assert_eq!([0, 1, 8].map(|x| inverted.frame.pixel(x, 0)[0]), [0, 255, 0]);

    let map: Vec<u16> = [[0x1000u16, 0xFF00], [0x2000, 0], [0x3000, 0x8000]].concat();
    let mut palette_map = vec![0u16; 768];
    for (channel, values) in map.chunks(2).enumerate() {
        palette_map[channel * 256..channel * 256 + 2].copy_from_slice(values);
    }
    let fields = vec![shorts(258, &[8]), shorts(262, &[3]), shorts(277, &[1]), shorts(320, &palette_map)];
    let picture = read(&tiff(&[(vec![0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], size, fields)]));
    assert_eq!(picture.frame.pixel(0, 0), [0x10, 0x20, 0x30]);
    assert_eq!(picture.frame.pixel(1, 0), [0xFF, 0, 0x80]);

    let fields = vec![shorts(258, &[8, 8, 8, 8]), shorts(262, &[5]), shorts(277, &[4])];
    let picture = read(&tiff(&[([0, 255, 255, 0].repeat(18), size, fields)]));
    assert_eq!(picture.frame.pixel(3, 1), [255, 0, 0]);

    let top_down = read(&bmp(2, -2, 24, 0, &[], &[1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]));
    assert_eq!(top_down.frame.pixel(0, 0), [3, 2, 1]);
    assert_eq!(top_down.frame.pixel(1, 1), [12, 11, 10]);
    let wide = read(&bmp(1, 1, 32, 0, &[], &[1, 2, 3, 0]));
    assert_eq!(wide.frame.pixel(0, 0), [3, 2, 1]);
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(8 + content.len() as u32).to_be_bytes(), &kind[..], content].concat()
}

/// As much of a HEIF file as says that the main picture is number `main` of two, and Display P3.
fn heif(main: u8) -> Vec<u8> {
    let entry = |item| boxed(b"infe", &[&[2, 0, 0, 0, 0, item, 0, 0], &b"hvc1\0"[..]].concat());
    let properties = boxed(b"ipco", &boxed(b"colr", b"nclx\0\x0C\0\x0D\0\x06\x80"));
    let associations = boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, main, 1, 1]);
    let meta = [
        vec![0; 4],
        boxed(b"pitm", &[0, 0, 0, 0, 0, main]),
        boxed(b"iinf", &[&[0, 0, 0, 0, 0, 2], &entry(1)[..], &entry(2)].concat()),
        boxed(b"iprp", &[properties, associations].concat()),
    ];
    [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), boxed(b"meta", &meta.concat())].concat()
}

/// HEIF is decoded elsewhere; what comes back is read, hidden like a lossy picture, written as JPEG.
#[test]
fn a_converted_heif_comes_out_as_jpeg() {
    let converted = |heif: &[u8], png: &[u8]| [heif, png, &converted_end(heif.len() as u64)].concat();
    let refused = |bytes: &[u8]| decode(bytes, &Limits::default()).unwrap_err();
    assert_eq!(sniff(&heif(1)), Some(Format::Heic));
    assert!(matches!(refused(&heif(1)), DecodeError::Unsupported("HEIC", _)));
    // Exif does not turn it: HEIF has boxes for that, and the converter has looked at them.
    let png = with_chunks(
        &png(&scene_rgb(SIZE), SIZE, |_| {}),
        &[png_chunk(b"eXIf", &exif(Orientation::Turned90))],
    );
    let picture = read(&converted(&heif(1), &png));
    assert_eq!((picture.format, &picture.quality), (Format::Heic, &Quality::Lossy));
    assert_eq!((picture.frame.size(), picture.profile), (SIZE, ColourProfile::DisplayP3));
    assert_eq!(picture.notes, ["main picture of several", "comes out as JPEG"]);
    assert!(picture.bleed > 0);
    assert_eq!(encode(&picture).unwrap().1, Format::Jpeg);
    // A converter writes the first picture first.
    assert!(matches!(refused(&converted(&heif(2), &png)), DecodeError::Unsupported("HEIC", _)));
    assert!(matches!(refused(&converted(&heif(1)[..30], &png)), DecodeError::Damaged(_)));
    assert!(matches!(refused(&converted(&heif(1), &png[..png.len() - 9])), DecodeError::Damaged(_)));
    let past_the_end = [&heif(1)[..], &converted_end(u64::MAX)].concat();
    assert!(matches!(refused(&past_the_end), DecodeError::Unsupported("HEIC", _)));
    let avif = [&24u32.to_be_bytes()[..], b"ftypavif\0\0\0\0mif1avif"].concat();
    assert_eq!(sniff(&avif), Some(Format::Avif));
}

/// What a PNG says about its colours, by chunk.
#[test]
fn colours_of_a_png_look_the_same() {
    let size = Size::new(4, 4);
    let rgb = [180u8, 120, 90].repeat(16);
    let plain = png(&rgb, size, |_| {});
    let with = |name: &[u8; 4], payload: &[u8]| read(&with_chunks(&plain, &[png_chunk(name, payload)]));
    let same = |picture: &Decoded| picture.frame.pixel(0, 0) == [180, 120, 90];

    let said = with(b"sRGB", &[0]);
    assert!(said.profile == ColourProfile::Srgb && same(&said));
    let p3 = with(b"cICP", &[12, 13, 0, 1]);
    assert!(p3.profile == ColourProfile::DisplayP3 && same(&p3));
    let usual = with(b"gAMA", &45455u32.to_be_bytes());
    assert!(usual.profile == ColourProfile::Unstated && same(&usual));
    // Linear light: 180 of 255 is much brighter in sRGB.
    let linear = with(b"gAMA", &100_000u32.to_be_bytes());
    assert_eq!(linear.profile, ColourProfile::Srgb);
    assert!(linear.frame.pixel(0, 0)[0].abs_diff(219) <= 1, "{:?}", linear.frame.pixel(0, 0));

    let icc = ColourProfile::AdobeRgb.icc_bytes().unwrap();
    let adobe = with(b"iCCP", &[b"anything\0\0".as_slice(), &deflated(icc)].concat());
    assert!(adobe.profile == ColourProfile::AdobeRgb && same(&adobe));
    let broken = with(b"iCCP", &[b"x\0\0".as_slice(), &deflated(b"no profile")].concat());
    assert!(broken.profile == ColourProfile::Unstated && same(&broken));
    assert_eq!(broken.notes.len(), 1);
}

/// Inks as Adobe stores them (upside down) and as others do.
#[test]
fn inks_are_read_both_ways_round() {
    let size = Size::new(16, 16);
    let red_inks: Vec<u8> = [0u8, 255, 255, 0].repeat(256);
    for colours in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let bytes = jpeg(&red_inks, size, JpegKind { colours, ..PLAIN_JPEG });
        let [red, green, blue] = read(&bytes).frame.pixel(8, 8);
        assert!(red > 245 && green < 10 && blue < 10, "{colours:?}: {red} {green} {blue}");
    }
    // The same numbers without Adobe's marker are ink: here 255 - (0, 255, 255, 0) was stored.
    let adobe = jpeg(&red_inks, size, JpegKind { colours: ColorType::Cmyk, ..PLAIN_JPEG });
    let at = adobe.windows(2).position(|pair| pair == [0xFF, 0xEE]).unwrap();
    let without = [&adobe[..at], &adobe[at + 16..]].concat();
    let [red, green, blue] = read(&without).frame.pixel(8, 8);
    assert!(red < 10 && green < 10 && blue < 10, "cyan and full black: {red} {green} {blue}");
}

#[test]
fn a_gif_keeps_its_visible_colours_exactly() {
    let size = Size::new(48, 40);
    let palette: Vec<u8> = (0..=255u8).flat_map(|at| [at, at / 2, 255 - at]).collect();
    let indices: Vec<u8> = (0..48 * 40).map(|at| (at % 256) as u8).collect();
    let bytes = gif(&[indices], &palette, size, None);
    let before = read(&bytes);
    for style in STYLES {
        let after = read(&obscure_bytes(&bytes, &[rect(8, 8, 24, 16)], style));
        for y in 0..40 {
            for x in 0..48 {
                if !rect(8, 8, 24, 16).contains(x, y) {
                    assert_eq!(after.frame.pixel(x, y), before.frame.pixel(x, y));
                } else {
                    assert_ne!((x, after.frame.pixel(x, y)), (99, [0; 3]));
                }
            }
        }
    }
}
