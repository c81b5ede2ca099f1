//! Where a small face can be: cells with enough detail, packed into few rectangles.

use grata_core::face::FaceBox;
use grata_core::geometry::{PixelRect, Size};

use super::Texture;

/// Pixels of a block of the texture.
const BLOCK: u32 = 8;

/// What the network's granule of 32 pixels adds to each side of a rectangle, on average.
const PADDING: u32 = 16;

/// Side of the cells that come from texture.
const COARSE: u32 = 64;

/// Square cells of upright pixels that have to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    picture: Size,
    /// Pixels along the side of a cell.
    side: u32,
    grid: Size,
    active: Vec<bool>,
}

impl Cells {
    /// No cell active. `side`: pixels along the side of a cell, a multiple of 8.
    pub fn none(picture: Size, side: u32) -> Self {
        let grid = Size::new(picture.width.div_ceil(side), picture.height.div_ceil(side));
        Self { picture, side, grid, active: vec![false; grid.pixels() as usize] }
    }

    /// All cells.
    pub fn everywhere(picture: Size) -> Self {
        let mut cells = Self::none(picture, COARSE);
        cells.active.fill(true);
        cells
    }

    /// Activates the cells that a box touches.
    pub fn add(&mut self, face: &FaceBox) {
        let cell = |value: f32, count: u32| ((value.max(0.0) as u32) / self.side).min(count - 1);
        for row in cell(face.y, self.grid.height)..=cell(face.y + face.height, self.grid.height) {
            for column in cell(face.x, self.grid.width)..=cell(face.x + face.width, self.grid.width) {
                self.active[(row * self.grid.width + column) as usize] = true;
            }
        }
    }

    /// Cells with sharp detail: where a face of 20 to 60 pixels can be.
    ///
    /// Of 68 faces, reduced to heights of 20 to 56 pixels and stored at quality 85, the least
    /// detailed had a mean block detail of 11 grey levels at a mean luma of about 120. The bar is
    /// less than half of that, and proportional to the luma, so that dark faces pass as well.
    pub fn with_detail(texture: &Texture, picture: Size) -> Self {
        let mut cells = Self::none(picture, COARSE);
        cells.activate(texture, Around::is_detailed);
        cells
    }

    /// Cells without sharp detail, but with contrast between neighbouring blocks: where a soft face
    /// of more than 40 pixels can be. Sky, walls and strongly blurred ground are in neither kind.
    pub fn soft(texture: &Texture, picture: Size) -> Self {
        let mut cells = Self::none(picture, COARSE);
        cells.activate(texture, Around::is_contrasted);
        let detailed = Self::with_detail(texture, picture);
        cells.active.iter_mut().zip(&detailed.active).for_each(|(own, &other)| *own &= !other);
        cells
    }

    fn activate(&mut self, texture: &Texture, is_active: impl Fn(&Around) -> bool) {
        let blocks = self.side / BLOCK;
        for y in 0..texture.grid.height {
            for x in 0..texture.grid.width {
                if is_active(&Around::of(texture, x, y)) {
                    let cell = (y / blocks).min(self.grid.height - 1) * self.grid.width
                        + (x / blocks).min(self.grid.width - 1);
                    self.active[cell as usize] = true;
                }
            }
        }
    }

    /// Leaves out cells that lie wholly inside a face that is hidden anyway, or on the chest below
    /// it: whoever stands in front of that person is nearer and has no smaller face.
    pub fn without_person(&mut self, face: &FaceBox) {
        let chest_width = face.width * 1.4;
        let chest = FaceBox {
            x: face.x + (face.width - chest_width) / 2.0,
            y: face.y + face.height * 1.1,
            width: chest_width,
            height: face.height * 1.6,
        };
        for row in 0..self.grid.height {
            for column in 0..self.grid.width {
                let side = self.side;
                let cell = PixelRect::new(column * side, row * side, side, side);
                if covers(face, cell) || covers(&chest, cell) {
                    self.active[(row * self.grid.width + column) as usize] = false;
                }
            }
        }
    }

    /// Rectangles of upright pixels that cover all active cells, each grown by `overlap` pixels and
    /// at most `largest` on a side before that, cut so that little else is covered.
    pub fn rectangles(&self, overlap: u32, largest: Size) -> Vec<PixelRect> {
        let side = self.side;
        let limit = Size::new((largest.width / side).max(1), (largest.height / side).max(1));
        let mut parts = Vec::new();
        for component in self.components() {
            self.split(component, overlap, limit, &mut parts);
        }
        let pixels = |part: PixelRect| {
            PixelRect::new(part.x * side, part.y * side, part.width * side, part.height * side)
        };
        parts
            .into_iter()
            .filter_map(|part| pixels(part).intersection(self.picture.rect()))
            .map(|rect| rect.grown(overlap, self.picture))
            .collect()
    }

