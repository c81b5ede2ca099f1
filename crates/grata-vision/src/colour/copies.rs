//! Our own copies of the known profiles: matrix profiles of ICC version 4.3, a few hundred bytes.
//!
//! The numbers are those of the published profiles, adapted to D50 by the Bradford matrix.

use std::sync::LazyLock;

use super::ColourProfile;

/// A number in units of 1/65536.
type Fixed = i32;

/// D50, the white of the profile connection space (ICC.1:2010, 7.2.16).
const D50: [Fixed; 3] = [0xF6D6, 0x1_0000, 0xD32D];

/// D65 to D50 by Bradford, row by row.
const ADAPTATION: [Fixed; 9] = [0x1_0C42, 0x05DE, -0x0CDB, 0x0793, 0xFD90, -0x045F, -0x025E, 0x03DC, 0xC06E];

/// Columns: X, Y, Z of red, green and blue.
const SRGB: [[Fixed; 3]; 3] = [[0x6FA2, 0x38F5, 0x0390], [0x6299, 0xB785, 0x18DA], [0x24A0, 0x0F84, 0xB6CF]];
const DISPLAY_P3: [[Fixed; 3]; 3] =
    [[0x83DF, 0x3DBF, -0x0045], [0x4ABF, 0xB137, 0x0AB9], [0x2838, 0x110B, 0xC8B9]];
const ADOBE_RGB: [[Fixed; 3]; 3] =
    [[0x9C18, 0x4FA5, 0x04FC], [0x348D, 0xA02C, 0x0F95], [0x2631, 0x102F, 0xBE9C]];

/// Parameters g, a, b, c, d of IEC 61966-2-1 as ICC function type 3.
const SRGB_CURVE: [Fixed; 5] = [0x2_6666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B];
/// 563/256 (Adobe RGB (1998) Color Image Encoding, 4.3.4.2), function type 0.
const ADOBE_CURVE: [Fixed; 1] = [0x2_3300];

pub(super) fn bytes(profile: ColourProfile) -> Option<&'static [u8]> {
    static SRGB_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| write("sRGB", &SRGB, &SRGB_CURVE));
    static P3_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| write("Display P3", &DISPLAY_P3, &SRGB_CURVE));
    static ADOBE_BYTES: LazyLock<Vec<u8>> =
        LazyLock::new(|| write("Compatible with Adobe RGB (1998)", &ADOBE_RGB, &ADOBE_CURVE));
    match profile {
        ColourProfile::Unstated => None,
        ColourProfile::Srgb => Some(&SRGB_BYTES),
        ColourProfile::DisplayP3 => Some(&P3_BYTES),
        ColourProfile::AdobeRgb => Some(&ADOBE_BYTES),
    }
}

/// X, Y, Z at D50 of red, green and blue.
pub(super) fn colorants(profile: ColourProfile) -> [[f64; 3]; 3] {
    let fixed = match profile {
        ColourProfile::Unstated | ColourProfile::Srgb => SRGB,
        ColourProfile::DisplayP3 => DISPLAY_P3,
        ColourProfile::AdobeRgb => ADOBE_RGB,
    };
    fixed.map(|colorant| colorant.map(|value| f64::from(value) / 65536.0))
}

/// From an encoded value to linear light, both 0 to 1.
pub(super) fn curve(profile: ColourProfile) -> fn(f64) -> f64 {
    match profile {
        ColourProfile::AdobeRgb => adobe_curve,
        ColourProfile::Unstated | ColourProfile::Srgb | ColourProfile::DisplayP3 => srgb_curve,
    }
}

/// IEC 61966-2-1.
pub(super) fn srgb_curve(encoded: f64) -> f64 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

fn adobe_curve(encoded: f64) -> f64 {
    encoded.powf(563.0 / 256.0)
}

/// A display profile: header, tag table, tag data. Same input, same bytes; no date, no identity.
fn write(name: &str, colorants: &[[Fixed; 3]; 3], curve: &[Fixed]) -> Vec<u8> {
    let curve_tag = parametric(curve);
    let tags: [(&[u8; 4], Vec<u8>); 10] = [
        (b"desc", localised(name)),
        (b"cprt", localised("No copyright, use freely")),
        (b"wtpt", xyz(&D50)),
        (b"chad", fixed_array(b"sf32", &ADAPTATION)),
        (b"rXYZ", xyz(&colorants[0])),
        (b"gXYZ", xyz(&colorants[1])),
        (b"bXYZ", xyz(&colorants[2])),
        (b"rTRC", curve_tag.clone()),
        (b"gTRC", curve_tag.clone()),
        (b"bTRC", curve_tag),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    let mut last: Option<(usize, &[u8])> = None;
    for (name, bytes) in &tags {
        // Equal curves share their bytes, as the format allows.
        let offset = match last {
            Some((offset, same)) if same == bytes.as_slice() => offset,
            _ => start + data.len(),
        };
        if offset == start + data.len() {
            data.extend(bytes);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        last = Some((offset, bytes));
        table.extend(*name);
        table.extend((offset as u32).to_be_bytes());
        table.extend((bytes.len() as u32).to_be_bytes());
    }
    [header(start + data.len()), table, data].concat()
}

/// ICC.1:2010, 7.2. Everything that could tell where a profile came from is zero.
fn header(size: usize) -> Vec<u8> {
    let mut header = vec![0; 128];
    header[0..4].copy_from_slice(&(size as u32).to_be_bytes());
    header[8..12].copy_from_slice(&0x0430_0000_u32.to_be_bytes());
    header[12..24].copy_from_slice(b"mntrRGB XYZ ");
    // The format wants a date: that of the standard.
    for (at, part) in [2010_u16, 12, 1, 0, 0, 0].into_iter().enumerate() {
        header[24 + 2 * at..26 + 2 * at].copy_from_slice(&part.to_be_bytes());
    }
    header[36..40].copy_from_slice(b"acsp");
    header[68..80].copy_from_slice(&xyz(&D50)[8..]);
    header
}

fn xyz(value: &[Fixed; 3]) -> Vec<u8> {
    fixed_array(b"XYZ ", value)
}

fn fixed_array(kind: &[u8; 4], values: &[Fixed]) -> Vec<u8> {
    let mut bytes = [kind.as_slice(), &[0; 4]].concat();
    bytes.extend(values.iter().flat_map(|value| value.to_be_bytes()));
    bytes
}

/// Function type 0 for one parameter, 3 for five.
fn parametric(parameters: &[Fixed]) -> Vec<u8> {
    let function: u16 = if parameters.len() == 1 { 0 } else { 3 };
    let mut bytes = [b"para".as_slice(), &[0; 4], &function.to_be_bytes(), &[0; 2]].concat();
    bytes.extend(parameters.iter().flat_map(|value| value.to_be_bytes()));
    bytes
}

/// One English text.
fn localised(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut bytes = [b"mluc".as_slice(), &[0; 4]].concat();
    for number in [1_u32, 12] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(b"enUS");
    bytes.extend((utf16.len() as u32).to_be_bytes());
    bytes.extend(28_u32.to_be_bytes());
    bytes.extend(utf16);
    bytes
}
