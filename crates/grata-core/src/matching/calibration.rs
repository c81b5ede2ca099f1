//! A threshold from a target of false disclosures, refused where the data cannot bear it (QUA-1 to 3).

use super::Score;
use super::rates::{fmr_for, trials_needed, wrong_in};

/// What the operator promises: of the faces of an album, beside so many members, the chance that
/// anybody at all is shown somebody else's photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// That chance, above 0 and below 1.
    pub false_disclosures: f64,
    /// Faces in the album.
    pub faces: u64,
    /// Members on its roster.
    pub roster: u64,
}

impl Target {
    /// A target that makes sense.
    pub fn new(false_disclosures: f64, faces: u64, roster: u64) -> Option<Self> {
        let sensible = false_disclosures > 0.0 && false_disclosures < 1.0 && faces > 0 && roster > 0;
        sensible.then_some(Self { false_disclosures, faces, roster })
    }

    /// Each face is compared with each member.
    pub fn comparisons(&self) -> f64 {
        self.faces as f64 * self.roster as f64
    }

    /// The false match rate that keeps the promise.
    pub fn fmr(&self) -> f64 {
        fmr_for(self.false_disclosures, self.comparisons())
    }
}

/// What was measured on one group of people (or on all), at ever larger thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCurve {
    /// Its name as the operator's labels have it; `None`: everybody.
    pub group: Option<String>,
    /// Pairs of people that were compared, each pair counted once.
    pub pairs: u64,
    /// Threshold and the upper end of the FMR there, both rising.
    pub points: Vec<(Score, f64)>,
}

/// A threshold that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The largest score that counts.
    pub threshold: Score,
    /// The upper end of the FMR there, in the worst group.
    pub fmr: f64,
    /// Which group that is; `None`: everybody, or no groups.
    pub worst_group: Option<String>,
    /// The chance that follows for the album.
    pub false_disclosures: f64,
}

/// Why there is no threshold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationRefusal {
    /// Too few people.
    #[error(
        "{} cannot bear the claim: a false match rate of {fmr:.1e} takes {needed} pairs of different people \
         without an error, and there are {pairs} (rule of three)", group_words(.group)
    )]
    TooLittleData {
        /// The group that is too small.
        group: Option<String>,
        /// The rate that the target asks for.
        fmr: f64,
        /// Pairs of people that it takes.
        needed: u64,
        /// Pairs that there are.
        pairs: u64,
    },
    /// Whatever the threshold, too many different people match.
    #[error("no threshold keeps the false match rate of {} at {fmr:.1e}", group_words(.group))]
    NoThreshold {
        /// The group.
        group: Option<String>,
        /// The rate that the target asks for.
        fmr: f64,
    },
}

fn group_words(group: &Option<String>) -> String {
    group.as_ref().map_or_else(|| "the data".into(), |group| format!("group \"{group}\""))
}

/// The largest threshold that keeps the target in every group: the worst one sets it (QUA-3).
///
/// # Errors
/// [`CalibrationRefusal`] where the data of any group cannot bear the claim.
pub fn calibrate(curves: &[GroupCurve], target: &Target) -> Result<Calibrated, CalibrationRefusal> {
    let fmr = target.fmr();
    let needed = trials_needed(fmr).ceil();
    let mut worst: Option<(Score, f64, Option<String>)> = None;
    for curve in curves {
        let group = || curve.group.clone();
        if (curve.pairs as f64) < needed {
            let needed = needed.min(u64::MAX as f64) as u64;
            return Err(CalibrationRefusal::TooLittleData {
                group: group(),
                fmr,
                needed,
                pairs: curve.pairs,
            });
        }
        // Up to the first point that breaks the claim: a later one would stand by luck.
        let held = curve.points.iter().take_while(|(_, upper)| *upper <= fmr).last();
        let &(threshold, upper) =
            held.ok_or_else(|| CalibrationRefusal::NoThreshold { group: group(), fmr })?;
        if worst.as_ref().is_none_or(|(least, ..)| threshold < *least) {
            worst = Some((threshold, upper, group()));
        }
    }
    let (threshold, fmr, worst_group) = worst.ok_or(CalibrationRefusal::NoThreshold { group: None, fmr })?;
    Ok(Calibrated { threshold, fmr, worst_group, false_disclosures: wrong_in(fmr, target.comparisons()) })
}

