//! Rates on numbers whose errors can be counted by hand.

use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_vision::detect::{FivePoints, Texture};
use grata_vision::frame::Frame;
use grata_vision::recognise::{Family, Sample};
use grata_vision::runtime::Tensor;
use grata_vision::runtime::fake::Fake;

use super::*;

/// One grey picture: what is compared is made up by [`Made`].
struct Grey;

impl Picture for Grey {
    fn size(&self) -> Size {
        Size::new(200, 200)
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        Frame::filled(Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor)), [90; 3])
    }

    fn texture(&self) -> Texture {
        unreachable!("nobody looks for faces here")
    }
}

fn sample() -> Sample {
    let points = FivePoints(Family::Residual150.points(0.25));
    align(&Grey, &points, Family::Residual150, Views::One).unwrap()
}

/// The numbers of faces in one dimension: person, photo, place.
fn held(faces: &[(u32, u32, f32)]) -> Vec<Held> {
    let sample = sample();
    let hold = |&(person, photo, place): &(u32, u32, f32)| {
        let answer = move |_: &Tensor, _: &[&str]| vec![Tensor { shape: vec![1, 2], data: vec![place, 0.0] }];
        let mut embedder =
            Embedder::new(Box::new(Fake::new(answer)), Family::Residual150, Digest([1; 32]), "numbers");
        let probe = embedder.embed_face(&sample, &Scope::measurement()).unwrap();
        assert_eq!((embedder.take_count(), embedder.take_count()), (1, 0));
        Held { person, photo, probe, weight: 1.0, enrols: true }
    };
    faces.iter().map(hold).collect()
}

fn order(groups: Vec<Option<u32>>, stills: u32) -> ReportOrder {
    ReportOrder { groups, threshold: 0.5, lead: 0.0, stills }
}

fn report(faces: &[(u32, u32, f32)], groups: Vec<Option<u32>>) -> Report {
    compare::report(&held(faces), &order(groups, 1))
}

#[test]
fn qua_2_every_pair_is_compared_once_and_errors_are_counted_as_they_are() {
    // Three people: two photos each of 0 (near) and 1 (far apart), one of 2, which lies beside 0.
    let faces = [(0, 0, 0.0), (0, 1, 0.1), (1, 2, 5.0), (1, 3, 6.0), (2, 4, 0.4)];
    let found = report(&faces, vec![None; 3]);
    assert_eq!((found.people, found.faces, found.pairs), (3, 5, 3));
    let counts = |rate: &Bounded| (rate.errors, rate.trials);
    assert_eq!(counts(&found.rates.fnmr), (1, 2), "0 matches, 1 does not");
    assert_eq!(counts(&found.rates.fmr), (2, 8), "both photos of 0 match 2");
    for rate in [&found.rates.fmr, &found.rates.fnmr] {
        let own = rate.rate.unwrap();
        assert!(rate.low <= own && own <= rate.high && rate.high > 0.5, "{rate:?}: three people say little");
    }
    // 0 and 1 are enrolled by their first photo. 0 is found; 1 is not; 2 is taken for 0.
    assert_eq!(found.enrolled, 2);
    assert_eq!(counts(&found.rates.fnir), (1, 2));
    assert_eq!(counts(&found.rates.fpir), (1, 3));
}

#[test]
fn qua_2_without_an_error_the_rule_of_three_says_how_little_is_known() {
    let faces: Vec<_> = (0..10).map(|person| (person, person, person as f32 * 2.0)).collect();
    let found = report(&faces, vec![None; 10]);
    assert_eq!((found.rates.fmr.errors, found.rates.fmr.trials), (0, 45));
    assert!((found.rates.fmr.high - (1.0 - 0.05_f64.powf(1.0 / 45.0))).abs() < 1e-9);
    assert_eq!((found.rates.fnmr.rate, found.rates.fnmr.high), (None, 1.0), "nobody is there twice");
    assert!(found.det.is_empty(), "no same person: no trade between errors");
}

#[test]
fn qua_3_groups_are_measured_by_themselves() {
    // Group 0 lies far apart, group 1 close together.
    let faces = [(0, 0, 0.0), (1, 1, 9.0), (2, 2, 20.0), (3, 3, 20.3), (3, 4, 20.35)];
    let found = report(&faces, vec![Some(0), Some(0), Some(1), Some(1)]);
    let rates: Vec<_> = found
        .groups
        .iter()
        .map(|own| (own.people, own.fmr.errors, own.fmr.trials, own.fnmr.trials))
        .collect();
    assert_eq!(rates, [(2, 0, 1, 0), (2, 2, 2, 1)]);
    let curves: Vec<_> = found.curves.iter().map(|curve| (curve.group, curve.pairs)).collect();
    assert_eq!(curves, [(None, 6), (Some(0), 1), (Some(1), 1)]);
}

