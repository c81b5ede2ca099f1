//! The veil: smooth interpolation of one plane of samples from those just outside the mask.
//!
//! A membrane (the harmonic function with the surroundings as its rim) looks like a very soft blur
//! and holds nothing but the rim. It is solved from coarse to fine: *push* averages the visible
//! samples into ever larger cells, *pull* brings the coarse answer back, and at each level a fixed
//! number of relaxation sweeps lets in the finer rim. Doubling with weights 3/4 and 1/4 is Chaikin's
//! corner cutting, whose limit is a quadratic spline: smooth without blocks, so only a band along the
//! rim needs relaxing. Nothing depends on a convergence test, so the result is the same everywhere.
//!
//! After Gortler et al., "The Lumigraph" (push-pull), SIGGRAPH 1996, and Brandt's multigrid, Math.
//! Comp. 31, 1977.
//!
//! Hidden samples are never read: [`Veil`] copies the visible ones only (PUB-2 by construction).

mod inner;
mod parts;

use std::ops::Range;

use grata_core::geometry::{PixelRect, Size};

use inner::{ABOVE, Inner, SIDE};
use parts::{Part, Run, connected_parts};

pub use inner::Control;

/// Value where a plane has no visible sample at all.
const NOTHING_VISIBLE: f32 = 128.0;
/// Relaxation sweeps per level, there and back. More sharpens the rim and lets streaks in.
const SWEEPS: usize = 2;
/// Levels with at most this many cells are relaxed everywhere, [`SMALL_SWEEPS`] times.
const SMALL_CELLS: usize = 4096;
/// See [`SMALL_CELLS`].
const SMALL_SWEEPS: usize = 6;
/// Weights of the rim's smoothing window along one axis, from the middle outwards: a Gaussian of
/// sigma 1.5 samples. Without it a single noisy rim sample draws a streak.
const RIM_WINDOW: [f32; 4] = [1.0, 0.8, 0.41, 0.135];

/// Where a plane is hidden, made ready to fill any number of planes of that size.
#[derive(Debug, Clone)]
pub struct Veil {
    width: usize,
    height: usize,
    patches: Vec<Patch>,
}

impl Veil {
    /// Prepares a veil over the hidden samples of planes of `width` x `height`.
    ///
    /// Work and memory follow the bounding boxes of the connected hidden parts, not the plane.
    ///
    /// # Panics
    /// If `hidden` does not hold width x height flags.
    pub fn over(width: usize, height: usize, hidden: &[bool]) -> Self {
        assert_eq!(hidden.len(), width * height, "one flag a sample");
        let patches = connected_parts(width, hidden)
            .into_iter()
            .map(|part| Patch::around(part, width, height, hidden))
            .collect();
        Self { width, height, patches }
    }

    /// Fills the hidden samples of a plane of floats, row-major.
    ///
    /// # Panics
    /// If `samples` does not hold width x height entries.
    pub fn fill(&self, samples: &mut [f32]) {
        let width = self.width;
        let mut blocks = Vec::new();
        self.fill_near_rim(samples, |x, y, control| blocks.push((x, y, control)));
        for (x, y, control) in blocks {
            for (row, values) in control.samples().chunks_exact(SIDE).enumerate() {
                samples[(y + row) * width + x..][..SIDE].copy_from_slice(values);
            }
        }
    }

    /// The same, but for blocks of 8 x 8 samples deep inside a large hidden part: of each, `inside`
    /// gets the left and upper edge, both multiples of 8, and its spline. They stay as they are.
    ///
    /// # Panics
    /// As [`Veil::fill`].
    pub fn fill_near_rim(&self, samples: &mut [f32], mut inside: impl FnMut(usize, usize, Control)) {
        assert_eq!(samples.len(), self.width * self.height, "one sample a flag");
        for patch in &self.patches {
            let filled = patch.filled(|at| samples[at]);
            patch.for_own(|at, from| samples[at] = filled.value(from));
            patch.for_inner(&filled, &mut inside);
        }
    }

