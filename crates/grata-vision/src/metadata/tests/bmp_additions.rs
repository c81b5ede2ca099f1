//! What must not stand in a BMP.

use super::*;

pub(super) fn all() -> Vec<Case> {
    let good = bmp();
    let mut gap = with(good.clone(), 54, b"canary");
    gap[10] += 6;
    gap[2..6].copy_from_slice(&(good.len() as u32 + 6).to_le_bytes());
    let mut longer = with_end(good.clone(), b"canary");
    longer[2..6].copy_from_slice(&(good.len() as u32 + 6).to_le_bytes());
    vec![
        ("trailer", Format::Bmp, with_end(good.clone(), b"canary"), "a size that is not that of the file"),
        ("trailer within the size", Format::Bmp, longer, "more or fewer bytes than the pixels have"),
        ("gap", Format::Bmp, gap, "a gap before the pixels"),
        (
            "profile",
            Format::Bmp,
            changed_by(&good, 14, 40 ^ 124),
            "a header of another length, which may hold a profile",
        ),
        ("reserved", Format::Bmp, changed(good.clone(), 6), "reserved bytes that are not zero"),
        ("resolution", Format::Bmp, changed(good.clone(), 38), "a resolution or a palette"),
        ("padding", Format::Bmp, changed(good.clone(), 54 + WIDTH as usize * 3), "padding that is not zero"),
    ]
}
