//! What must not stand in a TIFF.

use super::*;

pub(super) fn all() -> Vec<Case> {
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
