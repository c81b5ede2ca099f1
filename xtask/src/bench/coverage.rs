//! Which of the known faces are hidden.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::tools::Outcome;

/// Lower ends of the bins of face heights, in pixels.
pub const BINS: [f64; 5] = [20.0, 24.0, 32.0, 48.0, 80.0];

/// A face counts as hidden if so much of its box is.
const SHARE: f64 = 0.75;

/// How finely a box is looked at, in points across and down.
const POINTS: u32 = 12;

/// What is known about a photo.
#[derive(Debug, Deserialize)]
pub struct Truth {
    /// Width and height in pixels.
    pub size: [f64; 2],
    /// Boxes of faces: x, y, width, height.
    pub faces: Vec<Rect>,
    /// Points inside faces (noses), where nobody drew a box.
    pub points: Vec<[f64; 2]>,
}

/// x, y, width, height in pixels.
pub type Rect = [f64; 4];

/// What is hidden, by photo: `kind/name.jpg`.
pub type Hidden = BTreeMap<String, Vec<Rect>>;

/// Hidden and all faces, by bin, then those known by a point; and boxes that hold no face.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// (hidden, all) for each of [`BINS`].
    pub bins: [(usize, usize); BINS.len()],
    /// (hidden, all) of the faces known by a point.
    pub points: (usize, usize),
    /// Hidden regions without any known face in them.
    pub false_boxes: usize,
    /// Photos looked at.
    pub photos: usize,
}

/// Reads what `crowds.py` wrote.
///
/// # Errors
/// If the file is not there or garbled.
pub fn read_truth(file: &Path) -> Outcome<BTreeMap<String, Truth>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// Compares what is hidden in the photos of a kind with what is known.
pub fn cover(truth: &BTreeMap<String, Truth>, kind: &str, hidden: &Hidden) -> Coverage {
    let mut coverage = Coverage::default();
    for (photo, truth) in truth.iter().filter(|(photo, _)| photo.split('/').next() == Some(kind)) {
        let none = Vec::new();
        let rects = hidden.get(photo).unwrap_or(&none);
        coverage.photos += 1;
        for face in &truth.faces {
            let bin = BINS.iter().rposition(|&low| face[3] >= low).unwrap_or(0);
            coverage.bins[bin].0 += usize::from(hidden_share(face, rects) >= SHARE);
            coverage.bins[bin].1 += 1;
        }
        for point in &truth.points {
            coverage.points.0 += usize::from(rects.iter().any(|rect| holds(rect, *point)));
            coverage.points.1 += 1;
        }
        let centres = truth.faces.iter().map(|[x, y, w, h]| [x + w / 2.0, y + h / 2.0]);
        let known: Vec<_> = centres.chain(truth.points.iter().copied()).collect();
        let is_false = |rect: &&Rect| !known.iter().any(|point| holds(rect, *point));
        coverage.false_boxes += rects.iter().filter(is_false).count();
    }
    coverage
}

fn hidden_share([x, y, w, h]: &Rect, rects: &[Rect]) -> f64 {
    let near: Vec<_> = rects
        .iter()
        .filter(|rect| rect[0] < x + w && rect[0] + rect[2] > *x && rect[1] < y + h && rect[1] + rect[3] > *y)
        .collect();
    let step = |at: u32, length: f64| (f64::from(at) + 0.5) / f64::from(POINTS) * length;
    let points = (0..POINTS * POINTS).map(|at| [x + step(at % POINTS, *w), y + step(at / POINTS, *h)]);
    let inside = points.filter(|point| near.iter().any(|rect| holds(rect, *point))).count();
    inside as f64 / f64::from(POINTS * POINTS)
}

fn holds([x, y, w, h]: &Rect, [px, py]: [f64; 2]) -> bool {
    (*x..x + w).contains(&px) && (*y..y + h).contains(&py)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_hidden_if_most_of_it_is_whoever_hides_it() {
        let face = [10.0, 10.0, 20.0, 24.0];
        let truth = Truth { size: [100.0; 2], faces: vec![face], points: vec![[60.0, 60.0]] };
        let truth = BTreeMap::from([("crowd/a.jpg".to_string(), truth)]);
        let halves = [[0.0, 0.0, 20.0, 50.0], [20.0, 0.0, 20.0, 50.0]];
        for (rects, hidden, false_boxes) in
            [(vec![halves[0]], 0, 1), (vec![halves[0], [18.0, 0.0, 20.0, 50.0]], 1, 1), (vec![], 0, 0)]
        {
            let coverage = cover(&truth, "crowd", &Hidden::from([("crowd/a.jpg".to_string(), rects)]));
            assert_eq!(coverage.bins[1], (hidden, 1));
            assert_eq!((coverage.points, coverage.false_boxes), ((0, 1), false_boxes));
        }
        assert_eq!(cover(&truth, "none", &Hidden::new()).photos, 0);
    }
}
