//! A photo of any format behind one door: look at it, hide regions, get finished bytes.
//!
//! This is the straight line of mode M0: parse or decode, detect, grow, obscure, write, check.

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::region::{Margin, Region};

use crate::check::{CheckError, check};
use crate::decode::{DecodeError, Decoded, Format, Limits, decode, sniff};
use crate::detect::{DetectOptions, Detector, Picture, Texture};
use crate::encode::{EncodeError, encode};
use crate::frame::Frame;
use crate::jpeg::{CoefficientPhoto, JpegError};
use crate::mask::Mask;
use crate::obscure::{limit_colours, obscure_frame};
use crate::runtime::RuntimeError;

/// How often a face that only the check saw is hidden as well before the photo is given up.
const RETRIES: usize = 2;

/// One photo and what is wanted of it.
#[derive(Debug, Clone)]
pub struct PhotoJob<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Bounds for decoding.
    pub limits: Limits,
    /// How to look for faces; `None`: only `given` is hidden, and the check looks for no face.
    pub detect: Option<DetectOptions>,
    /// Hidden as well, exactly as given; pixels of the upright picture.
    pub given: Vec<PixelRect>,
    /// What is added around a face.
    pub margin: Margin,
    /// How regions are hidden.
    pub style: ObscureStyle,
}

/// A region that is hidden.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HiddenRegion {
    /// With its shape, in pixels of the upright picture, margin included.
    pub region: Region,
    /// The detector's score; `None` for a region that was given.
    pub score: Option<f32>,
}

/// What would be hidden in a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Size of the upright picture.
    pub size: Size,
    /// Given regions first, then faces, strongest first.
    pub regions: Vec<HiddenRegion>,
    /// Plain words for the report, such as "first frame of an animation".
    pub notes: Vec<String>,
}

/// A finished photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Obscured {
    /// The file, checked.
    pub bytes: Vec<u8>,
    /// What it is; differs from the source's format where that cannot be written.
    pub format: Format,
    /// What is hidden in it.
    pub found: Found,
}

/// One photo, and exactly what is hidden and shown in it: a release.
#[derive(Debug, Clone)]
pub struct RenderJob<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Bounds for decoding.
    pub limits: Limits,
    /// Size of the upright picture that the regions were made for.
    pub size: Size,
    /// Hidden, exactly as planned; pixels of the upright picture.
    pub hide: Vec<Region>,
    /// Where a face is shown. Nothing that the plan does not hide is hidden there.
    pub shown: Vec<PixelRect>,
    /// Where the check may see a face as well, since somebody said that there is none.
    pub no_face: Vec<PixelRect>,
    /// What is added around a face that only the check sees.
    pub margin: Margin,
    /// How regions are hidden.
    pub style: ObscureStyle,
}

/// Why a photo could not be finished. Nothing of it may be used.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// It cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The detector cannot be run: whether there are faces is unknown (PUB-1).
    #[error("faces could not be looked for: {0}")]
    Detect(#[from] RuntimeError),
    /// It cannot be written.
    #[error("the result cannot be written: {0}")]
    Encode(#[from] EncodeError),
    /// The finished bytes did not pass the check.
    #[error("the finished file did not pass its check: {0}")]
    Check(#[from] CheckError),
    /// A face that only the check sees, so close to a face that is shown that hiding the one would
    /// hide the other.
    #[error(
        "something like a face can be seen at {},{},{},{}, in front of a face that is shown: \
         `grata tag add-face` hides that place, and `grata tag no-face` then says that there is none",
        .0.x, .0.y, .0.width, .0.height
    )]
    BesideShown(PixelRect),
    /// The regions were made for a picture of another size: they could miss what they are to hide.
    #[error("the regions were made for a picture of another size")]
    OtherSize,
}

impl From<JpegError> for PhotoError {
    fn from(error: JpegError) -> Self {
        Self::Decode(match error {
            JpegError::Damaged(what) => DecodeError::Damaged(what),
            JpegError::TooLarge(what) => DecodeError::TooLarge(what),
            JpegError::Unsupported(what) => DecodeError::Unsupported("this JPEG", what),
        })
    }
}

/// What would be hidden in a photo.
///
/// # Errors
/// [`PhotoError::Decode`] or [`PhotoError::Detect`].
pub fn find(job: &PhotoJob<'_>, detector: &mut Detector) -> Result<Found, PhotoError> {
    find_in(&Opened::open(job.bytes, &job.limits)?, job, detector)
}

