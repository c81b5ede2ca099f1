//! Families of recognition models: what they take, and how what they give is compared.

use grata_core::matching::Measure;

/// A family of models. Numbers of one are never compared with those of another, nor those of two
/// models of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The 128-number residual network of pack `find`: 150 x 150 pixels, Euclidean distance.
    Residual150,
    /// ArcFace and its relatives: 112 x 112 pixels, cosine. From files of the operator.
    ArcFace112,
}

/// Where eyes, nose and corners of the mouth lie in dlib's mean face, as shares of the face's box.
const MEAN_FACE: [(f32, f32); 5] =
    [(0.227, 0.20), (0.753, 0.20), (0.490, 0.516), (0.254, 0.780), (0.726, 0.780)];

/// The same in a crop for ArcFace, in pixel centres (as published with InsightFace, and in all models
/// trained after it).
const ARC_FACE: [(f32, f32); 5] =
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)];

impl Family {
    /// The word in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Residual150 => "residual-150",
            Self::ArcFace112 => "arcface-112",
        }
    }

    /// The family of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Residual150, Self::ArcFace112].into_iter().find(|family| family.as_str() == name)
    }

    /// Height and width of a crop, in pixels.
    pub const fn side(self) -> usize {
        match self {
            Self::Residual150 => 150,
            Self::ArcFace112 => 112,
        }
    }

    /// How two sets of numbers are compared.
    pub const fn measure(self) -> Measure {
        match self {
            Self::Residual150 => Measure::Euclidean,
            Self::ArcFace112 => Measure::Cosine,
        }
    }

    /// Where the five points lie in a crop, with `margin` around dlib's mean face (it says nothing for
    /// ArcFace, which has one place for each point).
    pub fn points(self, margin: f32) -> [(f32, f32); 5] {
        let side = self.side() as f32;
        let placed = |share: f32| (share + margin) / (1.0 + 2.0 * margin) * side;
        match self {
            Self::Residual150 => MEAN_FACE.map(|(x, y)| (placed(x), placed(y))),
            Self::ArcFace112 => ARC_FACE.map(|(x, y)| (x + 0.5, y + 0.5)),
        }
    }

    /// What the model gets for a colour of 0 to 255.
    pub(super) fn value(self, colour: u8) -> f32 {
        match self {
            Self::Residual150 => f32::from(colour),
            Self::ArcFace112 => (f32::from(colour) - 127.5) / 127.5,
        }
    }
}
