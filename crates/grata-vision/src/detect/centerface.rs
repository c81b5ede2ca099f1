//! CenterFace: from a picture to candidate faces (Xu et al., "CenterFace", arXiv 1911.03599).
//!
//! The network answers at a quarter of its input's resolution: a heat map of face centres, the
//! logarithm of height and width in cells, and the centre's offset within its cell.

use grata_core::face::{DetectedFace, FaceBox};

use super::FivePoints;
use crate::frame::Frame;
use crate::runtime::{ModelRuntime, RuntimeError, Tensor};

/// Names of the outputs that are read: heat, size, offset. The landmarks are not needed to hide.
pub const OUTPUTS: [&str; 3] = ["537", "538", "539"];

/// The output that [`with_points`] reads besides: five points as (down, across) shares of the face.
const POINTS: &str = "540";

/// Input pixels per cell of the output.
const STRIDE: f32 = 4.0;

/// Sides of the input are multiples of this.
pub const GRANULE: u32 = 32;

/// Runs the network on a frame, padded to multiples of [`GRANULE`] with black at the right and
/// below, and returns every cell of at least `threshold`, several a face. Boxes are in pixels of the
/// frame. (Peaks of the heat map would lose faces whose neighbour is two cells away.)
///
/// # Errors
/// Whatever the runtime reports, and outputs of an unexpected shape.
pub fn candidates(
    runtime: &mut dyn ModelRuntime,
    frame: &Frame,
    tone: &[u8; 256],
    threshold: f32,
) -> Result<Vec<DetectedFace>, RuntimeError> {
    let outputs = runtime.run(planar(frame, tone), &OUTPUTS)?;
    let [heat, sizes, offsets] = &outputs[..] else {
        return Err(RuntimeError::Run("the detector did not give three outputs".into()));
    };
    let &[1, 1, rows, columns] = &heat.shape[..] else {
        return Err(RuntimeError::Run(format!("the detector's heat map has shape {:?}", heat.shape)));
    };
    let area = rows * columns;
    if heat.data.len() != area || sizes.data.len() != 2 * area || offsets.data.len() != 2 * area {
        return Err(RuntimeError::Run("the detector's outputs do not fit each other".into()));
    }
    let mut faces = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let at = row * columns + column;
            let score = heat.data[at];
            if score >= threshold {
                let height = sizes.data[at].min(8.0).exp() * STRIDE;
                let width = sizes.data[area + at].min(8.0).exp() * STRIDE;
                let y = (row as f32 + offsets.data[at] + 0.5) * STRIDE - height / 2.0;
                let x = (column as f32 + offsets.data[area + at] + 0.5) * STRIDE - width / 2.0;
                let face = FaceBox { x, y, width, height };
                if [x, y, width, height, score].iter().all(|value| value.is_finite()) {
                    faces.push(DetectedFace { face, score: score.min(1.0) });
                }
            }
        }
    }
    Ok(faces)
}

/// Every cell of at least `threshold` with its box and its five points, in pixels of the frame.
///
/// # Errors
/// As [`candidates`].
pub fn with_points(
    runtime: &mut dyn ModelRuntime,
    frame: &Frame,
    threshold: f32,
) -> Result<Vec<(f32, FaceBox, FivePoints)>, RuntimeError> {
    let same = std::array::from_fn(|value| value as u8);
    let [heat, size, offset] = OUTPUTS;
    let outputs = runtime.run(planar(frame, &same), &[heat, size, offset, POINTS])?;
    let [heat, sizes, offsets, points] = &outputs[..] else {
        return Err(RuntimeError::Run("the detector did not give four outputs".into()));
    };
    let &[1, 1, rows, columns] = &heat.shape[..] else {
        return Err(RuntimeError::Run(format!("the detector's heat map has shape {:?}", heat.shape)));
    };
    let area = rows * columns;
    let lengths = [heat.data.len(), sizes.data.len(), offsets.data.len(), points.data.len()];
    if lengths != [area, 2 * area, 2 * area, 10 * area] {
        return Err(RuntimeError::Run("the detector's outputs do not fit each other".into()));
    }
    let mut found = Vec::new();
    for at in (0..area).filter(|at| heat.data[*at] >= threshold) {
        let height = sizes.data[at].min(8.0).exp() * STRIDE;
        let width = sizes.data[area + at].min(8.0).exp() * STRIDE;
        let y = ((at / columns) as f32 + offsets.data[at] + 0.5) * STRIDE - height / 2.0;
        let x = ((at % columns) as f32 + offsets.data[area + at] + 0.5) * STRIDE - width / 2.0;
        let point = |number: usize| {
            let (down, across) =
                (points.data[2 * number * area + at], points.data[(2 * number + 1) * area + at]);
            (x + across * width, y + down * height)
        };
        let own = FivePoints(std::array::from_fn(point));
        let numbers = own.0.iter().flat_map(|(x, y)| [*x, *y]).chain([x, y, width, height]);
        if numbers.into_iter().all(f32::is_finite) {
            found.push((heat.data[at].min(1.0), FaceBox { x, y, width, height }, own));
        }
    }
    Ok(found)
}

/// The frame as the network reads it: 1 x 3 x H x W, red, green, blue, 0 to 255, each value passed
/// through `tone`.
fn planar(frame: &Frame, tone: &[u8; 256]) -> Tensor {
    let size = frame.size();
    let width = size.width.next_multiple_of(GRANULE) as usize;
    let height = size.height.next_multiple_of(GRANULE) as usize;
    let mut data = vec![0f32; 3 * width * height];
    for y in 0..size.height {
        let start = y as usize * width;
        for (x, pixel) in frame.row(y).chunks_exact(3).enumerate() {
            for channel in 0..3 {
                data[channel * width * height + start + x] = f32::from(tone[usize::from(pixel[channel])]);
            }
        }
    }
    Tensor { shape: vec![1, 3, height, width], data }
}
