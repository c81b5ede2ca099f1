//! The inside of a large hidden part, in blocks: a spline of few cells instead of many samples.
//!
//! Far from the rim nothing is relaxed on the finest levels, and *pull* alone turns the cells of
//! the level [`ABOVE`] into samples. Three times Chaikin's corner cutting is linear: the samples of
//! a block are a fixed mixture of the cell in its place and of the eight around it.

use std::ops::Range;
use std::sync::LazyLock;

use super::{Level, Run};

/// Levels between samples and the cells of which each is one block.
pub(super) const ABOVE: usize = 3;

/// Samples along the side of a block.
pub(super) const SIDE: usize = 1 << ABOVE;

/// Blocks this far from every cell, one level above theirs, that holds something visible: what is
/// relaxed reaches one such cell less far.
const FAR: usize = 2;

/// Which blocks of a patch lie deep inside.
#[derive(Debug, Clone)]
pub(super) struct Inner {
    width: usize,
    is_inner: Vec<bool>,
    /// Blocks that are needed sample by sample, row by row: those that are not inner, and one around.
    spans: Vec<Vec<Range<usize>>>,
}

impl Inner {
    /// `None` where no block lies deep enough. `runs`: the own hidden samples of the patch that begins
    /// at `origin`.
    pub(super) fn of(levels: &[Level], runs: &[Run], origin: (usize, usize)) -> Option<Self> {
        // On a small level everything is relaxed.
        if levels.len() <= ABOVE + 1 || levels[ABOVE - 1].is_small() {
            return None;
        }
        let (blocks, above) = (&levels[ABOVE], &levels[ABOVE + 1]);
        let mut is_own = vec![false; blocks.known.len()];
        for run in runs.iter().filter(|run| (run.row - origin.1).is_multiple_of(SIDE)) {
            let row = &mut is_own[(run.row - origin.1) / SIDE * blocks.width..][..blocks.width];
            row[(run.start - origin.0).div_ceil(SIDE)..(run.end - origin.0) / SIDE].fill(true);
        }
        let is_far = |x: usize, y: usize| {
            let columns = x.saturating_sub(FAR)..(x + FAR + 1).min(above.width);
            (y.saturating_sub(FAR)..(y + FAR + 1).min(above.height))
                .all(|row| !above.row(row)[columns.clone()].contains(&true))
        };
        let is_far: Vec<bool> =
            (0..above.known.len()).map(|at| is_far(at % above.width, at / above.width)).collect();
        let mut is_inner = vec![false; blocks.known.len()];
        for y in 1..blocks.height - 1 {
            for x in 1..blocks.width - 1 {
                let at = y * blocks.width + x;
                is_inner[at] = is_own[at] && is_far[y / 2 * above.width + x / 2];
            }
        }
        if !is_inner.contains(&true) {
            return None;
        }
        let spans = (0..blocks.height).map(|y| spans_of_row(&is_inner, blocks, y)).collect();
        Some(Self { width: blocks.width, is_inner, spans })
    }

    pub(super) fn is_inner(&self, x: usize, y: usize) -> bool {
        self.is_inner[y * self.width + x]
    }

    /// Column and row of each inner block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.is_inner.len()).filter(|at| self.is_inner[*at]).map(|at| (at % self.width, at / self.width))
    }

    /// The cells of row `y` on level `level`, below [`ABOVE`], that are needed.
    pub(super) fn spans(&self, y: usize, level: usize, width: usize) -> impl Iterator<Item = Range<usize>> {
        let shift = ABOVE - level;
        self.spans[y >> shift].iter().map(move |span| span.start << shift..(span.end << shift).min(width))
    }
}

/// Runs of blocks in row `y` that are not inner or touch one that is not.
fn spans_of_row(is_inner: &[bool], blocks: &Level, y: usize) -> Vec<Range<usize>> {
    let is_needed = |x: usize| {
        let columns = x.saturating_sub(1)..(x + 2).min(blocks.width);
        (y.saturating_sub(1)..(y + 2).min(blocks.height))
            .any(|row| is_inner[row * blocks.width..][columns.clone()].contains(&false))
    };
    let mut spans: Vec<Range<usize>> = Vec::new();
    for x in (0..blocks.width).filter(|x| is_needed(*x)) {
        match spans.last_mut() {
            Some(last) if last.end == x => last.end += 1,
            _ => spans.push(x..x + 1),
        }
    }
    spans
}

/// The nine cells that an inner block is made from, row by row; its own in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Control([f32; 9]);

impl Control {
    pub(super) fn at(cells: &[f32], width: usize, x: usize, y: usize) -> Self {
        Self(std::array::from_fn(|at| cells[(y + at / 3 - 1) * width + x + at % 3 - 1]))
    }

    /// The block's 8 x 8 samples, row by row.
    pub fn samples(&self) -> [f32; 64] {
        self.mixed(&SHARES)
    }

    /// Any linear transform of the samples, by what it makes of the [`shares`](Self::shares).
    pub fn mixed(&self, shares: &[[f32; 64]; 9]) -> [f32; 64] {
        let mut sum = [0.0; 64];
        for (cell, share) in self.0.iter().zip(shares) {
            for (sum, share) in sum.iter_mut().zip(share) {
                *sum += cell * share;
            }
        }
        sum
    }

    /// What each of the nine cells gives to each of the 64 samples.
    pub fn shares() -> &'static [[f32; 64]; 9] {
        &SHARES
    }
}

static SHARES: LazyLock<[[f32; 64]; 9]> = LazyLock::new(|| {
    let axis: [[f32; SIDE]; 3] = std::array::from_fn(|cell| {
        let mut row = vec![0.0; 3];
        row[cell] = 1.0;
        for _ in 0..ABOVE {
            let mut doubled = vec![0.0; 2 * row.len()];
            super::double_row(&row, &mut doubled);
            row = doubled;
        }
        std::array::from_fn(|at| row[SIDE + at])
    });
    std::array::from_fn(|cell| std::array::from_fn(|at| axis[cell / 3][at / 8] * axis[cell % 3][at % 8]))
});
