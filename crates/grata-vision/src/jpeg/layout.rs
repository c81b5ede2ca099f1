//! How blocks, MCUs and components of one picture lie to each other.

use grata_core::geometry::Size;

use super::headers::{Component, Headers};

/// Largest number of components: luma and two of chroma.
pub(super) const COMPONENTS: usize = 3;

/// One component's place in the picture.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    /// Blocks of this component in one MCU, across and down.
    pub across: u32,
    /// See `across`.
    pub down: u32,
    /// Blocks in a row of the whole grid, MCU padding included.
    pub stride: u32,
    /// Rows of blocks, MCU padding included.
    pub rows: u32,
    /// Blocks across and down that hold picture, padding excluded (T.81, A.2.4).
    pub used: Size,
    /// Quantisation steps, natural order.
    pub steps: [u16; 64],
}

impl Plane {
    /// Index of the block (x, y).
    pub fn index(&self, x: u32, y: u32) -> usize {
        y as usize * self.stride as usize + x as usize
    }

    /// Number of blocks, padding included.
    pub fn blocks(&self) -> usize {
        self.stride as usize * self.rows as usize
    }
}

/// The grid of MCUs and the planes on it.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Size of the stored picture in pixels.
    pub size: Size,
    /// Pixels of an MCU.
    pub mcu: Size,
    /// MCUs across and down.
    pub grid: Size,
    /// One per component.
    pub planes: Vec<Plane>,
}

impl Layout {
    /// The layout that the headers describe; `None` if a quantisation table is missing.
    pub fn new(headers: &Headers) -> Option<Self> {
        let largest = |of: fn(&Component) -> u32| headers.components.iter().map(of).max().unwrap_or(1);
        let (across, down) = (largest(|c| c.across), largest(|c| c.down));
        let mcu = Size::new(8 * across, 8 * down);
        let grid =
            Size::new(headers.size.width.div_ceil(mcu.width), headers.size.height.div_ceil(mcu.height));
        let plane = |component: &Component| {
            let used = |length: u32, own: u32, all: u32| (length * own).div_ceil(all).div_ceil(8);
            Some(Plane {
                across: component.across,
                down: component.down,
                stride: grid.width * component.across,
                rows: grid.height * component.down,
                used: Size::new(
                    used(headers.size.width, component.across, across),
                    used(headers.size.height, component.down, down),
                ),
                steps: headers.quantisation[component.quantisation]?,
            })
        };
        let planes = headers.components.iter().map(plane).collect::<Option<Vec<_>>>()?;
        Some(Self { size: headers.size, mcu, grid, planes })
    }

    /// Number of MCUs.
    pub fn mcus(&self) -> usize {
        self.grid.width as usize * self.grid.height as usize
    }

    /// Calls `visit(component, block x, block y)` for the blocks of an MCU in coding order.
    #[inline(always)]
    pub fn blocks_of(&self, mcu: usize) -> impl Iterator<Item = (usize, u32, u32)> + '_ {
        let column = (mcu % self.grid.width as usize) as u32;
        let row = (mcu / self.grid.width as usize) as u32;
        self.planes.iter().enumerate().flat_map(move |(component, plane)| {
            (0..plane.down).flat_map(move |y| {
                (0..plane.across).map(move |x| (component, column * plane.across + x, row * plane.down + y))
            })
        })
    }
}
