//! What must not stand in a GIF.

use super::*;

pub(super) fn all() -> Vec<Case> {
    let good = gif(3);
    let end = good.len() - 1;
    let picture = 13 + 12;
    let foreign = "an extension that is not on the list";
    let frame = good[picture..end].to_vec();
    vec![
        ("comment", Format::Gif, with(good.clone(), picture, b"\x21\xFE\x06canary\0"), foreign),
        ("late comment", Format::Gif, with(good.clone(), end, b"\x21\xFE\x06canary\0"), foreign),
        ("XMP", Format::Gif, with(good.clone(), picture, b"\x21\xFF\x0BXMP DataXMP\x06canary\0"), foreign),
        (
            "text",
            Format::Gif,
            with(good.clone(), picture, b"\x21\x01\x0C\0\0\0\0\0\0\0\0\0\0\0\0\x01c\0"),
            foreign,
        ),
        ("second control", Format::Gif, with(good.clone(), picture, b"\x21\xF9\x04\0\0\0\0\0"), foreign),
        ("second picture", Format::Gif, with(good.clone(), end, &frame[8..]), "a second picture"),
        ("transparency", Format::Gif, changed(good.clone(), picture + 3), "transparency, a delay or more"),
        ("delay", Format::Gif, changed(good.clone(), picture + 4), "transparency, a delay or more"),
        ("trailer", Format::Gif, with_end(good.clone(), b"canary"), "bytes behind the end of the picture"),
        ("unused colour", Format::Gif, changed(good.clone(), 13 + 9), "a colour that no pixel has"),
        (
            "behind the pixels",
            Format::Gif,
            with(good.clone(), end - 1, b"\x06canary"),
            "bytes behind compressed pixels",
        ),
        ("larger screen", Format::Gif, changed(good.clone(), 6), "a picture that does not fill the screen"),
    ]
}
