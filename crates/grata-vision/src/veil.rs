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

use grata_core::geometry::{PixelRect, Size};

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
        assert_eq!(samples.len(), self.width * self.height, "one sample a flag");
        for patch in &self.patches {
            let filled = patch.filled(|at| samples[at]);
            patch.for_own(|at, from| samples[at] = filled.value(from));
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
                samples[at * channels + channel] = filled.value(from).round().clamp(0.0, 255.0) as u8;
            });
        }
    }

    /// The parts of the plane that [`fill`](Self::fill) reads or writes: bounding boxes of the
    /// connected hidden parts and a ring around each. A caller may supply right samples there only.
    pub fn reach(&self) -> impl Iterator<Item = PixelRect> + '_ {
        self.patches.iter().map(Patch::rect)
    }
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
}

impl Patch {
    fn around(part: Part, width: usize, height: usize, hidden: &[bool]) -> Self {
        let ring = ring_width(part.right - part.left, part.bottom - part.top);
        let (left, top) = (part.left.saturating_sub(ring), part.top.saturating_sub(ring));
        let (right, bottom) = ((part.right + ring).min(width), (part.bottom + ring).min(height));
        let mut known = Vec::with_capacity((right - left) * (bottom - top));
        for y in top..bottom {
            known.extend(hidden[y * width + left..y * width + right].iter().map(|hidden| !hidden));
        }
        let finest = Level::new(right - left, bottom - top, known);
        let rim = finest.rim();
        Self { origin: (left, top), stride: width, runs: part.runs, rim, levels: pyramid(finest) }
    }

    fn rect(&self) -> PixelRect {
        let size = Size::new(self.levels[0].width as u32, self.levels[0].height as u32);
        PixelRect::new(self.origin.0 as u32, self.origin.1 as u32, size.width, size.height)
    }

    /// The whole patch with its unknown samples filled. `sample`: by index in the plane; asked for
    /// visible samples only.
    fn filled(&self, sample: impl Fn(usize) -> f32) -> Filled {
        let finest = &self.levels[0];
        let visible = self.visible(sample);
        let range = finest.range(&visible);
        let mut values = vec![self.with_smooth_rim(visible)];
        for pair in self.levels.windows(2) {
            let coarse = pair[0].push(&values[values.len() - 1], &pair[1]);
            values.push(coarse);
        }
        let mut coarse = values.pop().unwrap_or_default();
        for pair in self.levels.windows(2).rev() {
            let mut fine = values.pop().unwrap_or_default();
            pair[0].pull(&mut fine, &coarse, &pair[1]);
            pair[0].relax(&mut fine);
            coarse = fine;
        }
        Filled { values: coarse, range: range.unwrap_or((NOTHING_VISIBLE, NOTHING_VISIBLE)) }
    }

    /// The visible samples of the patch; 0 where hidden.
    fn visible(&self, sample: impl Fn(usize) -> f32) -> Vec<f32> {
        let finest = &self.levels[0];
        let mut values = vec![0.0; finest.known.len()];
        for y in 0..finest.height {
            let start = (self.origin.1 + y) * self.stride + self.origin.0;
            let row = &mut values[y * finest.width..][..finest.width];
            for ((x, value), known) in row.iter_mut().enumerate().zip(finest.row(y)) {
                if *known {
                    *value = sample(start + x);
                }
            }
        }
        values
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

    /// Calls `write(index in the plane, index in the patch)` for each hidden sample of this part.
    fn for_own(&self, mut write: impl FnMut(usize, usize)) {
        for run in &self.runs {
            let plane = run.row * self.stride;
            let patch = (run.row - self.origin.1) * self.levels[0].width;
            for x in run.start..run.end {
                write(plane + x, patch + x - self.origin.0);
            }
        }
    }
}

/// A patch after filling.
struct Filled {
    values: Vec<f32>,
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