    /// Fills the hidden samples of channel `channel` of `channels` interleaved ones, rounding.
    ///
    /// # Panics
    /// If `samples` does not hold width x height x channels entries or there is no such channel.
    pub fn fill_channel(&self, samples: &mut [u8], channel: usize, channels: usize) {
        assert_eq!(samples.len(), self.width * self.height * channels, "one sample a flag and channel");
        assert!(channel < channels, "channel {channel} of {channels}");
        for patch in &self.patches {
            let filled = patch.filled(|at| f32::from(samples[at * channels + channel]));
            patch.for_own(|at, from| {
                samples[at * channels + channel] = byte(filled.value(from));
            });
            patch.for_inner(&filled, &mut |x, y, control: Control| {
                for (row, values) in control.samples().chunks_exact(SIDE).enumerate() {
                    let start = (y + row) * self.width + x;
                    for (at, value) in values.iter().enumerate() {
                        samples[(start + at) * channels + channel] = byte(*value);
                    }
                }
            });
        }
    }

    /// The parts of the plane that [`fill`](Self::fill) reads or writes: bounding boxes of the
    /// connected hidden parts and a ring around each. A caller may supply right samples there only.
    pub fn reach(&self) -> impl Iterator<Item = PixelRect> + '_ {
        self.patches.iter().map(Patch::rect)
    }
}

fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// One connected hidden part: its runs and what surrounds it.
#[derive(Debug, Clone)]
struct Patch {
    /// Left and top of the patch in the plane.
    origin: (usize, usize),
    /// Width of the plane.
    stride: usize,
    /// The hidden samples of this part; other hidden samples in the patch are unknown but not ours.
    runs: Vec<Run>,
    /// Visible samples of the patch that touch a hidden one.
    rim: Vec<u32>,
    /// Finest first; in the last every cell is known, or there is only one cell.
    levels: Vec<Level>,
    /// What is deep inside, if the part is large.
    inner: Option<Inner>,
}

impl Patch {
    fn around(part: Part, width: usize, height: usize, hidden: &[bool]) -> Self {
        let ring = ring_width(part.right - part.left, part.bottom - part.top);
        // On multiples of a block's side, so that the cells of an inner block are whole blocks.
        let aligned = |edge: usize| edge.saturating_sub(ring) / SIDE * SIDE;
        let (left, top) = (aligned(part.left), aligned(part.top));
        let (right, bottom) = ((part.right + ring).min(width), (part.bottom + ring).min(height));
        let mut known = Vec::with_capacity((right - left) * (bottom - top));
        for y in top..bottom {
            known.extend(hidden[y * width + left..y * width + right].iter().map(|hidden| !hidden));
        }
        let finest = Level::new(right - left, bottom - top, known);
        let rim = finest.rim();
        let levels = pyramid(finest);
        let inner = Inner::of(&levels, &part.runs, (left, top));
        Self { origin: (left, top), stride: width, runs: part.runs, rim, levels, inner }
    }

    fn rect(&self) -> PixelRect {
        let size = Size::new(self.levels[0].width as u32, self.levels[0].height as u32);
        PixelRect::new(self.origin.0 as u32, self.origin.1 as u32, size.width, size.height)
    }

    /// The whole patch with its unknown samples filled. `sample`: by index in the plane; asked for
    /// visible samples only.
    fn filled(&self, sample: impl Fn(usize) -> f32) -> Filled {
        let (visible, range) = self.visible(sample);
        let mut values = vec![self.with_smooth_rim(visible)];
        for pair in self.levels.windows(2) {
            let coarse = pair[0].push(&values[values.len() - 1], &pair[1]);
            values.push(coarse);
        }
        let mut coarse = values.pop().unwrap_or_default();
        let mut cells = Vec::new();
        for (at, pair) in self.levels.windows(2).enumerate().rev() {
            let mut fine = values.pop().unwrap_or_default();
            for y in 0..pair[0].height {
                match self.inner.as_ref().filter(|_| at < ABOVE) {
                    Some(inner) => {
                        for span in inner.spans(y, at, pair[0].width) {
                            pair[0].pull(&mut fine, &coarse, &pair[1], y, span);
                        }
                    }
                    None => pair[0].pull(&mut fine, &coarse, &pair[1], y, 0..pair[0].width),
                }
            }
            pair[0].relax(&mut fine);
            let coarser = std::mem::replace(&mut coarse, fine);
            if at + 1 == ABOVE && self.inner.is_some() {
                cells = coarser;
            }
        }
        let range = range.unwrap_or((NOTHING_VISIBLE, NOTHING_VISIBLE));
        Filled { values: coarse, cells, range }
    }

