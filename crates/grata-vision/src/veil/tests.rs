use proptest::prelude::*;

use super::*;

fn fill_plane(samples: &mut [f32], width: usize, height: usize, hidden: &[bool]) {
    Veil::over(width, height, hidden).fill(samples);
}

/// A plane, its flags, and a second plane that differs only where the flags are set.
#[derive(Debug, Clone)]
struct Pair {
    width: usize,
    height: usize,
    hidden: Vec<bool>,
    one: Vec<f32>,
    other: Vec<f32>,
}

fn pairs() -> impl Strategy<Value = Pair> {
    (1usize..90, 1usize..90).prop_flat_map(|(width, height)| {
        let count = width * height;
        let boxes = prop::collection::vec((0..width, 0..height, 1..=width, 1..=height), 0..5);
        let samples = || prop::collection::vec(0u8..=255, count);
        (boxes, samples(), samples()).prop_map(move |(boxes, one, noise)| {
            let mut hidden = vec![false; count];
            for (x, y, w, h) in boxes {
                for row in y..(y + h).min(height) {
                    hidden[row * width + x..row * width + (x + w).min(width)].fill(true);
                }
            }
            let one: Vec<f32> = one.into_iter().map(f32::from).collect();
            let other =
                (0..count).map(|at| if hidden[at] { f32::from(noise[at]) } else { one[at] }).collect();
            Pair { width, height, hidden, one, other }
        })
    })
}

proptest! {
    #[test]
    fn pub_2_the_veil_does_not_depend_on_hidden_samples(pair in pairs()) {
        let Pair { width, height, hidden, mut one, mut other } = pair;
        fill_plane(&mut one, width, height, &hidden);
        fill_plane(&mut other, width, height, &hidden);
        prop_assert_eq!(one.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
                        other.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
    }

    #[test]
    fn the_veil_stays_between_the_visible_samples_and_leaves_them_alone(pair in pairs()) {
        let Pair { width, height, hidden, one, .. } = pair;
        let mut filled = one.clone();
        fill_plane(&mut filled, width, height, &hidden);
        let visible = || one.iter().zip(&hidden).filter(|(_, h)| !**h).map(|(v, _)| *v);
        let (least, most) = visible()
            .fold(None, |range: Option<(f32, f32)>, v| {
                let (least, most) = range.unwrap_or((v, v));
                Some((least.min(v), most.max(v)))
            })
            .unwrap_or((NOTHING_VISIBLE, NOTHING_VISIBLE));
        for (at, value) in filled.iter().enumerate() {
            if hidden[at] {
                prop_assert!((least..=most).contains(value));
            } else {
                prop_assert_eq!(*value, one[at]);
            }
        }
    }

    #[test]
    fn bytes_and_floats_get_the_same_veil(pair in pairs()) {
        let Pair { width, height, hidden, mut one, .. } = pair;
        let mut bytes: Vec<u8> = one.iter().flat_map(|v| [9, *v as u8]).collect();
        let veil = Veil::over(width, height, &hidden);
        veil.fill(&mut one);
        veil.fill_channel(&mut bytes, 1, 2);
        prop_assert_eq!(one.iter().flat_map(|v| [9, v.round() as u8]).collect::<Vec<_>>(), bytes);
    }
}

#[test]
fn a_constant_surrounding_gives_that_constant() {
    let hidden: Vec<bool> =
        (0..200 * 150).map(|at| (40..170).contains(&(at % 200)) && at / 200 > 30).collect();
    let mut plane: Vec<f32> = hidden.iter().map(|h| if *h { 250.0 } else { 77.3 }).collect();
    fill_plane(&mut plane, 200, 150, &hidden);
    assert!(plane.iter().all(|v| *v == 77.3));
}

/// Between a dark and a bright side the veil climbs steadily: no block, no step.
#[test]
fn a_slope_is_bridged_without_a_step() {
    let (width, height) = (300, 300);
    let hidden: Vec<bool> = (0..width * height)
        .map(|at| (60..240).contains(&(at % width)) && (60..240).contains(&(at / width)))
        .collect();
    let ramp = |at: usize| (at % width) as f32 * 0.8;
    let mut plane: Vec<f32> =
        (0..width * height).map(|at| if hidden[at] { 255.0 } else { ramp(at) }).collect();
    fill_plane(&mut plane, width, height, &hidden);
    for at in (0..plane.len()).filter(|at| hidden[*at]) {
        assert!((plane[at] - ramp(at)).abs() < 12.0, "{} for {}", plane[at], ramp(at));
        assert!((plane[at] - plane[at + 1]).abs() < 4.0);
        assert!((plane[at] - plane[at + width]).abs() < 4.0);
    }
}

/// The veil over a large part with a bay, once as it is, once with every sample worked out.
#[test]
fn the_inside_of_a_large_part_is_the_same_in_blocks_and_sample_by_sample() {
    let (width, height) = (611, 640);
    let hidden: Vec<bool> = (0..width * height)
        .map(|at| {
            let (x, y) = (at % width, at / width);
            (37..590).contains(&x) && (53..=height).contains(&y) && !((300..340).contains(&x) && y < 200)
        })
        .collect();
    let wave = |at: usize| 128.0 + 90.0 * ((at % width) as f32 / 40.0).sin() + (at / width) as f32 / 20.0;
    let mut plane: Vec<f32> = (0..width * height).map(|at| if hidden[at] { 0.0 } else { wave(at) }).collect();
    let mut whole = plane.clone();
    let veil = Veil::over(width, height, &hidden);
    let blocks: usize =
        veil.patches.iter().filter_map(|patch| patch.inner.as_ref()).map(|i| i.blocks().count()).sum();
    assert!(blocks > 2000, "{blocks} blocks of {}", hidden.iter().filter(|h| **h).count() / 64);
    veil.fill(&mut plane);
    let mut all = veil.clone();
    all.patches.iter_mut().for_each(|patch| patch.inner = None);
    all.fill(&mut whole);
    let most = plane.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(most < 1e-3, "{most}");
}

#[test]
fn nothing_visible_becomes_mid_grey() {
    let mut plane = vec![3.0; 35];
    fill_plane(&mut plane, 7, 5, &[true; 35]);
    assert_eq!(plane, [NOTHING_VISIBLE; 35]);
}

#[test]
fn reach_covers_the_hidden_part_and_a_ring() {
    let mut hidden = vec![false; 100 * 100];
    hidden[50 * 100 + 40] = true;
    let reach: Vec<PixelRect> = Veil::over(100, 100, &hidden).reach().collect();
    assert_eq!(reach, [PixelRect::new(32, 40, 17, 19)]);
}
