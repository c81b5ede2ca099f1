//! The coefficient path, judged by an independent reader (libjpeg-turbo-rs): visible blocks stay
//! as they are, hidden ones leave no trace.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::region::{Region, Shape};
use grata_vision::decode::Limits;
use grata_vision::detect::Picture;
use grata_vision::frame::Frame;
use grata_vision::jpeg::{CoefficientPhoto, JpegError};
use grata_vision::mask::Mask;
use libjpeg_turbo_rs::{
    Encoder, JpegCoefficients, PixelFormat, Subsampling, read_coefficients, write_coefficients,
    write_coefficients_optimized, write_coefficients_progressive,
};
use proptest::prelude::*;

const SAMPLINGS: [Subsampling; 7] = [
    Subsampling::S444,
    Subsampling::S422,
    Subsampling::S420,
    Subsampling::S440,
    Subsampling::S411,
    Subsampling::S441,
    Subsampling::S410,
];

/// How a test file is coded.
#[derive(Debug, Clone, Copy)]
enum Coding {
    Standard,
    Optimised,
    Progressive,
    Restarts(u16),
}

const CODINGS: [Coding; 5] =
    [Coding::Standard, Coding::Optimised, Coding::Progressive, Coding::Restarts(1), Coding::Restarts(5)];

/// A made picture with gradients, edges and some noise.
fn pixels(size: Size, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let mut rgb = Vec::new();
    for y in 0..size.height {
        for x in 0..size.width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 27) as i32;
            let edge = if (x / 13 + y / 17) % 2 == 0 { 40 } else { 0 };
            let value = |base: u32| (base as i32 % 180 + edge + noise).clamp(0, 255) as u8;
            rgb.extend([value(x * 2 + y), value(y * 2), value(300 + x - y.min(x))]);
        }
    }
    rgb
}

fn encode(size: Size, sampling: Subsampling, grey: bool, quality: u8) -> Vec<u8> {
    let rgb = pixels(size, 7);
    Encoder::new(&rgb, size.width as usize, size.height as usize, PixelFormat::Rgb)
        .subsampling(sampling)
        .quality(quality)
        .grayscale_from_color(grey)
        .encode()
        .unwrap()
}

fn recode(coefficients: &JpegCoefficients, coding: Coding) -> Vec<u8> {
    let mut coefficients = coefficients.clone();
    coefficients.restart_interval = if let Coding::Restarts(interval) = coding { interval } else { 0 };
    match coding {
        Coding::Standard => write_coefficients(&coefficients),
        Coding::Optimised | Coding::Restarts(_) => write_coefficients_optimized(&coefficients),
        Coding::Progressive => write_coefficients_progressive(&coefficients, None),
    }
    .unwrap()
}

fn region(x: u32, y: u32, width: u32, height: u32, shape: Shape) -> Region {
    Region { rect: PixelRect::new(x, y, width, height), shape }
}

fn obscure(file: &[u8], regions: &[Region], style: ObscureStyle) -> (Vec<u8>, Mask) {
    let photo = CoefficientPhoto::parse(file, &Limits::default()).unwrap();
    let mask = photo.mask(regions);
    (photo.obscured(&mask, style).unwrap(), mask)
}

/// Whether the block (x, y) of component `index` lies in a hidden MCU.
fn is_hidden(coefficients: &JpegCoefficients, index: usize, x: usize, y: usize, mask: &Mask) -> bool {
    let single = coefficients.components.len() == 1;
    let component = &coefficients.components[index];
    let across = if single { 1 } else { usize::from(component.h_sampling) };
    let down = if single { 1 } else { usize::from(component.v_sampling) };
    mask.is_hidden((x / across) as u32, (y / down) as u32)
}

/// Every block that holds picture: (component, x, y, coefficients).
fn blocks(coefficients: &JpegCoefficients) -> Vec<(usize, usize, usize, [i16; 64])> {
    let largest = |of: fn(&libjpeg_turbo_rs::ComponentCoefficients) -> u8| {
        usize::from(coefficients.components.iter().map(of).max().unwrap())
    };
    let (across, down) = (largest(|c| c.h_sampling), largest(|c| c.v_sampling));
    let mut all = Vec::new();
    for (index, component) in coefficients.components.iter().enumerate() {
        let used = |length: u16, own: u8, all: usize| {
            (usize::from(length) * usize::from(own)).div_ceil(all).div_ceil(8)
        };
        for y in 0..used(coefficients.height, component.v_sampling, down) {
            for x in 0..used(coefficients.width, component.h_sampling, across) {
                all.push((index, x, y, component.blocks[y * component.blocks_x + x]));
            }
        }
    }
    all
}

