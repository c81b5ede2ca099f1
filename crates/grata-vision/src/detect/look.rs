//! One look: a part of the picture, reduced, turned, run, and what it shows in the picture's pixels.

use std::cell::OnceCell;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use grata_core::face::{DetectedFace, FaceBox};
use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;

use super::areas::Cells;
use super::centerface::{GRANULE, candidates};
use super::sheet::pack;
use super::turned::turn_back;
use super::{Picture, Texture};
use crate::frame::Frame;
use crate::runtime::{ModelRuntime, RuntimeError};

/// A face whose centre is this close to the edge of a patch, in network pixels, is left to the patch
/// that shows all of it.
const EDGE: f32 = 4.0;

/// Largest sheet in network pixels. The network holds 96 channels at half its resolution: 29 MB.
const SHEET: Size = Size::new(640, 480);

/// The model, and what it has cost.
pub struct Look {
    runtime: Box<dyn ModelRuntime>,
    /// Network pixels since the last [`Look::take_cost`].
    cost: u64,
}

impl Look {
    pub fn new(runtime: Box<dyn ModelRuntime>) -> Self {
        Self { runtime, cost: 0 }
    }

    pub fn runtime(&mut self) -> &mut dyn ModelRuntime {
        &mut *self.runtime
    }

    pub fn take_cost(&mut self) -> u64 {
        std::mem::take(&mut self.cost)
    }

    /// Every cell of at least `threshold` in the whole picture, seen at `scale` and turned by `turn`;
    /// boxes in upright full-resolution pixels, several a face.
    pub fn whole(
        &mut self,
        view: &View<'_>,
        scale: f32,
        turn: Orientation,
        threshold: f32,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let whole = Patch { rect: view.picture.size().rect(), scale };
        let frame = view.whole_at(whole.size(), factor_for(scale))?.upright(turn);
        let found = self.run(&frame, view, threshold)?;
        Ok(found
            .iter()
            .map(|face| whole.placed(&turn_back(&face.face, turn, whole.size()), face.score))
            .collect())
    }

    /// The same for all active cells, upright, with `surroundings` network pixels around them.
    pub fn cells(
        &mut self,
        view: &View<'_>,
        scale: f32,
        cells: &Cells,
        surroundings: f32,
        threshold: f32,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let pixels = |network: f32| (network / scale).ceil() as u32;
        let most = |side: u32| pixels(side as f32 - 2.0 * surroundings - 1.0);
        let rects = cells.rectangles(pixels(surroundings), Size::new(most(SHEET.width), most(SHEET.height)));
        let patches: Vec<Patch> = rects.into_iter().map(|rect| Patch { rect, scale }).collect();
        let seen = self.patches(view, &patches, Orientation::Upright, threshold)?;
        let picture = view.picture.size();
        let whole = patches.iter().zip(seen).flat_map(|(patch, faces)| {
            faces.into_iter().filter(move |face| !is_at_a_cut(&face.face, patch, picture))
        });
        Ok(whole.collect())
    }

    /// The same for several parts of the picture, each at its scale, all turned by `turn`: what is
    /// seen in each.
    pub fn patches(
        &mut self,
        view: &View<'_>,
        patches: &[Patch],
        turn: Orientation,
        threshold: f32,
    ) -> Result<Vec<Vec<DetectedFace>>, RuntimeError> {
        let sizes: Vec<Size> = patches.iter().map(|patch| turn.upright_size(patch.size())).collect();
        let mut found = vec![Vec::new(); patches.len()];
        for sheet in pack(&sizes, SHEET) {
            let mut canvas = Frame::filled(sheet.size, [0; 3]);
            for place in &sheet.places {
                let patch = &patches[place.patch];
                canvas.paste(&view.at_size(patch.rect, patch.size())?.upright(turn), place.x, place.y);
            }
            for face in self.run(&canvas, view, threshold)? {
                let Some(place) = sheet.at(face.face.centre(), &sizes) else { continue };
                let patch = &patches[place.patch];
                let own =
                    FaceBox { x: face.face.x - place.x as f32, y: face.face.y - place.y as f32, ..face.face };
                let own = turn_back(&own, turn, patch.size());
                found[place.patch].push(patch.placed(&own, face.score));
            }
        }
        Ok(found)
    }

    fn run(
        &mut self,
        frame: &Frame,
        view: &View<'_>,
        threshold: f32,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let padded = |side: u32| u64::from(side.next_multiple_of(GRANULE));
        self.cost += padded(frame.size().width) * padded(frame.size().height);
        candidates(&mut *self.runtime, frame, &view.tone, threshold)
    }
}

/// A part of the picture at a scale, in network pixels a picture pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    pub rect: PixelRect,
    pub scale: f32,
}

impl Patch {
    /// In network pixels.
    fn size(&self) -> Size {
        let wanted = |length: u32| ((length as f32 * self.scale).round() as u32).max(8);
        Size::new(wanted(self.rect.width), wanted(self.rect.height))
    }

    /// A box of the reduced patch, in the picture.
    fn placed(&self, own: &FaceBox, score: f32) -> DetectedFace {
        let (size, rect) = (self.size(), self.rect);
        let (across, down) = (rect.width as f32 / size.width as f32, rect.height as f32 / size.height as f32);
        let face = FaceBox {
            x: rect.x as f32 + own.x * across,
            y: rect.y as f32 + own.y * down,
            width: own.width * across,
            height: own.height * down,
        };
        DetectedFace { face, score }
    }
}

