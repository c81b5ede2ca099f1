//! Comparison, on numbers that can be worked out by hand.

use grata_core::digest::Digest;
use grata_core::matching::Measure;
use grata_core::scope::Scope;

use super::super::template::{Right, Still};
use super::*;

const MODEL: Digest = Digest([7; 32]);

fn probe(values: &[f32], measure: Measure) -> Probe {
    let mut values = values.to_vec();
    Probe { numbers: Numbers::taken_from(&mut values), made_by: MadeBy { model: MODEL, measure } }
}

fn template(values: &[f32], measure: Measure) -> Template {
    let scope = Scope::measurement();
    Template::enrol(vec![Still { probe: probe(values, measure), weight: 1.0 }], &Right::Scope(&scope), None)
        .unwrap()
}

fn distances(gallery: &Gallery, probe: &Probe) -> Vec<f32> {
    gallery.scores(probe).map(Score::distance).collect()
}

#[test]
fn euclidean_is_the_length_of_the_difference() {
    let own = Measure::Euclidean;
    let mut far = [0.0; 20];
    (far[0], far[19]) = (3.0, 4.0);
    let gallery = Gallery::of(vec![template(&[0.0; 20], own), template(&far, own)]).unwrap();
    assert_eq!(distances(&gallery, &probe(&[0.0; 20], own)), [0.0, 5.0]);
    assert_eq!(
        gallery.nearest(&probe(&far, own)).map(|(member, score)| (member, score.distance())),
        Some((1, 0.0))
    );
}

#[test]
fn cosine_is_one_minus_the_cosine() {
    let own = Measure::Cosine;
    let gallery = Gallery::of(vec![
        template(&[2.0, 0.0], own),
        template(&[0.0, 9.0], own),
        template(&[-1.0, 0.0], own),
    ])
    .unwrap();
    assert_eq!(distances(&gallery, &probe(&[1.0, 0.0], own)), [0.0, 1.0, 2.0]);
}

#[test]
fn bys_5_an_empty_roster_makes_no_gallery() {
    assert_eq!(Gallery::of(Vec::new()).err(), Some(EnrolError::NoStill));
}

#[test]
fn numbers_of_two_models_are_never_compared() {
    let mut other = template(&[0.0; 4], Measure::Euclidean);
    other.made_by.model = Digest([8; 32]);
    assert_eq!(
        Gallery::of(vec![template(&[0.0; 4], Measure::Euclidean), other]).err(),
        Some(EnrolError::OtherModel)
    );
    let gallery = Gallery::of(vec![template(&[0.0; 4], Measure::Euclidean)]).unwrap();
    let mut stranger = probe(&[0.0; 4], Measure::Euclidean);
    stranger.made_by.model = Digest([8; 32]);
    assert!(distances(&gallery, &stranger).is_empty() && gallery.nearest(&stranger).is_none());
    assert!(distances(&gallery, &probe(&[0.0; 5], Measure::Euclidean)).is_empty());
}

#[test]
fn what_is_no_number_is_near_to_nobody() {
    let own = Measure::Euclidean;
    let gallery = Gallery::of(vec![template(&[0.0; 4], own)]).unwrap();
    assert!(distances(&gallery, &probe(&[f32::NAN; 4], own))[0] > 1e30);
}

#[test]
fn qua_1_in_one_photo_each_person_is_once() {
    let own = Measure::Euclidean;
    let gallery = Gallery::of(vec![template(&[0.0, 0.0], own), template(&[1.0, 0.0], own)]).unwrap();
    let faces = [probe(&[0.2, 0.0], own), probe(&[0.1, 0.0], own), probe(&[1.0, 0.3], own)];
    let point = OperatingPoint { threshold: Score::new(0.5).unwrap(), lead: 0.0 };
    let found = gallery.compare_photo(&faces, &point);
    assert_eq!(found, [Suggestion { face: 1, member: 0 }, Suggestion { face: 2, member: 1 }]);
}

