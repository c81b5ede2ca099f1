//! Which cells of a picture are hidden: the united regions on a grid.

use grata_core::geometry::{PixelRect, Size};
use grata_core::region::Region;

/// Hidden cells over a picture. A cell is one pixel, or one JPEG MCU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    picture: Size,
    cell: Size,
    columns: u32,
    rows: u32,
    hidden: Vec<bool>,
}

impl Mask {
    /// Hides every cell that any of `regions` touches. Regions and picture are in the same
    /// coordinates; `cell` is the size of a cell in pixels.
    pub fn of_regions(regions: &[Region], picture: Size, cell: Size) -> Self {
        let columns = picture.width.div_ceil(cell.width);
        let rows = picture.height.div_ceil(cell.height);
        let mut mask =
            Self { picture, cell, columns, rows, hidden: vec![false; columns as usize * rows as usize] };
        for region in regions {
            mask.hide(region);
        }
        mask
    }

    fn hide(&mut self, region: &Region) {
        let Some(rect) = region.rect.intersection(self.picture.rect()) else { return };
        for row in rect.y / self.cell.height..rect.bottom().div_ceil(self.cell.height) {
            for column in rect.x / self.cell.width..rect.right().div_ceil(self.cell.width) {
                if region.touches(self.cell_rect(column, row)) {
                    let at = self.index(column, row);
                    self.hidden[at] = true;
                }
            }
        }
    }

    /// The pixels of a cell, cut at the borders of the picture.
    pub fn cell_rect(&self, column: u32, row: u32) -> PixelRect {
        let (x, y) = (column * self.cell.width, row * self.cell.height);
        PixelRect::new(
            x,
            y,
            self.cell.width.min(self.picture.width - x),
            self.cell.height.min(self.picture.height - y),
        )
    }

    /// Whether a cell is hidden. Cells outside the grid are not.
    pub fn is_hidden(&self, column: u32, row: u32) -> bool {
        column < self.columns && row < self.rows && self.hidden[self.index(column, row)]
    }

    /// Whether the pixel (x, y) lies in a hidden cell.
    pub fn hides_pixel(&self, x: u32, y: u32) -> bool {
        self.is_hidden(x / self.cell.width, y / self.cell.height)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        !self.hidden.contains(&true)
    }

    /// Cells across and down.
    pub fn grid(&self) -> Size {
        Size::new(self.columns, self.rows)
    }

    /// Size of a cell in pixels.
    pub fn cell(&self) -> Size {
        self.cell
    }

    /// Size of the picture in pixels.
    pub fn picture(&self) -> Size {
        self.picture
    }

    fn index(&self, column: u32, row: u32) -> usize {
        row as usize * self.columns as usize + column as usize
    }
}