/// Whether the centre of a box lies where the patch was cut out of the picture.
fn is_at_a_cut(face: &FaceBox, patch: &Patch, picture: Size) -> bool {
    let ((x, y), rect) = (face.centre(), patch.rect);
    let edge = EDGE / patch.scale;
    (x < rect.x as f32 + edge && rect.x > 0)
        || (y < rect.y as f32 + edge && rect.y > 0)
        || (x > rect.right() as f32 - edge && rect.right() < picture.width)
        || (y > rect.bottom() as f32 - edge && rect.bottom() < picture.height)
}

/// A picture and the tone curve with which the network sees it.
pub struct View<'a> {
    pub picture: &'a dyn Picture,
    tone: [u8; 256],
    /// All of the picture at the few reductions that are used several times.
    wholes: [OnceCell<Frame>; FACTORS.len()],
}

impl<'a> View<'a> {
    pub fn new(picture: &'a dyn Picture, texture: &Texture) -> Self {
        Self { picture, tone: tone(texture), wholes: Default::default() }
    }

    /// Whether the picture has no colour, judged at `scale`.
    pub fn is_grey(&self, scale: f32) -> bool {
        let frame = self.whole(factor_for(scale));
        let spread = |pixel: &[u8]| pixel.iter().max().zip(pixel.iter().min()).map_or(0, |(a, b)| a - b);
        let coloured = frame.rgb().chunks_exact(3).filter(|pixel| spread(pixel) > GREY).count();
        (coloured as u64) < frame.size().pixels() / 50
    }

    fn whole(&self, factor: u32) -> &Frame {
        let index = FACTORS.iter().position(|&known| known == factor).unwrap_or(FACTORS.len() - 1);
        let frame = || self.picture.reduced(self.picture.size().rect(), FACTORS[index]);
        self.wholes[index].get_or_init(frame)
    }

    /// All of the picture, reduced to `size` by way of `factor`.
    fn whole_at(&self, size: Size, factor: u32) -> Result<Frame, RuntimeError> {
        let frame = self.whole(factor);
        if frame.size() == size { Ok(frame.clone()) } else { resized(frame, size) }
    }

    /// A part of the picture, reduced to `size`.
    fn at_size(&self, rect: PixelRect, size: Size) -> Result<Frame, RuntimeError> {
        let scale = (size.width as f32 / rect.width as f32).max(size.height as f32 / rect.height as f32);
        let frame = self.picture.reduced(rect, factor_for(scale * 0.999));
        if frame.size() == size { Ok(frame) } else { resized(&frame, size) }
    }
}

/// Red, green and blue of a grey pixel differ by no more than this: JPEG's rounding, and a tint.
const GREY: u8 = 12;

/// The reductions that a picture offers.
const FACTORS: [u32; 4] = [8, 4, 2, 1];

/// The largest reduction that still holds every pixel of a look at `scale`.
pub fn factor_for(scale: f32) -> u32 {
    FACTORS.into_iter().find(|&factor| factor as f32 * scale <= 1.0).unwrap_or(1)
}

/// Bicubic with the support that the reduction asks for: of 4,004 small faces 3,954 were found with it
/// and 3,943 with bilinear. Typed: the crate's dynamic images would be compiled here for every kind of
/// pixel, which takes minutes.
pub fn resized(frame: &Frame, size: Size) -> Result<Frame, RuntimeError> {
    let failed = |error: &dyn std::fmt::Display| RuntimeError::Run(format!("resizing failed: {error}"));
    let from = frame.size();
    let source = TypedImageRef::<U8x3>::from_buffer(from.width, from.height, frame.rgb())
        .map_err(|error| failed(&error))?;
    let mut target = TypedImage::<U8x3>::new(size.width, size.height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| failed(&error))?;
    let mut rgb = vec![0; size.pixels() as usize * 3];
    rgb.chunks_exact_mut(3).zip(target.pixels()).for_each(|(own, pixel)| own.copy_from_slice(&pixel.0));
    Frame::from_rgb(size, rgb).ok_or_else(|| failed(&"wrong size"))
}

/// A brighter tone curve for dark pictures: if even the brightest twentieth of the blocks is below
/// a luma of 110, it is lifted to 180, at most fourfold. Otherwise nothing changes.
fn tone(texture: &Texture) -> [u8; 256] {
    let mut luma = texture.luma.clone();
    let at = luma.len() * 19 / 20;
    let bright = if luma.is_empty() { 255 } else { *luma.select_nth_unstable(at).1 };
    let gain = if bright < 110 { (180.0 / f32::from(bright.max(1))).min(4.0) } else { 1.0 };
    std::array::from_fn(|value| (value as f32 * gain).min(255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dark_pictures_are_lifted() {
        let texture = |luma: u8| Texture { grid: Size::new(4, 4), luma: vec![luma; 16], detail: vec![0; 16] };
        assert_eq!(tone(&texture(150))[100], 100);
        assert_eq!(tone(&texture(60))[60], 180);
        assert_eq!(tone(&texture(5))[5], 20, "at most fourfold");
    }
}
