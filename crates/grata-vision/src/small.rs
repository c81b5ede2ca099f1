//! A finished photo, made small for a screen. Always after hiding: resizing carries pixels across the
//! edge of a region, so what is hidden has to be gone before (PUB-5).

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use grata_core::geometry::Size;

use crate::decode::{DecodeError, Limits, decode};
use crate::encode::encode_for_screen;
use crate::frame::Frame;
use crate::photo::PhotoError;

/// JPEG quality of small pictures: none of them is a master.
const QUALITY: u8 = 82;

/// A JPEG of the finished photo `bytes` whose longer side has at most `side` pixels.
///
/// # Errors
/// [`PhotoError`] if the photo cannot be read or written.
pub fn small(bytes: &[u8], limits: &Limits, side: u32) -> Result<Vec<u8>, PhotoError> {
    let decoded = decode(bytes, limits)?;
    let size = fitting(decoded.frame.size(), side);
    let frame = if size == decoded.frame.size() { decoded.frame } else { resized(&decoded.frame, size)? };
    Ok(encode_for_screen(&frame, decoded.profile, QUALITY)?)
}

/// The size of a picture whose longer side has at most `side` pixels, in the same proportion.
pub fn fitting(size: Size, side: u32) -> Size {
    let longer = size.width.max(size.height);
    if longer <= side {
        return size;
    }
    // Rounded; never 0.
    let scaled = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    Size::new(scaled(size.width), scaled(size.height))
}

fn resized(frame: &Frame, size: Size) -> Result<Frame, PhotoError> {
    let failed = || PhotoError::Decode(DecodeError::TooLarge("it cannot be made smaller".into()));
    let from = frame.size();
    let source = TypedImageRef::<U8x3>::from_buffer(from.width, from.height, frame.rgb());
    let source = source.map_err(|_| failed())?;
    let mut small = Frame::filled(size, [0; 3]);
    let target = TypedImage::<U8x3>::from_buffer(size.width, size.height, small.rgb_mut());
    let mut target = target.map_err(|_| failed())?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|_| failed())?;
    drop(target);
    Ok(small)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::ColourProfile;
    use crate::decode::{Format, sniff};

    #[test]
    fn a_small_picture_keeps_its_proportion_and_is_never_larger() {
        for (size, side, expected) in [
            ((6000, 4000), 480, (480, 320)),
            ((4000, 6000), 480, (320, 480)),
            ((100, 50), 480, (100, 50)),
            ((60_000, 2), 480, (480, 1)),
        ] {
            let fitted = fitting(Size::new(size.0, size.1), side);
            assert_eq!((fitted.width, fitted.height), expected, "{size:?}");
        }
    }

    #[test]
    fn pub_5_a_small_picture_is_a_jpeg_of_the_finished_one() {
        let mut frame = Frame::filled(Size::new(640, 480), [200, 180, 160]);
        frame.set_pixel(3, 3, [0, 0, 0]);
        let finished = encode_for_screen(&frame, ColourProfile::Srgb, 90).unwrap();
        let limits = Limits::default();
        let small = small(&finished, &limits, 160).unwrap();
        assert_eq!(sniff(&small), Some(Format::Jpeg));
        let read = decode(&small, &limits).unwrap().frame;
        assert_eq!(read.size(), Size::new(160, 120));
        let [red, green, blue] = read.pixel(80, 60);
        assert!(red.abs_diff(200) < 4 && green.abs_diff(180) < 4 && blue.abs_diff(160) < 4);
    }
}