#[test]
fn pub_12_every_visible_block_keeps_its_coefficients() {
    let size = Size::new(203, 149);
    let regions = [region(60, 40, 50, 60, Shape::Rounded), region(180, 100, 23, 49, Shape::Rectangle)];
    for (sampling, grey) in SAMPLINGS.into_iter().map(|s| (s, false)).chain([(Subsampling::S444, true)]) {
        let base = read_coefficients(&encode(size, sampling, grey, 90)).unwrap();
        for coding in CODINGS {
            for style in [ObscureStyle::Fill, ObscureStyle::Veil] {
                let file = recode(&base, coding);
                let (output, mask) = obscure(&file, &regions, style);
                let before = read_coefficients(&file).unwrap();
                let after = read_coefficients(&output)
                    .unwrap_or_else(|error| panic!("{sampling:?} {coding:?}: {error}"));
                let mut hidden = 0;
                for (old, new) in blocks(&before).iter().zip(blocks(&after)) {
                    assert_eq!((old.0, old.1, old.2), (new.0, new.1, new.2));
                    if is_hidden(&before, old.0, old.1, old.2, &mask) {
                        hidden += usize::from(old.3 != new.3);
                    } else {
                        assert_eq!(
                            old.3,
                            new.3,
                            "{sampling:?} grey {grey} {coding:?} {style:?} {:?}",
                            (old.0, old.1, old.2)
                        );
                    }
                }
                assert!(hidden > 20, "the regions hide something");
            }
        }
    }
}

#[test]
fn pub_12_nothing_hidden_is_the_same_picture() {
    let base = read_coefficients(&encode(Size::new(100, 60), Subsampling::S420, false, 85)).unwrap();
    for coding in CODINGS {
        let file = recode(&base, coding);
        let (output, _) = obscure(&file, &[], ObscureStyle::Veil);
        assert_eq!(
            blocks(&read_coefficients(&file).unwrap()),
            blocks(&read_coefficients(&output).unwrap()),
            "{coding:?}"
        );
    }
}

