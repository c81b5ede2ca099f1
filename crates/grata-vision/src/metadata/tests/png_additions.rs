//! What must not stand in a PNG.

use super::*;

/// A PNG whose pixels stream has `more` behind its end.
fn png_with_longer_pixels(bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    let at = find(&bytes, b"IDAT") - 4;
    let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let content = [&bytes[at + 8..at + 8 + length], more].concat();
    [&bytes[..at], &chunk(b"IDAT", &content), &bytes[at + 12 + length..]].concat()
}

pub(super) fn all() -> Vec<Case> {
    let add = |name, content: &[u8]| with(png(false, None), IHDR_END, &chunk(name, content));
    let end = |content: &[u8]| with_end(png(false, None), content);
    let late = |name, content: &[u8]| {
        let bytes = png(true, None);
        let at = bytes.len() - 12;
        with(bytes, at, &chunk(name, content))
    };
    let foreign = "a chunk that is not on the list, or not in its place";
    let mut own = p3().to_vec();
    let good = png(false, Some(Box::leak(own.clone().into_boxed_slice())));
    own[60] ^= 1;
    let changed_profile = png(false, Some(Box::leak(own.into_boxed_slice())));
    let name = find(&good, b"iCCP") + 4;
    let frame = [&b"\0\0\0\0"[..], &noise(40, 256)].concat();
    vec![
        ("tEXt", Format::Png, add(b"tEXt", b"Author\0canary"), foreign),
        ("zTXt", Format::Png, add(b"zTXt", b"Author\0\0x"), foreign),
        ("iTXt (XMP)", Format::Png, add(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0canary"), foreign),
        ("text behind the pixels", Format::Png, late(b"tEXt", b"Author\0canary"), foreign),
        ("eXIf", Format::Png, add(b"eXIf", b"II*\0canary"), foreign),
        ("tIME", Format::Png, add(b"tIME", &[7, 0xEA, 1, 2, 3, 4, 5]), foreign),
        ("pHYs", Format::Png, add(b"pHYs", &[0, 0, 1, 0, 0, 0, 1, 0, 1]), foreign),
        ("private", Format::Png, add(b"caNy", b"canary"), foreign),
        ("palette", Format::Png, add(b"PLTE", b"canary"), foreign),
        ("C2PA", Format::Png, add(b"caBX", b"canary"), foreign),
        ("second frame", Format::Png, late(b"fdAT", &frame), foreign),
        ("second header", Format::Png, add(b"IHDR", &[0; 13]), foreign),
        ("sRGB and profile", Format::Png, with(good.clone(), IHDR_END, &chunk(b"sRGB", &[0])), foreign),
        ("changed profile", Format::Png, changed_profile, "a profile that is not ours"),
        ("name of the profile", Format::Png, changed(good.clone(), name), "a profile that is not ours"),
        ("trailer", Format::Png, end(b"canary"), "bytes behind the end of the picture"),
        ("second picture", Format::Png, end(&good), "bytes behind the end of the picture"),
        ("end with content", Format::Png, add(b"IEND", b"canary"), "an end with content"),
        ("checksum", Format::Png, changed(good.clone(), good.len() - 1), "a chunk with a wrong checksum"),
        (
            "behind the pixels",
            Format::Png,
            png_with_longer_pixels(good.clone(), b"canary"),
            "bytes behind compressed data",
        ),
        ("alpha", Format::Png, changed_header(&good, 25, 6), "alpha or a palette"),
        (
            "more rows than said",
            Format::Png,
            changed_header(&good, 23, HEIGHT as u8 - 1),
            "more compressed data than the picture has pixels",
        ),
        (
            "fewer rows than said",
            Format::Png,
            changed_header(&good, 23, HEIGHT as u8 + 1),
            "an end before all pixels",
        ),
    ]
}
