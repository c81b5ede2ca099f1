//! Exif data that says when a photo was taken, and photos that carry it.

use std::io::Cursor;

use image::{ImageEncoder as _, RgbImage};

/// A TIFF structure with `DateTimeOriginal`, such as `2026:09:05 14:59:31`, and nothing else.
fn taken(text: &str) -> Vec<u8> {
    assert_eq!(text.len(), 19);
    let mut bytes = b"II\x2A\0\x08\0\0\0".to_vec();
    bytes.extend([1, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([1, 0, 0x03, 0x90, 2, 0, 20, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

/// The picture as a JPEG file that says when it was taken.
pub fn jpeg(picture: &RgbImage, text: &str) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_exif_metadata(taken(text)).unwrap();
    encoder.encode_image(picture).unwrap();
    bytes.into_inner()
}
