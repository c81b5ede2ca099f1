//! Hiding regions of a [`Frame`](crate::frame::Frame), in place.
//!
//! Both styles overwrite first and derive afterwards, so that nothing of the hidden pixels is left to
//! derive from (PUB-2).

use grata_core::obscure::ObscureStyle;

use crate::frame::Frame;
use crate::mask::Mask;
use crate::veil::Veil;

/// Every channel of a pixel hidden by [`ObscureStyle::Fill`]: a dark grey that no skin has.
pub const FILL_LEVEL: u8 = 0x33;

/// Replaces the hidden pixels of `frame`. `mask` is over the same picture; where it is larger or
/// smaller, the common part counts.
///
/// A picture that was compressed with loss carries traces of a pixel in its neighbours: give the
/// mask [`grown`](Mask::grown) by [`bleed`](crate::decode::Decoded::bleed).
pub fn obscure_frame(frame: &mut Frame, mask: &Mask, style: ObscureStyle) {
    if mask.is_empty() {
        return;
    }
    let hidden = hidden_pixels(frame, mask);
    for (pixel, hidden) in frame.rgb_mut().chunks_exact_mut(3).zip(&hidden) {
        if *hidden {
            pixel.fill(FILL_LEVEL);
        }
    }
    if style == ObscureStyle::Veil {
        let veil = Veil::over(frame.size().width as usize, frame.size().height as usize, &hidden);
        for channel in 0..3 {
            veil.fill_channel(frame.rgb_mut(), channel, 3);
        }
    }
}

fn hidden_pixels(frame: &Frame, mask: &Mask) -> Vec<bool> {
    let size = frame.size();
    if mask.picture() == size {
        return mask.pixels();
    }
    (0..size.height).flat_map(|y| (0..size.width).map(move |x| mask.hides_pixel(x, y))).collect()
}

#[cfg(test)]
mod tests {
    use grata_core::geometry::{PixelRect, Size};
    use grata_core::region::{Region, Shape};
    use proptest::prelude::*;

    use super::*;

    const SIZE: Size = Size::new(61, 47);

    fn frames_and_mask() -> impl Strategy<Value = (Frame, Frame, Mask)> {
        let rect =
            (0u32..61, 0u32..47, 1u32..40, 1u32..40, any::<bool>()).prop_map(|(x, y, w, h, round)| Region {
                rect: PixelRect::new(x, y, w, h),
                shape: if round { Shape::Rounded } else { Shape::Rectangle },
            });
        let samples = || prop::collection::vec(any::<u8>(), 61 * 47 * 3);
        (prop::collection::vec(rect, 0..4), samples(), samples(), 0u32..4).prop_map(
            |(regions, one, noise, bleed)| {
                let mask = Mask::of_regions(&regions, SIZE, Size::new(1, 1)).grown(bleed);
                let mut other = one.clone();
                for (at, value) in noise.into_iter().enumerate() {
                    if mask.hides_pixel(at as u32 / 3 % 61, at as u32 / 3 / 61) {
                        other[at] = value;
                    }
                }
                (Frame::from_rgb(SIZE, one).unwrap(), Frame::from_rgb(SIZE, other).unwrap(), mask)
            },
        )
    }

    proptest! {
        #[test]
        fn pub_2_frames_that_differ_inside_the_mask_become_equal((one, other, mask) in frames_and_mask()) {
            for style in [ObscureStyle::Fill, ObscureStyle::Veil] {
                let (mut a, mut b) = (one.clone(), other.clone());
                obscure_frame(&mut a, &mask, style);
                obscure_frame(&mut b, &mask, style);
                prop_assert!(a == b, "{style:?}");
                for y in 0..SIZE.height {
                    for x in 0..SIZE.width {
                        if !mask.hides_pixel(x, y) {
                            prop_assert_eq!(a.pixel(x, y), one.pixel(x, y));
                        } else if style == ObscureStyle::Fill {
                            prop_assert_eq!(a.pixel(x, y), [FILL_LEVEL; 3]);
                        }
                    }
                }
            }
        }
    }
}
