//! PUB-2: two inputs that differ inside a region only give the same bytes, in every format and style.

mod support;

use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;
use grata_vision::colour::ColourProfile;
use grata_vision::decode::{Decoded, Format, Quality};
use grata_vision::encode::encode;
use grata_vision::frame::Frame;
use grata_vision::mask::Mask;
use grata_vision::metadata::minimal_exif;
use grata_vision::obscure::{limit_colours, obscure_frame};
use jpeg_encoder::{ColorType, SamplingFactor};
use proptest::prelude::*;
use support::files::*;
use support::*;

/// Multiples of every block size, so that lossy sources can differ inside only.
const PICTURE: Size = Size::new(96, 80);

/// A writer of test files: from upright pixels and the secret that may change what is hidden.
type Writer = fn(&Frame, u8) -> Vec<u8>;

struct Case {
    name: &'static str,
    write: Writer,
}

fn cases() -> Vec<Case> {
    let case = |name, write: Writer| Case { name, write };
    vec![
        case("jpeg 4:4:4", |frame, _| jpeg(frame.rgb(), frame.size(), PLAIN_JPEG)),
        case("jpeg 4:2:0", |frame, _| {
            jpeg(frame.rgb(), frame.size(), JpegKind { sampling: SamplingFactor::F_2_2, ..PLAIN_JPEG })
        }),
        case("jpeg 4:2:2", |frame, _| {
            jpeg(frame.rgb(), frame.size(), JpegKind { sampling: SamplingFactor::F_2_1, ..PLAIN_JPEG })
        }),
        case("jpeg progressive", |frame, _| {
            jpeg(frame.rgb(), frame.size(), JpegKind { progressive: true, ..PLAIN_JPEG })
        }),
        case("jpeg restart", |frame, _| {
            let kind = JpegKind { sampling: SamplingFactor::F_2_2, restart: 2, ..PLAIN_JPEG };
            jpeg(frame.rgb(), frame.size(), kind)
        }),
        case("jpeg grey", |frame, _| {
            let grey: Vec<u8> = frame.rgb().chunks_exact(3).map(|pixel| pixel[1]).collect();
            jpeg(&grey, frame.size(), JpegKind { colours: ColorType::Luma, ..PLAIN_JPEG })
        }),
        case("jpeg inks", |frame, _| {
            let inks: Vec<u8> =
                frame.rgb().chunks_exact(3).flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 9]).collect();
            jpeg(&inks, frame.size(), JpegKind { colours: ColorType::Cmyk, ..PLAIN_JPEG })
        }),
        case("jpeg with a profile that is converted", |frame, _| {
            let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), &strange_icc()].concat();
            with_segments(&jpeg(frame.rgb(), frame.size(), PLAIN_JPEG), &[segment(0xE2, &icc)])
        }),
        case("jpeg with a thumbnail of the clear picture", |frame, _| {
            let plain = jpeg(frame.rgb(), frame.size(), PLAIN_JPEG);
            let thumbnail = segment(0xE0, &[b"JFXX\0\x10".as_slice(), &plain].concat());
            [with_segments(&plain, &[thumbnail]), plain].concat()
        }),
        case("png", |frame, _| png(frame.rgb(), frame.size(), |_| {})),
        case("png interlaced", |frame, _| interlaced_png(frame.rgb(), frame.size())),
        case("png 16 bits", |frame, secret| {
            let deep: Vec<u8> = frame
                .rgb()
                .iter()
                .flat_map(|value| [*value, if *value == 77 { secret } else { 0 }])
                .collect();
            png(&deep, frame.size(), |info| info.bit_depth = png::BitDepth::Sixteen)
        }),
        // The hidden part decides what lies under transparent pixels, and which are.
        case("png alpha", |frame, _| {
            let width = frame.size().width as usize;
            let rgba: Vec<u8> = frame
                .rgb()
                .chunks_exact(3)
                .enumerate()
                .flat_map(|(at, p)| [p[0], p[1], p[2], if at % width < 20 { 0 } else { p[2] | 1 }])
                .collect();
            png(&rgba, frame.size(), |info| info.color_type = png::ColorType::Rgba)
        }),
        // The palette's order and its unused entries depend on the secret.
        case("png palette", |frame, secret| {
            let (indices, palette) = in_palette(frame, secret);
            png(&indices, frame.size(), |info| {
                info.color_type = png::ColorType::Indexed;
                info.palette = Some(palette.into());
            })
        }),
        case("png animation", |frame, secret| {
            let plain = png(frame.rgb(), frame.size(), |_| {});
            with_chunks(&plain, &[png_chunk(b"acTL", &[0, 0, 0, 1 + secret % 2, 0, 0, 0, secret])])
        }),
        case("webp", |frame, _| lossless_webp(frame.rgb(), frame.size(), image_webp::ColorType::Rgb8)),
        case("webp animation", |frame, secret| {
            let first = lossless_webp(frame.rgb(), frame.size(), image_webp::ColorType::Rgb8);
            let other = vec![secret; frame.rgb().len()];
            let second = lossless_webp(&other, frame.size(), image_webp::ColorType::Rgb8);
            animated_webp(&[first, second], frame.size())
        }),
        case("tiff pages", |frame, secret| {
            let second = (vec![secret; 27], Size::new(3, 3), rgb_fields());
            tiff(&[(frame.rgb().to_vec(), frame.size(), rgb_fields()), second])
        }),
        case("tiff 16 bits", |frame, _| {
            let deep: Vec<u8> = frame.rgb().iter().flat_map(|value| [*value, *value]).collect();
            tiff(&[(
                deep,
                frame.size(),
                vec![shorts(258, &[16, 16, 16]), shorts(262, &[2]), shorts(277, &[3])],
            )])
        }),
        case("bmp", |frame, _| {
            let size = frame.size();
            bmp(size.width as i32, size.height as i32, 24, 0, &[], &bmp_rows(frame.rgb(), size))
        }),
        case("gif", |frame, secret| {
            let (indices, palette) = in_palette(frame, secret);
            gif(&[indices], &palette, frame.size(), None)
        }),
        case("gif frames and transparency", |frame, secret| {
            let (indices, palette) = in_palette(frame, secret);
            gif(&[indices, vec![secret; frame.size().pixels() as usize]], &palette, frame.size(), Some(255))
        }),
    ]
}