    /// Rectangles of cells around active cells that touch each other, corners included. Where two
    /// of them overlap, they are joined.
    fn components(&self) -> Vec<PixelRect> {
        let mut seen = vec![false; self.active.len()];
        let mut components: Vec<PixelRect> = Vec::new();
        for start in 0..self.active.len() {
            if !self.active[start] || seen[start] {
                continue;
            }
            seen[start] = true;
            let mut bounds = self.cell_at(start);
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                let cell = self.cell_at(at);
                bounds = union(bounds, cell);
                for near in self.neighbours(cell) {
                    if self.active[near] && !std::mem::replace(&mut seen[near], true) {
                        open.push(near);
                    }
                }
            }
            while let Some(at) = components.iter().position(|other| other.intersection(bounds).is_some()) {
                bounds = union(bounds, components.swap_remove(at));
            }
            components.push(bounds);
        }
        components
    }

    fn cell_at(&self, index: usize) -> PixelRect {
        PixelRect::new(index as u32 % self.grid.width, index as u32 / self.grid.width, 1, 1)
    }

    fn neighbours(&self, cell: PixelRect) -> impl Iterator<Item = usize> + use<> {
        let around = cell.grown(1, self.grid);
        let width = self.grid.width;
        (around.y..around.bottom())
            .flat_map(move |y| (around.x..around.right()).map(move |x| (y * width + x) as usize))
    }

    /// Cuts a rectangle of cells where that saves pixels, or where it is too large.
    fn split(&self, within: PixelRect, overlap: u32, limit: Size, out: &mut Vec<PixelRect>) {
        let Some(tight) = self.tight(within) else { return };
        let cost = |part: PixelRect| self.tight(part).map_or(0, |part| self.cost(part, overlap));
        let best = cuts(tight)
            .map(|(first, second)| (cost(first) + cost(second), first, second))
            .min_by_key(|cut| cut.0);
        let too_wide = tight.width > limit.width;
        let too_high = tight.height > limit.height;
        match best {
            Some((cost, first, second)) if cost < self.cost(tight, overlap) => {
                self.split(first, overlap, limit, out);
                self.split(second, overlap, limit, out);
            }
            _ if too_wide || too_high => {
                let parts = if too_wide {
                    tight.width.div_ceil(limit.width)
                } else {
                    tight.height.div_ceil(limit.height)
                };
                let (first, second) = if too_wide {
                    cut_across(tight, tight.width.div_ceil(parts))
                } else {
                    cut_down(tight, tight.height.div_ceil(parts))
                };
                self.split(first, overlap, limit, out);
                self.split(second, overlap, limit, out);
            }
            _ => out.push(tight),
        }
    }

    /// Pixels that a rectangle of cells costs, its overlap included.
    fn cost(&self, cells: PixelRect, overlap: u32) -> u64 {
        let side = |cells: u32| u64::from(cells * self.side + 2 * overlap + PADDING);
        side(cells.width) * side(cells.height)
    }

    /// The smallest rectangle of cells around the active ones in `within`.
    fn tight(&self, within: PixelRect) -> Option<PixelRect> {
        let is_active = |x: u32, y: u32| self.active[(y * self.grid.width + x) as usize];
        let rows =
            || (within.y..within.bottom()).filter(|&y| (within.x..within.right()).any(|x| is_active(x, y)));
        let (top, bottom) = (rows().next()?, rows().next_back()?);
        let columns = || (within.x..within.right()).filter(|&x| (top..=bottom).any(|y| is_active(x, y)));
        let (left, right) = (columns().next()?, columns().next_back()?);
        Some(PixelRect::new(left, top, right - left + 1, bottom - top + 1))
    }
}

/// The detail that a block's surroundings need: a share of their luma, within bounds.
fn bar(luma: f32, share: f32, least: f32, most: f32) -> f32 {
    (luma * share).clamp(least, most)
}

fn covers(face: &FaceBox, cell: PixelRect) -> bool {
    face.x <= cell.x as f32
        && face.y <= cell.y as f32
        && face.x + face.width >= cell.right() as f32
        && face.y + face.height >= cell.bottom() as f32
}

fn union(a: PixelRect, b: PixelRect) -> PixelRect {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    PixelRect::new(x, y, a.right().max(b.right()) - x, a.bottom().max(b.bottom()) - y)
}

/// All ways to cut a rectangle of cells in two, across or down.
fn cuts(rect: PixelRect) -> impl Iterator<Item = (PixelRect, PixelRect)> {
    let across = (1..rect.width).map(move |at| cut_across(rect, at));
    let down = (1..rect.height).map(move |at| cut_down(rect, at));
    across.chain(down)
}

