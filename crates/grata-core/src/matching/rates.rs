//! Error rates with what may be said about them (QUA-2).
//!
//! Terms after ISO/IEC 19795-1: FMR and FNMR judge one comparison, FPIR and FNIR a search in a
//! roster. An interval says more than the rate: three errors in a hundred trials are anything from
//! one to eight in a hundred.

mod people;

pub use people::{Bootstrap, PersonTrials, bootstrap};

/// The confidence of every interval here.
pub const CONFIDENCE: f64 = 0.95;

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Between what a rate lies, with [`CONFIDENCE`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends as far out as either has them.
    #[must_use]
    pub fn wider_of(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// Errors among trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many went wrong.
    pub errors: u64,
    /// Of how many.
    pub trials: u64,
}

impl Count {
    /// The share of errors; `None` without trials.
    pub fn rate(self) -> Option<f64> {
        (self.trials > 0).then(|| self.errors as f64 / self.trials as f64)
    }
}

/// Wilson's score interval for `errors` (not necessarily whole) of `trials` independent trials.
/// E. B. Wilson, JASA 22(158), 1927. Everything is possible without trials.
pub fn wilson(errors: f64, trials: f64) -> Interval {
    if trials <= 0.0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (share, z2) = (errors / trials, Z * Z);
    let centre = (share + z2 / (2.0 * trials)) / (1.0 + z2 / trials);
    let reach = Z / (1.0 + z2 / trials)
        * (share * (1.0 - share) / trials + z2 / (4.0 * trials * trials)).max(0.0).sqrt();
    let low = if errors <= 0.0 { 0.0 } else { (centre - reach).max(0.0) };
    let high = if errors >= trials { 1.0 } else { (centre + reach).min(1.0) };
    Interval { low, high }
}

/// The rate that `trials` independent trials without an error rule out with 95 %: exactly
/// 1 - 0.05^(1/n), about 3/n ("rule of three"). 1 without trials.
pub fn ruled_out(trials: f64) -> f64 {
    if trials <= 0.0 { 1.0 } else { 1.0 - (1.0 - CONFIDENCE).powf(1.0 / trials) }
}

/// How many independent trials without an error it takes to say that a rate is at most `rate`.
pub fn trials_needed(rate: f64) -> f64 {
    if rate <= 0.0 { f64::INFINITY } else { (1.0 - CONFIDENCE).ln() / (1.0 - rate.min(1.0 - 1e-12)).ln() }
}

/// The chance that a search of `comparisons` gives at least one wrong person:
/// FPIR = 1 - (1 - FMR)^N (QUA-1).
pub fn wrong_in(fmr: f64, comparisons: f64) -> f64 {
    -f64::exp_m1(comparisons * f64::ln_1p(-fmr.clamp(0.0, 1.0)))
}

/// The FMR at which a search of `comparisons` keeps to `target`: the other way round.
pub fn fmr_for(target: f64, comparisons: f64) -> f64 {
    if comparisons <= 0.0 { 1.0 } else { -f64::exp_m1(f64::ln_1p(-target.clamp(0.0, 1.0)) / comparisons) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} instead of {expected}");
    }

    #[test]
    fn qua_2_intervals_are_the_published_ones() {
        // Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (errors, trials, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let found = wilson(errors, trials);
            near(found.low, low, 5e-5);
            near(found.high, high, 5e-5);
        }
        assert_eq!(wilson(0.0, 0.0), Interval { low: 0.0, high: 1.0 });
        assert_eq!(wilson(5.0, 5.0).high, 1.0);
    }

    #[test]
    fn qua_2_a_millionth_takes_three_million_trials_without_an_error() {
        near(trials_needed(1e-6) / 1e6, 2.9957, 1e-3);
        near(ruled_out(trials_needed(1e-4)), 1e-4, 1e-9);
        near(ruled_out(100.0), 0.0295, 1e-4);
        assert_eq!((ruled_out(0.0), trials_needed(0.0)), (1.0, f64::INFINITY));
    }

    #[test]
    fn qua_1_a_thousand_comparisons_make_a_small_rate_large() {
        near(wrong_in(1e-4, 1000.0), 0.0952, 1e-4);
        near(wrong_in(1e-6, 1000.0), 0.0010, 1e-6);
        near(wrong_in(1e-9, 1.0), 1e-9, 1e-15);
        near(fmr_for(0.01, 1000.0), 1.005e-5, 1e-8);
        for (fmr, comparisons) in [(1e-7, 1e5), (1e-3, 20.0)] {
            near(fmr_for(wrong_in(fmr, comparisons), comparisons) / fmr, 1.0, 1e-9);
        }
    }
}