#[test]
fn a_curve_counts_a_pair_as_wrong_as_soon_as_any_two_faces_match_and_only_rises() {
    let people = 40_u32;
    let mut faces: Vec<_> = (0..people).map(|person| (person, person, person as f32 * 3.0)).collect();
    faces.push((1, 99, 0.2)); // one photo of 1 looks like 0
    let found = report(&faces, vec![None; people as usize]);
    let curve = &found.curves[0];
    let at = |threshold: f32| curve.points.iter().rfind(|(own, _)| *own <= threshold).unwrap().1;
    assert!(at(0.1) < 4.0 / 780.0 && at(0.3) > 1.0 / 780.0 && at(0.3) > at(0.1));
    assert!(curve.points.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 <= two[1].1));
}

/// One person who looks like thirty others makes thirty pairs wrong by being there once.
#[test]
fn qua_2_a_curve_is_no_surer_than_the_people_it_stands_on() {
    let others = 200_u32;
    let mut faces: Vec<_> = (1..=others).map(|person| (person, person, person as f32 * 3.0)).collect();
    faces.extend((1..=30).map(|other| (0, 1000 + other, other as f32 * 3.0 + 0.1)));
    let found = report(&faces, vec![None; others as usize + 1]);
    let curve = &found.curves[0];
    let (_, upper) = *curve.points.iter().find(|(threshold, _)| *threshold > 0.12).unwrap();
    let by_pairs = grata_core::matching::rates::wilson(30.0, curve.pairs as f64).high;
    assert!(upper > 1.5 * by_pairs, "{upper}; by pairs {by_pairs}");
    assert!(curve.points.windows(2).all(|two| two[0].1 <= two[1].1));
}

#[test]
fn the_table_trades_one_error_for_the_other() {
    let mut faces = Vec::new();
    for person in 0..30_u32 {
        faces.push((person, person * 2, person as f32 * 0.3));
        faces.push((person, person * 2 + 1, person as f32 * 0.3 + 0.01 * person as f32));
    }
    let found = report(&faces, vec![None; 30]);
    assert!(found.det.len() >= 3, "{:?}", found.det);
    for two in found.det.windows(2) {
        assert!(two[0].target_fmr > two[1].target_fmr && two[0].threshold >= two[1].threshold);
        assert!(two[0].fnmr <= two[1].fnmr, "stricter misses more: {two:?}");
    }
    assert!(found.det.iter().all(|row| row.fmr <= row.target_fmr));
}

#[test]
fn several_stills_make_a_better_template_than_one() {
    // The first photo of 0 is the odd one out; by weight it would be taken alone.
    let faces = [(0, 0, 0.45), (0, 1, 0.0), (0, 2, -0.2), (0, 3, -0.1), (1, 4, 9.0), (1, 5, 9.0)];
    let misses = |stills| {
        let found = compare::report(&held(&faces), &order(vec![None; 2], stills));
        (found.rates.fnir.errors, found.rates.fnir.trials)
    };
    assert_eq!(misses(1), (2, 4));
    assert_eq!(misses(3), (0, 2));
}

#[test]
fn qua_2_what_was_enrolled_has_a_table_of_its_own() {
    // Thirty people 3 apart, five photos each, one of which lies well off.
    let mut faces = Vec::new();
    for person in 0..30_u32 {
        let at = person as f32 * 3.0;
        for (photo, away) in [0.0, 0.1, -0.1, 0.05, 0.9].into_iter().enumerate() {
            faces.push((person, person * 5 + photo as u32, at + away));
        }
    }
    let found = compare::report(&held(&faces), &order(vec![None; 30], 3));
    assert_eq!(found.stills, 3);
    let at = |rows: &[DetRow]| *rows.iter().find(|row| row.target_fmr == 0.01).unwrap();
    let (one, enrolled) = (at(&found.det), at(&found.det_enrolled));
    assert_eq!((one.fnmr, enrolled.fnmr), (0.0, 0.0), "0.9 is nearer than 3");
    assert!(enrolled.fmr <= 0.01 && enrolled.threshold > 0.9);
    let high = enrolled.fnmr_high.unwrap();
    assert!((high - (1.0 - 0.05_f64.powf(1.0 / 30.0))).abs() < 1e-9, "thirty people: {high}");
    // With a stranger as near as that, being strict misses one photo of two.
    faces.extend((100..130).map(|person| (person, person * 5, (person - 100) as f32 * 3.0 + 0.5)));
    let found = compare::report(&held(&faces), &order(vec![None; 130], 3));
    let enrolled = at(&found.det_enrolled);
    assert!((enrolled.fnmr - 0.5).abs() < 1e-9 && enrolled.threshold < 0.55, "{enrolled:?}");
}

