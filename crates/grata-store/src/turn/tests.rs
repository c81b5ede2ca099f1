use super::*;
use crate::random;

fn made(width: usize, rng: &mut Stream) -> Vec<f32> {
    let values: Vec<f64> = (0..width).map(|_| rng.normal()).collect();
    let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    values.iter().map(|value| (value / norm) as f32).collect()
}

/// Another picture of the same person.
fn near(of: &[f32], rng: &mut Stream) -> Vec<f32> {
    let noise = made(of.len(), rng);
    let sum: Vec<f32> = of.iter().zip(&noise).map(|(own, noise)| own + 0.35 * noise).collect();
    let norm = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    sum.iter().map(|value| value / norm).collect()
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from(a * b)).sum()
}

fn turned(numbers: &[f32], seed: &Secret) -> Vec<f32> {
    let mut numbers = numbers.to_vec();
    Turn::of(seed, numbers.len()).unwrap().turn(&mut numbers);
    numbers
}

#[test]
fn key_3_what_was_turned_is_turned_back_and_keeps_its_distances() {
    let mut rng = Stream::of(&random::secret(), 1 << 20).unwrap();
    for width in [1, 2, 3, 128, 512] {
        let seed = random::secret();
        let (one, other) = (made(width, &mut rng), made(width, &mut rng));
        let (first, second) = (turned(&one, &seed), turned(&other, &seed));
        assert!((cosine(&one, &other) - cosine(&first, &second)).abs() < 1e-5, "{width}");
        let mut back = first.clone();
        Turn::of(&seed, width).unwrap().turn_back(&mut back);
        let off = back.iter().zip(&one).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-6, "{width}: {off}");
        if width > 2 {
            assert!(cosine(&one, &first).abs() < 0.999, "{width}: it turns");
        }
    }
}

/// Over all pairs: the chance that a mated one is nearer than one that is not.
fn area_under_curve(mated: &[f64], others: &[f64]) -> f64 {
    let wins: f64 = mated
        .iter()
        .flat_map(|mated| others.iter().map(move |other| (mated, other)))
        .map(|(mated, other)| {
            if mated > other {
                1.0
            } else if mated < other {
                0.0
            } else {
                0.5
            }
        })
        .sum();
    wins / (mated.len() * others.len()) as f64
}

/// Global linkability, 0 to 1, with even odds (Gomez-Barrero et al., IEEE TIFS 13(6), 2018). Few wide bins,
/// since two hundred people make a rough histogram, and a bin that nobody else is in counts in full.
fn linkability(mated: &[f64], others: &[f64]) -> f64 {
    const BINS: usize = 12;
    let all = || mated.iter().chain(others).copied();
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
    let share = |values: &[f64]| {
        let mut bins = [0.0; BINS];
        for value in values {
            let at = (value - low) / (high - low) * BINS as f64;
            bins[(at as usize).min(BINS - 1)] += 1.0 / values.len() as f64;
        }
        bins
    };
    let (mated, others) = (share(mated), share(others));
    let local = |mated: f64, other: f64| {
        if other == 0.0 { 1.0 } else { (2.0 * (mated / other) / (1.0 + mated / other) - 1.0).max(0.0) }
    };
    mated.iter().zip(&others).map(|(mated, other)| mated * local(*mated, *other)).sum()
}

/// KEY-3, ABU-9: 200 people on two installations, each with a secret of its own for each person.
#[test]
fn key_3_abu_9_templates_of_two_installations_cannot_be_linked_and_untouched_ones_can() {
    const PEOPLE: usize = 200;
    const WIDTH: usize = 128;
    // The same chance in every run.
    let mut rng = Stream::of(&Zeroizing::new([7; 32]), 20 << 20).unwrap();
    let people: Vec<(Vec<f32>, Vec<f32>)> = (0..PEOPLE)
        .map(|_| {
            let own = made(WIDTH, &mut rng);
            (near(&own, &mut rng), near(&own, &mut rng))
        })
        .collect();
    let mut seed =
        |number: usize| Zeroizing::new([number as u8 ^ rng.byte(); 32].map(|byte| byte ^ rng.byte()));
    let secrets: Vec<(Secret, Secret)> = (0..PEOPLE).map(|number| (seed(number), seed(number))).collect();
    let rates = |one: &[Vec<f32>], other: &[Vec<f32>]| {
        let (mut mated, mut others) = (Vec::new(), Vec::new());
        for (at, first) in one.iter().enumerate() {
            for (beside, second) in other.iter().enumerate() {
                if at == beside {
                    mated.push(cosine(first, second))
                } else {
                    others.push(cosine(first, second))
                }
            }
        }
        (area_under_curve(&mated, &others), linkability(&mated, &others))
    };
    let first: Vec<_> = people.iter().zip(&secrets).map(|(own, key)| turned(&own.0, &key.0)).collect();
    let second: Vec<_> = people.iter().zip(&secrets).map(|(own, key)| turned(&own.1, &key.1)).collect();
    let (area, linked) = rates(&first, &second);
    assert!((area - 0.5).abs() < 0.05 && linked < 0.1, "AUC {area:.3}, D_sys {linked:.3}");
    let plain: Vec<_> = people.iter().map(|own| own.0.clone()).collect();
    let again: Vec<_> = people.iter().map(|own| own.1.clone()).collect();
    let (area, linked) = rates(&plain, &again);
    assert!(
        area > 0.99 && linked > 0.9,
        "the measure sees what there is to see: AUC {area:.3}, D_sys {linked:.3}"
    );
}
