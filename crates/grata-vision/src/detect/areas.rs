//! Where a small face can be: cells with enough detail, packed into few rectangles.

use grata_core::face::FaceBox;
use grata_core::geometry::{PixelRect, Size};

use super::Texture;

/// Pixels of a block of the texture.
const BLOCK: u32 = 8;

/// Side of the cells that come from texture: two blocks.
const COARSE: u32 = 16;

/// The least detail of a face, as a share of the light around it. Of 6,285 faces of 18 to 60 pixels
/// that `deface` finds, dark, blurred and grey ones among them, the least detailed had 0.092.
const LEAST_DETAIL: f32 = 0.08;

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
    /// No cell active. `side`: pixels along the side of a cell.
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

    /// Cells with sharp detail: where a face of 20 to 60 pixels can be. A larger one is seen in the
    /// overview, soft or not. Sky, walls and strongly blurred ground have none.
    pub fn with_detail(texture: &Texture, picture: Size) -> Self {
        let mut cells = Self::none(picture, COARSE);
        cells.activate(texture, Around::is_detailed);
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

    /// Share of the cells that are active, 0 to 1.
    pub fn share(&self) -> f32 {
        let active = self.active.iter().filter(|active| **active).count();
        active as f32 / self.active.len().max(1) as f32
    }

    /// Whether the centre of a box lies in an active cell.
    pub fn touches(&self, face: &FaceBox) -> bool {
        let (x, y) = face.centre();
        let cell = |value: f32, count: u32| ((value.max(0.0) as u32) / self.side).min(count - 1);
        self.active[(cell(y, self.grid.height) * self.grid.width + cell(x, self.grid.width)) as usize]
    }

    /// Leaves out cells that lie wholly inside a face that is hidden anyway.
    pub fn without(&mut self, face: &FaceBox) {
        let first = |value: f32| (value.max(0.0) / self.side as f32).ceil() as u32;
        let end = |value: f32, count: u32| ((value.max(0.0) / self.side as f32) as u32).min(count);
        for row in first(face.y)..end(face.y + face.height, self.grid.height) {
            for column in first(face.x)..end(face.x + face.width, self.grid.width) {
                self.active[(row * self.grid.width + column) as usize] = false;
            }
        }
    }

    /// Rectangles of upright pixels that cover all active cells, each grown by `overlap` pixels and
    /// at most `largest` on a side before that, cut so that little else is covered.
    pub fn rectangles(&self, overlap: u32, largest: Size) -> Vec<PixelRect> {
        let side = self.side;
        let limit = Size::new((largest.width / side).max(1), (largest.height / side).max(1));
        let cover = Cover { counts: Counts::of(self), side, overlap, limit };
        let parts = self.components().into_iter().flat_map(|component| cover.best(component).parts);
        let pixels = |part: PixelRect| {
            PixelRect::new(part.x * side, part.y * side, part.width * side, part.height * side)
        };
        parts
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
}

/// How many active cells there are above and left of each cell.
struct Counts {
    width: usize,
    sums: Vec<u32>,
}

impl Counts {
    fn of(cells: &Cells) -> Self {
        let (columns, rows) = (cells.grid.width as usize, cells.grid.height as usize);
        let width = columns + 1;
        let mut sums = vec![0; width * (rows + 1)];
        for row in 0..rows {
            let mut line = 0;
            for column in 0..columns {
                line += u32::from(cells.active[row * columns + column]);
                sums[(row + 1) * width + column + 1] = sums[row * width + column + 1] + line;
            }
        }
        Self { width, sums }
    }

    fn within(&self, rect: PixelRect) -> u32 {
        let at = |x: u32, y: u32| self.sums[y as usize * self.width + x as usize];
        at(rect.right(), rect.bottom()) + at(rect.x, rect.y)
            - at(rect.right(), rect.y)
            - at(rect.x, rect.bottom())
    }

    /// The smallest rectangle around the active cells in `rect`.
    fn tight(&self, mut rect: PixelRect) -> Option<PixelRect> {
        if self.within(rect) == 0 {
            return None;
        }
        while self.within(PixelRect { height: 1, ..rect }) == 0 {
            rect = PixelRect { y: rect.y + 1, height: rect.height - 1, ..rect };
        }
        while self.within(PixelRect { y: rect.bottom() - 1, height: 1, ..rect }) == 0 {
            rect.height -= 1;
        }
        while self.within(PixelRect { width: 1, ..rect }) == 0 {
            rect = PixelRect { x: rect.x + 1, width: rect.width - 1, ..rect };
        }
        while self.within(PixelRect { x: rect.right() - 1, width: 1, ..rect }) == 0 {
            rect.width -= 1;
        }
        Some(rect)
    }
}

/// A way to cover some cells.
#[derive(Default)]
struct Parts {
    parts: Vec<PixelRect>,
    /// Pixels, overlap included.
    cost: u64,
}

/// Covers cells with rectangles.
struct Cover {
    counts: Counts,
    side: u32,
    overlap: u32,
    /// Most cells across and down.
    limit: Size,
}

impl Cover {
    /// One rectangle, or the cheapest of its cuts in two and what that leads to: a cut may cost at
    /// first and save further down.
    fn best(&self, within: PixelRect) -> Parts {
        let Some(tight) = self.counts.tight(within) else { return Parts::default() };
        let whole = self.cost(tight);
        let fits = tight.width <= self.limit.width && tight.height <= self.limit.height;
        let is_full =
            u64::from(self.counts.within(tight)) == u64::from(tight.width) * u64::from(tight.height);
        if fits && is_full {
            return Parts { parts: vec![tight], cost: whole };
        }
        let part = |part: PixelRect| self.counts.tight(part).map_or(0, |part| self.cost(part));
        let saving = |(first, second): &(PixelRect, PixelRect)| part(*first) + part(*second);
        let cheapest = cuts(tight).min_by_key(saving);
        let cut = if fits {
            cheapest
        } else {
            Some(cheapest.filter(|cut| saving(cut) < whole).unwrap_or(self.even_cut(tight)))
        };
        let Some((first, second)) = cut else { return Parts { parts: vec![tight], cost: whole } };
        let (mut first, second) = (self.best(first), self.best(second));
        first.cost += second.cost;
        first.parts.extend(second.parts);
        if fits && whole <= first.cost { Parts { parts: vec![tight], cost: whole } } else { first }
    }

    /// A cut of what is too large into parts of about the same size.
    fn even_cut(&self, rect: PixelRect) -> (PixelRect, PixelRect) {
        if rect.width > self.limit.width {
            cut_across(rect, rect.width.div_ceil(rect.width.div_ceil(self.limit.width)))
        } else {
            cut_down(rect, rect.height.div_ceil(rect.height.div_ceil(self.limit.height)))
        }
    }

    fn cost(&self, cells: PixelRect) -> u64 {
        let side = |cells: u32| u64::from(cells * self.side + 2 * self.overlap);
        side(cells.width) * side(cells.height)
    }
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
}

impl Around {
    fn is_detailed(&self) -> bool {
        self.mean_detail >= LEAST_DETAIL * (self.mean_luma + 16.0).clamp(24.0, 140.0)
    }

    fn of(texture: &Texture, x: u32, y: u32) -> Self {
        let (mut luma, mut detail, mut count) = (0u32, 0u32, 0u32);
        for y in y.saturating_sub(1)..(y + 2).min(texture.grid.height) {
            for x in x.saturating_sub(1)..(x + 2).min(texture.grid.width) {
                let at = (y * texture.grid.width + x) as usize;
                luma += u32::from(texture.luma[at]);
                detail += u32::from(texture.detail[at]);
                count += 1;
            }
        }
        Self { mean_luma: luma as f32 / count as f32, mean_detail: detail as f32 / count as f32 }
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
        let all = Cells::with_detail(&flat(120, 12), PICTURE);
        assert_eq!(all, Cells::everywhere(PICTURE));
        let dark = Cells::with_detail(&flat(30, 4), PICTURE);
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
    fn the_inside_of_a_hidden_face_is_left_out() {
        let mut cells = Cells::everywhere(PICTURE);
        cells.without(&FaceBox { x: 2000.0, y: 510.0, width: 800.0, height: 1000.0 });
        let is_active = |x: u32, y: u32| cells.active[(y / COARSE * cells.grid.width + x / COARSE) as usize];
        assert!(!is_active(2400, 1000));
        assert!(is_active(2400, 511) && is_active(2400, 1509), "cells that reach out of it");
        assert!(is_active(2400, 2400) && is_active(1000, 1000) && is_active(2801, 1000));
    }
}
