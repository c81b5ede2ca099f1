//! The finished bytes, read again by another path before they count as done (PUB-1).
//!
//! A JPEG is read by a decoder that shares nothing with the code that wrote it; every other format
//! by its ordinary decoder. The picture must be the source's wherever nothing is hidden, hold no
//! metadata but our own, and show no face.

use grata_core::face::{DetectedFace, FaceBox};
use grata_core::geometry::{PixelRect, Size};
use grata_core::region::Region;

use crate::decode::exif_orientation;
use crate::decode::{Format, Limits, decode};
use crate::detect::{Detector, Picture, Texture};
use crate::frame::Frame;
use crate::metadata::inspect;
use crate::photo::{reduce, texture};
use crate::runtime::RuntimeError;

/// The finished picture is looked at at this fraction of its size.
const REDUCTION: u32 = 4;

/// Visible pixels may differ from the source's by this many grey levels on average: decoders differ
/// by less than one; lossy WebP adds two or three. A swapped or shifted picture differs by far more.
const VISIBLE_DIFFERENCE: f64 = 8.0;

/// A face is visible if less than this share of its box is hidden, or its middle is not.
const HIDDEN_SHARE: f32 = 0.5;

/// A face that is seen is a known one if this share of its box lies in the known place.
const KNOWN_SHARE: f32 = 0.6;

/// Why finished bytes do not count.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Something besides the picture is in the file.
    #[error("it holds more than the picture ({0})")]
    Metadata(String),
    /// Another decoder cannot read it, or sees another picture.
    #[error("{0}")]
    Picture(String),
    /// Faces can be seen that should be hidden.
    #[error("{} face(s) can still be seen", .0.len())]
    VisibleFaces(Vec<DetectedFace>),
    /// The detector cannot be run.
    #[error("faces could not be looked for: {0}")]
    Detector(#[from] RuntimeError),
}

