//! The only pixels in the system: upright, 8 bits a channel, red green blue.

use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;

/// Pixels of a picture, laid out (H, W, C) with C = 3: red, green, blue; 8 bits each.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    size: Size,
    rgb: Vec<u8>,
}

impl Frame {
    /// A frame from its pixels; `None` unless `rgb` holds exactly width x height x 3 bytes.
    pub fn from_rgb(size: Size, rgb: Vec<u8>) -> Option<Self> {
        (rgb.len() as u64 == size.pixels() * 3).then_some(Self { size, rgb })
    }

    /// A frame of one colour.
    pub fn filled(size: Size, colour: [u8; 3]) -> Self {
        Self { size, rgb: colour.repeat(size.pixels() as usize) }
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// All samples, row by row.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// All samples, row by row, to change in place.
    pub fn rgb_mut(&mut self) -> &mut [u8] {
        &mut self.rgb
    }

    /// The samples, without the frame.
    pub fn into_rgb(self) -> Vec<u8> {
        self.rgb
    }

    /// Red, green and blue at (x, y), which must lie inside.
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let at = self.offset(x, y);
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Sets the pixel at (x, y), which must lie inside.
    pub fn set_pixel(&mut self, x: u32, y: u32, colour: [u8; 3]) {
        let at = self.offset(x, y);
        self.rgb[at..at + 3].copy_from_slice(&colour);
    }

    /// Samples of row `y`.
    pub fn row(&self, y: u32) -> &[u8] {
        let start = self.offset(0, y);
        &self.rgb[start..start + self.size.width as usize * 3]
    }

    /// A copy of the part `rect`, which must lie inside.
    pub fn crop(&self, rect: PixelRect) -> Self {
        let mut rgb = Vec::with_capacity(rect.width as usize * rect.height as usize * 3);
        for y in rect.y..rect.bottom() {
            let row = self.row(y);
            rgb.extend_from_slice(&row[rect.x as usize * 3..rect.right() as usize * 3]);
        }
        Self { size: Size::new(rect.width, rect.height), rgb }
    }

    /// Copies `part` to (x, y), where all of it must fit.
    pub fn paste(&mut self, part: &Self, x: u32, y: u32) {
        let length = part.size.width as usize * 3;
        for row in 0..part.size.height {
            let start = self.offset(x, y + row);
            self.rgb[start..start + length].copy_from_slice(part.row(row));
        }
    }

    /// This stored picture turned upright.
    pub fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::Upright {
            return self;
        }
        let stored = self.size;
        let size = orientation.upright_size(stored);
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..size.height {
            for x in 0..size.width {
                let (x, y) = orientation.stored_pixel(x, y, stored);
                rgb.extend_from_slice(&self.pixel(x, y));
            }
        }
        Self { size, rgb }
    }

    fn offset(&self, x: u32, y: u32) -> usize {
        (y as usize * self.size.width as usize + x as usize) * 3
    }
}

impl std::fmt::Debug for Frame {
    /// The size only: pixels have no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} x {})", self.size.width, self.size.height)
    }
}
