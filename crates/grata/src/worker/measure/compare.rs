//! All comparisons of a measurement, and the rates that follow.

use std::collections::{BTreeMap, BTreeSet};

use grata_core::matching::rates::{Bootstrap, Interval, PersonTrials, bootstrap, ruled_out, wilson};
use grata_core::scope::Scope;
use grata_vision::recognise::{Gallery, Probe, Right, Still, Template};

use super::histogram::{Histogram, MOST, det};
use super::order::ReportOrder;
use super::search::Searches;
use super::table::{Bounded, Curve, GroupRates, Rates, Report};

/// Distance from one point of a curve to the next.
const STEP: f32 = 0.005;

/// A curve ends where so many different people match that it can be no threshold.
const HOPELESS: f64 = 0.5;

/// Up to this share of pairs people are drawn as well: beyond it nobody sets a threshold, and drawing takes long.
const DRAWN: f64 = 0.02;

/// The numbers of one labelled face.
pub struct Held {
    /// Number of the person.
    pub person: u32,
    /// Number of the photo.
    pub photo: u32,
    /// The numbers.
    pub probe: Probe,
    /// How well the face is seen.
    pub weight: f32,
    /// Whether it would do to enrol with.
    pub enrols: bool,
}

/// Works everything out.
pub fn report(held: &[Held], order: &ReportOrder) -> Report {
    let scope = Scope::measurement();
    let all = Comparisons::of(held, order, &scope);
    let searches = Searches::of(held, order, &scope);
    let rates = Rates {
        fmr: all.fmr(None),
        fnmr: all.fnmr(None),
        fpir: by_person(&searches.false_positives),
        fnir: by_person(&searches.false_negatives),
    };
    let groups: BTreeSet<u32> = all.people.iter().filter_map(|person| all.group(*person)).collect();
    let mut curves = vec![all.curve(None)];
    curves.extend(groups.iter().map(|group| all.curve(Some(*group))));
    let group_rates = groups.iter().map(|&group| GroupRates {
        group,
        people: all.members(Some(group)).count() as u64,
        fmr: all.fmr(Some(group)),
        fnmr: all.fnmr(Some(group)),
    });
    Report {
        people: all.people.len() as u64,
        faces: held.len() as u64,
        pairs: all.pairs(None).count() as u64,
        enrolled: searches.enrolled,
        stills: order.stills,
        threshold: order.threshold,
        rates,
        det: det(&all.others, &all.mated, |_| None),
        det_enrolled: searches.det(),
        groups: group_rates.collect(),
        curves,
    }
}

/// What is known of one pair of people.
#[derive(Debug, Clone, Copy)]
struct Pair {
    comparisons: u64,
    errors: u64,
    nearest: f32,
}

/// Every face beside every other.
struct Comparisons<'a> {
    order: &'a ReportOrder,
    people: Vec<u32>,
    faces: BTreeMap<u32, u64>,
    mated: Histogram,
    others: Histogram,
    /// By person: comparisons with their own other faces.
    own: BTreeMap<u32, PersonTrials>,
    /// By pair of people, the smaller number first.
    pairs: BTreeMap<(u32, u32), Pair>,
}

impl<'a> Comparisons<'a> {
    fn of(held: &[Held], order: &'a ReportOrder, scope: &Scope) -> Self {
        let mut all = Self {
            order,
            people: Vec::new(),
            faces: BTreeMap::new(),
            mated: Histogram::new(),
            others: Histogram::new(),
            own: BTreeMap::new(),
            pairs: BTreeMap::new(),
        };
        for one in held {
            *all.faces.entry(one.person).or_default() += 1;
        }
        all.people = all.faces.keys().copied().collect();
        let singles = held.iter().filter_map(|one| enrol(std::iter::once(one), scope)).collect();
        let Ok(gallery) = Gallery::of(singles) else { return all };
        for (at, one) in held.iter().enumerate() {
            for (other, score) in held.iter().zip(gallery.scores(&one.probe)).take(at) {
                all.count(one.person, other.person, score.distance());
            }
        }
        all
    }

