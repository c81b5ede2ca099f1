//! What must not stand in a WebP.

use super::*;

/// A WebP with `more` at its end, its size put right.
fn webp_with(mut bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(more);
    let size = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&size);
    bytes
}

pub(super) fn all() -> Vec<Case> {
    let good = webp(Some(p3()));
    let add = |name, content: &[u8]| webp_with(good.clone(), &riff_chunk(name, content));
    let foreign = "a chunk that is not on the list";
    let mut odd = webp(None);
    let frame = odd[20..].to_vec();
    let odd_frame = if frame.len() % 2 == 1 { frame } else { [frame, vec![0]].concat() };
    odd.truncate(12);
    odd.extend(riff_chunk(b"VP8L", &odd_frame));
    *odd.last_mut().unwrap() = 7;
    let mut alpha = webp(None);
    alpha[24] |= 0x10;
    vec![
        ("Exif", Format::WebP, add(b"EXIF", b"II*\0canary"), foreign),
        ("XMP", Format::WebP, add(b"XMP ", b"canary"), foreign),
        ("private", Format::WebP, add(b"cana", b"canary"), foreign),
        ("animation", Format::WebP, add(b"ANMF", b"canary"), foreign),
        ("second picture", Format::WebP, add(b"VP8L", &good[20..]), foreign),
        ("trailer", Format::WebP, with_end(good.clone(), b"canary"), "a size that is not that of the file"),
        ("size", Format::WebP, changed(good.clone(), 4), "a size that is not that of the file"),
        (
            "changed profile",
            Format::WebP,
            changed(good.clone(), 38 + 60),
            "no profile of ours where it should stand",
        ),
        ("Exif flag", Format::WebP, changed_by(&good, 20, 8), "a header that announces more than a profile"),
        (
            "alpha flag",
            Format::WebP,
            changed_by(&good, 20, 16),
            "a header that announces more than a profile",
        ),
        ("reserved", Format::WebP, changed(good.clone(), 22), "a header that announces more than a profile"),
        ("canvas", Format::WebP, changed(good.clone(), 24), "a canvas larger than its picture"),
        ("padding", Format::WebP, webp_with(odd, b""), "padding that is not zero"),
        ("alpha", Format::WebP, alpha, "alpha"),
    ]
}