    /// Least and greatest known value; `None` if none is known.
    fn range(&self, values: &[f32]) -> Option<(f32, f32)> {
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for (value, known) in values.iter().zip(&self.known) {
            least = if *known { least.min(*value) } else { least };
            most = if *known { most.max(*value) } else { most };
        }
        (least <= most).then_some((least, most))
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

    /// Sets the unknown cells from the coarser level: 3/4 of the parent, 1/4 of the parent's
    /// neighbour on the cell's side, along each axis.
    fn pull(&self, fine: &mut [f32], coarse: &[f32], coarser: &Self) {
        let mut mixed = vec![0.0; coarser.width];
        let mut doubled = vec![0.0; 2 * coarser.width];
        for y in 0..self.height {
            let known = &self.known[y * self.width..][..self.width];
            let row = &mut fine[y * self.width..][..self.width];
            let near = y / 2;
            let far = neighbour_on_side(y, near, coarser.height);
            let near = &coarse[near * coarser.width..][..coarser.width];
            let far = &coarse[far * coarser.width..][..coarser.width];
            for ((mixed, near), far) in mixed.iter_mut().zip(near).zip(far) {
                *mixed = 0.75 * near + 0.25 * far;
            }
            double_row(&mixed, &mut doubled);
            for ((value, known), pulled) in row.iter_mut().zip(known).zip(&doubled) {
                *value = if *known { *value } else { *pulled };
            }
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

/// Hidden samples `start..end` of a row.
#[derive(Debug, Clone, Copy)]
struct Run {
    row: usize,
    start: usize,
    end: usize,
}

/// A connected hidden part (eight neighbours) and its bounding box.
#[derive(Debug, Clone)]
struct Part {
    runs: Vec<Run>,
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

/// The connected parts of the hidden samples, in the order of their first runs.
fn connected_parts(width: usize, hidden: &[bool]) -> Vec<Part> {
    let runs = hidden_runs(width, hidden);
    let mut roots: Vec<usize> = (0..runs.len()).collect();
    let mut above = 0..0;
    let mut here = 0..0;
    for (at, run) in runs.iter().enumerate() {
        if at == 0 || runs[at - 1].row != run.row {
            above = if at > 0 && runs[at - 1].row + 1 == run.row { here } else { at..at };
            here = at..at;
        }
        here.end = at + 1;
        for other in above.clone().filter(|other| touch(&runs[*other], run)) {
            unite(&mut roots, other, at);
        }
    }
    collect_parts(&runs, &mut roots)
}

fn touch(above: &Run, below: &Run) -> bool {
    above.start <= below.end && below.start <= above.end
}

fn unite(roots: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(roots, a), root(roots, b));
    roots[a.max(b)] = a.min(b);
}

fn root(roots: &mut [usize], mut at: usize) -> usize {
    while roots[at] != at {
        roots[at] = roots[roots[at]];
        at = roots[at];
    }
    at
}

fn collect_parts(runs: &[Run], roots: &mut [usize]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of_root = vec![usize::MAX; runs.len()];
    for (at, run) in runs.iter().enumerate() {
        let root = root(roots, at);
        if part_of_root[root] == usize::MAX {
            part_of_root[root] = parts.len();
            let (left, right) = (run.start, run.end);
            parts.push(Part { runs: Vec::new(), left, top: run.row, right, bottom: run.row + 1 });
        }
        let part = &mut parts[part_of_root[root]];
        part.left = part.left.min(run.start);
        part.right = part.right.max(run.end);
        part.bottom = run.row + 1;
        part.runs.push(*run);
    }
    parts
}

fn hidden_runs(width: usize, hidden: &[bool]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (row, flags) in hidden.chunks_exact(width.max(1)).enumerate() {
        let mut x = 0;
        while x < width {
            let start = next(flags, x, true);
            let end = next(flags, start, false);
            if start < end {
                runs.push(Run { row, start, end });
            }
            x = end;
        }
    }
    runs
}

/// Index of the first flag from `from` on that is `wanted`; the length if there is none.
fn next(flags: &[bool], from: usize, wanted: bool) -> usize {
    let mut x = from;
    // Thirty-two at a time, folded without a branch: this loop runs over the whole plane.
    while let Some(chunk) = flags.get(x..x + 32) {
        if chunk.iter().fold(false, |any, flag| any | (*flag == wanted)) {
            break;
        }
        x += 32;
    }
    flags[x..].iter().position(|flag| *flag == wanted).map_or(flags.len(), |offset| x + offset)
}

#[cfg(test)]
mod tests;