    /// The visible samples of the patch, 0 where hidden; and the least and greatest of them.
    fn visible(&self, sample: impl Fn(usize) -> f32) -> (Vec<f32>, Option<(f32, f32)>) {
        let finest = &self.levels[0];
        let mut values = vec![0.0; finest.known.len()];
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for y in 0..finest.height {
            let start = (self.origin.1 + y) * self.stride + self.origin.0;
            let row = &mut values[y * finest.width..][..finest.width];
            for ((x, value), known) in row.iter_mut().enumerate().zip(finest.row(y)) {
                if *known {
                    *value = sample(start + x);
                    (least, most) = (least.min(*value), most.max(*value));
                }
            }
        }
        (values, (least <= most).then_some((least, most)))
    }

    /// Replaces the rim by weighted means of the visible samples around it.
    fn with_smooth_rim(&self, mut values: Vec<f32>) -> Vec<f32> {
        let smooth: Vec<f32> =
            self.rim.iter().map(|at| self.levels[0].mean_around(&values, *at as usize)).collect();
        for (at, value) in self.rim.iter().zip(smooth) {
            values[*at as usize] = value;
        }
        values
    }

    /// Calls `write(index in the plane, index in the patch)` for each hidden sample of this part that
    /// lies in no inner block.
    fn for_own(&self, mut write: impl FnMut(usize, usize)) {
        for run in &self.runs {
            let plane = run.row * self.stride;
            let row = run.row - self.origin.1;
            let mut x = run.start;
            while x < run.end {
                let column = x - self.origin.0;
                // The rest of the run, or of the block.
                let end = match &self.inner {
                    Some(inner) => {
                        let end = ((column / SIDE + 1) * SIDE + self.origin.0).min(run.end);
                        if inner.is_inner(column / SIDE, row / SIDE) {
                            x = end;
                            continue;
                        }
                        end
                    }
                    None => run.end,
                };
                for x in x..end {
                    write(plane + x, row * self.levels[0].width + x - self.origin.0);
                }
                x = end;
            }
        }
    }

    /// Calls `inside` with the left and upper edge and the spline of each inner block.
    fn for_inner(&self, filled: &Filled, inside: &mut impl FnMut(usize, usize, Control)) {
        let Some(inner) = &self.inner else { return };
        for (x, y) in inner.blocks() {
            let control = Control::at(&filled.cells, self.levels[ABOVE].width, x, y);
            inside(self.origin.0 + x * SIDE, self.origin.1 + y * SIDE, control);
        }
    }
}

/// A patch after filling.
struct Filled {
    /// Without the inner blocks.
    values: Vec<f32>,
    /// The cells that inner blocks are made from; empty without such.
    cells: Vec<f32>,
    /// Least and greatest visible sample: rounding must not leave it.
    range: (f32, f32),
}

impl Filled {
    fn value(&self, at: usize) -> f32 {
        self.values[at].clamp(self.range.0, self.range.1)
    }
}

/// Samples around a hidden part that its veil is made from: an eighth of its shorter side, 8 to 32.
fn ring_width(width: usize, height: usize) -> usize {
    (width.min(height) / 8).clamp(8, 32)
}

/// Cells of one resolution.
#[derive(Debug, Clone)]
struct Level {
    width: usize,
    height: usize,
    /// Whether a cell holds any visible sample.
    known: Vec<bool>,
    /// Unknown cells to relax, in order.
    relaxed: Vec<u32>,
}

