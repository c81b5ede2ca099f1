//! Whether a face is seen well enough: to enrol with it, or to be compared.

use super::align::Sample;
use crate::detect::FivePoints;

/// How a face is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// From eye to eye, in pixels of the picture.
    pub eye_distance: f32,
    /// How far the tip of the nose lies beside the middle of eyes and mouth, in eye distances:
    /// 0 from the front, some 0.25 at 30 degrees.
    pub sideways: f32,
    /// How far down from eyes to mouth the tip of the nose lies: some 0.55 from the front.
    pub nose_height: f32,
    /// Mean brightness, 0 to 255.
    pub brightness: f32,
    /// Standard deviation of the brightness.
    pub contrast: f32,
    /// Mean difference between neighbouring pixels of the crop, as a share of the contrast.
    pub sharpness: f32,
}

/// Why a face is not taken. In plain words by [`Reason::words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There is no face.
    NoFace,
    /// There is more than one face.
    SeveralFaces,
    /// The face is too small in the picture.
    TooSmall,
    /// It looks to the side.
    TurnedSideways,
    /// It looks up or down.
    TiltedUpOrDown,
    /// It is out of focus or moved.
    Blurred,
    /// It is too dark.
    TooDark,
    /// It is too bright.
    TooBright,
    /// Light and shadow hardly differ.
    LowContrast,
}

/// What a face has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    eye_distance: f32,
    sideways: f32,
    nose_height: (f32, f32),
    brightness: (f32, f32),
    contrast: f32,
    sharpness: f32,
}

impl Gate {
    /// To enrol: the person can take another picture, and every later comparison depends on it.
    pub const ENROL: Self = Self {
        eye_distance: 40.0,
        sideways: 0.22,
        nose_height: (0.36, 0.74),
        brightness: (45.0, 215.0),
        contrast: 18.0,
        sharpness: 0.045,
    };

    /// To be compared. Below it, numbers say more about the picture than about the person.
    pub const COMPARE: Self = Self {
        eye_distance: 12.0,
        sideways: 0.40,
        nose_height: (0.25, 0.85),
        brightness: (20.0, 240.0),
        contrast: 8.0,
        sharpness: 0.0,
    };

    /// Everything that speaks against a face; empty if it will do.
    pub fn reasons(&self, quality: &Quality) -> Vec<Reason> {
        let outside = |value: f32, (low, high): (f32, f32)| !(low..=high).contains(&value);
        [
            (quality.eye_distance < self.eye_distance || quality.eye_distance.is_nan(), Reason::TooSmall),
            (outside(quality.sideways, (0.0, self.sideways)), Reason::TurnedSideways),
            (outside(quality.nose_height, self.nose_height), Reason::TiltedUpOrDown),
            (quality.brightness < self.brightness.0, Reason::TooDark),
            (quality.brightness > self.brightness.1, Reason::TooBright),
            (quality.contrast < self.contrast, Reason::LowContrast),
            (quality.sharpness < self.sharpness, Reason::Blurred),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }
}

impl Quality {
    /// Looks at a face: where its points are, and its aligned crop.
    pub fn of(points: &FivePoints, sample: &Sample) -> Self {
        let (turn, nose_height) = pose(points);
        let sideways = turn.abs();
        let (brightness, contrast, sharpness) = light(sample);
        Self { eye_distance: points.eye_distance(), sideways, nose_height, brightness, contrast, sharpness }
    }