/// Checks the finished `bytes` of a photo.
///
/// `source`: the photo as it came. `regions`: what is hidden, in upright pixels. `known`: places where
/// a face may be seen, one each. `detector`: who looks for faces; `None` where the caller hides given
/// regions only.
///
/// # Errors
/// [`CheckError`] says what is wrong. The bytes must then not be used.
pub fn check(
    bytes: &[u8],
    format: Format,
    source: &dyn Picture,
    regions: &[Region],
    known: &[PixelRect],
    detector: Option<&mut Detector>,
) -> Result<(), CheckError> {
    inspect(bytes, format).map_err(|found| {
        CheckError::Metadata(found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    let finished = Finished { reduced: read_reduced(bytes, format, source.size())? };
    compare(&finished.reduced, source, regions)?;
    if let Some(detector) = detector {
        let faces = detector.glance(&finished)?;
        let visible: Vec<DetectedFace> =
            faces.into_iter().map(full_size).filter(|face| is_visible(&face.face, regions)).collect();
        let visible = without_known(visible, known);
        if !visible.is_empty() {
            return Err(CheckError::VisibleFaces(visible));
        }
    }
    Ok(())
}

fn unreadable(why: &dyn std::fmt::Display) -> CheckError {
    CheckError::Picture(format!("another decoder cannot read it: {why}"))
}

/// The finished picture, upright, at 1 / [`REDUCTION`] of `size`.
fn read_reduced(bytes: &[u8], format: Format, size: Size) -> Result<Frame, CheckError> {
    let reduced = if format == Format::Jpeg {
        read_reduced_jpeg(bytes)?
    } else {
        let limits = Limits { file_bytes: u64::MAX, pixels: size.pixels() };
        let frame = decode(bytes, &limits).map_err(|error| unreadable(&error))?.frame;
        if frame.size() != size {
            return Err(CheckError::Picture("it has another size than the source".into()));
        }
        reduce(&frame, size.rect(), REDUCTION)
    };
    let expected = Size::new(size.width.div_ceil(REDUCTION), size.height.div_ceil(REDUCTION));
    if reduced.size() == expected {
        Ok(reduced)
    } else {
        Err(CheckError::Picture("it has another size than the source".into()))
    }
}

/// By `jpeg-decoder`, which reduces while it decodes.
fn read_reduced_jpeg(bytes: &[u8]) -> Result<Frame, CheckError> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info().map_err(|error| unreadable(&error))?;
    let info = decoder.info().ok_or_else(|| unreadable(&"no header"))?;
    let wanted = |length: u16| length.div_ceil(REDUCTION as u16);
    let (width, height) =
        decoder.scale(wanted(info.width), wanted(info.height)).map_err(|error| unreadable(&error))?;
    let samples = decoder.decode().map_err(|error| unreadable(&error))?;
    let rgb = match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => samples,
        jpeg_decoder::PixelFormat::L8 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        other => return Err(unreadable(&format_args!("pixels of the kind {other:?}"))),
    };
    let orientation = decoder.exif_data().map(|exif| exif_orientation(exif).0).unwrap_or_default();
    let frame = Frame::from_rgb(Size::new(width.into(), height.into()), rgb);
    let frame = frame.ok_or_else(|| unreadable(&"too few pixels"))?;
    Ok(frame.upright(orientation))
}

/// What is visible must be the source, within what two decoders differ by.
fn compare(finished: &Frame, source: &dyn Picture, regions: &[Region]) -> Result<(), CheckError> {
    let size = source.size();
    let original = source.reduced(size.rect(), REDUCTION);
    let hidden: Vec<PixelRect> = regions.iter().map(|region| around(region.rect, size)).collect();
    let (mut sum, mut count) = (0u64, 0u64);
    for y in 0..finished.size().height {
        let mut row: Vec<&PixelRect> =
            hidden.iter().filter(|rect| y >= rect.y && y < rect.bottom()).collect();
        row.sort_by_key(|rect| rect.x);
        let mut x = 0;
        for rect in row {
            sum += difference(finished, &original, y, x, rect.x, &mut count);
            x = x.max(rect.right());
        }
        sum += difference(finished, &original, y, x, finished.size().width, &mut count);
    }
    if count > 0 && sum as f64 / count as f64 > VISIBLE_DIFFERENCE {
        return Err(CheckError::Picture("its visible parts are not those of the source".into()));
    }
    Ok(())
}

/// A region in reduced pixels, with room for whole MCUs and what decoders smooth across their edges.
fn around(rect: PixelRect, size: Size) -> PixelRect {
    let grown = rect.grown(40, size);
    let (x, y) = (grown.x / REDUCTION, grown.y / REDUCTION);
    PixelRect::new(x, y, grown.right().div_ceil(REDUCTION) - x, grown.bottom().div_ceil(REDUCTION) - y)
}

/// Sum of the differences of the green samples of row `y` from `start` to `end`.
fn difference(a: &Frame, b: &Frame, y: u32, start: u32, end: u32, count: &mut u64) -> u64 {
    if start >= end {
        return 0;
    }
    *count += u64::from(end - start);
    let range = start as usize * 3..end as usize * 3;
    let pairs = a.row(y)[range.clone()].chunks_exact(3).zip(b.row(y)[range].chunks_exact(3));
    pairs.map(|(a, b)| u64::from(a[1].abs_diff(b[1]))).sum()
}

fn full_size(face: DetectedFace) -> DetectedFace {
    let factor = REDUCTION as f32;
    let FaceBox { x, y, width, height } = face.face;
    let face_box = FaceBox { x: x * factor, y: y * factor, width: width * factor, height: height * factor };
    DetectedFace { face: face_box, score: face.score }
}

fn is_visible(face: &FaceBox, regions: &[Region]) -> bool {
    let (x, y) = face.centre();
    let middle = PixelRect::new(x.max(0.0) as u32, y.max(0.0) as u32, 1, 1);
    let hidden_share =
        regions.iter().map(|region| face.common_area(&as_box(region.rect))).fold(0.0, f32::max)
            / face.area().max(1.0);
    !regions.iter().any(|region| region.touches(middle)) || hidden_share < HIDDEN_SHARE
}

/// Faces that nobody has decided about. Each known place stands for one face, the one that fills most
/// of it; a second one there was missed when the photo was looked at, and nobody has said yes to it.
fn without_known(mut faces: Vec<DetectedFace>, known: &[PixelRect]) -> Vec<DetectedFace> {
    for place in known.iter().map(|rect| as_box(*rect)) {
        let at_place = |face: &DetectedFace| {
            let common = face.face.common_area(&place);
            let (x, y) = face.face.centre();
            let centred =
                x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height;
            (centred && common >= KNOWN_SHARE * face.face.area()).then_some(common)
        };
        let best = faces
            .iter()
            .enumerate()
            .filter_map(|(index, face)| at_place(face).map(|common| (index, common)))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((index, _)) = best {
            faces.remove(index);
        }
    }
    faces
}

fn as_box(rect: PixelRect) -> FaceBox {
    FaceBox { x: rect.x as f32, y: rect.y as f32, width: rect.width as f32, height: rect.height as f32 }
}

/// The finished picture, reduced, as the detector looks at it.
struct Finished {
    reduced: Frame,
}

impl Picture for Finished {
    fn size(&self) -> Size {
        self.reduced.size()
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        reduce(&self.reduced, rect, factor)
    }

    fn texture(&self) -> Texture {
        texture(&self.reduced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PUB-1: a place excuses the one face that was decided about, not whoever stands beside it.
    #[test]
    fn pub_1_a_known_place_stands_for_one_face_and_for_no_other() {
        let face = |x: f32, y: f32, side: f32| DetectedFace {
            face: FaceBox { x, y, width: side, height: side },
            score: 0.9,
        };
        let place = PixelRect::new(100, 100, 160, 160);
        let (shown, beside, child, large) = (
            face(130.0, 130.0, 100.0),
            face(300.0, 130.0, 100.0),
            face(105.0, 200.0, 40.0),
            face(80.0, 80.0, 300.0),
        );
        let cases: [(&[DetectedFace], usize); 5] =
            [(&[], 0), (&[shown], 0), (&[shown, beside], 1), (&[child, shown], 1), (&[large], 1)];
        for (faces, left) in cases {
            assert_eq!(without_known(faces.to_vec(), &[place]).len(), left, "{faces:?}");
        }
        assert_eq!(without_known(vec![child, shown], &[place]), [child]);
        assert_eq!(without_known(vec![shown], &[]).len(), 1);
    }
}
