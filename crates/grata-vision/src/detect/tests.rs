use super::*;
use crate::frame::Frame;
use crate::runtime::Tensor;
use crate::runtime::fake::Fake;

/// A grey picture with one white square: the "face" of the fake model.
struct Square {
    size: Size,
    face: PixelRect,
}

impl Picture for Square {
    fn size(&self) -> Size {
        self.size
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
        let mut frame = Frame::filled(size, [90; 3]);
        for y in 0..size.height {
            for x in 0..size.width {
                if self.face.contains(rect.x + x * factor, rect.y + y * factor) {
                    frame.set_pixel(x, y, [250; 3]);
                }
            }
        }
        frame
    }

    fn texture(&self) -> Texture {
        let grid = Size::new(self.size.width.div_ceil(8), self.size.height.div_ceil(8));
        let blocks = || (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| (x, y)));
        let near = self.face.grown(8, self.size);
        let detail = blocks().map(|(x, y)| if near.contains(x * 8, y * 8) { 60 } else { 0 }).collect();
        Texture { grid, luma: blocks().map(|_| 90).collect(), detail }
    }
}

/// Answers with a face around each white patch that is seen with 6 to 200 pixels: sure from 10 on,
/// a hint below; its size, no offset beyond the cell.
fn square_finder() -> Fake {
    Fake::new(|input: &Tensor, outputs: &[&str]| {
        let (height, width) = (input.shape[2], input.shape[3]);
        let (rows, columns) = (height / 4, width / 4);
        let mut heat = Tensor::zeros(&[1, 1, rows, columns]);
        let mut sizes = Tensor::zeros(&[1, 2, rows, columns]);
        let mut offsets = Tensor::zeros(&[1, 2, rows, columns]);
        for (left, top, right, bottom) in white_patches(&input.data, width, height) {
            let (w, h) = ((right - left + 1) as f32, (bottom - top + 1) as f32);
            if !(6.0..200.0).contains(&h) {
                continue;
            }
            let (x, y) = (left as f32 + w / 2.0, top as f32 + h / 2.0);
            let (column, row) = ((x / 4.0) as usize, (y / 4.0) as usize);
            let at = row * columns + column;
            heat.data[at] = if h < 10.0 { 0.03 } else { 0.9 };
            sizes.data[at] = (h / 4.0).ln();
            sizes.data[rows * columns + at] = (w / 4.0).ln();
            offsets.data[at] = y / 4.0 - row as f32 - 0.5;
            offsets.data[rows * columns + at] = x / 4.0 - column as f32 - 0.5;
        }
        outputs
            .iter()
            .map(|&name| match name {
                "537" => heat.clone(),
                "538" => sizes.clone(),
                _ => offsets.clone(),
            })
            .collect()
    })
}

/// Left, top, right and bottom of what is white and connected in the first channel.
fn white_patches(data: &[f32], width: usize, height: usize) -> Vec<(usize, usize, usize, usize)> {
    let mut seen = vec![false; width * height];
    let mut patches = Vec::new();
    for start in 0..width * height {
        if data[start] <= 200.0 || std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut bounds = (width, height, 0, 0);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            bounds = (bounds.0.min(x), bounds.1.min(y), bounds.2.max(x), bounds.3.max(y));
            for (x, y) in [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)] {
                if x < width && y < height && data[y * width + x] > 200.0 {
                    let near = y * width + x;
                    if !std::mem::replace(&mut seen[near], true) {
                        open.push(near);
                    }
                }
            }
        }
        patches.push(bounds);
    }
    patches
}

fn faces_of(size: Size, face: PixelRect, min_face: u32) -> Vec<DetectedFace> {
    let mut detector = Detector::new(Box::new(square_finder()));
    detector.faces(&Square { size, face }, &DetectOptions { min_face }).unwrap()
}

#[test]
fn faces_of_every_size_are_found_where_they_are() {
    for size in [
        Size::new(6000, 4000),
        Size::new(4000, 6000),
        Size::new(2500, 900),
        Size::new(800, 533),
        Size::new(90, 70),
    ] {
        for side in [20, 24, 40, 75, 160, 400, 1500] {
            for (x, y) in [(0, 0), (size.width / 2 + 3, size.height / 3 + 5)] {
                let face = PixelRect::new(x, y, side, side);
                if face.right() > size.width || face.bottom() > size.height {
                    continue;
                }
                let found = faces_of(size, face, 20);
                let expected = FaceBox { x: x as f32, y: y as f32, width: side as f32, height: side as f32 };
                // The fake takes what a patch cuts off for faces of their own.
                let is_there = |found: &DetectedFace| found.face.intersection_over_union(&expected) > 0.5;
                assert!(found.iter().any(is_there), "{size:?} {face:?}: {found:?}");
            }
        }
    }
}

#[test]
fn a_picture_without_detail_costs_the_overview_only() {
    let mut detector = Detector::new(Box::new(square_finder()));
    let empty = Square { size: Size::new(6000, 4000), face: PixelRect::new(0, 0, 0, 0) };
    let texture = empty.texture();
    assert!(texture.detail.iter().all(|&detail| detail == 0 || detail == 60));
    detector.faces(&empty, &DetectOptions::default()).unwrap();
    assert!(detector.take_cost() < 1_000_000);
    assert_eq!(detector.take_cost(), 0);
}

#[test]
fn smaller_faces_than_asked_for_are_left_out() {
    let size = Size::new(3000, 2000);
    assert!(faces_of(size, PixelRect::new(500, 500, 30, 30), 60).is_empty());
    assert_eq!(faces_of(size, PixelRect::new(500, 500, 30, 30), 20).len(), 1);
}