/// Levels from `finest` up, until every cell is known or only one is left.
fn pyramid(finest: Level) -> Vec<Level> {
    let mut levels = vec![finest];
    loop {
        let last = &levels[levels.len() - 1];
        if last.known.len() == 1 || !last.known.contains(&false) {
            choose_relaxed(&mut levels);
            return levels;
        }
        let coarser = last.coarser();
        levels.push(coarser);
    }
}

/// All unknown cells on a small level, else those near a known cell two levels up.
fn choose_relaxed(levels: &mut [Level]) {
    for at in 0..levels.len() {
        let level = &levels[at];
        let cells = match levels.get(at + 2) {
            Some(two_up) if !level.is_small() => level.band_along(two_up),
            _ => (0..level.known.len() as u32).filter(|at| !level.known[*at as usize]).collect(),
        };
        levels[at].relaxed = cells;
    }
}

impl Level {
    fn new(width: usize, height: usize, known: Vec<bool>) -> Self {
        Self { width, height, known, relaxed: Vec::new() }
    }

    fn is_small(&self) -> bool {
        self.known.len() <= SMALL_CELLS
    }

    fn coarser(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut known = vec![false; width * height];
        for (y, row) in self.known.chunks_exact(self.width).enumerate() {
            let coarse = &mut known[y / 2 * width..][..width];
            for (cell, pair) in coarse.iter_mut().zip(row.chunks(2)) {
                *cell |= pair[0] | pair[pair.len() - 1];
            }
        }
        Self::new(width, height, known)
    }

    /// The known samples that touch an unknown one.
    fn rim(&self) -> Vec<u32> {
        let mut rim = Vec::new();
        for y in 0..self.height {
            let row = self.row(y);
            let above = self.row(y.saturating_sub(1));
            let below = self.row((y + 1).min(self.height - 1));
            for x in 0..self.width {
                let sides = row[x.saturating_sub(1)] & row[(x + 1).min(self.width - 1)];
                if row[x] && !(sides & above[x] & below[x]) {
                    rim.push((y * self.width + x) as u32);
                }
            }
        }
        rim
    }

    fn row(&self, y: usize) -> &[bool] {
        &self.known[y * self.width..][..self.width]
    }

    fn mean_around(&self, values: &[f32], at: usize) -> f32 {
        let (x, y) = (at % self.width, at / self.width);
        let reach = RIM_WINDOW.len() - 1;
        let (mut sum, mut weights) = (0.0, 0.0);
        for row in y.saturating_sub(reach)..(y + reach + 1).min(self.height) {
            for column in x.saturating_sub(reach)..(x + reach + 1).min(self.width) {
                let at = row * self.width + column;
                if self.known[at] {
                    let weight = RIM_WINDOW[row.abs_diff(y)] * RIM_WINDOW[column.abs_diff(x)];
                    sum += weight * values[at];
                    weights += weight;
                }
            }
        }
        sum / weights
    }

    /// Values of the next coarser level: the mean of the known children, 0 where there is none.
    fn push(&self, values: &[f32], coarser: &Self) -> Vec<f32> {
        let mut coarse = vec![0.0; coarser.known.len()];
        for y in 0..coarser.height {
            for x in 0..coarser.width {
                let at = y * coarser.width + x;
                if coarser.known[at] {
                    coarse[at] = self.mean_of_children(values, x, y);
                }
            }
        }
        coarse
    }

    fn mean_of_children(&self, values: &[f32], x: usize, y: usize) -> f32 {
        let (mut sum, mut count) = (0.0, 0.0);
        for row in 2 * y..(2 * y + 2).min(self.height) {
            for column in 2 * x..(2 * x + 2).min(self.width) {
                let at = row * self.width + column;
                if self.known[at] {
                    sum += values[at];
                    count += 1.0;
                }
            }
        }
        sum / count
    }

