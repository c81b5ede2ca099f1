//! Hiding regions of a [`Frame`], in place.
//!
//! Hidden pixels are overwritten before anything is computed, and [`Veil`] reads visible ones only:
//! what comes out is a function of the mask and of the pixels outside it (PUB-2).

mod palette;

use grata_core::obscure::ObscureStyle;

pub use palette::limit_colours;

use crate::frame::Frame;
use crate::mask::{Mask, hidden_runs};
use crate::veil::Veil;

/// Red, green and blue of a solid fill: a dark grey that reads as "left out" on light and dark
/// pages.
pub const FILL_LEVEL: u8 = 0x33;

/// Replaces the pixels that `mask` hides; all others stay as they are.
///
/// A picture that was compressed with loss carries traces of a pixel in its neighbours: give the
/// mask [`grown`](Mask::grown) by [`bleed`](crate::decode::Decoded::bleed).
///
/// # Panics
/// If `mask` is not for a picture of the frame's size: a face could be left visible.
pub fn obscure_frame(frame: &mut Frame, mask: &Mask, style: ObscureStyle) {
    assert_eq!(mask.picture(), frame.size(), "the mask is for another picture");
    let hidden = mask.pixels();
    match style {
        ObscureStyle::Fill => overwrite(frame, &hidden, FILL_LEVEL),
        ObscureStyle::Veil => {
            overwrite(frame, &hidden, 0);
            draw_veil(frame, &hidden);
        }
    }
}

fn overwrite(frame: &mut Frame, hidden: &[bool], level: u8) {
    for run in hidden_runs(hidden) {
        frame.rgb_mut()[run.start * 3..run.end * 3].fill(level);
    }
}

fn draw_veil(frame: &mut Frame, hidden: &[bool]) {
    let size = frame.size();
    let veil = Veil::over(size.width as usize, size.height as usize, hidden);
    for channel in 0..3 {
        veil.fill_channel(frame.rgb_mut(), channel, 3);
    }
}

#[cfg(test)]
mod tests {
    use grata_core::geometry::{PixelRect, Size};
    use grata_core::region::{Region, Shape};
    use proptest::prelude::*;

    use super::*;

    const STYLES: [ObscureStyle; 2] = [ObscureStyle::Fill, ObscureStyle::Veil];

    #[derive(Debug)]
    struct Scene {
        mask: Mask,
        outside: Vec<u8>,
        inside: [Vec<u8>; 2],
    }

    impl Scene {
        /// The pixels of `outside`, with those of `inside[which]` where hidden.
        fn frame(&self, which: usize) -> Frame {
            let size = self.mask.picture();
            let mut frame = Frame::from_rgb(size, self.outside.clone()).unwrap();
            let inside = Frame::from_rgb(size, self.inside[which].clone()).unwrap();
            for y in 0..size.height {
                for x in 0..size.width {
                    if self.mask.hides_pixel(x, y) {
                        frame.set_pixel(x, y, inside.pixel(x, y));
                    }
                }
            }
            frame
        }

        fn obscured(&self, which: usize, style: ObscureStyle) -> Frame {
            let mut frame = self.frame(which);
            obscure_frame(&mut frame, &self.mask, style);
            frame
        }
    }

    fn regions() -> impl Strategy<Value = Vec<Region>> {
        let region = (0u32..50, 0u32..40, 1u32..40, 1u32..40, any::<bool>()).prop_map(
            |(x, y, width, height, rounded)| Region {
                rect: PixelRect::new(x, y, width, height),
                shape: if rounded { Shape::Rounded } else { Shape::Rectangle },
            },
        );
        prop::collection::vec(region, 1..4)
    }

    fn scenes() -> impl Strategy<Value = Scene> {
        let cells = prop::sample::select(vec![Size::new(1, 1), Size::new(8, 8), Size::new(16, 8)]);
        (1u32..60, 1u32..50, regions(), cells).prop_flat_map(|(width, height, regions, cell)| {
            let size = Size::new(width, height);
            let mask = Mask::of_regions(&regions, size, cell);
            let samples = || prop::collection::vec(any::<u8>(), size.pixels() as usize * 3);
            (samples(), samples(), samples()).prop_map(move |(outside, one, other)| Scene {
                mask: mask.clone(),
                outside,
                inside: [one, other],
            })
        })
    }

    proptest! {
        #[test]
        fn pub_2_the_result_does_not_depend_on_hidden_pixels(scene in scenes()) {
            for style in STYLES {
                prop_assert!(scene.obscured(0, style) == scene.obscured(1, style), "{style:?}");
            }
        }

        #[test]
        fn pub_2_nothing_outside_the_mask_changes(scene in scenes()) {
            let (before, size) = (scene.frame(0), scene.mask.picture());
            for style in STYLES {
                let after = scene.obscured(0, style);
                for y in 0..size.height {
                    for x in 0..size.width {
                        if !scene.mask.hides_pixel(x, y) {
                            prop_assert_eq!(after.pixel(x, y), before.pixel(x, y));
                        } else if style == ObscureStyle::Fill {
                            prop_assert_eq!(after.pixel(x, y), [FILL_LEVEL; 3]);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_veil_takes_the_colour_of_its_surroundings() {
        let size = Size::new(64, 64);
        let mut frame = Frame::filled(size, [200, 120, 40]);
        let plain = frame.clone();
        for y in 16..48 {
            for x in 16..48 {
                frame.set_pixel(x, y, [0, 0, 255]);
            }
        }
        let region = Region { rect: PixelRect::new(16, 16, 32, 32), shape: Shape::Rectangle };
        let mask = Mask::of_regions(&[region], size, Size::new(1, 1));
        obscure_frame(&mut frame, &mask, ObscureStyle::Veil);
        assert!(frame == plain);
    }

    #[test]
    fn without_hidden_pixels_nothing_changes() {
        let frame = Frame::filled(Size::new(9, 7), [1, 2, 3]);
        for style in STYLES {
            let mut same = frame.clone();
            obscure_frame(&mut same, &Mask::of_regions(&[], frame.size(), Size::new(1, 1)), style);
            assert!(same == frame);
        }
    }
}
