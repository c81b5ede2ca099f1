//! WebP: lossless by `image-webp`; lossy by libwebp, where it is compiled in.

use image_webp::{ColorType, WebPEncoder};

use super::{EncodeError, Picture};
use crate::decode::Quality;

/// libwebp's quality, 0 to 100, where the source was lossy.
#[cfg(feature = "native-formats")]
const QUALITY: f32 = 90.0;

pub(super) fn write(picture: &Picture, quality: &Quality) -> Result<Vec<u8>, EncodeError> {
    match quality {
        Quality::Lossless => write_lossless(picture),
        Quality::Jpeg { .. } | Quality::Lossy => write_lossy(picture),
    }
}

fn write_lossless(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new(&mut bytes);
    if let Some(icc) = picture.icc {
        encoder.set_icc_profile(icc.to_vec());
    }
    encoder
        .encode(&picture.samples, picture.size.width, picture.size.height, ColorType::Rgb8)
        .map_err(|error| EncodeError::writer("WebP", error))?;
    Ok(bytes)
}

#[cfg(not(feature = "native-formats"))]
fn write_lossy(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    write_lossless(picture)
}

#[cfg(feature = "native-formats")]
fn write_lossy(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let simple = webp::Encoder::from_rgb(&picture.samples, picture.size.width, picture.size.height)
        .encode_simple(false, QUALITY)
        .map_err(|error| EncodeError::writer("WebP", Refused(format!("{error:?}"))))?;
    Ok(match picture.icc {
        None => simple.to_vec(),
        Some(icc) => with_profile(&simple, icc, picture.size),
    })
}

/// libwebp's error has no `Error` of its own.
#[cfg(feature = "native-formats")]
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

/// The extended file of a simple one: a header, the profile, the same picture (RFC 9649, 2.7).
#[cfg(feature = "native-formats")]
fn with_profile(simple: &[u8], icc: &[u8], size: grata_core::geometry::Size) -> Vec<u8> {
    const RIFF_HEADER: usize = 12;
    const HAS_PROFILE: u8 = 0x20;
    let mut header = vec![HAS_PROFILE, 0, 0, 0];
    header.extend(&(size.width - 1).to_le_bytes()[..3]);
    header.extend(&(size.height - 1).to_le_bytes()[..3]);
    let mut body = b"WEBP".to_vec();
    push_chunk(&mut body, b"VP8X", &header);
    push_chunk(&mut body, b"ICCP", icc);
    body.extend(&simple[RIFF_HEADER..]);
    let mut file = Vec::with_capacity(body.len() + 8);
    push_chunk(&mut file, b"RIFF", &body);
    file
}

#[cfg(feature = "native-formats")]
fn push_chunk(file: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    file.extend(name);
    // Fits: a WebP has at most 2^28 pixels, a profile of ours a few hundred bytes.
    file.extend((content.len() as u32).to_le_bytes());
    file.extend(content);
    if content.len() % 2 == 1 {
        file.push(0);
    }
}
