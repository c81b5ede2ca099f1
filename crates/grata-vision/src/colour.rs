//! Colour profiles: known ones are written from our own copy, others are converted to sRGB.
//!
//! A profile is known by what it does (primaries, white, transfer curve), never by its name: names,
//! descriptions and private tags of a source's profile do not survive (PUB-4).

mod copies;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, ToneReprCurve, TransformExecutor, TransformOptions,
};

/// What the numbers in a frame mean. Only these leave grata; each is written from our own copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColourProfile {
    /// Nothing said, to be taken as sRGB: no profile is written.
    #[default]
    Unstated,
    /// sRGB (IEC 61966-2-1), said by the source.
    Srgb,
    /// Display P3.
    DisplayP3,
    /// Adobe RGB (1998).
    AdobeRgb,
}

impl ColourProfile {
    /// Those that are written as a profile.
    pub const STATED: [Self; 3] = [Self::Srgb, Self::DisplayP3, Self::AdobeRgb];

    /// Our own ICC profile, always the same bytes; `None` where none is written.
    pub fn icc_bytes(self) -> Option<&'static [u8]> {
        copies::bytes(self)
    }
}

/// What an embedded ICC profile turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// As good as one of our own: keep the numbers, write our copy.
    Known(ColourProfile),
    /// Something else: the pixels have to be converted to sRGB.
    Other,
    /// Not a profile that can be read: ignored, as viewers do.
    Broken,
}

/// Largest difference of one D50 colorant component: a hundredth of what tells sRGB from P3.
const COLORANT_TOLERANCE: f64 = 0.002;
/// Largest difference of a transfer curve in CIE L*: less than anyone sees.
const LIGHTNESS_TOLERANCE: f64 = 0.8;

/// Says what an embedded ICC profile is. Never fails: what cannot be read is [`ProfileKind::Broken`].
pub fn recognise(icc: &[u8]) -> ProfileKind {
    if ColourProfile::STATED.iter().any(|known| known.icc_bytes() == Some(icc)) {
        // Found below too; this is only quicker.
        return known_copy(icc);
    }
    let Ok(profile) = ColorProfile::new_from_slice(icc) else { return ProfileKind::Broken };
    match profile.color_space {
        DataColorSpace::Rgb if has_table(&profile) => ProfileKind::Other,
        DataColorSpace::Rgb => recognise_matrix(&profile),
        DataColorSpace::Gray => match &profile.gray_trc {
            Some(curve) if same_curve(curve, copies::srgb_curve) => ProfileKind::Known(ColourProfile::Srgb),
            Some(_) => ProfileKind::Other,
            None => ProfileKind::Broken,
        },
        _ => ProfileKind::Other,
    }
}

fn known_copy(icc: &[u8]) -> ProfileKind {
    let found = ColourProfile::STATED.into_iter().find(|known| known.icc_bytes() == Some(icc));
    found.map_or(ProfileKind::Other, ProfileKind::Known)
}

/// Whether colours go through a lookup table, which the matrix says nothing about.
fn has_table(profile: &ColorProfile) -> bool {
    profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some()
}

fn recognise_matrix(profile: &ColorProfile) -> ProfileKind {
    let (Some(red), Some(green), Some(blue)) = (&profile.red_trc, &profile.green_trc, &profile.blue_trc)
    else {
        return ProfileKind::Broken;
    };
    let colorants = [profile.red_colorant, profile.green_colorant, profile.blue_colorant];
    let colorants = colorants.map(|xyz| [xyz.x, xyz.y, xyz.z]);
    let same = |known: &ColourProfile| {
        let curve = copies::curve(*known);
        copies::colorants(*known)
            .iter()
            .flatten()
            .zip(colorants.iter().flatten())
            .all(|(ours, theirs)| (ours - theirs).abs() <= COLORANT_TOLERANCE)
            && [red, green, blue].into_iter().all(|theirs| same_curve(theirs, curve))
    };
    ColourProfile::STATED.into_iter().find(same).map_or(ProfileKind::Other, ProfileKind::Known)
}

fn same_curve(theirs: &ToneReprCurve, ours: fn(f64) -> f64) -> bool {
    let Ok(theirs) = theirs.make_linear_evaluator() else { return false };
    (0..=64).map(|step| f64::from(step) / 64.0).all(|encoded| {
        let difference =
            lightness(f64::from(theirs.evaluate_value(encoded as f32))) - lightness(ours(encoded));
        difference.abs() <= LIGHTNESS_TOLERANCE
    })
}

/// CIE L* of a relative luminance (CIE 15:2004, 8.2.1).
fn lightness(luminance: f64) -> f64 {
    if luminance > 216.0 / 24389.0 { 116.0 * luminance.cbrt() - 16.0 } else { luminance * 24389.0 / 27.0 }
}

/// Why pixels could not be converted.
#[derive(Debug, thiserror::Error)]
#[error("the colour profile cannot be used: {0}")]
pub struct ColourError(String);