fn with_hidden_changed(base: &JpegCoefficients, mask: &Mask, seed: u32) -> JpegCoefficients {
    let mut changed = base.clone();
    let mut state = seed;
    for index in 0..changed.components.len() {
        let blocks_x = changed.components[index].blocks_x;
        for at in 0..changed.components[index].blocks.len() {
            if is_hidden(base, index, at % blocks_x, at / blocks_x, mask) {
                for value in &mut changed.components[index].blocks[at] {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *value = if state >> 30 == 0 { ((state >> 20) % 61) as i16 - 30 } else { 0 };
                }
            }
        }
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// PUB-2, PUB-12: two files that differ only in hidden coefficients give the same bytes.
    #[test]
    fn pub_2_pub_12_hidden_coefficients_do_not_reach_the_output(
        seed in any::<u32>(), width in 17u32..150, height in 17u32..150,
        x in 0u32..140, y in 0u32..140, w in 1u32..90, h in 1u32..90,
        sampling in proptest::sample::select(SAMPLINGS.to_vec()), grey in any::<bool>(),
        coding in proptest::sample::select(CODINGS.to_vec()), rounded in any::<bool>(), fill in any::<bool>(),
    ) {
        let size = Size::new(width, height);
        let shape = if rounded { Shape::Rounded } else { Shape::Rectangle };
        let regions: Vec<Region> = Region::exactly(PixelRect::new(x, y, w, h), size)
            .into_iter()
            .map(|region| Region { shape, ..region })
            .chain([region(0, 0, 9, 5, Shape::Rectangle)])
            .collect();
        let style = if fill { ObscureStyle::Fill } else { ObscureStyle::Veil };
        let base = read_coefficients(&encode(size, sampling, grey, 90)).unwrap();
        let mask = CoefficientPhoto::parse(&recode(&base, coding), &Limits::default()).unwrap().mask(&regions);
        let first = recode(&with_hidden_changed(&base, &mask, seed), coding);
        let second = recode(&with_hidden_changed(&base, &mask, seed.wrapping_mul(7) + 3), coding);
        prop_assert!(obscure(&first, &regions, style).0 == obscure(&second, &regions, style).0);
    }

    /// SEC-8: damaged files are refused or handled, never a panic.
    #[test]
    fn sec_8_mutated_files_never_panic(
        coding in proptest::sample::select(CODINGS.to_vec()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(), truncate in any::<bool>(),
    ) {
        let base = read_coefficients(&encode(Size::new(90, 70), Subsampling::S420, false, 80)).unwrap();
        let mut file = recode(&base, coding);
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        if truncate {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(photo) = CoefficientPhoto::parse(&file, &Limits { pixels: 4_000_000, ..Limits::default() }) {
            let size = photo.size();
            let mask = photo.mask(&[region(0, 0, size.width.min(40), size.height.min(40), Shape::Rectangle)]);
            let _ = photo.obscured(&mask, ObscureStyle::Veil);
            let _ = photo.reduced(size.rect(), 2);
            let _ = photo.texture();
        }
    }
}

/// A truncated file is damaged, never half a picture: the missing half may hold a face.
#[test]
fn pub_1_truncated_files_are_refused() {
    let base = read_coefficients(&encode(Size::new(160, 120), Subsampling::S420, false, 90)).unwrap();
    for coding in [Coding::Standard, Coding::Optimised, Coding::Restarts(5)] {
        let file = recode(&base, coding);
        for share in [30, 60, 90, 97] {
            let cut = &file[..file.len() * share / 100];
            let refused = CoefficientPhoto::parse(cut, &Limits::default());
            assert!(matches!(refused, Err(JpegError::Damaged(_))), "{coding:?} {share} %");
        }
    }
    // A progressive file that ends between two scans is whole for a decoder, only coarser; one that
    // ends inside a scan is refused.
    let file = recode(&base, Coding::Progressive);
    assert!(CoefficientPhoto::parse(&file[..file.len() - 40], &Limits::default()).is_err());
}

/// A reduced picture is the full one, smaller: each pixel's luma near the mean of its square.
/// (Chroma is repeated, not interpolated, so colours may differ at edges.)
#[test]
fn reduced_pictures_match_an_independent_decoder() {
    let size = Size::new(203, 149);
    let rect = PixelRect::new(40, 24, 96, 88);
    for (sampling, grey) in SAMPLINGS.into_iter().map(|s| (s, false)).chain([(Subsampling::S444, true)]) {
        let file = encode(size, sampling, grey, 95);
        for coding in CODINGS {
            let file = recode(&read_coefficients(&file).unwrap(), coding);
            let photo = CoefficientPhoto::parse(&file, &Limits::default()).unwrap();
            let reference = libjpeg_turbo_rs::decompress_to(&file, PixelFormat::Rgb).unwrap();
            let full = Frame::from_rgb(size, reference.data).unwrap();
            for factor in [1, 2, 4, 8] {
                let reduced = photo.reduced(rect, factor);
                assert_eq!(reduced.size(), Size::new(96 / factor, 88 / factor));
                let difference = mean_luma_difference(&full, rect, factor, &reduced);
                assert!(
                    difference < 3.0,
                    "{sampling:?} {coding:?} 1/{factor}: {difference:.1} grey levels apart"
                );
            }
        }
    }
}

fn luma([red, green, blue]: [u8; 3]) -> f64 {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
}

fn mean_luma_difference(full: &Frame, rect: PixelRect, factor: u32, reduced: &Frame) -> f64 {
    let mut sum = 0.0;
    for y in 0..reduced.size().height {
        for x in 0..reduced.size().width {
            let square = PixelRect::new(rect.x + x * factor, rect.y + y * factor, factor, factor);
            let crop = full.crop(square);
            let mean = crop.rgb().chunks_exact(3).map(|p| luma([p[0], p[1], p[2]])).sum::<f64>()
                / f64::from(factor * factor);
            sum += (luma(reduced.pixel(x, y)) - mean).abs();
        }
    }
    sum / reduced.size().pixels() as f64
}