/// Whether a calibration still holds for an album: its FMR, and as many comparisons as there are now.
/// Twice the faces or members are twice the chances to be wrong (QUA-1).
pub fn still_holds(fmr: f64, promised: f64, faces: u64, roster: u64) -> bool {
    wrong_in(fmr, faces as f64 * roster as f64) <= promised * (1.0 + 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(group: Option<&str>, pairs: u64, points: &[(f32, f64)]) -> GroupCurve {
        let points = points.iter().map(|&(at, upper)| (Score::new(at).unwrap(), upper)).collect();
        GroupCurve { group: group.map(Into::into), pairs, points }
    }

    const POINTS: [(f32, f64); 4] = [(0.3, 1e-5), (0.4, 1e-4), (0.5, 1e-3), (0.6, 1e-2)];

    #[test]
    fn qua_1_the_threshold_follows_from_the_album_and_falls_as_it_grows() {
        let curves = [curve(None, 10_000_000, &POINTS)];
        let found = |faces, roster| calibrate(&curves, &Target::new(0.05, faces, roster).unwrap());
        assert_eq!(found(5, 10).unwrap().threshold.distance(), 0.5);
        assert_eq!(found(50, 10).unwrap().threshold.distance(), 0.4);
        assert_eq!(found(500, 10).unwrap().threshold.distance(), 0.3);
        assert!(found(500, 10).unwrap().false_disclosures <= 0.05);
        // Ten times as many again: no threshold keeps it.
        assert!(matches!(found(5000, 10), Err(CalibrationRefusal::NoThreshold { .. })));
    }

    #[test]
    fn qua_2_too_few_people_bear_no_claim() {
        let target = Target::new(0.01, 100, 10).unwrap();
        let needed = trials_needed(target.fmr()).ceil() as u64;
        let points = [(0.3, target.fmr() * 0.9)];
        assert!(calibrate(&[curve(None, needed, &points)], &target).is_ok());
        let refused = calibrate(&[curve(None, needed - 1, &points)], &target).unwrap_err();
        assert!(refused.to_string().contains("rule of three"), "{refused}");
        // The same data, twice the album.
        let twice = Target::new(0.01, 200, 10).unwrap();
        assert!(matches!(
            calibrate(&[curve(None, needed, &points)], &twice),
            Err(CalibrationRefusal::TooLittleData { .. })
        ));
    }

    #[test]
    fn qua_3_the_worst_group_sets_the_threshold() {
        let target = Target::new(0.05, 5, 10).unwrap();
        let worse = [(0.3, 1e-5), (0.35, 1e-3), (0.4, 1e-1), (0.5, 0.2)];
        let curves = [curve(None, 1_000_000, &POINTS), curve(Some("b"), 5000, &worse)];
        let found = calibrate(&curves, &target).unwrap();
        assert_eq!((found.threshold.distance(), found.worst_group.as_deref()), (0.35, Some("b")));
        // A group of a few people is no reason to leave it out.
        let curves = [curve(None, 1_000_000, &POINTS), curve(Some("b"), 3, &POINTS)];
        let refused = calibrate(&curves, &target).unwrap_err();
        assert!(refused.to_string().contains("group \"b\""), "{refused}");
    }

    #[test]
    fn qua_1_a_calibration_ends_where_the_album_outgrows_it() {
        let target = Target::new(0.01, 1000, 20).unwrap();
        let fmr = target.fmr();
        assert!(still_holds(fmr, 0.01, 1000, 20));
        assert!(!still_holds(fmr, 0.01, 2000, 20) && !still_holds(fmr, 0.01, 1000, 40));
    }

    #[test]
    fn a_target_is_a_chance_and_an_album() {
        for (chance, faces, roster) in [(0.0, 1, 1), (1.0, 1, 1), (f64::NAN, 1, 1), (0.5, 0, 1), (0.5, 1, 0)]
        {
            assert_eq!(Target::new(chance, faces, roster), None);
        }
    }
}
