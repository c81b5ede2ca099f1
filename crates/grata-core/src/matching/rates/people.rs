//! Intervals that know that many comparisons are of few people.
//!
//! Ten photos of each of ten people give 4,500 comparisons of different people, and still say
//! nothing about more than ten people. So people are drawn, not comparisons: the bootstrap by
//! subject (R. M. Bolle et al., CVIU 93, 2004).

use super::Interval;

/// What was measured on one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonTrials {
    /// Errors.
    pub errors: u64,
    /// Trials.
    pub trials: u64,
}

/// Draws people with replacement, as often as [`Bootstrap::DRAWS`], from a fixed start: the same data
/// gives the same interval tomorrow.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    state: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { state: 0x6772_6174_6120_6265 }
    }
}

impl Bootstrap {
    /// How often a sample is drawn.
    pub const DRAWS: usize = 1000;

    /// How often each of `people` is in the next sample.
    pub fn draw(&mut self, people: usize) -> Vec<u32> {
        let mut times = vec![0; people];
        for _ in 0..people {
            times[self.below(people)] += 1;
        }
        times
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). No secret depends on it.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // 64 bits over a few thousand people: the bias is below a millionth of a millionth.
        ((u128::from(mixed) * bound as u128) >> 64) as usize
    }

    /// The middle 95 % of what `rate` gives for each sample.
    pub fn interval(mut self, people: usize, rate: impl Fn(&[u32]) -> Option<f64>) -> Option<Interval> {
        if people == 0 {
            return None;
        }
        let mut rates: Vec<f64> = (0..Self::DRAWS).filter_map(|_| rate(&self.draw(people))).collect();
        rates.sort_by(f64::total_cmp);
        let at = |share: f64| rates.get((share * (rates.len().saturating_sub(1)) as f64).round() as usize);
        Some(Interval { low: *at(0.025)?, high: *at(0.975)? })
    }
}

/// The interval for a rate over all trials of all people.
pub fn bootstrap(people: &[PersonTrials]) -> Option<Interval> {
    Bootstrap::default().interval(people.len(), |times| {
        let sum = |of: fn(&PersonTrials) -> u64| -> u64 {
            people.iter().zip(times).map(|(person, times)| of(person) * u64::from(*times)).sum()
        };
        let trials = sum(|person| person.trials);
        (trials > 0).then(|| sum(|person| person.errors) as f64 / trials as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::super::wilson;
    use super::*;

    #[test]
    fn qua_2_many_trials_of_few_people_say_less_than_their_number() {
        // One of ten people is never matched: 100 of 1,000 trials, but one of ten people.
        let mut people = vec![PersonTrials { errors: 0, trials: 100 }; 9];
        people.push(PersonTrials { errors: 100, trials: 100 });
        let found = bootstrap(&people).unwrap();
        let naive = wilson(100.0, 1000.0);
        assert!(found.low == 0.0 && found.high >= 0.3, "{found:?}");
        assert!(naive.low > 0.08 && naive.high < 0.13, "{naive:?}");
    }

    #[test]
    fn the_same_data_gives_the_same_interval_and_no_data_none() {
        let people = vec![PersonTrials { errors: 1, trials: 7 }, PersonTrials { errors: 0, trials: 5 }];
        assert_eq!(bootstrap(&people), bootstrap(&people));
        assert_eq!(bootstrap(&[]), None);
        assert_eq!(bootstrap(&[PersonTrials::default()]), None);
    }

    #[test]
    fn everybody_is_drawn_about_as_often() {
        let mut bootstrap = Bootstrap::default();
        let mut times = [0; 5];
        for _ in 0..2000 {
            bootstrap.draw(5).iter().zip(&mut times).for_each(|(drawn, sum)| *sum += drawn);
        }
        assert!(times.iter().all(|times| (1850..2150).contains(times)), "{times:?}");
    }
}
