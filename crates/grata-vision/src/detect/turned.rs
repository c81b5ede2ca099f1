//! A picture as it looks when it is turned, and boxes back from there.

use grata_core::face::FaceBox;
use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;

use super::{Picture, Texture};
use crate::frame::Frame;

/// The three turned views of a picture.
pub const TURNS: [Orientation; 3] = [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270];

/// A picture, turned.
pub struct TurnedPicture<'a> {
    picture: &'a dyn Picture,
    turn: Orientation,
}

impl<'a> TurnedPicture<'a> {
    pub fn new(picture: &'a dyn Picture, turn: Orientation) -> Self {
        Self { picture, turn }
    }

    /// A box of the turned picture, in the picture.
    pub fn back(&self, face: &FaceBox) -> FaceBox {
        turn_back(face, self.turn, self.picture.size())
    }
}

impl Picture for TurnedPicture<'_> {
    fn size(&self) -> Size {
        self.turn.upright_size(self.picture.size())
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        self.picture.reduced(self.turn.stored_rect(rect, self.picture.size()), factor).upright(self.turn)
    }

    /// Blocks that are cut by a border change sides with it: up to 7 pixels beside where they are.
    fn texture(&self) -> Texture {
        let stored = self.picture.texture();
        let grid = self.turn.upright_size(stored.grid);
        let turned = |values: &[u8]| {
            let blocks = (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| (x, y)));
            blocks
                .map(|(x, y)| {
                    let (x, y) = self.turn.stored_pixel(x, y, stored.grid);
                    values[(y * stored.grid.width + x) as usize]
                })
                .collect()
        };
        Texture { grid, luma: turned(&stored.luma), detail: turned(&stored.detail) }
    }
}

/// A box seen in a frame that was turned by `turn`, back in the frame of `size` as it was before.
pub fn turn_back(face: &FaceBox, turn: Orientation, size: Size) -> FaceBox {
    let (width, height) = (size.width as f32, size.height as f32);
    let (right, bottom) = (face.x + face.width, face.y + face.height);
    match turn {
        Orientation::Turned90 => {
            FaceBox { x: face.y, y: height - right, width: face.height, height: face.width }
        }
        Orientation::Turned180 => FaceBox { x: width - right, y: height - bottom, ..*face },
        Orientation::Turned270 => {
            FaceBox { x: width - bottom, y: face.x, width: face.height, height: face.width }
        }
        _ => *face,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with one white pixel, and no detail but in that pixel's block.
    struct Dot {
        size: Size,
        at: (u32, u32),
    }

    impl Dot {
        fn frame(&self) -> Frame {
            let mut frame = Frame::filled(self.size, [0; 3]);
            frame.set_pixel(self.at.0, self.at.1, [255; 3]);
            frame
        }
    }

    impl Picture for Dot {
        fn size(&self) -> Size {
            self.size
        }

        fn reduced(&self, rect: PixelRect, _: u32) -> Frame {
            let frame = self.frame();
            let mut part = Frame::filled(Size::new(rect.width, rect.height), [0; 3]);
            for (x, y) in (0..rect.height).flat_map(|y| (0..rect.width).map(move |x| (x, y))) {
                part.set_pixel(x, y, frame.pixel(rect.x + x, rect.y + y));
            }
            part
        }

        fn texture(&self) -> Texture {
            let grid = Size::new(self.size.width / 8, self.size.height / 8);
            let mut detail = vec![0; grid.pixels() as usize];
            detail[(self.at.1 / 8 * grid.width + self.at.0 / 8) as usize] = 60;
            Texture { grid, luma: vec![9; detail.len()], detail }
        }
    }

    fn dot(frame: &Frame) -> (u32, u32) {
        let at = frame.rgb().chunks_exact(3).position(|pixel| pixel == [255; 3]).unwrap() as u32;
        (at % frame.size().width, at / frame.size().width)
    }

    /// The mapping back is checked against where a single pixel goes.
    #[test]
    fn boxes_are_turned_back_with_the_picture() {
        let picture = Dot { size: Size::new(40, 32), at: (7, 21) };
        for turn in TURNS.into_iter().chain([Orientation::Upright]) {
            let (x, y) = dot(&picture.frame().upright(turn));
            let seen = FaceBox { x: x as f32, y: y as f32, width: 1.0, height: 1.0 };
            let back = turn_back(&seen, turn, picture.size);
            assert_eq!((back.x, back.y), (7.0, 21.0), "{turn:?}");
        }
    }

    #[test]
    fn any_part_of_a_turned_picture_shows_what_the_turned_frame_shows_there() {
        let picture = Dot { size: Size::new(40, 32), at: (7, 21) };
        for turn in TURNS {
            let turned = TurnedPicture::new(&picture, turn);
            let whole = picture.frame().upright(turn);
            assert_eq!(turned.size(), whole.size());
            let (x, y) = dot(&whole);
            let part = turned.reduced(PixelRect::new(x - 2, y - 3, 5, 7), 1);
            assert_eq!((part.size(), dot(&part)), (Size::new(5, 7), (2, 3)), "{turn:?}");
            let texture = turned.texture();
            assert_eq!(texture.detail[(y / 8 * texture.grid.width + x / 8) as usize], 60, "{turn:?}");
            assert_eq!(texture.grid, Size::new(whole.size().width / 8, whole.size().height / 8));
        }
    }
}
