//! PNG: the default picture, alpha over white, 8 bits a sample.

use std::io::Cursor;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients,
    TransferCharacteristics, XyY, curve_from_gamma,
};
use png::{BitDepth, ColorType, Decoder, Info, Transformations};

use super::exif_orientation::{settle, stated_orientations};
use super::stored::{FIRST_FRAME, FLATTENED, Pixels, REDUCED, Stored, flattened};
use super::{DecodeError, Limits, damaged};
use crate::colour::ColourProfile;

/// What the decoder may allocate besides the pixels: chunks such as a colour profile.
const CHUNK_BYTES: usize = 64 << 20;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: CHUNK_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(refused)?;
    let size = limits.size(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(refused)?;
    let length = reader.output_buffer_size().ok_or_else(|| DecodeError::TooLarge("the pixels".into()))?;
    let mut samples = vec![0; length];
    let shape = reader.next_frame(&mut samples).map_err(refused)?;
    samples.truncate(shape.buffer_size());
    // Whatever comes after the picture is checked as well: a cut file is a damaged one.
    reader.finish().map_err(refused)?;

    let (pixels, transparent) = match shape.color_type {
        ColorType::Grayscale => (Pixels::Grey(samples), false),
        ColorType::GrayscaleAlpha => {
            let (grey, transparent) = flattened(&samples, 2);
            (Pixels::Grey(grey), transparent)
        }
        ColorType::Rgba => {
            let (rgb, transparent) = flattened(&samples, 4);
            (Pixels::Rgb(rgb), transparent)
        }
        ColorType::Rgb | ColorType::Indexed => (Pixels::Rgb(samples), false),
    };
    let info = reader.info();
    let mut stored = Stored::plain(size, in_stated_colours(pixels, info));
    stored.icc = stated_profile(info);
    let exif = info.exif_metadata.as_deref().map(stated_orientations).unwrap_or_default();
    stored.orientation = settle(&exif, &mut stored.notes);
    note_if(&mut stored, transparent, FLATTENED);
    note_if(&mut stored, info.bit_depth == BitDepth::Sixteen, REDUCED);
    note_if(&mut stored, info.animation_control.is_some_and(|control| control.num_frames > 1), FIRST_FRAME);
    Ok(stored)
}

fn note_if(stored: &mut Stored, holds: bool, words: &str) {
    if holds {
        stored.note(words);
    }
}

fn refused(error: png::DecodingError) -> DecodeError {
    match error {
        png::DecodingError::LimitsExceeded => DecodeError::TooLarge("a part of the file".into()),
        other => damaged(other),
    }
}

/// A grey picture whose colours are stated for red, green and blue becomes one of those.
fn in_stated_colours(pixels: Pixels, info: &Info<'_>) -> Pixels {
    match pixels {
        Pixels::Grey(grey) if info.icc_profile.is_none() && stated_profile(info).is_some() => {
            Pixels::Rgb(grey.iter().flat_map(|value| [*value; 3]).collect())
        }
        other => other,
    }
}

/// The colours that the chunks state, strongest first: `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM`
/// (PNG, third edition, 11.3.2). `None` if nothing is said, or what is said is sRGB anyway.
fn stated_profile(info: &Info<'_>) -> Option<Vec<u8>> {
    if let Some(points) = &info.coding_independent_code_points {
        return cicp_profile(points.color_primaries, points.transfer_function);
    }
    if let Some(icc) = &info.icc_profile {
        return Some(icc.to_vec());
    }
    if info.srgb.is_some() {
        return ColourProfile::Srgb.icc_bytes().map(<[u8]>::to_vec);
    }
    gamma_profile(info)
}

/// A profile of code points (ITU-T H.273); `None` if they say nothing.
pub(super) fn cicp_profile(primaries: u8, transfer: u8) -> Option<Vec<u8>> {
    match (primaries, transfer) {
        // Reserved or unspecified.
        (0 | 2 | 3, _) | (_, 0 | 2 | 3) => None,
        (1, 13 | 1) => ColourProfile::Srgb.icc_bytes().map(<[u8]>::to_vec),
        (12, 13) => ColourProfile::DisplayP3.icc_bytes().map(<[u8]>::to_vec),
        _ => ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
            transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })
        .encode()
        .ok(),
    }
}

/// 1/2.2, which is written for sRGB.
const SRGB_GAMMA: f32 = 0.45455;

fn gamma_profile(info: &Info<'_>) -> Option<Vec<u8>> {
    let gamma = info.gama_chunk?.into_value();
    let close = (gamma - SRGB_GAMMA).abs() < 0.01;
    if close || !(0.1..=2.0).contains(&gamma) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    let curve = Some(curve_from_gamma(1.0 / gamma));
    profile.red_trc.clone_from(&curve);
    profile.green_trc.clone_from(&curve);
    profile.blue_trc = curve;
    if let Some(points) = info.chrm_chunk {
        let point =
            |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
        let white = point(points.white);
        profile.update_rgb_colorimetry(
            XyY { x: f64::from(white.x), y: f64::from(white.y), yb: 1.0 },
            ColorPrimaries { red: point(points.red), green: point(points.green), blue: point(points.blue) },
        );
    }
    profile.encode().ok()
}