    /// How much a still counts beside others of one person: what is small or seen from the side says
    /// less. Above 0, at most 1.
    pub fn weight(&self) -> f32 {
        let size = (self.eye_distance / 60.0).clamp(0.2, 1.0);
        let front = (1.0 - 2.0 * self.sideways).clamp(0.2, 1.0);
        size * front
    }
}

/// How far the tip of the nose lies to the viewer's right of the middle line, in eye distances: above 0 for
/// somebody who turns to their own left, in a picture that is not mirrored.
pub fn turn(points: &FivePoints) -> f32 {
    pose(points).0
}

/// How far the nose lies beside the middle line, to the viewer's right, and how far down, both along the axes of
/// the face: a head that leans over is not turned away.
fn pose(points: &FivePoints) -> (f32, f32) {
    let [left, right, nose, mouth_left, mouth_right] = points.0;
    let middle = |a: (f32, f32), b: (f32, f32)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let (eyes, mouth) = (middle(left, right), middle(mouth_left, mouth_right));
    let eye_distance = points.eye_distance();
    let (across, down) = ((right.0 - left.0) / eye_distance, (right.1 - left.1) / eye_distance);
    // Along the line of the eyes, and at right angles to it.
    let along = |from: (f32, f32), to: (f32, f32)| (to.0 - from.0) * across + (to.1 - from.1) * down;
    let below = |from: (f32, f32), to: (f32, f32)| (to.1 - from.1) * across - (to.0 - from.0) * down;
    let nose_height = below(eyes, nose) / below(eyes, mouth);
    // Where the middle line is at the height of the nose.
    let line = along(eyes, mouth) * nose_height.clamp(0.0, 1.0);
    ((along(eyes, nose) - line) / eye_distance, nose_height)
}

/// Brightness, contrast and sharpness of the middle of the first crop.
fn light(sample: &Sample) -> (f32, f32, f32) {
    let side = sample.family().side();
    let Some(crop) = sample.crops().next() else { return (0.0, 0.0, 0.0) };
    let (from, to) = (side / 5, side - side / 5);
    let luma = |y: usize, x: usize| {
        let pixel = &crop[(y * side + x) * 3..][..3];
        0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
    };
    let places = || (from..to).flat_map(|y| (from..to).map(move |x| (y, x)));
    let count = ((to - from) * (to - from)) as f32;
    let brightness = places().map(|(y, x)| luma(y, x)).sum::<f32>() / count;
    let contrast = (places().map(|(y, x)| (luma(y, x) - brightness).powi(2)).sum::<f32>() / count).sqrt();
    let steps =
        places().map(|(y, x)| (luma(y, x + 1) - luma(y, x)).abs() + (luma(y + 1, x) - luma(y, x)).abs());
    let step = steps.sum::<f32>() / (2.0 * count);
    (brightness, contrast, step / contrast.max(1.0))
}

/// The words, one line a reason and language: a language more is a file more (TRA-5).
const WORDS: [(&str, &str); 2] = [("en", include_str!("words/en.txt")), ("fr", include_str!("words/fr.txt"))];

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooSmall,
        Self::TurnedSideways,
        Self::TiltedUpOrDown,
        Self::Blurred,
        Self::TooDark,
        Self::TooBright,
        Self::LowContrast,
    ];

    /// Its name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFace => "no-face",
            Self::SeveralFaces => "several-faces",
            Self::TooSmall => "too-small",
            Self::TurnedSideways => "turned-sideways",
            Self::TiltedUpOrDown => "tilted-up-or-down",
            Self::Blurred => "blurred",
            Self::TooDark => "too-dark",
            Self::TooBright => "too-bright",
            Self::LowContrast => "low-contrast",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// What to tell the person, in a language by its short name; `None` in one that is not there.
    pub fn words(self, language: &str) -> Option<&'static str> {
        let (_, text) = WORDS.iter().find(|(name, _)| *name == language)?;
        text.lines()
            .find_map(|line| line.split_once(" = ").filter(|(key, _)| *key == self.as_str()))
            .map(|(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(all: [(f32, f32); 5]) -> FivePoints {
        FivePoints(all)
    }

    const FRONT: [(f32, f32); 5] = [(30.0, 40.0), (70.0, 40.0), (50.0, 62.0), (34.0, 80.0), (66.0, 80.0)];

    #[test]
    fn a_face_from_the_front_is_not_turned_and_leaning_over_changes_nothing() {
        let (sideways, height) = pose(&points(FRONT));
        assert!(sideways.abs() < 1e-4 && (height - 0.55).abs() < 1e-4, "{sideways} {height}");
        for degrees in [-40.0_f32, 15.0, 90.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let leaning = FRONT.map(|(x, y)| (cos * x - sin * y, sin * x + cos * y));
            let (sideways, height) = pose(&points(leaning));
            assert!(sideways.abs() < 1e-4 && (height - 0.55).abs() < 1e-4, "{degrees}: {sideways} {height}");
        }
    }

    #[test]
    fn abu_2_who_turns_to_their_own_left_is_seen_to_turn_to_the_right() {
        let mut turned = FRONT;
        turned[2].0 += 6.0;
        assert!((turn(&points(turned)) - 0.15).abs() < 1e-4);
        let mirrored = [turned[1], turned[0], turned[2], turned[4], turned[3]].map(|(x, y)| (100.0 - x, y));
        assert!((turn(&points(mirrored)) + 0.15).abs() < 1e-4);
    }

    #[test]
    fn each_reason_is_found_by_itself() {
        let good = Quality {
            eye_distance: 80.0,
            sideways: 0.05,
            nose_height: 0.55,
            brightness: 120.0,
            contrast: 40.0,
            sharpness: 0.1,
        };
        assert_eq!(Gate::ENROL.reasons(&good), []);
        for (worse, reason) in [
            (Quality { eye_distance: 39.0, ..good }, Reason::TooSmall),
            (Quality { sideways: 0.3, ..good }, Reason::TurnedSideways),
            (Quality { nose_height: 0.3, ..good }, Reason::TiltedUpOrDown),
            (Quality { nose_height: f32::NAN, ..good }, Reason::TiltedUpOrDown),
            (Quality { brightness: 20.0, ..good }, Reason::TooDark),
            (Quality { brightness: 230.0, ..good }, Reason::TooBright),
            (Quality { contrast: 5.0, ..good }, Reason::LowContrast),
            (Quality { sharpness: 0.01, ..good }, Reason::Blurred),
        ] {
            assert_eq!(Gate::ENROL.reasons(&worse), [reason]);
        }
        let small = Quality { eye_distance: 13.0, sharpness: 0.01, ..good };
        assert_eq!(Gate::COMPARE.reasons(&small), [], "what is compared may be worse");
        assert!(small.weight() < good.weight() && small.weight() > 0.0);
    }

    #[test]
    fn tra_5_every_reason_has_words_in_every_language() {
        for (language, text) in WORDS {
            for reason in Reason::ALL {
                let words = reason.words(language).unwrap_or_else(|| panic!("{reason:?} in {language}"));
                assert!(words.ends_with('.') && words.len() > 20, "{words}");
            }
            assert_eq!(text.lines().count(), Reason::ALL.len(), "{language} says what nobody asks");
        }
        assert_eq!(Reason::NoFace.words("xx"), None);
        for reason in Reason::ALL {
            assert_eq!(Reason::named(reason.as_str()), Some(reason));
        }
    }
}
