//! The numbers made from a face: templates of people who enrolled, probes of everybody else.
//!
//! They cannot be printed, copied or written anywhere:
//!
//! ```compile_fail,E0277
//! # use grata_vision::recognise::Template;
//! fn printed(template: &Template) -> String { format!("{template:?}") }
//! ```
//!
//! ```compile_fail,E0277
//! # use grata_vision::recognise::Template;
//! fn kept(template: &Template) -> Template { Clone::clone(template) }
//! ```
//!
//! ```compile_fail,E0277
//! # use grata_vision::recognise::Probe;
//! fn printed(probe: &Probe) -> String { format!("{probe:?}") }
//! ```
//!
//! ```compile_fail,E0277
//! # use grata_vision::recognise::Probe;
//! fn kept(probe: &Probe) -> Probe { Clone::clone(probe) }
//! ```
//!
//! there is no way to compare two probes (BYS-2),
//!
//! ```compile_fail,E0308
//! # use grata_vision::recognise::{Gallery, Probe};
//! fn linked(one: Probe, other: &Probe) { Gallery::of(vec![one]).map(|gallery| gallery.scores(other)); }
//! ```
//!
//! and a probe does not become a template without the right to it.
//!
//! ```compile_fail,E0061
//! # use grata_vision::recognise::{EnrolError, Probe, Still, Template};
//! fn unasked(stills: Vec<Still>) -> Result<Template, EnrolError> { Template::enrol(stills) }
//! ```

use grata_core::consent::Permit;
use grata_core::digest::Digest;
use grata_core::matching::{Measure, Score};
use grata_core::purpose::Find;
use grata_core::scope::{Errand, Scope, Why};

use super::numbers::Numbers;

/// The numbers of somebody who enrolled.
pub struct Template {
    pub(super) numbers: Numbers,
    pub(super) made_by: MadeBy,
}

/// The numbers of one face, for one comparison. Never stored; wiped on drop.
pub struct Probe {
    pub(super) numbers: Numbers,
    pub(super) made_by: MadeBy,
}

/// Which model made them, and how they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MadeBy {
    pub model: Digest,
    pub measure: Measure,
}

/// One still of somebody who enrols.
pub struct Still {
    /// Its numbers.
    pub probe: Probe,
    /// How well the face is seen, above 0: a better still counts more.
    pub weight: f32,
}

/// By what right a template is made.
pub enum Right<'a> {
    /// The person consented.
    Permit(&'a Permit<Find>),
    /// The person's own device, a measurement, or the errand of somebody who holds the permit.
    Scope(&'a Scope),
}

/// Why no template came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// No still at all.
    #[error("there is no still to enrol from")]
    NoStill,
    /// One still is of somebody else, or not of a face (ABU-17).
    #[error("the stills do not show one and the same person")]
    Disagree,
    /// They were made by different models.
    #[error("the stills were made by different models")]
    OtherModel,
    /// This scope does not make templates.
    #[error("there is no right to make a template here")]
    NoRight,
}

impl Template {
    /// One template of several stills: their mean, each by its weight. Every still has to lie within
    /// `agreement` of the others' mean, where one is given.
    ///
    /// # Errors
    /// [`EnrolError`]. The stills are gone in any case.
    pub fn enrol(
        stills: Vec<Still>,
        right: &Right<'_>,
        agreement: Option<Score>,
    ) -> Result<Self, EnrolError> {
        if let Right::Scope(scope) = right
            && !matches!(scope.why(), Why::OwnDevice | Why::Measurement | Why::Errand(Errand::Enrol))
        {
            return Err(EnrolError::NoRight);
        }
        let first = stills.first().ok_or(EnrolError::NoStill)?;
        let (made_by, count) = (first.probe.made_by, first.probe.numbers.slice().len());
        let fits =
            |still: &Still| still.probe.made_by == made_by && still.probe.numbers.slice().len() == count;
        if !stills.iter().all(fits) {
            return Err(EnrolError::OtherModel);
        }
        if let Some(most) = agreement
            && stills.len() > 1
        {
            for without in 0..stills.len() {
                let others = mean(&stills, Some(without), made_by.measure, count);
                let own = stills[without].probe.numbers.slice();
                if distance(made_by.measure, own, others.slice()) > most.distance() {
                    return Err(EnrolError::Disagree);
                }
            }
        }
        Ok(Self { numbers: mean(&stills, None, made_by.measure, count), made_by })
    }

