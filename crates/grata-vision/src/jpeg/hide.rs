//! New coefficients for hidden MCUs, computed from the visible ones alone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use grata_core::geometry::PixelRect;
use grata_core::obscure::ObscureStyle;

use super::CoefficientPhoto;
use super::dct::{forward, inverse};
use super::render::dequantise;
use crate::mask::Mask;
use crate::obscure::FILL_LEVEL;
use crate::veil::{Control, Veil};

/// Blocks of each hidden MCU in coding order, by MCU number.
pub(super) type Replacement = BTreeMap<usize, Vec<[i16; 64]>>;

/// Hidden MCUs this close to each other are interpolated together, so that the ring of visible
/// samples around each is whole.
const TOGETHER: u32 = 2;

/// One component over a rectangle of MCUs: what is visible, and which samples are not.
struct Surroundings {
    samples: Vec<f32>,
    hidden: Vec<bool>,
    width: usize,
    height: usize,
}

impl CoefficientPhoto {
    /// What stands in the hidden MCUs. `mask`: over the stored picture, one cell an MCU.
    ///
    /// The hidden coefficients are never read: a hidden MCU's samples start as zeros.
    pub(super) fn replacement(&self, mask: &Mask, style: ObscureStyle) -> Replacement {
        match style {
            ObscureStyle::Fill => self.filled(mask),
            ObscureStyle::Veil => {
                let mut replacement = Replacement::new();
                for group in groups(mask) {
                    self.veil(mask, &group, &mut replacement);
                }
                replacement
            }
        }
    }

    fn filled(&self, mask: &Mask) -> Replacement {
        let block = |component: usize| {
            let level = if component == 0 || self.is_rgb { f32::from(FILL_LEVEL) - 128.0 } else { 0.0 };
            let mut block = [0i16; 64];
            block[0] = quantise(level * 8.0, self.layout.planes[component].steps[0]);
            block
        };
        let blocks: Vec<[i16; 64]> =
            self.layout.blocks_of(0).map(|(component, ..)| block(component)).collect();
        let grid = mask.grid();
        let hidden = (0..grid.height).flat_map(|row| (0..grid.width).map(move |column| (column, row)));
        hidden
            .filter(|&(column, row)| mask.is_hidden(column, row))
            .map(|(column, row)| (self.mcu_number(column, row), blocks.clone()))
            .collect()
    }

    fn mcu_number(&self, column: u32, row: u32) -> usize {
        row as usize * self.layout.grid.width as usize + column as usize
    }

    fn veil(&self, mask: &Mask, group: &[(u32, u32)], replacement: &mut Replacement) {
        let rect = bounds(group).grown(1, mask.grid());
        let mut surroundings = self.surroundings(mask, rect);
        // Planes of one size are hidden in the same places.
        let mut veil: Option<((usize, usize), Veil)> = None;
        let mut inner: Vec<BTreeMap<(usize, usize), Control>> = Vec::new();
        for plane in &mut surroundings {
            let size = (plane.width, plane.height);
            if veil.as_ref().is_none_or(|(made_for, _)| *made_for != size) {
                veil = Some((size, Veil::over(plane.width, plane.height, &plane.hidden)));
            }
            let mut blocks = BTreeMap::new();
            if let Some((_, veil)) = &veil {
                veil.fill_near_rim(&mut plane.samples, |x, y, control| {
                    blocks.insert((x / 8, y / 8), control);
                });
            }
            inner.push(blocks);
        }
        for &(column, row) in group {
            let number = self.mcu_number(column, row);
            let blocks = self
                .layout
                .blocks_of(number)
                .map(|(component, x, y)| {
                    let plane = &self.layout.planes[component];
                    let (x, y) = (x - rect.x * plane.across, y - rect.y * plane.down);
                    let (x, y) = (x as usize, y as usize);
                    let coefficients = match inner[component].get(&(x, y)) {
                        Some(control) => control.mixed(&INNER_BLOCK),
                        None => surroundings[component].transformed(x, y),
                    };
                    std::array::from_fn(|at| quantise(coefficients[at], plane.steps[at]))
                })
                .collect();
            replacement.insert(number, blocks);
        }
    }

