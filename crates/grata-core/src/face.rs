//! A face as a detector reports it: a box and how sure it was. Nothing says who.

/// A box in pixels of the upright picture, not rounded; may reach over the border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width, positive.
    pub width: f32,
    /// Height, positive.
    pub height: f32,
}

impl FaceBox {
    /// Middle of the box: (x, y).
    pub fn centre(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Area of the common part over area of both together, 0 to 1.
    pub fn intersection_over_union(&self, other: &Self) -> f32 {
        let common = self.common_area(other);
        common / (self.area() + other.area() - common).max(f32::MIN_POSITIVE)
    }

    /// Area of the part that both cover, in square pixels.
    pub fn common_area(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    /// Area in square pixels.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }
}

/// A region that a detector takes for a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectedFace {
    /// Where, without any margin.
    pub face: FaceBox,
    /// The detector's own score, 0 to 1. No probability; belongs to one model.
    pub score: f32,
}