/// Indices of three-bit colours and their palette, turned by the secret; unused entries hold it.
fn in_palette(frame: &Frame, secret: u8) -> (Vec<u8>, Vec<u8>) {
    // In more than eight bits: a sum that wraps would give two colours one place, in plain sight.
    let turn = |index: u8| ((u32::from(index) + u32::from(secret)) % 200) as u8;
    let code = |p: &[u8]| (p[0] / 64) * 16 + (p[1] / 64) * 4 + p[2] / 64;
    let mut palette = vec![secret; 768];
    for index in 0..64u8 {
        let at = usize::from(turn(index)) * 3;
        palette[at..at + 3]
            .copy_from_slice(&[index >> 4 & 3, index >> 2 & 3, index & 3].map(|value| value * 85));
    }
    (frame.rgb().chunks_exact(3).map(|pixel| turn(code(pixel))).collect(), palette)
}

/// The scene with noise inside the regions.
fn with_secret(regions: &[PixelRect], secret: u8) -> Frame {
    let mut frame = scene(PICTURE);
    let mut noise = Noise(0x1234_5678_9ABC + u64::from(secret));
    for region in regions.iter().filter_map(|region| region.intersection(PICTURE.rect())) {
        for y in region.y..region.bottom() {
            for x in region.x..region.right() {
                frame.set_pixel(x, y, [0; 3].map(|_: u8| noise.byte()));
            }
        }
    }
    frame
}

/// One inside, one at each border, overlapping ones, all of it, a corner. Multiples of 16.
fn regions() -> Vec<Vec<PixelRect>> {
    vec![
        vec![rect(32, 32, 32, 16)],
        vec![rect(0, 16, 16, 32), rect(80, 0, 16, 48), rect(48, 64, 32, 16)],
        vec![rect(16, 16, 48, 32), rect(32, 32, 48, 32), rect(48, 16, 16, 16)],
        vec![rect(0, 0, 96, 80)],
        vec![rect(64, 64, 32, 16)],
    ]
}

#[test]
fn pub_2_files_that_differ_inside_regions_give_the_same_bytes() {
    for Case { name, write } in cases() {
        for regions in regions() {
            let [one, other] = [3, 200].map(|secret| write(&with_secret(&regions, secret), secret));
            assert_ne!(one, other, "{name}: the inputs have to differ");
            for style in STYLES {
                let [one, other] = [&one, &other].map(|bytes| obscure_bytes(bytes, &regions, style));
                assert!(one == other, "{name} {style:?} {regions:?}");
            }
        }
    }
}

