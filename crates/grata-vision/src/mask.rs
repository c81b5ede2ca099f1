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

    /// Also hides every cell within `by` cells of a hidden one, diagonally too.
    #[must_use]
    pub fn grown(mut self, by: u32) -> Self {
        if by > 0 {
            let (columns, rows) = (self.columns as usize, self.rows as usize);
            for row in self.hidden.chunks_exact_mut(columns.max(1)) {
                grow_line(row, 1, by as usize);
            }
            for column in 0..columns {
                let end = column + columns * rows.saturating_sub(1) + 1;
                grow_line(&mut self.hidden[column..end], columns, by as usize);
            }
        }
        self
    }

    /// One flag a pixel of the picture, row by row.
    pub fn pixels(&self) -> Vec<bool> {
        if self.cell == Size::new(1, 1) {
            return self.hidden.clone();
        }
        let mut pixels = vec![false; self.picture.pixels() as usize];
        for (y, row) in pixels.chunks_exact_mut(self.picture.width.max(1) as usize).enumerate() {
            let start = (y as u32 / self.cell.height * self.columns) as usize;
            let cells = &self.hidden[start..start + self.columns as usize];
            for (pixels, hidden) in row.chunks_mut(self.cell.width as usize).zip(cells) {
                pixels.fill(*hidden);
            }
        }
        pixels
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

/// Sets all flags within `by` steps of a set one; every `stride`-th flag belongs to the line.
fn grow_line(flags: &mut [bool], stride: usize, by: usize) {
    let source: Vec<bool> = flags.iter().step_by(stride).copied().collect();
    let mut until = 0;
    for (at, set) in source.iter().enumerate() {
        until = if *set { at + by + 1 } else { until };
        flags[at * stride] |= at < until;
    }
    let mut from = source.len();
    for (at, set) in source.iter().enumerate().rev() {
        from = if *set { at.saturating_sub(by) } else { from };
        flags[at * stride] |= at >= from;
    }
}

#[cfg(test)]
mod tests {
    use grata_core::region::Shape;

    use super::*;

    fn mask(cell: u32) -> Mask {
        let rect = |x, y, width, height| PixelRect::new(x, y, width, height);
        let regions = [rect(3, 2, 4, 3), rect(18, 0, 5, 2), rect(0, 12, 1, 1)]
            .map(|rect| Region { rect, shape: Shape::Rectangle });
        Mask::of_regions(&regions, Size::new(21, 13), Size::new(cell, cell))
    }

    #[test]
    fn growing_adds_what_lies_within_reach() {
        for by in [0, 1, 3, 40] {
            let (mask, grown) = (mask(1), mask(1).grown(by));
            for y in 0..13u32 {
                for x in 0..21u32 {
                    let near = (0..13u32).any(|v| {
                        (0..21u32)
                            .any(|u| mask.hides_pixel(u, v) && u.abs_diff(x) <= by && v.abs_diff(y) <= by)
                    });
                    assert_eq!(grown.hides_pixel(x, y), near, "{x}, {y} by {by}");
                }
            }
        }
    }

    #[test]
    fn pixels_are_what_the_cells_hide() {
        for cell in [1, 4, 8] {
            let mask = mask(cell);
            let expected: Vec<bool> = (0..13)
                .flat_map(|y| (0..21).map(move |x| (x, y)))
                .map(|(x, y)| mask.hides_pixel(x, y))
                .collect();
            assert_eq!(mask.pixels(), expected);
        }
    }
}