fn cut_across(rect: PixelRect, at: u32) -> (PixelRect, PixelRect) {
    (
        PixelRect::new(rect.x, rect.y, at, rect.height),
        PixelRect::new(rect.x + at, rect.y, rect.width - at, rect.height),
    )
}

fn cut_down(rect: PixelRect, at: u32) -> (PixelRect, PixelRect) {
    (
        PixelRect::new(rect.x, rect.y, rect.width, at),
        PixelRect::new(rect.x, rect.y + at, rect.width, rect.height - at),
    )
}

/// A block and its eight neighbours.
struct Around {
    mean_luma: f32,
    mean_detail: f32,
    luma_range: f32,
}

impl Around {
    fn is_detailed(&self) -> bool {
        self.mean_detail >= bar(self.mean_luma, 0.045, 1.5, 5.5)
    }

    fn is_contrasted(&self) -> bool {
        self.luma_range >= bar(self.mean_luma, 0.06, 2.5, 8.0)
    }

    fn of(texture: &Texture, x: u32, y: u32) -> Self {
        let (mut luma, mut detail, mut count) = (0u32, 0u32, 0u32);
        let (mut darkest, mut brightest) = (255u8, 0u8);
        for y in y.saturating_sub(1)..(y + 2).min(texture.grid.height) {
            for x in x.saturating_sub(1)..(x + 2).min(texture.grid.width) {
                let at = (y * texture.grid.width + x) as usize;
                luma += u32::from(texture.luma[at]);
                detail += u32::from(texture.detail[at]);
                darkest = darkest.min(texture.luma[at]);
                brightest = brightest.max(texture.luma[at]);
                count += 1;
            }
        }
        Self {
            mean_luma: luma as f32 / count as f32,
            mean_detail: detail as f32 / count as f32,
            luma_range: f32::from(brightest - darkest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Size = Size::new(6000, 4000);

    fn flat(luma: u8, detail: u8) -> Texture {
        let grid = Size::new(750, 500);
        let blocks = grid.pixels() as usize;
        Texture { grid, luma: vec![luma; blocks], detail: vec![detail; blocks] }
    }

    #[test]
    fn smooth_pictures_have_no_cells_and_detailed_ones_all() {
        let none = Cells::with_detail(&flat(120, 2), PICTURE);
        assert!(none.rectangles(16, Size::new(1000, 800)).is_empty());
        let all = Cells::with_detail(&flat(120, 9), PICTURE);
        assert_eq!(all, Cells::everywhere(PICTURE));
        let dark = Cells::with_detail(&flat(30, 2), PICTURE);
        assert_eq!(dark, Cells::everywhere(PICTURE), "the bar falls with the light");
    }

    /// Every pixel of an active cell lies in a rectangle, together with the overlap around it.
    #[test]
    fn rectangles_cover_all_active_cells_with_their_surroundings() {
        let mut cells = Cells::none(PICTURE, 32);
        for (x, y) in [(10.0, 10.0), (300.0, 200.0), (310.0, 230.0), (5990.0, 3990.0), (2000.0, 100.0)] {
            cells.add(&FaceBox { x, y, width: 24.0, height: 30.0 });
        }
        let rectangles = cells.rectangles(20, Size::new(640, 480));
        for (index, _) in cells.active.iter().enumerate().filter(|(_, active)| **active) {
            let cell = cells.cell_at(index);
            let pixels =
                PixelRect::new(cell.x * 32, cell.y * 32, 32, 32).intersection(PICTURE.rect()).unwrap();
            let wanted = pixels.grown(20, PICTURE);
            assert!(rectangles.iter().any(|rect| rect.intersection(wanted) == Some(wanted)), "{wanted:?}");
        }
        let area: u64 = rectangles.iter().map(|rect| u64::from(rect.width) * u64::from(rect.height)).sum();
        assert!(area < 100_000, "{rectangles:?}");
    }

    #[test]
    fn no_rectangle_is_larger_than_allowed() {
        for rect in Cells::everywhere(PICTURE).rectangles(16, Size::new(1066, 800)) {
            assert!(rect.width <= 1066 + 32 && rect.height <= 800 + 32, "{rect:?}");
        }
    }

    #[test]
    fn the_chest_of_a_near_person_is_left_out() {
        let mut cells = Cells::everywhere(PICTURE);
        cells.without_person(&FaceBox { x: 2000.0, y: 500.0, width: 800.0, height: 1000.0 });
        let is_active = |x: u32, y: u32| cells.active[(y / 64 * cells.grid.width + x / 64) as usize];
        assert!(!is_active(2400, 1000), "the face");
        assert!(!is_active(2400, 2400), "the chest");
        assert!(is_active(1000, 1000) && is_active(2400, 3600), "everything else");
    }
}
