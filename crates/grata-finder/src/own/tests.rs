use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grata_core::geometry::{PixelRect, Size};
use grata_vision::detect::Texture;
use grata_vision::frame::Frame;
use grata_vision::runtime::Tensor;
use grata_vision::runtime::fake::Fake;

use super::*;

/// A picture of 256 x 256 in two shades: who is in it is how bright it is.
struct Shaded(u8, u8);

const ME: Shaded = Shaded(60, 190);
const SOMEBODY_ELSE: Shaded = Shaded(30, 130);

impl Picture for Shaded {
    fn size(&self) -> Size {
        Size::new(256, 256)
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
        let shade = |x: u32, y: u32| if (x / 9 + y / 9).is_multiple_of(2) { self.0 } else { self.1 };
        let rgb = (0..size.height).flat_map(|y| {
            (0..size.width).flat_map(move |x| [shade(rect.x + x * factor, rect.y + y * factor); 3])
        });
        Frame::from_rgb(size, rgb.collect()).unwrap()
    }

    fn texture(&self) -> Texture {
        Texture { grid: Size::new(32, 32), luma: vec![120; 1024], detail: vec![90; 1024] }
    }
}

/// A detector that sees faces at these shares of whatever it is shown, each half as high.
fn detector(places: &'static [(f32, f32)]) -> Box<dyn ModelRuntime> {
    const POINTS: [(f32, f32); 5] = [(0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.3, 0.75), (0.7, 0.75)];
    Box::new(Fake::new(move |input: &Tensor, names: &[&str]| {
        let (rows, columns) = (input.shape[2] / 4, input.shape[3] / 4);
        let area = rows * columns;
        let half = (rows as f32 / 2.0).ln();
        let make = |name: &&str| {
            let channels = match *name {
                "537" => 1,
                "540" => 10,
                _ => 2,
            };
            let mut own = Tensor::zeros(&[1, channels, rows, columns]);
            match *name {
                "537" => places.iter().for_each(|(x, y)| {
                    own.data[(y * rows as f32) as usize * columns + (x * columns as f32) as usize] = 0.9;
                }),
                "538" => own.data.fill(half),
                "540" => POINTS.iter().enumerate().for_each(|(number, (across, down))| {
                    own.data[2 * number * area..][..area].fill(*down);
                    own.data[(2 * number + 1) * area..][..area].fill(*across);
                }),
                _ => {}
            }
            own
        };
        names.iter().map(make).collect()
    }))
}

/// A finder to whom a face is its mean brightness, and how often that was asked.
fn finder(places: &'static [(f32, f32)]) -> (OwnFinder, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let embedder = Fake::new(move |input: &Tensor, _: &[&str]| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mean = input.data.iter().sum::<f32>() / input.data.len() as f32;
        vec![Tensor { shape: vec![1, 2], data: vec![mean / 255.0, 0.5] }]
    });
    let model = (Box::new(embedder) as Box<dyn ModelRuntime>, Digest([1; 32]), "numbers");
    (OwnFinder::new(detector(places), model, operating_point(100, 40).unwrap()), runs)
}

#[test]
fn a_person_is_found_where_they_are_and_nobody_else_is() {
    let (mut finder, _) = finder(&[(0.5, 0.5)]);
    assert_eq!(finder.show_own_face(&ME).unwrap(), []);
    let place = finder.place_in(&ME).unwrap().expect("found");
    let (x, y) = place.centre();
    assert!((x - 128.0).abs() < 16.0 && (y - 128.0).abs() < 16.0, "{place:?}");
    assert_eq!(finder.place_in(&SOMEBODY_ELSE).unwrap(), None);
}

#[test]
fn nothing_is_compared_before_somebody_has_shown_their_face_and_after_they_are_forgotten() {
    let (mut finder, runs) = finder(&[(0.5, 0.5)]);
    assert!(matches!(finder.place_in(&ME), Err(FindError::NobodyYet)));
    assert_eq!(runs.load(Ordering::Relaxed), 0, "no face was turned into numbers");
    finder.show_own_face(&ME).unwrap();
    finder.forget().unwrap();
    assert!(matches!(finder.place_in(&ME), Err(FindError::NobodyYet)));
}

#[test]
fn abu_17_another_picture_is_asked_for_with_reasons_and_the_last_one_is_gone() {
    let (mut nobody, _) = finder(&[]);
    assert_eq!(nobody.show_own_face(&ME).unwrap(), [Reason::NoFace]);
    let (mut several, _) = finder(&[(0.25, 0.25), (0.75, 0.75)]);
    assert_eq!(several.show_own_face(&ME).unwrap(), [Reason::SeveralFaces]);
    assert!(matches!(several.place_in(&ME), Err(FindError::NobodyYet)));
    let (mut one, _) = finder(&[(0.5, 0.5)]);
    assert_eq!(one.show_own_face(&Shaded(2, 60)).unwrap(), [Reason::TooDark]);
    one.show_own_face(&ME).unwrap();
    assert_eq!(one.show_own_face(&Shaded(2, 60)).unwrap(), [Reason::TooDark]);
    assert!(matches!(one.place_in(&ME), Err(FindError::NobodyYet)), "the face from before still counts");
}

/// BYS-11: the work, and with it the time, is the same whether or not somebody is found.
#[test]
fn bys_11_what_is_done_does_not_depend_on_what_is_found() {
    let work = |picture: &Shaded| {
        let (mut finder, runs) = finder(&[(0.5, 0.5)]);
        finder.show_own_face(&ME).unwrap();
        let before = runs.load(Ordering::Relaxed);
        let is_found = finder.place_in(picture).unwrap().is_some();
        (is_found, runs.load(Ordering::Relaxed) - before)
    };
    let ((found, runs), (not_found, same)) = (work(&ME), work(&SOMEBODY_ELSE));
    assert!(found && !not_found && runs > 0);
    assert_eq!(runs, same);
}

/// QUA-5: no "maybe".
#[test]
fn qua_5_what_is_uncertain_is_nobody() {
    let point = operating_point(480, 40).unwrap();
    let near = |distances: &[f32]| -> Option<usize> {
        let candidate = |(face, distance): (usize, &f32)| Candidate {
            face,
            member: 0,
            score: Score::new(*distance).unwrap(),
        };
        the_one(&distances.iter().enumerate().map(candidate).collect::<Vec<_>>(), &point)
    };
    let cases: [(&str, &[f32], Option<usize>); 6] = [
        ("nobody there", &[], None),
        ("within", &[0.48], Some(0)),
        ("beyond by a hair is the same as far away", &[0.481], None),
        ("the nearest of several", &[0.7, 0.3, 0.44], Some(1)),
        ("twins side by side: it cannot be told who", &[0.30, 0.33], None),
        ("a likeness just beyond the threshold is a doubt as well", &[0.47, 0.49], None),
    ];
    for (what, distances, expected) in cases {
        assert_eq!(near(distances), expected, "{what}");
    }
}
