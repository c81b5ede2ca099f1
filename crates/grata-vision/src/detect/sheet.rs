//! Many small patches on few inputs of the network: what is run alone is padded to multiples of 32
//! pixels, which more than doubles the cost of a patch of 40.

use grata_core::geometry::Size;
use guillotiere::{SimpleAtlasAllocator, size2};

/// How much room the last sheet has, by what is to be laid on it.
const SLACK: f64 = 1.1;

/// Where a patch lies on its sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Index of the patch.
    pub patch: usize,
    /// Left edge on the sheet.
    pub x: u32,
    /// Upper edge on the sheet.
    pub y: u32,
}

/// One input of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// As large as its patches need.
    pub size: Size,
    /// No two overlap.
    pub places: Vec<Place>,
}

/// Lays patches of the given sizes on sheets of at most `limit`; a patch that is larger has a sheet
/// of its own. Largest first, each on the first sheet with room.
pub fn pack(sizes: &[Size], limit: Size) -> Vec<Sheet> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&patch| std::cmp::Reverse((sizes[patch].pixels(), patch)));
    let mut sheets: Vec<(SimpleAtlasAllocator, Sheet)> = Vec::new();
    let mut open: u64 = sizes.iter().map(|size| size.pixels()).sum();
    for patch in order {
        let size = sizes[patch];
        let is_placed = sheets.iter_mut().any(|(room, sheet)| sheet.place(patch, size, room));
        if !is_placed {
            // No higher than what is left needs.
            let rows = (open as f64 * SLACK / f64::from(limit.width)).ceil() as u32;
            let limit = Size::new(limit.width.max(size.width), limit.height.min(rows).max(size.height));
            let mut room = SimpleAtlasAllocator::new(size2(limit.width as i32, limit.height as i32));
            let mut sheet = Sheet { size: Size::new(0, 0), places: Vec::new() };
            sheet.place(patch, size, &mut room);
            sheets.push((room, sheet));
        }
        open -= size.pixels();
    }
    sheets.into_iter().map(|(_, sheet)| sheet).collect()
}

impl Sheet {
    /// The patch at a point of the sheet. `sizes`: of all patches.
    pub fn at(&self, (x, y): (f32, f32), sizes: &[Size]) -> Option<&Place> {
        self.places.iter().find(|place| {
            let (left, top, size) = (place.x as f32, place.y as f32, sizes[place.patch]);
            x >= left && y >= top && x < left + size.width as f32 && y < top + size.height as f32
        })
    }

    fn place(&mut self, patch: usize, size: Size, room: &mut SimpleAtlasAllocator) -> bool {
        let Some(found) = room.allocate(size2(size.width as i32, size.height as i32)) else { return false };
        let (x, y) = (found.min.x as u32, found.min.y as u32);
        self.places.push(Place { patch, x, y });
        self.size = Size::new(self.size.width.max(x + size.width), self.size.height.max(y + size.height));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grata_core::geometry::PixelRect;

    const LIMIT: Size = Size::new(640, 480);

    #[test]
    fn every_patch_lies_on_one_sheet_and_on_no_other_patch() {
        let sizes: Vec<Size> = (0..200).map(|i| Size::new(30 + i * 37 % 90, 25 + i * 53 % 120)).collect();
        let sheets = pack(&sizes, LIMIT);
        let mut seen = vec![0; sizes.len()];
        for sheet in &sheets {
            assert!(sheet.size.width <= LIMIT.width && sheet.size.height <= LIMIT.height);
            let rect = |place: &Place| {
                PixelRect::new(place.x, place.y, sizes[place.patch].width, sizes[place.patch].height)
            };
            for (index, place) in sheet.places.iter().enumerate() {
                seen[place.patch] += 1;
                let own = rect(place);
                assert_eq!(own.intersection(sheet.size.rect()), Some(own));
                assert!(sheet.places[..index].iter().all(|other| rect(other).intersection(own).is_none()));
            }
        }
        assert!(seen.iter().all(|&count| count == 1));
        let patches: u64 = sizes.iter().map(|size| size.pixels()).sum();
        let used: u64 = sheets.iter().map(|sheet| sheet.size.pixels()).sum();
        assert!(used * 4 < patches * 5, "{used} pixels for {patches}");
    }

    #[test]
    fn patches_that_are_too_large_are_laid_all_the_same() {
        let sheets = pack(&[Size::new(700, 20), Size::new(20, 20), Size::new(30, 900)], LIMIT);
        assert_eq!(sheets.iter().map(|sheet| sheet.places.len()).sum::<usize>(), 3);
        assert!(sheets.iter().all(|sheet| sheet.size.width <= 700 && sheet.size.height <= 900));
    }
}