    fn count(&mut self, one: u32, other: u32, distance: f32) {
        let matches = distance <= self.order.threshold;
        if one == other {
            self.mated.add(distance);
            let own = self.own.entry(one).or_default();
            own.trials += 1;
            own.errors += u64::from(!matches);
            return;
        }
        self.others.add(distance);
        let key = (one.min(other), one.max(other));
        let pair = self.pairs.entry(key).or_insert(Pair { comparisons: 0, errors: 0, nearest: f32::MAX });
        pair.comparisons += 1;
        pair.errors += u64::from(matches);
        pair.nearest = pair.nearest.min(distance);
    }

    fn group(&self, person: u32) -> Option<u32> {
        self.order.groups.get(person as usize).copied().flatten()
    }

    fn is_in(&self, person: u32, group: Option<u32>) -> bool {
        group.is_none() || self.group(person) == group
    }

    fn members(&self, group: Option<u32>) -> impl Iterator<Item = u32> {
        self.people.iter().copied().filter(move |person| self.is_in(*person, group))
    }

    fn pairs(&self, group: Option<u32>) -> impl Iterator<Item = (&(u32, u32), &Pair)> {
        self.pairs.iter().filter(move |((a, b), _)| self.is_in(*a, group) && self.is_in(*b, group))
    }

    /// The wider of two intervals: by pairs of people, each counted once, and by drawing people.
    fn fmr(&self, group: Option<u32>) -> Bounded {
        let sum = |of: fn(&Pair) -> u64| self.pairs(group).map(|(_, pair)| of(pair)).sum::<u64>();
        let (errors, trials) = (sum(|pair| pair.errors), sum(|pair| pair.comparisons));
        let pairs = self.pairs(group).count() as f64;
        let by_pairs = zero_or(errors, trials, pairs);
        let members: Vec<u32> = self.members(group).collect();
        let place: BTreeMap<u32, usize> = members.iter().enumerate().map(|(at, own)| (*own, at)).collect();
        let faces: Vec<f64> = members.iter().map(|person| self.faces[person] as f64).collect();
        let wrong: Vec<(usize, usize, f64)> = self
            .pairs(group)
            .filter(|(_, pair)| pair.errors > 0)
            .map(|((a, b), pair)| (place[a], place[b], pair.errors as f64))
            .collect();
        let drawn = Bootstrap::default().interval(members.len(), |times| {
            let weighted = |at: usize| f64::from(times[at]) * faces[at];
            let whole: f64 = (0..faces.len()).map(weighted).sum();
            let same: f64 = (0..faces.len()).map(|at| weighted(at).powi(2)).sum();
            let trials = (whole * whole - same) / 2.0;
            let errors: f64 =
                wrong.iter().map(|(a, b, errors)| f64::from(times[*a]) * f64::from(times[*b]) * errors).sum();
            (trials > 0.0).then(|| (errors / trials).min(1.0))
        });
        bounded(errors, trials, by_pairs, drawn)
    }

    /// The wider of two intervals: one trial a photo beyond a person's first, and by drawing people.
    fn fnmr(&self, group: Option<u32>) -> Bounded {
        let own: Vec<(u32, PersonTrials)> = self
            .own
            .iter()
            .filter(|(person, _)| self.is_in(**person, group))
            .map(|(person, own)| (*person, *own))
            .collect();
        let errors = own.iter().map(|(_, own)| own.errors).sum();
        let trials = own.iter().map(|(_, own)| own.trials).sum();
        let further: u64 = own.iter().map(|(person, _)| self.faces[person] - 1).sum();
        let people: Vec<PersonTrials> = own.into_iter().map(|(_, own)| own).collect();
        bounded(errors, trials, zero_or(errors, trials, further as f64), bootstrap(&people))
    }

