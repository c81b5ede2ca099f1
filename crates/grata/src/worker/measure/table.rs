//! Rates, as they are told.

use serde::{Deserialize, Serialize};

/// A rate and between what it lies, with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounded {
    /// Errors.
    pub errors: u64,
    /// Of how many.
    pub trials: u64,
    /// The share; `None` without trials.
    pub rate: Option<f64>,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Error rates at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Different people who match: one comparison.
    pub fmr: Bounded,
    /// One person who does not match: one comparison.
    pub fnmr: Bounded,
    /// A search for somebody who is not enrolled that suggests anybody.
    pub fpir: Bounded,
    /// A search for an enrolled person that does not suggest them.
    pub fnir: Bounded,
}

/// One row of the table of detection errors: what it costs to be as strict as this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DetRow {
    /// The false match rate that is wanted.
    pub target_fmr: f64,
    /// The largest threshold that keeps it on these photos.
    pub threshold: f32,
    /// The false match rate there.
    pub fmr: f64,
    /// The false non-match rate there.
    pub fnmr: f64,
    /// The upper end of its interval, where people could be counted.
    pub fnmr_high: Option<f64>,
}

/// What was measured on one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRates {
    /// Number of the group.
    pub group: u32,
    /// People in it.
    pub people: u64,
    /// Different people of the group who match.
    pub fmr: Bounded,
    /// One person of the group who does not match.
    pub fnmr: Bounded,
}

/// For a calibration: thresholds, and the upper end of the FMR at each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The group; `None`: everybody.
    pub group: Option<u32>,
    /// Pairs of different people, each counted once.
    pub pairs: u64,
    /// Threshold and upper end, both rising.
    pub points: Vec<(f32, f64)>,
}

/// What follows from a set of labelled photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// People of whom at least one face was compared.
    pub people: u64,
    /// Faces that were compared.
    pub faces: u64,
    /// Pairs of different people that were compared, each counted once.
    pub pairs: u64,
    /// People who were enrolled for the searches.
    pub enrolled: u64,
    /// From how many photos each, at most.
    pub stills: u32,
    /// The threshold that the rates are for.
    pub threshold: f32,
    /// Rates there.
    pub rates: Rates,
    /// The trade between the two kinds of error.
    pub det: Vec<DetRow>,
    /// The same for one photo beside what a person enrolled with, which are several photos at best.
    pub det_enrolled: Vec<DetRow>,
    /// By group, where labels give groups.
    pub groups: Vec<GroupRates>,
    /// For a calibration.
    pub curves: Vec<Curve>,
}