#[test]
fn no_faces_are_no_rates_and_no_panic() {
    let found = report(&[], vec![]);
    assert_eq!((found.people, found.rates.fmr.rate, found.rates.fmr.high), (0, None, 1.0));
    let found = report(&[(0, 0, 0.0)], vec![]);
    assert_eq!((found.people, found.pairs, found.enrolled), (1, 0, 0));
}

fn face(x: f32, height: f32) -> DetectedFace {
    DetectedFace { face: FaceBox { x, y: 0.0, width: height, height }, score: 0.9 }
}

#[test]
fn a_label_means_the_face_that_it_points_at_and_no_other() {
    let found = [face(0.0, 50.0), face(100.0, 50.0), face(300.0, 20.0)];
    let none = [false; 3];
    let at = |place: Option<Place>, taken: &[bool]| chosen(&found, taken, &place);
    assert_eq!(at(Some(Place::Nose(125.0, 25.0)), &none), Ok(1));
    assert_eq!(at(Some(Place::Nose(80.0, 25.0)), &none), Err(Reason::NoFace));
    assert_eq!(at(Some(Place::Box(5.0, 5.0, 50.0, 50.0)), &none), Ok(0));
    assert_eq!(at(Some(Place::Box(5.0, 5.0, 50.0, 50.0)), &[true, false, false]), Err(Reason::NoFace));
    // Without a place the photo shows one person: two large faces are a doubt, a small one is not.
    assert_eq!(at(None, &none), Err(Reason::SeveralFaces));
    assert_eq!(chosen(&found[1..], &[false; 2], &None), Ok(0));
    assert_eq!(chosen(&[], &[], &None), Err(Reason::NoFace));
}

#[test]
fn bys_1_a_face_without_a_person_is_never_turned_into_numbers() {
    // CenterFace's four outputs for a picture of 32 cells: one face of 8 cells in the middle.
    let detector_answer = |input: &Tensor, names: &[&str]| {
        let (rows, columns) = (input.shape[2] / 4, input.shape[3] / 4);
        let area = rows * columns;
        let tensor = |channels: usize, value: f32| Tensor {
            shape: vec![1, channels, rows, columns],
            data: vec![value; channels * area],
        };
        names
            .iter()
            .map(|name| match *name {
                "537" => {
                    let mut heat = tensor(1, 0.0);
                    heat.data[rows / 2 * columns + columns / 2] = 0.9;
                    heat
                }
                "538" => tensor(2, 2.0),
                _ => tensor(if *name == "540" { 10 } else { 2 }, 0.5),
            })
            .collect()
    };
    let mut detector = Detector::new(Box::new(Fake::new(detector_answer)));
    let never = |_: &Tensor, _: &[&str]| vec![Tensor { shape: vec![1, 2], data: vec![0.0; 2] }];
    let mut embedder =
        Embedder::new(Box::new(Fake::new(never)), Family::Residual150, Digest([1; 32]), "numbers");
    struct Flat;
    impl Picture for Flat {
        fn size(&self) -> Size {
            Size::new(256, 256)
        }
        fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
            Frame::filled(Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor)), [90; 3])
        }
        fn texture(&self) -> Texture {
            Texture { grid: Size::new(32, 32), luma: vec![90; 1024], detail: vec![90; 1024] }
        }
    }
    let mut measuring = Measuring::default();
    let unknown = LabelledFace { person: None, place: Some(Place::Nose(130.0, 130.0)) };
    let taken = measuring.take(&Flat, 0, &[unknown], (&mut detector, &mut embedder)).unwrap();
    assert_eq!(taken, Measured::Taken { held: 0, faces: vec![FaceOutcome::Found] });
    assert_eq!(embedder.take_count(), 0);
}
