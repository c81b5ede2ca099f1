//! The eight ways a picture can be stored, numbered as in Exif tag 0x0112 (CIPA DC-008).

use crate::geometry::{PixelRect, Size};

/// How the stored pixels have to be turned to stand upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1: stored upright.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    MirroredHorizontally,
    /// 3: turned by 180 degrees.
    Turned180,
    /// 4: mirrored top to bottom.
    MirroredVertically,
    /// 5: mirrored along the main diagonal.
    Transposed,
    /// 6: to be turned 90 degrees clockwise.
    Turned90,
    /// 7: mirrored along the other diagonal.
    Transversed,
    /// 8: to be turned 270 degrees clockwise.
    Turned270,
}

impl Orientation {
    /// All eight, in the order of their Exif numbers.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirroredHorizontally,
        Self::Turned180,
        Self::MirroredVertically,
        Self::Transposed,
        Self::Turned90,
        Self::Transversed,
        Self::Turned270,
    ];

    /// From the Exif number; `None` outside 1 to 8.
    pub fn from_exif(number: u32) -> Option<Self> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(index).copied()
    }

    /// The Exif number, 1 to 8.
    pub fn exif(self) -> u16 {
        self as u16 + 1
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        self.exif() >= 5
    }

    /// Size of the upright picture, from the stored size (or the other way round).
    pub fn upright_size(self, stored: Size) -> Size {
        if self.swaps_sides() { stored.transposed() } else { stored }
    }

    /// The stored pixel that is shown at the upright pixel (x, y). `stored`: the stored size.
    pub fn stored_pixel(self, x: u32, y: u32, stored: Size) -> (u32, u32) {
        let (right, bottom) = (stored.width - 1, stored.height - 1);
        match self {
            Self::Upright => (x, y),
            Self::MirroredHorizontally => (right - x, y),
            Self::Turned180 => (right - x, bottom - y),
            Self::MirroredVertically => (x, bottom - y),
            Self::Transposed => (y, x),
            Self::Turned90 => (y, bottom - x),
            Self::Transversed => (right - y, bottom - x),
            Self::Turned270 => (right - y, x),
        }
    }

    /// The stored rectangle that is shown as the upright rectangle `rect`.
    ///
    /// `rect` must lie inside the upright picture and cover at least one pixel.
    pub fn stored_rect(self, rect: PixelRect, stored: Size) -> PixelRect {
        let (ax, ay) = self.stored_pixel(rect.x, rect.y, stored);
        let (bx, by) = self.stored_pixel(rect.right() - 1, rect.bottom() - 1, stored);
        let (x, y) = (ax.min(bx), ay.min(by));
        PixelRect::new(x, y, ax.max(bx) - x + 1, ay.max(by) - y + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 3 x 2 stored picture `abc/def`, shown by each orientation (Exif specification, figure).
    #[test]
    fn eight_orientations_show_what_exif_says() {
        let stored = Size::new(3, 2);
        let pixels = ["abc", "def"];
        let shown = |orientation: Orientation| {
            let size = orientation.upright_size(stored);
            (0..size.height)
                .map(|y| {
                    (0..size.width)
                        .map(|x| {
                            let (sx, sy) = orientation.stored_pixel(x, y, stored);
                            pixels[sy as usize].as_bytes()[sx as usize] as char
                        })
                        .collect::<String>()
                })
                .collect::<Vec<_>>()
                .join("/")
        };
        let expected =
            ["abc/def", "cba/fed", "fed/cba", "def/abc", "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"];
        for (orientation, expected) in Orientation::ALL.into_iter().zip(expected) {
            assert_eq!(shown(orientation), expected, "{orientation:?}");
        }
    }

    #[test]
    fn stored_rect_covers_the_same_pixels() {
        let stored = Size::new(7, 5);
        for orientation in Orientation::ALL {
            let rect = PixelRect::new(1, 2, 3, 2);
            let mapped = orientation.stored_rect(rect, stored);
            let mut count = 0;
            for y in rect.y..rect.bottom() {
                for x in rect.x..rect.right() {
                    let (sx, sy) = orientation.stored_pixel(x, y, stored);
                    assert!(mapped.contains(sx, sy));
                    count += 1;
                }
            }
            assert_eq!(count, mapped.width * mapped.height);
        }
    }
}
