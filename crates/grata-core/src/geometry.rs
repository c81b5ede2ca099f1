//! Sizes and rectangles in whole pixels. Origin top left, x to the right, y down.

/// Width and height of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// A size from its two sides.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Number of pixels; `u64` because 65,535 squared exceeds `u32`.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The rectangle that covers the whole picture.
    pub const fn rect(self) -> PixelRect {
        PixelRect { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// The same picture turned by a quarter.
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// A rectangle of whole pixels: `x..x + width`, `y..y + height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PixelRect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Columns covered.
    pub width: u32,
    /// Rows covered.
    pub height: u32,
}

impl PixelRect {
    /// A rectangle from its corner and sides.
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// First column to the right of the rectangle.
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// First row below the rectangle.
    pub const fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// Whether it covers no pixel.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Whether the pixel (x, y) lies inside.
    pub const fn contains(self, x: u32, y: u32) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// The common part, or `None` where they share no pixel.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let right = self.right().min(other.right());
        let bottom = self.bottom().min(other.bottom());
        (right > x && bottom > y).then(|| Self::new(x, y, right - x, bottom - y))
    }

    /// Grown by `by` pixels on each side and cut at the borders of `size`.
    pub fn grown(self, by: u32, size: Size) -> Self {
        let x = self.x.saturating_sub(by);
        let y = self.y.saturating_sub(by);
        let right = self.right().saturating_add(by).min(size.width);
        let bottom = self.bottom().saturating_add(by).min(size.height);
        Self::new(x, y, right.saturating_sub(x), bottom.saturating_sub(y))
    }
}