    /// Visible samples of each component over the MCUs of `rect`; hidden ones are 0 and marked.
    fn surroundings(&self, mask: &Mask, rect: PixelRect) -> Vec<Surroundings> {
        let mut all: Vec<Surroundings> = self
            .layout
            .planes
            .iter()
            .map(|plane| {
                let (width, height) =
                    ((rect.width * plane.across * 8) as usize, (rect.height * plane.down * 8) as usize);
                Surroundings {
                    samples: vec![0.0; width * height],
                    hidden: vec![true; width * height],
                    width,
                    height,
                }
            })
            .collect();
        for row in rect.y..rect.bottom() {
            let mut column = rect.x;
            while column < rect.right() {
                let run =
                    (column..rect.right()).take_while(|&column| !mask.is_hidden(column, row)).count() as u32;
                if run > 0 {
                    self.read_run(rect, column, row, run, &mut all);
                }
                column += run + 1;
            }
        }
        all
    }

    fn read_run(&self, rect: PixelRect, column: u32, row: u32, run: u32, all: &mut [Surroundings]) {
        let first = self.mcu_number(column, row);
        self.visit(first, first + run as usize, &mut |component, x, y, block| {
            let plane = &self.layout.planes[component];
            let samples = inverse(&dequantise(block, &plane.steps));
            let (x, y) = ((x - rect.x * plane.across) as usize, (y - rect.y * plane.down) as usize);
            all[component].put(x, y, &samples);
        });
    }
}

impl Surroundings {
    fn put(&mut self, x: usize, y: usize, block: &[f32; 64]) {
        for (row, values) in block.chunks_exact(8).enumerate() {
            let start = (y * 8 + row) * self.width + x * 8;
            self.samples[start..start + 8].copy_from_slice(values);
            self.hidden[start..start + 8].fill(false);
        }
    }

    /// Coefficients of the block in column `x` and row `y`.
    fn transformed(&self, x: usize, y: usize) -> [f32; 64] {
        let mut samples = [0f32; 64];
        for (row, values) in samples.chunks_exact_mut(8).enumerate() {
            let start = (y * 8 + row) * self.width + x * 8;
            values.copy_from_slice(&self.samples[start..start + 8]);
        }
        forward(&samples)
    }
}

/// What each cell of an inner block gives to its coefficients.
static INNER_BLOCK: LazyLock<[[f32; 64]; 9]> =
    LazyLock::new(|| Control::shares().map(|share| forward(&share)));

/// Nearest multiple of `step`, within what 8-bit samples can give (T.81, A.3.4).
fn quantise(coefficient: f32, step: u16) -> i16 {
    // Nearly all there is in a veil: without the division.
    if 2.0 * coefficient.abs() < f32::from(step) {
        return 0;
    }
    let steps = (coefficient / f32::from(step)).clamp(-1023.0, 1023.0);
    // A cast cuts off. `round` is a call for each coefficient where the processor may be of any age.
    (steps + 0.5f32.copysign(steps)) as i16
}

/// Hidden cells, united where they are near each other.
fn groups(mask: &Mask) -> Vec<Vec<(u32, u32)>> {
    let grid = mask.grid();
    let mut seen = vec![false; grid.pixels() as usize];
    let index = |column: u32, row: u32| row as usize * grid.width as usize + column as usize;
    let mut groups = Vec::new();
    for row in 0..grid.height {
        for column in 0..grid.width {
            if !mask.is_hidden(column, row) || seen[index(column, row)] {
                continue;
            }
            seen[index(column, row)] = true;
            let mut group = vec![(column, row)];
            let mut next = 0;
            while let Some(&(x, y)) = group.get(next) {
                next += 1;
                for y in y.saturating_sub(TOGETHER)..=(y + TOGETHER).min(grid.height - 1) {
                    for x in x.saturating_sub(TOGETHER)..=(x + TOGETHER).min(grid.width - 1) {
                        if mask.is_hidden(x, y) && !std::mem::replace(&mut seen[index(x, y)], true) {
                            group.push((x, y));
                        }
                    }
                }
            }
            groups.push(group);
        }
    }
    groups
}

fn bounds(cells: &[(u32, u32)]) -> PixelRect {
    let columns = || cells.iter().map(|&(column, _)| column);
    let rows = || cells.iter().map(|&(_, row)| row);
    let (left, top) = (columns().min().unwrap_or(0), rows().min().unwrap_or(0));
    let (right, bottom) = (columns().max().unwrap_or(0), rows().max().unwrap_or(0));
    PixelRect::new(left, top, right - left + 1, bottom - top + 1)
}
