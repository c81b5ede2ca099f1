//! Searches as a closed group makes them, and the rates that follow.

use std::collections::{BTreeMap, BTreeSet};

use grata_core::matching::rates::PersonTrials;
use grata_core::matching::{Candidate, OperatingPoint, Score, assign};
use grata_core::scope::Scope;
use grata_vision::recognise::{Gallery, Template};

use super::compare::{Held, by_person, enrol};
use super::histogram::{Histogram, bin_of, det};
use super::order::ReportOrder;
use super::table::DetRow;

/// Searches as a closed group makes them: photo by photo, in a roster, one person once.
pub struct Searches {
    /// People who were enrolled.
    pub enrolled: u64,
    /// Scores of photos beside what somebody else enrolled with.
    others: Histogram,
    /// By person: scores of their photos beside what they enrolled with.
    own: BTreeMap<u32, Vec<f32>>,
    /// By person: searches among others that suggested anybody.
    pub false_positives: BTreeMap<u32, PersonTrials>,
    /// By person: searches that did not suggest them.
    pub false_negatives: BTreeMap<u32, PersonTrials>,
}

impl Searches {
    /// Whoever has a photo to spare is enrolled, from their best photos; the rest of the photos are
    /// searched. For an enrolled person who is in a photo it should say so; and the same photo once
    /// more in a roster without anybody who is in it, where whatever it says is wrong.
    pub fn of(held: &[Held], order: &ReportOrder, scope: &Scope) -> Self {
        let mut searches = Self {
            enrolled: 0,
            others: Histogram::new(),
            own: BTreeMap::new(),
            false_positives: BTreeMap::new(),
            false_negatives: BTreeMap::new(),
        };
        let Some(threshold) = Score::new(order.threshold) else { return searches };
        let point = OperatingPoint { threshold, lead: order.lead };
        let (members, templates, used) = roster(held, order, scope);
        searches.enrolled = members.len() as u64;
        let Ok(gallery) = Gallery::of(templates) else { return searches };
        let photos: BTreeSet<u32> = held.iter().map(|one| one.photo).collect();
        for photo in photos {
            let faces: Vec<&Held> = held
                .iter()
                .enumerate()
                .filter(|(at, one)| one.photo == photo && !used.contains(at))
                .map(|(_, one)| one)
                .collect();
            searches.photo(&faces, &members, &gallery, &point);
        }
        searches
    }

    fn photo(&mut self, faces: &[&Held], members: &[u32], gallery: &Gallery, point: &OperatingPoint) {
        let present: BTreeSet<u32> = faces.iter().map(|one| one.person).collect();
        let candidates: Vec<Candidate> = faces
            .iter()
            .enumerate()
            .flat_map(|(face, one)| {
                let scores = gallery.scores(&one.probe).enumerate();
                scores.map(move |(member, score)| Candidate { face, member, score })
            })
            .collect();
        for candidate in &candidates {
            let (person, distance) = (faces[candidate.face].person, candidate.score.distance());
            if members[candidate.member] == person {
                self.own.entry(person).or_default().push(distance);
            } else {
                self.others.add(distance);
            }
        }
        let suggested = assign(&candidates, point);
        for (face, one) in faces.iter().enumerate().filter(|(_, one)| members.contains(&one.person)) {
            let right = suggested.iter().any(|own| own.face == face && members[own.member] == one.person);
            let own = self.false_negatives.entry(one.person).or_default();
            own.trials += 1;
            own.errors += u64::from(!right);
        }
        let strangers: Vec<Candidate> =
            candidates.into_iter().filter(|own| !present.contains(&members[own.member])).collect();
        if strangers.is_empty() {
            return;
        }
        let suggested = assign(&strangers, point);
        for (face, one) in faces.iter().enumerate() {
            let own = self.false_positives.entry(one.person).or_default();
            own.trials += 1;
            own.errors += u64::from(suggested.iter().any(|own| own.face == face));
        }
    }
}

impl Searches {
    /// One photo beside what was enrolled: several photos, for whoever had them.
    pub fn det(&self) -> Vec<DetRow> {
        let mut mated = Histogram::new();
        self.own.values().flatten().for_each(|distance| mated.add(*distance));
        let missed = |bins: usize| {
            let own = self.own.iter().map(|(person, distances)| {
                let errors = distances.iter().filter(|own| bin_of(**own) >= bins).count() as u64;
                (*person, PersonTrials { errors, trials: distances.len() as u64 })
            });
            Some(by_person(&own.collect()).high)
        };
        det(&self.others, &mated, missed)
    }
}

/// Members, their templates, and which faces were used up for them.
fn roster(held: &[Held], order: &ReportOrder, scope: &Scope) -> (Vec<u32>, Vec<Template>, BTreeSet<usize>) {
    let mut by_person: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, one) in held.iter().enumerate() {
        by_person.entry(one.person).or_default().push(at);
    }
    let (mut members, mut templates, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (person, mut own) in by_person {
        // The best first; what would not do to enrol with is used only where there is nothing else.
        own.sort_by(|a, b| {
            let key = |at: &usize| (held[*at].enrols, held[*at].weight);
            key(b).partial_cmp(&key(a)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
        });
        let good = own.iter().filter(|at| held[**at].enrols).count().max(1);
        let stills = (order.stills.max(1) as usize).min(own.len() - 1).min(good);
        let chosen = &own[..stills];
        if let Some(template) = enrol(chosen.iter().map(|at| &held[*at]), scope) {
            members.push(person);
            templates.push(template);
            used.extend(chosen.iter().copied());
        }
    }
    (members, templates, used)
}
