//! How many scores lie where, and what one kind of error costs in the other.

use super::table::DetRow;

/// Width of a bin of scores: finer than any two thresholds that differ in effect.
const BIN: f32 = 0.0005;

/// Scores from here on are in one bin: nobody sets a threshold there.
pub const MOST: f32 = 4.0;

/// The last bin.
const LAST: usize = (MOST / BIN) as usize;

/// In which bin a score lies: the upper edge of a bin is a threshold that admits all of it.
pub fn bin_of(distance: f32) -> usize {
    ((distance / BIN).ceil() as usize).saturating_sub(1).min(LAST)
}

/// False match rates of the table.
const TARGETS: [f64; 9] = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00001, 0.000_001];

/// How many scores lie where.
pub struct Histogram {
    counts: Vec<u64>,
    /// All of them.
    pub total: u64,
}

impl Histogram {
    /// Without any.
    pub fn new() -> Self {
        Self { counts: vec![0; LAST + 1], total: 0 }
    }

    /// One more.
    pub fn add(&mut self, distance: f32) {
        self.counts[bin_of(distance)] += 1;
        self.total += 1;
    }

    /// Scores in the first `bins` bins.
    pub fn below(&self, bins: usize) -> u64 {
        self.counts[..bins.min(self.counts.len())].iter().sum()
    }

    /// The most bins that hold no more than `count` scores together.
    pub fn bins_up_to(&self, count: u64) -> usize {
        let mut sum = 0;
        for (bin, own) in self.counts.iter().enumerate() {
            sum += own;
            if sum > count {
                return bin;
            }
        }
        self.counts.len()
    }
}

/// What each wanted false match rate costs. `high`: the upper end for one person who does not match, where only
/// scores in so many bins match.
pub fn det(others: &Histogram, mated: &Histogram, high: impl Fn(usize) -> Option<f64>) -> Vec<DetRow> {
    let trials = others.total;
    let row = |&target_fmr: &f64| {
        // A rate of which these photos could not show one error says nothing.
        if trials as f64 * target_fmr < 1.0 || mated.total == 0 {
            return None;
        }
        let bin = others.bins_up_to((trials as f64 * target_fmr) as u64);
        Some(DetRow {
            target_fmr,
            threshold: bin as f32 * BIN,
            fmr: others.below(bin) as f64 / trials as f64,
            fnmr: 1.0 - mated.below(bin) as f64 / mated.total as f64,
            fnmr_high: high(bin),
        })
    };
    TARGETS.iter().filter_map(row).collect()
}
