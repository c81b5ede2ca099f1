//! What must not stand in a JPEG.

use super::*;

/// A JPEG with a minimal Exif that also has a second directory, for a thumbnail.
fn exif_with_thumbnail() -> Vec<u8> {
    let own = minimal_exif(Orientation::Turned90);
    let mut content = own[4..own.len() - 4].to_vec();
    content.extend([0, 0, 0, 26]);
    content.extend(b"\0\0\0\0\0\0\xFF\xD8thumbnail\xFF\xD9");
    segment(0xE1, &content)
}

pub(super) fn all() -> Vec<Case> {
    let add = |content: &[u8]| with(jpeg(false, false, None), JFIF_END, content);
    let app = |number: u8, content: &[u8]| add(&segment(0xE0 + number, content));
    let photo = jpeg(false, true, Some(p3()));
    let icc = find(&photo, b"ICC_PROFILE");
    let first_scan = find(&photo, &[0xFF, 0xDA]);
    let second_scan = first_scan + 2 + find(&photo[first_scan + 2..], &[0xFF, 0xDA]);
    let mut thumbnail = photo.clone();
    thumbnail.splice(2..JFIF_END, segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01abc"));
    let foreign_exif = "Exif or XMP that is not ours";
    let foreign_app = "an application segment that is not on the list";
    let foreign_profile = "an APP2 segment that is not one of our profiles";
    vec![
        ("Exif", Format::Jpeg, app(1, b"Exif\0\0II*\0\x08\0\0\0canary"), foreign_exif),
        ("Exif thumbnail", Format::Jpeg, add(&exif_with_thumbnail()), foreign_exif),
        ("XMP", Format::Jpeg, app(1, b"http://ns.adobe.com/xap/1.0/\0canary"), foreign_exif),
        ("extended XMP", Format::Jpeg, app(1, b"http://ns.adobe.com/xmp/extension/\0x"), foreign_exif),
        (
            "second Exif",
            Format::Jpeg,
            with(oriented_jpeg(), JFIF_END, &minimal_exif(Orientation::Turned90)),
            "a second APP1 segment",
        ),
        ("MPF", Format::Jpeg, app(2, b"MPF\0II*\0\x08\0\0\0"), foreign_profile),
        ("changed profile", Format::Jpeg, changed(photo.clone(), icc + 60), foreign_profile),
        ("profile of two parts", Format::Jpeg, changed(photo.clone(), icc + 13), foreign_profile),
        (
            "second profile",
            Format::Jpeg,
            with(photo.clone(), JFIF_END, &segment(0xE2, b"x")),
            "a second APP2 segment",
        ),
        ("IPTC", Format::Jpeg, app(13, b"Photoshop 3.0\x008BIM\x04\x04canary"), foreign_app),
        ("JUMBF", Format::Jpeg, app(11, b"JP\0\x01canary"), foreign_app),
        ("comment", Format::Jpeg, add(&segment(0xFE, b"canary")), "a comment"),
        (
            "JFIF thumbnail",
            Format::Jpeg,
            thumbnail,
            "JFIF with a thumbnail or a resolution, or its extension",
        ),
        ("JFXX", Format::Jpeg, app(0, b"JFXX\0\x10\xFF\xD8\xFF\xD9"), "JFIF or Adobe, not in first place"),
        ("trailer", Format::Jpeg, with_end(photo.clone(), b"canary"), "bytes behind the end of the picture"),
        (
            "second picture",
            Format::Jpeg,
            with_end(photo.clone(), &photo),
            "bytes behind the end of the picture",
        ),
        ("picture in picture", Format::Jpeg, add(&photo), "a second start of a picture"),
        ("restart interval", Format::Jpeg, add(&segment(0xDD, &[0, 4])), "a restart interval"),
        ("restart", Format::Jpeg, with(photo.clone(), second_scan, &[0xFF, 0xD0]), "a restart marker"),
        (
            "DNL",
            Format::Jpeg,
            with(photo.clone(), second_scan, &segment(0xDC, &[0, 9])),
            "a segment between scans",
        ),
        (
            "late comment",
            Format::Jpeg,
            with(photo.clone(), second_scan, &segment(0xFE, b"c")),
            "a segment between scans",
        ),
        ("unused table", Format::Jpeg, add(&segment(0xDB, &[0; 65])), "a quantisation table too many"),
        ("unused codes", Format::Jpeg, add(&segment(0xC4, &[0; 17])), "a Huffman table too many"),
        ("bytes", Format::Jpeg, add(b"canary"), "bytes between segments"),
        ("fill bytes", Format::Jpeg, add(&[0xFF; 5]), "a marker that is not on the list"),
        ("cut off", Format::Jpeg, photo[..photo.len() - 2].to_vec(), "a part that ends too early"),
        (
            "no Adobe",
            Format::Jpeg,
            [&[0xFF, 0xD8], &photo[JFIF_END..]].concat(),
            "JFIF or Adobe, not in first place",
        ),
    ]
}
