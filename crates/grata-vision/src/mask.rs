//! Which cells of a picture are hidden: the united regions on a grid.

use std::borrow::Cow;
use std::ops::Range;

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

    /// The mask that hides all pixels within `by` pixels of a hidden one, across, down and
    /// diagonally (a square of side 2 `by` + 1). Meant for cells of one pixel; with larger cells it
    /// hides whole cells, so at least that much.
    #[must_use]
    pub fn grown(self, by: u32) -> Self {
        if by == 0 {
            return self;
        }
        let hidden = self.spread_across(by.div_ceil(self.cell.width) as usize);
        let hidden = Self { hidden, ..self }.spread_down(by.div_ceil(self.cell.height) as usize);
        Self { hidden, ..self }
    }

    fn spread_across(&self, by: usize) -> Vec<bool> {
        let columns = self.columns as usize;
        let mut spread = self.hidden.clone();
        for (row, from) in spread.chunks_exact_mut(columns).zip(self.hidden.chunks_exact(columns)) {
            for run in hidden_runs(from) {
                row[run.start.saturating_sub(by)..(run.end + by).min(columns)].fill(true);
            }
        }
        spread
    }

    fn spread_down(&self, by: usize) -> Vec<bool> {
        let (columns, rows) = (self.columns as usize, self.rows as usize);
        let mut spread = self.hidden.clone();
        hide_following(&self.hidden, &mut spread, columns, by, 0..rows);
        hide_following(&self.hidden, &mut spread, columns, by, (0..rows).rev());
        spread
    }

    /// Whether each pixel of the picture is hidden, row by row.
    pub fn pixels(&self) -> Cow<'_, [bool]> {
        if self.cell == Size::new(1, 1) {
            return Cow::Borrowed(&self.hidden);
        }
        let width = self.picture.width as usize;
        let mut pixels = vec![false; width * self.picture.height as usize];
        for (y, row) in pixels.chunks_exact_mut(width.max(1)).enumerate() {
            let start = self.index(0, y as u32 / self.cell.height);
            for run in hidden_runs(&self.hidden[start..start + self.columns as usize]) {
                let cell = self.cell.width as usize;
                row[run.start * cell..(run.end * cell).min(width)].fill(true);
            }
        }
        Cow::Owned(pixels)
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

/// Runs of hidden flags, from left to right.
pub(crate) fn hidden_runs(flags: &[bool]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + flags[from..].iter().position(|hidden| *hidden)?;
        let length = flags[start..].iter().position(|hidden| !hidden);
        from = length.map_or(flags.len(), |length| start + length);
        Some(start..from)
    })
}

/// Hides in `spread` the `by` cells that come after a hidden one of `hidden` in the order `rows`.
fn hide_following(
    hidden: &[bool],
    spread: &mut [bool],
    columns: usize,
    by: usize,
    rows: impl Iterator<Item = usize>,
) {
    // For each column, how many of the rows to come are still within reach.
    let mut left = vec![0; columns];
    let mut any_left = 0;
    for row in rows {
        let here = row * columns..(row + 1) * columns;
        if hidden[here.clone()].contains(&true) {
            any_left = by + 1;
        }
        if any_left == 0 {
            continue;
        }
        any_left -= 1;
        for ((left, hidden), spread) in left.iter_mut().zip(&hidden[here.clone()]).zip(&mut spread[here]) {
            *spread |= *left > 0;
            *left = if *hidden { by } else { left.saturating_sub(1) };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mask(picture: Size, cell: Size, hidden: &[bool]) -> Mask {
        let mut mask = Mask::of_regions(&[], picture, cell);
        mask.hidden.copy_from_slice(hidden);
        mask
    }

    fn pixels_and_flags() -> impl Strategy<Value = (Size, Vec<bool>)> {
        (1u32..20, 1u32..20).prop_flat_map(|(width, height)| {
            let flags = prop::collection::vec(prop::bool::weighted(0.05), (width * height) as usize);
            (Just(Size::new(width, height)), flags)
        })
    }

    proptest! {
        #[test]
        fn a_grown_mask_hides_the_square_around_each_hidden_pixel(
            (size, flags) in pixels_and_flags(), by in 0u32..6,
        ) {
            let before = mask(size, Size::new(1, 1), &flags);
            let after = before.clone().grown(by);
            for y in 0..size.height {
                for x in 0..size.width {
                    let near = PixelRect::new(x, y, 1, 1).grown(by, size);
                    let expected = (near.y..near.bottom())
                        .any(|y| (near.x..near.right()).any(|x| before.hides_pixel(x, y)));
                    prop_assert_eq!(after.hides_pixel(x, y), expected, "{} {}", x, y);
                }
            }
        }

        #[test]
        fn hidden_pixels_are_those_of_hidden_cells(
            (grid, flags) in pixels_and_flags(), cut in (0u32..3, 0u32..4),
        ) {
            let picture = Size::new(grid.width * 3 - cut.0, grid.height * 4 - cut.1);
            let mask = mask(picture, Size::new(3, 4), &flags);
            let pixels = mask.pixels();
            for y in 0..picture.height {
                for x in 0..picture.width {
                    let at = y as usize * picture.width as usize + x as usize;
                    prop_assert_eq!(pixels[at], mask.hides_pixel(x, y));
                }
            }
        }
    }

    #[test]
    fn nothing_hidden_grows_into_nothing() {
        let empty = Mask::of_regions(&[], Size::new(7, 5), Size::new(1, 1));
        assert_eq!(empty.clone().grown(3), empty);
    }
}
