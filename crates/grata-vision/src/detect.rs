//! Where faces are: several scales, overlapping tiles, four rotations, merged.

use grata_core::face::DetectedFace;
use grata_core::geometry::{PixelRect, Size};

use crate::frame::Frame;
use crate::runtime::{ModelRuntime, RuntimeError};

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

/// Finds faces with one model.
pub struct Detector {
    #[allow(dead_code, reason = "the skeleton only holds it")]
    runtime: Box<dyn ModelRuntime>,
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectOptions {
    /// Height of the smallest face to look for, in pixels of the full picture.
    pub min_face: u32,
}

impl Default for DetectOptions {
    /// 20 pixels: below that nobody has been recognised in our trials, and the model finds little.
    fn default() -> Self {
        Self { min_face: 20 }
    }
}

impl Detector {
    /// A detector over a loaded model.
    pub fn new(runtime: Box<dyn ModelRuntime>) -> Self {
        Self { runtime }
    }

    /// Every face of the picture, merged, strongest first; boxes without margin, upright pixels.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run. There is no partial answer.
    pub fn faces(
        &mut self,
        _picture: &dyn Picture,
        _options: &DetectOptions,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        Err(RuntimeError::Run("not built yet".into()))
    }
}
