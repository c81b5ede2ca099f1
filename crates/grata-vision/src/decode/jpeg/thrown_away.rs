//! Metadata of a JPEG that is not even looked at. Nothing is wrong with the picture if it is broken.

/// Where a segment ends that grata throws away unread, whatever its content or length is like; `None`
/// if grata reads it, so that it has to be as it should.
///
/// `at`: offset of the segment's length, behind its `marker`.
pub(crate) fn end_of_thrown_away(bytes: &[u8], marker: u8, at: usize) -> Option<usize> {
    let content = bytes.get(at + 2..)?;
    let is_read = match marker {
        0xE0 => content.starts_with(b"JFIF\0"),
        0xE1 => content.starts_with(b"Exif\0\0"),
        0xE2 => content.starts_with(b"ICC_PROFILE\0"),
        0xEE => content.starts_with(b"Adobe"),
        0xE3..=0xEF | 0xFE => false,
        _ => true,
    };
    if is_read {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
    if length >= 2 && bytes.get(at + length) == Some(&0xFF) {
        return Some(at + length);
    }
    // Decoders go on at the next thing that looks like a marker.
    let next =
        content.windows(2).position(|pair| pair[0] == 0xFF && matches!(pair[1], 0xC0..=0xCF | 0xDA..=0xFE));
    next.map(|offset| at + 2 + offset)
}