/// Converts red, green, blue samples in place from the RGB profile `icc` to sRGB.
///
/// # Errors
/// [`ColourError`] if `icc` is no RGB profile that can be used; the samples are unchanged then.
pub fn rgb_to_srgb(icc: &[u8], rgb: &mut [u8]) -> Result<(), ColourError> {
    let transform = to_srgb(icc, DataColorSpace::Rgb, Layout::Rgb)?;
    let mut part = vec![0; CHUNK * 3];
    for samples in rgb.chunks_mut(CHUNK * 3) {
        let part = &mut part[..samples.len()];
        run(transform.as_ref(), samples, part)?;
        samples.copy_from_slice(part);
    }
    Ok(())
}

/// Red, green, blue in sRGB of grey samples in the grey profile `icc`.
///
/// # Errors
/// [`ColourError`] if `icc` is no grey profile that can be used.
pub fn grey_to_srgb(icc: &[u8], grey: &[u8]) -> Result<Vec<u8>, ColourError> {
    let mut rgb = vec![0; grey.len() * 3];
    run(to_srgb(icc, DataColorSpace::Gray, Layout::Gray)?.as_ref(), grey, &mut rgb)?;
    Ok(rgb)
}

/// Red, green, blue in sRGB of cyan, magenta, yellow, black samples (0: no ink) in the profile `icc`.
///
/// # Errors
/// [`ColourError`] if `icc` is no CMYK profile that can be used.
pub fn cmyk_to_srgb(icc: &[u8], cmyk: &[u8]) -> Result<Vec<u8>, ColourError> {
    let transform = to_srgb(icc, DataColorSpace::Cmyk, Layout::Rgba)?;
    let mut rgb = vec![0; cmyk.len() / 4 * 3];
    for (inks, rgb) in cmyk.chunks(CHUNK * 4).zip(rgb.chunks_mut(CHUNK * 3)) {
        run(transform.as_ref(), inks, rgb)?;
    }
    Ok(rgb)
}

/// Red, green, blue of cyan, magenta, yellow, black samples (0: no ink) about which nothing is known:
/// each ink takes away its complement, black scales all three.
pub fn cmyk_without_profile(cmyk: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(cmyk.len() / 4 * 3);
    for inks in cmyk.chunks_exact(4) {
        let paper = 255 - u32::from(inks[3]);
        rgb.extend(
            inks[..3].iter().map(|ink| ((255 - u32::from(*ink)) * paper).div_ceil(255).min(255) as u8),
        );
    }
    rgb
}

/// Pixels converted at a time.
const CHUNK: usize = 1 << 16;

type Transform = std::sync::Arc<dyn TransformExecutor<u8> + Send + Sync>;

fn to_srgb(icc: &[u8], space: DataColorSpace, layout: Layout) -> Result<Transform, ColourError> {
    let profile = ColorProfile::new_from_slice(icc).map_err(refused)?;
    if profile.color_space != space {
        return Err(ColourError(format!("it is for {:?}, the picture is {space:?}", profile.color_space)));
    }
    let options = TransformOptions {
        // What lies inside sRGB stays as it is.
        rendering_intent: RenderingIntent::RelativeColorimetric,
        // The curves decide, as they do in [`recognise`] and in nearly every viewer.
        allow_use_cicp_transfer: false,
        ..Default::default()
    };
    profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options).map_err(refused)
}

fn run(
    transform: &(dyn TransformExecutor<u8> + Send + Sync),
    from: &[u8],
    to: &mut [u8],
) -> Result<(), ColourError> {
    transform.transform(from, to).map_err(refused)
}

fn refused(error: moxcms::CmsError) -> ColourError {
    ColourError(error.to_string())
}

#[cfg(test)]
mod tests {
    use moxcms::{ProfileText, curve_from_gamma};

    use super::*;

    fn encoded(profile: &ColorProfile) -> Vec<u8> {
        profile.encode().unwrap()
    }

    fn table(curve: impl Fn(f64) -> f64, entries: u32) -> Option<ToneReprCurve> {
        let value = |at| (curve(f64::from(at) / f64::from(entries - 1)) * 65535.0).round() as u16;
        Some(ToneReprCurve::Lut((0..entries).map(value).collect()))
    }

    fn with_curve(mut profile: ColorProfile, curve: Option<ToneReprCurve>) -> ColorProfile {
        profile.red_trc.clone_from(&curve);
        profile.green_trc.clone_from(&curve);
        profile.blue_trc = curve;
        profile
    }

    #[test]
    fn our_copies_are_small_and_do_what_they_say() {
        for profile in ColourProfile::STATED {
            let bytes = profile.icc_bytes().unwrap();
            assert!(bytes.len() < 600, "{profile:?}: {}", bytes.len());
            let read = ColorProfile::new_from_slice(bytes).unwrap();
            assert_eq!(recognise_matrix(&read), ProfileKind::Known(profile));
            assert_eq!(recognise(bytes), ProfileKind::Known(profile));
        }
        assert_eq!(ColourProfile::Unstated.icc_bytes(), None);
    }