    /// A pair of people counts as wrong as soon as any two of their faces match: strict, and what makes
    /// each pair one trial. The upper end is that of the wider of two intervals, as for the rate itself: somebody who
    /// looks like many makes many pairs wrong at once.
    fn curve(&self, group: Option<u32>) -> Curve {
        let members: Vec<u32> = self.members(group).collect();
        let place: BTreeMap<u32, usize> = members.iter().enumerate().map(|(at, own)| (*own, at)).collect();
        let mut nearest: Vec<(f32, usize, usize)> =
            self.pairs(group).map(|((a, b), pair)| (pair.nearest, place[a], place[b])).collect();
        nearest.sort_by(|one, other| one.0.total_cmp(&other.0));
        let pairs = nearest.len() as u64;
        let mut points: Vec<(f32, f64)> = Vec::new();
        let mut drawn = (0, 0.0);
        for step in 1..=(MOST / STEP) as u32 {
            let threshold = step as f32 * STEP;
            let (wrong, _) =
                nearest.split_at(nearest.partition_point(|(distance, ..)| *distance <= threshold));
            let by_pairs = zero_or(wrong.len() as u64, pairs, pairs as f64).high;
            if by_pairs <= DRAWN && wrong.len() > drawn.0 {
                let interval = share_of_pairs(members.len(), wrong);
                // What was so at a stricter threshold is so at this one.
                drawn = (wrong.len(), interval.map_or(1.0, |interval| interval.high).max(drawn.1));
            }
            let upper = by_pairs.max(drawn.1);
            if upper > HOPELESS {
                break;
            }
            points.push((threshold, upper));
        }
        Curve { group, pairs, points }
    }
}

/// The interval for the share of pairs of people that are wrong, by drawing people.
fn share_of_pairs(people: usize, wrong: &[(f32, usize, usize)]) -> Option<Interval> {
    Bootstrap::default().interval(people, |times| {
        let whole: f64 = times.iter().map(|&times| f64::from(times)).sum();
        let same: f64 = times.iter().map(|&times| f64::from(times).powi(2)).sum();
        let pairs = (whole * whole - same) / 2.0;
        let wrong: f64 = wrong.iter().map(|(_, a, b)| f64::from(times[*a]) * f64::from(times[*b])).sum();
        (pairs > 0.0).then(|| (wrong / pairs).min(1.0))
    })
}

/// The interval for a share of errors that stands on so many independent trials.
fn zero_or(errors: u64, trials: u64, independent: f64) -> Interval {
    if errors == 0 {
        return Interval { low: 0.0, high: ruled_out(independent) };
    }
    wilson(errors as f64 / trials.max(1) as f64 * independent, independent)
}

fn bounded(errors: u64, trials: u64, by_trials: Interval, drawn: Option<Interval>) -> Bounded {
    let interval = drawn.map_or(by_trials, |drawn| by_trials.wider_of(drawn));
    let rate = (trials > 0).then(|| errors as f64 / trials as f64);
    Bounded { errors, trials, rate, low: interval.low, high: interval.high }
}

/// Searches of which each person has some: people are what is independent.
pub fn by_person(people: &BTreeMap<u32, PersonTrials>) -> Bounded {
    let own: Vec<PersonTrials> = people.values().copied().filter(|own| own.trials > 0).collect();
    let errors = own.iter().map(|own| own.errors).sum();
    let trials = own.iter().map(|own| own.trials).sum();
    bounded(errors, trials, zero_or(errors, trials, own.len() as f64), bootstrap(&own))
}

/// What a person enrols with.
pub fn enrol<'a>(stills: impl Iterator<Item = &'a Held>, scope: &Scope) -> Option<Template> {
    let still = |one: &Held| {
        let copy = one.probe.for_measurement(scope).ok()?;
        Some(Still { weight: one.weight, ..copy })
    };
    let stills: Option<Vec<Still>> = stills.map(still).collect();
    Template::enrol(stills?, &Right::Scope(scope), None).ok()
}
