//! Looking at coefficients as a picture: any part, at full size or reduced by 2, 4 or 8.

use grata_core::geometry::{PixelRect, Size};

use super::CoefficientPhoto;
use super::dct::{inverse, inverse_half, inverse_quarter};
use super::sequential::Low;
use crate::frame::Frame;

/// Samples of one component over a range of MCUs.
struct Samples {
    values: Vec<u8>,
    width: usize,
}

impl CoefficientPhoto {
    /// Stored pixels `rect`, reduced by `factor` (1, 2, 4 or 8), not yet upright.
    pub(super) fn render_stored(&self, rect: PixelRect, factor: u32) -> Frame {
        let mcu = self.layout.mcu;
        let first = Size::new(rect.x / mcu.width, rect.y / mcu.height);
        let end = Size::new(rect.right().div_ceil(mcu.width), rect.bottom().div_ceil(mcu.height));
        let planes = self.planes(first, end, factor);
        let origin = (
            rect.x / factor - first.width * mcu.width / factor,
            rect.y / factor - first.height * mcu.height / factor,
        );
        let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
        let available = Size::new(
            (end.width - first.width) * mcu.width / factor,
            (end.height - first.height) * mcu.height / factor,
        );
        self.compose(&planes, origin, size, available)
    }

    /// Samples of all components over the MCUs `first..end`.
    fn planes(&self, first: Size, end: Size, factor: u32) -> Vec<Samples> {
        let side = (8 / factor) as usize;
        let mut planes: Vec<Samples> = self
            .layout
            .planes
            .iter()
            .map(|plane| {
                let width = ((end.width - first.width) * plane.across) as usize * side;
                let height = ((end.height - first.height) * plane.down) as usize * side;
                Samples { values: vec![0; width * height], width }
            })
            .collect();
        if factor >= 4 {
            self.render_low(&mut planes, first, end, side);
        } else {
            self.render_whole(&mut planes, first, end, side);
        }
        planes
    }

    fn render_low(&self, planes: &mut [Samples], first: Size, end: Size, side: usize) {
        for ((samples, plane), low) in planes.iter_mut().zip(&self.layout.planes).zip(&self.low) {
            let columns = first.width * plane.across..end.width * plane.across;
            let steps = [plane.steps[0], plane.steps[1], plane.steps[8], plane.steps[9]].map(f32::from);
            for (row, y) in (first.height * plane.down..end.height * plane.down).enumerate() {
                let blocks =
                    &low[plane.index(columns.start, y)..plane.index(columns.start, y) + columns.len()];
                samples.put_low_row(row, blocks, steps, side);
            }
        }
    }

    fn render_whole(&self, planes: &mut [Samples], first: Size, end: Size, side: usize) {
        for row in first.height..end.height {
            let line = row as usize * self.layout.grid.width as usize;
            let range = line + first.width as usize..line + end.width as usize;
            self.visit(range.start, range.end, &mut |component, x, y, block| {
                let plane = &self.layout.planes[component];
                let (x, y) =
                    ((x - first.width * plane.across) as usize, (y - first.height * plane.down) as usize);
                let coefficients = dequantise(block, &plane.steps);
                if side == 8 {
                    planes[component].put_block::<8>(x, y, &inverse(&coefficients));
                } else {
                    planes[component].put_block::<4>(x, y, &inverse_half(&coefficients));
                }
            });
        }
    }

    /// Red, green and blue from the components' samples.
    fn compose(&self, planes: &[Samples], origin: (u32, u32), size: Size, available: Size) -> Frame {
        let mut rgb = vec![0; size.pixels() as usize * 3];
        let shift = |plane: &super::layout::Plane| {
            (self.layout.planes[0].across / plane.across, self.layout.planes[0].down / plane.down)
        };
        let ratios: Vec<(u32, u32)> = self.layout.planes.iter().map(shift).collect();
        let across = |component: usize| ratios.get(component).map_or(1, |ratio| ratio.0 as usize);
        let column = |x: u32| {
            let x = (origin.0 + x).min(available.width - 1) as usize;
            [x, x / across(1), x / across(2)]
        };
        let columns: Vec<[usize; 3]> = (0..size.width).map(column).collect();
        for (y, out) in (0..size.height).zip(rgb.chunks_exact_mut(size.width as usize * 3)) {
            let y = (origin.1 + y).min(available.height - 1);
            let row = |component: usize| {
                let start = (y / ratios[component].1) as usize * planes[component].width;
                &planes[component].values[start..start + planes[component].width]
            };
            let pixels = columns.iter().zip(out.chunks_exact_mut(3));
            if planes.len() == 1 {
                let grey = row(0);
                pixels.for_each(|([x, ..], out)| out.fill(grey[*x]));
                continue;
            }
            let (first, second, third) = (row(0), row(1), row(2));
            let samples = |[x, y, z]: [usize; 3]| (first[x], second[y], third[z]);
            if self.is_rgb {
                pixels.for_each(|(at, out)| out.copy_from_slice(&<[u8; 3]>::from(samples(*at))));
            } else {
                pixels.for_each(|(at, out)| {
                    let (luma, blue, red) = samples(*at);
                    out.copy_from_slice(&to_rgb(luma, blue, red));
                });
            }
        }
        Frame::from_rgb(size, rgb).unwrap_or_else(|| Frame::filled(size, [0; 3]))
    }
}

impl Samples {
    fn put_low_row(&mut self, row: usize, blocks: &[Low], steps: [f32; 4], side: usize) {
        let start = row * side * self.width;
        if side == 1 {
            for (sample, block) in self.values[start..].iter_mut().zip(blocks) {
                *sample = to_sample(f32::from(block[0]) * steps[0] / 8.0);
            }
            return;
        }
        let (top, bottom) = self.values[start..start + 2 * self.width].split_at_mut(self.width);
        for ((top, bottom), block) in top.chunks_exact_mut(2).zip(bottom.chunks_exact_mut(2)).zip(blocks) {
            let coefficients = std::array::from_fn(|at| f32::from(block[at]) * steps[at]);
            let [a, b, c, d] = inverse_quarter(coefficients).map(to_sample);
            (top[0], top[1], bottom[0], bottom[1]) = (a, b, c, d);
        }
    }

    fn put_block<const SIDE: usize>(&mut self, x: usize, y: usize, samples: &[f32]) {
        for (row, values) in samples.chunks_exact(SIDE).enumerate() {
            let start = (y * SIDE + row) * self.width + x * SIDE;
            for (sample, &value) in self.values[start..start + SIDE].iter_mut().zip(values) {
                *sample = to_sample(value);
            }
        }
    }
}

/// Coefficients times their steps, natural order.
pub(super) fn dequantise(block: &[i16; 64], steps: &[u16; 64]) -> [f32; 64] {
    std::array::from_fn(|at| f32::from(block[at]) * f32::from(steps[at]))
}

/// Level shift and clamp (T.81, A.3.1).
fn to_sample(value: f32) -> u8 {
    (value + 128.5) as u8
}

/// Luma and chroma to red, green and blue (ITU-T T.871, 7).
#[inline(always)]
fn to_rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    // 16-bit fixed point of 1.402, 0.344136, 0.714136 and 1.772.
    let (luma, blue, red) = (i32::from(luma) << 16, i32::from(blue) - 128, i32::from(red) - 128);
    let half = 1 << 15;
    let clamp = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [
        clamp(luma + 91_881 * red + half),
        clamp(luma - 22_554 * blue - 46_802 * red + half),
        clamp(luma + 116_130 * blue + half),
    ]
}