    #[test]
    fn known_profiles_are_recognised_by_what_they_do() {
        struct Case(&'static str, ColorProfile, ProfileKind);
        let mut renamed = ColorProfile::new_display_p3();
        renamed.description = Some(ProfileText::PlainString("Anna's monitor".into()));
        let known = ProfileKind::Known;
        let cases = [
            Case("sRGB v4, parametric", ColorProfile::new_srgb(), known(ColourProfile::Srgb)),
            Case(
                "sRGB v2, table of 1024 (HP)",
                with_curve(ColorProfile::new_srgb(), table(copies::srgb_curve, 1024)),
                known(ColourProfile::Srgb),
            ),
            Case(
                "sRGB, table of 64 (tiny ones of web services)",
                with_curve(ColorProfile::new_srgb(), table(copies::srgb_curve, 64)),
                known(ColourProfile::Srgb),
            ),
            Case("P3 under another name", renamed, known(ColourProfile::DisplayP3)),
            Case("Adobe RGB", ColorProfile::new_adobe_rgb(), known(ColourProfile::AdobeRgb)),
            Case(
                "Adobe RGB with a slope limit",
                with_curve(
                    ColorProfile::new_adobe_rgb(),
                    table(|v: f64| v.powf(563.0 / 256.0).max(v / 32.0), 1024),
                ),
                known(ColourProfile::AdobeRgb),
            ),
            Case("ProPhoto", ColorProfile::new_pro_photo_rgb(), ProfileKind::Other),
            Case("DCI P3", ColorProfile::new_dci_p3(), ProfileKind::Other),
            Case(
                "sRGB primaries, gamma 1.8",
                with_curve(ColorProfile::new_srgb(), Some(curve_from_gamma(1.8))),
                ProfileKind::Other,
            ),
            Case("grey, gamma 1.8", ColorProfile::new_gray_with_gamma(1.8), ProfileKind::Other),
        ];
        for Case(name, profile, expected) in cases {
            assert_eq!(recognise(&encoded(&profile)), expected, "{name}");
        }
    }

    #[test]
    fn sec_8_damaged_profiles_are_broken_or_other_and_never_a_panic() {
        assert_eq!(recognise(b""), ProfileKind::Broken);
        assert_eq!(recognise(&[0xFF; 400]), ProfileKind::Broken);
        let good = encoded(&ColorProfile::new_display_p3());
        for length in 0..good.len() {
            recognise(&good[..length]);
        }
        for at in 0..good.len() {
            for value in [0, 0x7F, 0xFF] {
                let mut bad = good.clone();
                bad[at] = value;
                recognise(&bad);
                let _ = rgb_to_srgb(&bad, &mut [10, 20, 30]);
            }
        }
    }

    /// X, Y, Z at D50 by the plain formulas, not by the library.
    fn to_lab(profile: ColourProfile, rgb: [u8; 3]) -> [f64; 3] {
        let (curve, colorants) = (copies::curve(profile), copies::colorants(profile));
        let linear = rgb.map(|value| curve(f64::from(value) / 255.0));
        let xyz = [0, 1, 2].map(|axis| (0..3).map(|c| linear[c] * colorants[c][axis]).sum::<f64>());
        let [x, y, z] = [xyz[0] / 0.9642, xyz[1], xyz[2] / 0.8249].map(|v| (lightness(v) + 16.0) / 116.0);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// Colours inside sRGB, written in a larger space under a profile that is not known, come out as
    /// the same colours.
    #[test]
    fn converted_colours_look_the_same() {
        let mut icc = encoded(&with_curve(ColorProfile::new_display_p3(), Some(curve_from_gamma(1.8))));
        for rgb in [[200u8, 150, 130], [128, 128, 128], [90, 110, 80], [250, 250, 250], [60, 70, 110]] {
            let mut out = rgb;
            rgb_to_srgb(&icc, &mut out).unwrap();
            let linear = rgb.map(|v| (f64::from(v) / 255.0).powf(1.8));
            let p3 = linear.map(|v| {
                (if v <= 0.0031308 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }) * 255.0
            });
            let wanted = to_lab(ColourProfile::DisplayP3, p3.map(|v| v.round() as u8));
            let delta = distance(wanted, to_lab(ColourProfile::Srgb, out));
            assert!(delta < 2.0, "{rgb:?} -> {out:?}: {delta}");
        }
        icc.truncate(100);
        assert!(rgb_to_srgb(&icc, &mut [1, 2, 3]).is_err());
    }

    #[test]
    fn ink_takes_away_light() {
        let cmyk = [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 255, 0, 0, 0, 0, 128];
        let rgb = [255, 255, 255, 0, 255, 255, 0, 0, 0, 255, 0, 0, 127, 127, 127];
        assert_eq!(cmyk_without_profile(&cmyk), rgb);
    }
}
