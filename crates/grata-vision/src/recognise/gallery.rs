//! Enrolled people side by side, and what is near to them: every one of them is looked at, none is
//! guessed (an index would miss one in ten, and make a decision that nobody can repeat).

use grata_core::matching::{Candidate, OperatingPoint, Score, Suggestion, assign};

use super::numbers::Numbers;
use super::template::{EnrolError, MadeBy, Probe, Template, distance};

/// The templates that one comparison may see: those of an album's roster, or the person's own.
pub struct Gallery {
    /// One behind the other: memory is what a comparison costs.
    numbers: Numbers,
    width: usize,
    members: usize,
    made_by: MadeBy,
}

impl Gallery {
    /// Members are numbered as `templates` are. The templates are wiped.
    ///
    /// # Errors
    /// [`EnrolError::NoStill`] for an empty roster: then nothing is to be opened at all (BYS-5);
    /// [`EnrolError::OtherModel`] if they were made by different models.
    pub fn of(templates: Vec<Template>) -> Result<Self, EnrolError> {
        let first = templates.first().ok_or(EnrolError::NoStill)?;
        let (made_by, width) = (first.made_by, first.numbers.slice().len());
        let fits = |one: &Template| one.made_by == made_by && one.numbers.slice().len() == width;
        if width == 0 || !templates.iter().all(fits) {
            return Err(EnrolError::OtherModel);
        }
        let mut numbers = Numbers::zeros(width * templates.len());
        for (place, template) in numbers.slice_mut().chunks_exact_mut(width).zip(&templates) {
            place.copy_from_slice(template.numbers.slice());
        }
        Ok(Self { numbers, width, members: templates.len(), made_by })
    }

    /// How many people.
    pub fn members(&self) -> usize {
        self.members
    }

    /// Whether the system keeps them out of swap.
    pub fn is_locked(&self) -> bool {
        self.numbers.is_locked()
    }

    /// How far a face is from each member, in their order. Empty for a face that another model saw:
    /// its numbers mean something else.
    pub fn scores(&self, probe: &Probe) -> impl Iterator<Item = Score> {
        let same = probe.made_by == self.made_by && probe.numbers.slice().len() == self.width;
        let (own, measure) = (probe.numbers.slice(), self.made_by.measure);
        let all = self.numbers.slice().chunks_exact(self.width).take(if same { self.members } else { 0 });
        // What is no number is as far away as can be.
        let far = |distance: f32| if distance.is_nan() { f32::MAX } else { distance };
        all.filter_map(move |member| Score::new(far(distance(measure, own, member)).min(f32::MAX)))
    }

    /// The nearest member.
    pub fn nearest(&self, probe: &Probe) -> Option<(usize, Score)> {
        self.scores(probe).enumerate().min_by(|a, b| a.1.distance().total_cmp(&b.1.distance()))
    }

    /// Which member each face of **one photo** is held to be; one person at most once.
    pub fn compare_photo(&self, faces: &[Probe], point: &OperatingPoint) -> Vec<Suggestion> {
        assign(&self.candidates(faces, point), point)
    }

    /// All that can matter to [`assign`]: what is within the threshold, and what is close behind.
    fn candidates(&self, faces: &[Probe], point: &OperatingPoint) -> Vec<Candidate> {
        let most = point.threshold.distance() + point.lead;
        let of_face =
            |(face, probe)| {
                let scores = self.scores(probe).enumerate();
                scores
                    .filter(move |(_, score)| score.distance() <= most)
                    .map(move |(member, score)| Candidate { face, member, score })
            };
        faces.iter().enumerate().flat_map(of_face).collect()
    }
}

#[cfg(test)]
mod tests;