#[test]
fn pub_2_holds_in_all_eight_orientations() {
    let regions = [rect(16, 16, 32, 48), rect(80, 0, 16, 16)];
    for orientation in Orientation::ALL {
        let exif = exif(orientation);
        let write = |secret: u8| -> Vec<(&'static str, Vec<u8>)> {
            let upright = with_secret(&regions, secret);
            let size = orientation.upright_size(PICTURE);
            let mut stored = Frame::filled(size, [0; 3]);
            for y in 0..PICTURE.height {
                for x in 0..PICTURE.width {
                    let (sx, sy) = orientation.stored_pixel(x, y, size);
                    stored.set_pixel(sx, sy, upright.pixel(x, y));
                }
            }
            let kind = JpegKind { sampling: SamplingFactor::F_2_2, ..PLAIN_JPEG };
            let simple = lossless_webp(stored.rgb(), size, image_webp::ColorType::Rgb8);
            let mut fields = rgb_fields();
            fields.push(shorts(274, &[orientation.exif()]));
            vec![
                (
                    "jpeg",
                    with_segments(&jpeg(stored.rgb(), size, kind), &[minimal_exif(orientation).to_vec()]),
                ),
                ("png", with_chunks(&png(stored.rgb(), size, |_| {}), &[png_chunk(b"eXIf", &exif)])),
                ("webp", extended_webp(&simple, size, 0x08, &[], &[riff_chunk(b"EXIF", &exif)])),
                ("tiff", tiff(&[(stored.rgb().to_vec(), size, fields)])),
            ]
        };
        for ((name, one), (_, other)) in write(1).into_iter().zip(write(2)) {
            for style in STYLES {
                let [one, other] = [&one, &other].map(|bytes| obscure_bytes(bytes, &regions, style));
                assert!(one == other, "{name} {orientation:?} {style:?}");
            }
        }
    }
}

/// Behind the decoder, for all kinds of output: what cannot be had from files, since an encoder of
/// lossy WebP or HEIC spreads a change over the whole file.
#[test]
fn pub_2_frames_that_differ_inside_regions_give_the_same_bytes() {
    let formats =
        [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff, Format::Bmp, Format::Gif, Format::Heic];
    for format in formats {
        for quality in [Quality::Lossless, Quality::Lossy] {
            for profile in [ColourProfile::Unstated, ColourProfile::AdobeRgb] {
                for regions in regions().into_iter().skip(1).take(2) {
                    for style in STYLES {
                        let [one, other] = [1, 2].map(|secret| {
                            let mut frame = with_secret(&regions, secret);
                            let rounded: Vec<_> =
                                regions.iter().map(|r| rounded(r.x, r.y, r.width, r.height)).collect();
                            let mask = Mask::of_regions(&rounded, PICTURE, Size::new(1, 1));
                            // Where the corners are cut off, both are the scene.
                            let scene = scene(PICTURE);
                            for y in 0..PICTURE.height {
                                for x in (0..PICTURE.width).filter(|x| !mask.hides_pixel(*x, y)) {
                                    frame.set_pixel(x, y, scene.pixel(x, y));
                                }
                            }
                            obscure_frame(&mut frame, &mask, style);
                            if format == Format::Gif {
                                limit_colours(&mut frame, &mask);
                            }
                            let quality = quality.clone();
                            let picture =
                                Decoded { frame, format, profile, quality, notes: Vec::new(), bleed: 0 };
                            encode(&picture).unwrap()
                        });
                        assert!(one == other, "{format:?} {quality:?} {style:?} {regions:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_palette_turned_by_any_secret_holds_every_colour() {
    let picture = with_secret(&[], 0);
    let colours = |secret| {
        let (indices, palette) = in_palette(&picture, secret);
        indices.iter().map(|at| palette[usize::from(*at) * 3..][..3].to_vec()).collect::<Vec<_>>()
    };
    for secret in 1..=u8::MAX {
        assert!(colours(secret) == colours(0), "{secret}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pub_2_holds_for_any_regions(
        boxes in prop::collection::vec((0u32..96, 0u32..80, 1u32..70, 1u32..70), 1..5),
        secrets in (any::<u8>(), any::<u8>()),
        which in 0usize..100,
    ) {
        let regions: Vec<PixelRect> = boxes.into_iter().map(|(x, y, w, h)| rect(x, y, w, h)).collect();
        // Without blocks: any region will do.
        let exact: Vec<Case> = cases().into_iter().filter(|case| !case.name.starts_with("jpeg")).collect();
        let Case { name, write } = &exact[which % exact.len()];
        let [one, other] = [secrets.0, secrets.1].map(|secret| write(&with_secret(&regions, secret), secret));
        for style in STYLES {
            let [one, other] = [&one, &other].map(|bytes| obscure_bytes(bytes, &regions, style));
            prop_assert!(one == other, "{} {:?}", name, style);
        }
    }
}