#[test]
fn a_template_is_the_weighted_mean_of_stills_that_agree() {
    let own = Measure::Euclidean;
    let scope = Scope::measurement();
    let stills = |places: &[(f32, f32)]| {
        places.iter().map(|&(x, weight)| Still { probe: probe(&[x, 0.0], own), weight }).collect::<Vec<_>>()
    };
    let right = Right::Scope(&scope);
    let template = Template::enrol(stills(&[(0.0, 1.0), (0.4, 3.0)]), &right, Score::new(0.5)).unwrap();
    assert!((template.numbers.slice()[0] - 0.3).abs() < 1e-6);
    // ABU-17: one still of somebody else.
    let mixed = stills(&[(0.0, 1.0), (0.1, 1.0), (0.9, 1.0)]);
    assert_eq!(Template::enrol(mixed, &right, Score::new(0.5)).err(), Some(EnrolError::Disagree));
    assert_eq!(Template::enrol(Vec::new(), &right, None).err(), Some(EnrolError::NoStill));
}

#[cfg(target_os = "linux")]
mod memory {
    use std::io::{Read, Seek, SeekFrom};

    use super::*;

    /// How many 64-byte windows of `numbers` lie in the writable memory of this process.
    fn windows_left(numbers: &[f32]) -> usize {
        let needles: Vec<Vec<u8>> = numbers
            .chunks_exact(16)
            .map(|window| window.iter().flat_map(|value| value.to_ne_bytes()).collect())
            .collect();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
        let mut found = 0;
        // Small, or the kernel would lay it beside the pages that are searched.
        let mut page = vec![0u8; 4096];
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (low, high) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
            let (mut at, end) =
                (u64::from_str_radix(low, 16).unwrap(), u64::from_str_radix(high, 16).unwrap());
            let own = page.as_ptr().addr() as u64;
            while at < end {
                let length = (end - at).min(page.len() as u64) as usize;
                let is_own = at < own + page.len() as u64 && own < at + length as u64;
                if !is_own
                    && memory.seek(SeekFrom::Start(at)).is_ok()
                    && memory.read_exact(&mut page[..length]).is_ok()
                {
                    // Floats lie at multiples of four.
                    found += (0..length.saturating_sub(64))
                        .step_by(4)
                        .filter(|at| needles.iter().any(|needle| page[*at..*at + 64] == needle[..]))
                        .count();
                    page.fill(0);
                }
                at += length as u64;
            }
        }
        drop(needles);
        found
    }

    /// The canary: numbers that are nowhere else, made one at a time so that no list of them is left.
    fn canary(at: usize) -> f32 {
        f32::from_bits(0x3f12_3456 + (at as u32) * 0x0001_0307)
    }

    #[test]
    fn sec_2_bys_3_nothing_of_a_template_is_left_in_memory_after_it_is_dropped() {
        let own = Measure::Euclidean;
        let numbers = |count: usize| {
            let mut numbers = Numbers::zeros(count);
            numbers.slice_mut().iter_mut().enumerate().for_each(|(at, value)| *value = canary(at));
            numbers
        };
        let scope = Scope::measurement();
        let made_by = MadeBy { model: MODEL, measure: own };
        let probe = Probe { numbers: numbers(128), made_by };
        let still = probe.for_measurement(&scope).unwrap();
        let template = Template::enrol(vec![still], &Right::Scope(&scope), None).unwrap();
        let gallery = Gallery::of(vec![template]).unwrap();
        assert_eq!(distances(&gallery, &probe), [0.0]);
        // One list to search with, whose own windows are taken off the count.
        let needles: Vec<f32> = (0..128).map(canary).collect();
        let alive = windows_left(&needles);
        assert!(alive >= 8 * 3, "the search finds the probe, the gallery and the list: {alive}");
        drop((probe, gallery));
        let left = windows_left(&needles);
        assert!(left <= alive - 8 * 2 && left <= 8 * 2, "{left} of {alive} windows are left");
    }
}
