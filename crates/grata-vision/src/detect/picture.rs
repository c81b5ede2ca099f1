//! What the detector asks of a photo.

use grata_core::geometry::{PixelRect, Size};

use crate::frame::Frame;

/// A photo as the detector looks at it: any part, at a few reductions, upright.
pub trait Picture {
    /// Size of the upright picture in pixels.
    fn size(&self) -> Size;

    /// The part `rect` (upright full-resolution pixels, inside the picture), reduced by `factor`
    /// (1, 2, 4 or 8). The result has ceil(width / factor) x ceil(height / factor) pixels.
    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame;

    /// How much detail each block of 8 x 8 upright pixels holds.
    fn texture(&self) -> Texture;
}

/// Detail per block of 8 x 8 pixels of the upright picture, row-major; blocks that are cut by the
/// right or lower border count as blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Texture {
    /// Blocks across and down.
    pub grid: Size,
    /// Mean luma per block, 0 to 255.
    pub luma: Vec<u8>,
    /// Root mean square of the block's low-frequency luma detail (the AC coefficients (0,1), (1,0)
    /// and (1,1) of the 8 x 8 DCT, in units of grey levels as if orthonormal / 8), saturating at 255.
    pub detail: Vec<u8>,
}