    /// Hands the numbers to `seal`, which is to encrypt them under the person's key, and forgets them.
    /// For the permit's own person only, and there is no other way out.
    pub fn seal<T>(self, _permit: &Permit<Find>, seal: impl FnOnce(&[f32]) -> T) -> T {
        seal(self.numbers.slice())
    }

    /// A template out of what was sealed, for a comparison that the person consented to. `numbers` are
    /// wiped.
    pub fn unseal(numbers: &mut [f32], model: Digest, measure: Measure, _permit: &Permit<Find>) -> Self {
        Self { numbers: Numbers::taken_from(numbers), made_by: MadeBy { model, measure } }
    }

    /// Hands the numbers of somebody who enrols to `send`, which is to bring them to the process that holds the
    /// permit, and forgets them.
    ///
    /// # Errors
    /// [`EnrolError::NoRight`] on any other errand.
    pub fn hand_over<T>(self, scope: &Scope, send: impl FnOnce(&[f32]) -> T) -> Result<T, EnrolError> {
        match scope.why() {
            Why::Errand(Errand::Enrol) => Ok(send(self.numbers.slice())),
            _ => Err(EnrolError::NoRight),
        }
    }

    /// A template that was handed over for the comparison of one photo. `numbers` are wiped.
    ///
    /// # Errors
    /// [`EnrolError::NoRight`] on any other errand.
    pub fn handed_over(
        numbers: &mut [f32],
        model: Digest,
        measure: Measure,
        scope: &Scope,
    ) -> Result<Self, EnrolError> {
        match scope.why() {
            Why::Errand(Errand::Compare { .. }) => {
                Ok(Self { numbers: Numbers::taken_from(numbers), made_by: MadeBy { model, measure } })
            }
            _ => Err(EnrolError::NoRight),
        }
    }

    /// Whether the system keeps it out of swap.
    pub fn is_locked(&self) -> bool {
        self.numbers.is_locked()
    }
}

impl Probe {
    /// A copy to be compared with other labelled photos of people who agreed to a measurement.
    ///
    /// # Errors
    /// [`EnrolError::NoRight`] in any other scope.
    pub fn for_measurement(&self, scope: &Scope) -> Result<Still, EnrolError> {
        if scope.why() != Why::Measurement {
            return Err(EnrolError::NoRight);
        }
        let mut numbers = Numbers::zeros(self.numbers.slice().len());
        numbers.slice_mut().copy_from_slice(self.numbers.slice());
        Ok(Still { probe: Self { numbers, made_by: self.made_by }, weight: 1.0 })
    }
}

fn mean(stills: &[Still], without: Option<usize>, measure: Measure, count: usize) -> Numbers {
    let mut sum = Numbers::zeros(count);
    let mut weights = 0.0;
    for (at, still) in stills.iter().enumerate() {
        if Some(at) != without {
            let weight = still.weight.max(f32::MIN_POSITIVE);
            weights += weight;
            let values = still.probe.numbers.slice();
            sum.slice_mut().iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    sum.slice_mut().iter_mut().for_each(|value| *value /= weights);
    if measure == Measure::Cosine {
        make_unit(sum.slice_mut());
    }
    sum
}

/// Scales to length 1, so that the cosine is a product.
pub(super) fn make_unit(values: &mut [f32]) {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    values.iter_mut().for_each(|value| *value /= length);
}

/// The score's distance between two sets of numbers of one model; those for the cosine have length 1,
/// for which one minus the cosine is half the square of the distance.
pub(super) fn distance(measure: Measure, one: &[f32], other: &[f32]) -> f32 {
    let square = squared_distance(one, other);
    match measure {
        Measure::Euclidean => square.sqrt(),
        Measure::Cosine => square / 2.0,
    }
}

/// Sixteen sums side by side: the compiler makes vectors of them. The order is fixed, so that the same
/// numbers give the same score everywhere.
fn squared_distance(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0f32; LANES];
    let (first, second) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f32 = first.remainder().iter().zip(second.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
    for (a, b) in first.zip(second) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    sums.iter().sum::<f32>() + rest
}