/// Hides faces and given regions and checks the finished bytes.
///
/// # Errors
/// See [`PhotoError`]. There is no partial result.
pub fn obscure(job: &PhotoJob<'_>, detector: &mut Detector) -> Result<Obscured, PhotoError> {
    let mut opened = Opened::open(job.bytes, &job.limits)?;
    let mut found = find_in(&opened, job, detector)?;
    let mut attempts = 0;
    loop {
        let regions: Vec<Region> = found.regions.iter().map(|hidden| hidden.region).collect();
        let (bytes, format) = opened.write_somehow(&regions, job.bytes, &job.limits, job.style)?;
        let looker = job.detect.is_some().then_some(&mut *detector);
        match check(&bytes, format, opened.picture(), &regions, &[], looker) {
            Ok(()) => {
                found.notes = opened.notes();
                return Ok(Obscured { bytes, format, found });
            }
            Err(CheckError::VisibleFaces(faces)) if attempts < RETRIES => {
                attempts += 1;
                found
                    .regions
                    .extend(faces.iter().filter_map(|face| hidden_face(face, job.margin, found.size)));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Hides the planned regions and checks the finished bytes. A face that only the check sees is hidden as
/// well, since nobody has decided about it (PUB-1); its region has a score, those of the plan have none.
/// Where that would hide a part of a face that is shown, somebody has to look.
///
/// # Errors
/// See [`PhotoError`]. There is no partial result.
pub fn render(job: &RenderJob<'_>, detector: &mut Detector) -> Result<Obscured, PhotoError> {
    render_with(job, Some(detector))
}

/// The same for the eyes of a reviewer, who decides about faces that nobody has decided about: they
/// may be seen. What is to be hidden is hidden all the same. Never for a release.
///
/// # Errors
/// See [`PhotoError`]. There is no partial result.
pub fn render_for_review(job: &RenderJob<'_>) -> Result<Obscured, PhotoError> {
    render_with(job, None)
}

fn render_with(job: &RenderJob<'_>, mut detector: Option<&mut Detector>) -> Result<Obscured, PhotoError> {
    let mut opened = Opened::open(job.bytes, &job.limits)?;
    let size = opened.picture().size();
    let inside = |rect: PixelRect| rect.intersection(size.rect()) == Some(rect);
    if size != job.size || !job.hide.iter().all(|region| inside(region.rect)) {
        return Err(PhotoError::OtherSize);
    }
    let mut regions: Vec<HiddenRegion> =
        job.hide.iter().map(|&region| HiddenRegion { region, score: None }).collect();
    let known = [&job.shown[..], &job.no_face].concat();
    let mut attempts = 0;
    loop {
        let hide: Vec<Region> = regions.iter().map(|hidden| hidden.region).collect();
        let (bytes, format) = opened.write_somehow(&hide, job.bytes, &job.limits, job.style)?;
        match check(&bytes, format, opened.picture(), &hide, &known, detector.as_deref_mut()) {
            Ok(()) => {
                let notes = opened.notes();
                return Ok(Obscured { bytes, format, found: Found { size, regions, notes } });
            }
            Err(CheckError::VisibleFaces(faces)) if attempts < RETRIES => {
                attempts += 1;
                let hidden: Vec<HiddenRegion> =
                    faces.iter().filter_map(|face| hidden_face(face, job.margin, size)).collect();
                if let Some(beside) = hidden.iter().find(|hidden| hides_shown(&hidden.region, &job.shown)) {
                    return Err(PhotoError::BesideShown(beside.region.rect));
                }
                regions.extend(hidden);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether a region reaches into the face in the middle of a place where one is shown. What is around
/// that face is margin: a sixth of the place on each side, if it was found with the usual one.
fn hides_shown(region: &Region, shown: &[PixelRect]) -> bool {
    shown.iter().any(|place| {
        let (across, down) = (place.width / 6, place.height / 6);
        let width = place.width - 2 * across;
        let height = place.height - 2 * down;
        region.touches(PixelRect::new(place.x + across, place.y + down, width, height))
    })
}

fn hidden_face(face: &grata_core::face::DetectedFace, margin: Margin, size: Size) -> Option<HiddenRegion> {
    Region::around(&face.face, margin, size).map(|region| HiddenRegion { region, score: Some(face.score) })
}

fn find_in(opened: &Opened, job: &PhotoJob<'_>, detector: &mut Detector) -> Result<Found, PhotoError> {
    let picture = opened.picture();
    let size = picture.size();
    let given = job.given.iter().filter_map(|&rect| Region::exactly(rect, size));
    let mut regions: Vec<HiddenRegion> = given.map(|region| HiddenRegion { region, score: None }).collect();
    if let Some(options) = &job.detect {
        let faces = detector.faces(picture, options)?;
        regions.extend(faces.iter().filter_map(|face| hidden_face(face, job.margin, size)));
    }
    Ok(Found { size, regions, notes: opened.notes() })
}

/// A photo to be looked at only.
pub struct OpenPhoto(Opened);

impl OpenPhoto {
    /// Opens a photo of any format, within limits.
    ///
    /// # Errors
    /// [`PhotoError::Decode`].
    pub fn open(bytes: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        Opened::open(bytes, limits).map(Self)
    }

    /// The photo as the detector looks at it.
    pub fn picture(&self) -> &dyn Picture {
        self.0.picture()
    }
}

/// A photo, open: as coefficients where that is possible, else as pixels.
enum Opened {
    Coefficients(Box<CoefficientPhoto>),
    Pixels(FramePicture),
}

impl Opened {
    fn open(bytes: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        if bytes.len() as u64 > limits.file_bytes {
            return Err(DecodeError::TooLarge(format!("{} bytes", bytes.len())).into());
        }
        if sniff(bytes) == Some(Format::Jpeg) {
            match CoefficientPhoto::parse(bytes, limits) {
                Ok(photo) => return Ok(Self::Coefficients(Box::new(photo))),
                Err(JpegError::Unsupported(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self::Pixels(FramePicture::new(decode(bytes, limits)?)))
    }

    fn is_coefficients(&self) -> bool {
        matches!(self, Self::Coefficients(_))
    }

    /// Finished bytes and their format; by way of pixels where coefficients do not do.
    fn write_somehow(
        &mut self,
        regions: &[Region],
        bytes: &[u8],
        limits: &Limits,
        style: ObscureStyle,
    ) -> Result<(Vec<u8>, Format), PhotoError> {
        match self.write(regions, style) {
            Err(PhotoError::Decode(DecodeError::Unsupported(..))) if self.is_coefficients() => {
                *self = Self::Pixels(FramePicture::new(decode(bytes, limits)?));
                self.write(regions, style)
            }
            other => other,
        }
    }

    fn picture(&self) -> &dyn Picture {
        match self {
            Self::Coefficients(photo) => &**photo,
            Self::Pixels(picture) => picture,
        }
    }

    fn notes(&self) -> Vec<String> {
        match self {
            Self::Coefficients(_) => Vec::new(),
            Self::Pixels(picture) => picture.decoded.notes.clone(),
        }
    }

    /// Finished bytes and their format.
    fn write(&self, regions: &[Region], style: ObscureStyle) -> Result<(Vec<u8>, Format), PhotoError> {
        match self {
            Self::Coefficients(photo) => {
                let mask = photo.mask(regions);
                Ok((photo.obscured(&mask, style)?, Format::Jpeg))
            }
            Self::Pixels(picture) => {
                let size = picture.size();
                let mask = Mask::of_regions(regions, size, Size::new(1, 1)).grown(picture.decoded.bleed);
                let mut decoded = picture.decoded.clone();
                obscure_frame(&mut decoded.frame, &mask, style);
                if decoded.format == Format::Gif {
                    limit_colours(&mut decoded.frame, &mask);
                }
                Ok(encode(&decoded)?)
            }
        }
    }
}

/// A decoded photo as the detector looks at it.
struct FramePicture {
    decoded: Decoded,
}

impl FramePicture {
    fn new(decoded: Decoded) -> Self {
        Self { decoded }
    }
}

impl Picture for FramePicture {
    fn size(&self) -> Size {
        self.decoded.frame.size()
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        reduce(&self.decoded.frame, rect, factor)
    }

    fn texture(&self) -> Texture {
        texture(&self.decoded.frame)
    }
}

/// The part `rect` of a frame, each `factor` x `factor` square averaged; squares cut by the border
/// are averaged over what there is.
pub(crate) fn reduce(frame: &Frame, rect: PixelRect, factor: u32) -> Frame {
    if factor == 1 {
        return frame.crop(rect);
    }
    let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
    let mut rgb = Vec::with_capacity(size.pixels() as usize * 3);
    let mut sums = vec![[0u32; 3]; size.width as usize];
    for y in 0..size.height {
        sums.fill([0; 3]);
        let rows = rect.y + y * factor..(rect.y + (y + 1) * factor).min(rect.bottom());
        let count = rows.len() as u32;
        for row in rows {
            let row = &frame.row(row)[rect.x as usize * 3..rect.right() as usize * 3];
            for (sum, square) in sums.iter_mut().zip(row.chunks(factor as usize * 3)) {
                for pixel in square.chunks_exact(3) {
                    (0..3).for_each(|channel| sum[channel] += u32::from(pixel[channel]));
                }
            }
        }
        for (x, sum) in sums.iter().enumerate() {
            let columns = factor.min(rect.width - x as u32 * factor);
            rgb.extend(sum.map(|sum| (sum / (count * columns)) as u8));
        }
    }
    Frame::from_rgb(size, rgb).unwrap_or_else(|| Frame::filled(size, [0; 3]))
}

/// Detail per block of 8 x 8 pixels, measured as the JPEG path measures it: the three lowest AC
/// coefficients of the luma block.
pub(crate) fn texture(frame: &Frame) -> Texture {
    let size = frame.size();
    let grid = Size::new(size.width.div_ceil(8), size.height.div_ceil(8));
    let mut texture = Texture { grid, luma: Vec::new(), detail: Vec::new() };
    for row in 0..grid.height {
        for column in 0..grid.width {
            let (mean, detail) = block_detail(frame, column * 8, row * 8);
            texture.luma.push(mean);
            texture.detail.push(detail);
        }
    }
    texture
}

/// Mean luma and low-frequency detail of the block at (x, y); pixels beyond the border repeat the
/// last ones.
fn block_detail(frame: &Frame, x: u32, y: u32) -> (u8, u8) {
    /// cos((2 x + 1) pi / 16) for x = 0..8: the first basis function of the 8-point DCT.
    const FIRST: [f32; 8] =
        [0.980_785, 0.831_470, 0.555_570, 0.195_090, -0.195_090, -0.555_570, -0.831_470, -0.980_785];
    let size = frame.size();
    let (mut mean, mut across, mut down, mut both) = (0f32, 0f32, 0f32, 0f32);
    for (dy, &weight_y) in FIRST.iter().enumerate() {
        for (dx, &weight_x) in FIRST.iter().enumerate() {
            let [red, green, blue] =
                frame.pixel((x + dx as u32).min(size.width - 1), (y + dy as u32).min(size.height - 1));
            let luma = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
            mean += luma;
            across += luma * weight_x;
            down += luma * weight_y;
            both += luma * weight_x * weight_y;
        }
    }
    // Orthonormal scaling: 1/8 for DC, sqrt(2)/8 and 2/8 for the others; then 1/8 as in `Texture`.
    let (across, down, both) = (across * 2f32.sqrt() / 64.0, down * 2f32.sqrt() / 64.0, both / 32.0);
    ((mean / 64.0 + 0.5) as u8, (across * across + down * down + both * both).sqrt() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reducing_averages_squares_and_what_is_left_of_them() {
        let size = Size::new(5, 3);
        let rgb: Vec<u8> = (0..15u8).flat_map(|value| [value * 10, value, 0]).collect();
        let frame = Frame::from_rgb(size, rgb).unwrap();
        let reduced = reduce(&frame, size.rect(), 2);
        assert_eq!(reduced.size(), Size::new(3, 2));
        assert_eq!(reduced.pixel(0, 0), [30, 3, 0], "0, 1, 5 and 6");
        assert_eq!(reduced.pixel(2, 1), [140, 14, 0], "the corner alone");
        assert_eq!(reduce(&frame, PixelRect::new(1, 1, 2, 2), 1), frame.crop(PixelRect::new(1, 1, 2, 2)));
    }

    #[test]
    fn a_flat_block_has_no_detail_and_an_edge_has() {
        let mut frame = Frame::filled(Size::new(16, 8), [90, 90, 90]);
        (0..8).for_each(|y| (12..16).for_each(|x| frame.set_pixel(x, y, [190, 190, 190])));
        let texture = texture(&frame);
        assert_eq!(texture.grid, Size::new(2, 1));
        assert_eq!(texture.luma, [90, 140]);
        assert_eq!(texture.detail[0], 0);
        // A step of 100 across half a block: its first coefficient is 100 * 2.563 * sqrt(2) / 8.
        assert!((44..=46).contains(&texture.detail[1]), "{}", texture.detail[1]);
    }
}