    /// Sets the unknown cells `span` of row `y` from the coarser level: 3/4 of the parent, 1/4 of the
    /// parent's neighbour on the cell's side, along each axis.
    fn pull(&self, fine: &mut [f32], coarse: &[f32], coarser: &Self, y: usize, span: Range<usize>) {
        let parent = y / 2;
        let other = neighbour_on_side(y, parent, coarser.height);
        // One more on each side: the mixture at an end takes in its neighbour.
        let parents = (span.start / 2).saturating_sub(1)..(span.end.div_ceil(2) + 1).min(coarser.width);
        let near = &coarse[parent * coarser.width..][parents.clone()];
        let far = &coarse[other * coarser.width..][parents.clone()];
        let mixed: Vec<f32> = near.iter().zip(far).map(|(near, far)| 0.75 * near + 0.25 * far).collect();
        let mut doubled = vec![0.0; 2 * mixed.len()];
        double_row(&mixed, &mut doubled);
        let known = &self.known[y * self.width..][span.clone()];
        let row = &mut fine[y * self.width..][span.clone()];
        let doubled = &doubled[span.start - 2 * parents.start..];
        for ((value, known), pulled) in row.iter_mut().zip(known).zip(doubled) {
            *value = if *known { *value } else { *pulled };
        }
    }

    /// Relaxes the chosen cells towards the mean of their four neighbours, there and back.
    fn relax(&self, values: &mut [f32]) {
        for _ in 0..if self.is_small() { SMALL_SWEEPS } else { SWEEPS } {
            for at in &self.relaxed {
                self.relax_cell(values, *at as usize);
            }
            for at in self.relaxed.iter().rev() {
                self.relax_cell(values, *at as usize);
            }
        }
    }

    /// Unknown cells within about 4 to 12 cells of a known one, row by row.
    fn band_along(&self, coarse: &Self) -> Vec<u32> {
        let mut cells = Vec::new();
        for row in 0..coarse.height {
            let near: Vec<bool> = (0..coarse.width).map(|column| coarse.is_near_known(column, row)).collect();
            for y in 4 * row..(4 * row + 4).min(self.height) {
                for (column, _) in near.iter().enumerate().filter(|(_, near)| **near) {
                    for x in 4 * column..(4 * column + 4).min(self.width) {
                        let at = y * self.width + x;
                        if !self.known[at] {
                            cells.push(at as u32);
                        }
                    }
                }
            }
        }
        cells
    }

    fn is_near_known(&self, x: usize, y: usize) -> bool {
        let columns = x.saturating_sub(1)..(x + 2).min(self.width);
        (y.saturating_sub(1)..(y + 2).min(self.height))
            .any(|row| self.known[row * self.width..][columns.clone()].contains(&true))
    }

    /// The mean of the neighbours that exist: no slope across the border of the picture.
    fn relax_cell(&self, values: &mut [f32], at: usize) {
        let x = at as u32 % self.width as u32;
        let left = values[if x > 0 { at - 1 } else { at }];
        let right = values[if x + 1 < self.width as u32 { at + 1 } else { at }];
        let above = values[if at >= self.width { at - self.width } else { at }];
        let below = values[if at + self.width < values.len() { at + self.width } else { at }];
        values[at] = 0.25 * ((left + right) + (above + below));
    }
}

/// Index of the parent's neighbour on the side on which the child `fine` lies, inside `0..count`.
fn neighbour_on_side(fine: usize, parent: usize, count: usize) -> usize {
    if fine.is_multiple_of(2) { parent.saturating_sub(1) } else { (parent + 1).min(count - 1) }
}

/// `doubled` holds twice as many values as `row`.
fn double_row(row: &[f32], doubled: &mut [f32]) {
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return };
    doubled[0] = *first;
    for (pair, cells) in doubled[1..].chunks_exact_mut(2).zip(row.windows(2)) {
        pair[0] = 0.75 * cells[0] + 0.25 * cells[1];
        pair[1] = 0.25 * cells[0] + 0.75 * cells[1];
    }
    doubled[2 * row.len() - 1] = *last;
}

#[cfg(test)]
mod tests;
