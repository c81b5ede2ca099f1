//! One person at most once in a photo, one face at most one person.

use super::{OperatingPoint, Score};

/// A face of one photo beside an enrolled member.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Number of the face in its photo.
    pub face: usize,
    /// Number of the member in the roster.
    pub member: usize,
    /// How far apart they are.
    pub score: Score,
}

/// A suggestion for the member to confirm; never a decision (RTS-13). It carries no score: what is
/// close to the threshold is dropped, not shown as "maybe" (QUA-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// Number of the face in its photo.
    pub face: usize,
    /// Number of the member in the roster.
    pub member: usize,
}

/// Which member each face of **one photo** is held to be.
///
/// Nearest pairs first: a face goes to its member, and neither is free for another. What comes of it
/// is stable: no face and member lie nearer to each other than to what they were given. A member who
/// would be in the photo twice is there once, which takes away a false match wherever the right face
/// is in the same photo. A face with two members nearly alike goes to nobody.
///
/// The result does not depend on the order of `candidates`; ties are broken by number.
pub fn assign(candidates: &[Candidate], point: &OperatingPoint) -> Vec<Suggestion> {
    let mut near: Vec<&Candidate> =
        candidates.iter().filter(|candidate| point.admits(candidate.score)).collect();
    near.sort_by(|a, b| {
        a.score.distance().total_cmp(&b.score.distance()).then((a.face, a.member).cmp(&(b.face, b.member)))
    });
    let mut given: Vec<Suggestion> = Vec::new();
    for candidate in &near {
        let Candidate { face, member, .. } = **candidate;
        if given.iter().all(|other| other.face != face && other.member != member) {
            given.push(Suggestion { face, member });
        }
    }
    let mut sure: Vec<Suggestion> =
        given.iter().filter(|one| !is_doubtful(one, &given, candidates, point)).copied().collect();
    sure.sort_unstable();
    sure
}

/// Whether another member is nearly as close to the face. All members count but those who have a face
/// that is nearer to them: whoever is beyond the threshold by a hair says as much about a doubt as
/// whoever is within it.
fn is_doubtful(
    one: &Suggestion,
    given: &[Suggestion],
    candidates: &[Candidate],
    point: &OperatingPoint,
) -> bool {
    let of_face = || candidates.iter().filter(|candidate| candidate.face == one.face);
    let own = of_face().find(|candidate| candidate.member == one.member);
    let Some(own) = own.map(|candidate| candidate.score.distance()) else { return true };
    let is_elsewhere = |member: usize| given.iter().any(|other| other.member == member);
    of_face()
        .filter(|candidate| candidate.member != one.member && !is_elsewhere(candidate.member))
        .any(|other| other.score.distance() - own < point.lead)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(threshold: f32, lead: f32) -> OperatingPoint {
        OperatingPoint { threshold: Score::new(threshold).unwrap(), lead }
    }

    fn candidate(face: usize, member: usize, distance: f32) -> Candidate {
        Candidate { face, member, score: Score::new(distance).unwrap() }
    }

    fn given(list: &[(usize, usize)]) -> Vec<Suggestion> {
        list.iter().map(|&(face, member)| Suggestion { face, member }).collect()
    }

    #[test]
    fn qua_1_one_person_is_once_in_a_photo_and_one_face_is_one_person() {
        struct Case {
            what: &'static str,
            scores: Vec<Candidate>,
            lead: f32,
            expected: Vec<(usize, usize)>,
        }
        let cases = [
            Case { what: "nobody enrolled", scores: vec![], lead: 0.0, expected: vec![] },
            Case {
                what: "beyond the threshold",
                scores: vec![candidate(0, 0, 0.51)],
                lead: 0.0,
                expected: vec![],
            },
            Case {
                what: "just within",
                scores: vec![candidate(0, 0, 0.5)],
                lead: 0.0,
                expected: vec![(0, 0)],
            },
            Case {
                what: "the nearer of two faces is the member",
                scores: vec![candidate(0, 0, 0.45), candidate(1, 0, 0.3)],
                lead: 0.0,
                expected: vec![(1, 0)],
            },
            Case {
                what: "the nearer of two members has the face",
                scores: vec![candidate(0, 0, 0.45), candidate(0, 1, 0.3)],
                lead: 0.0,
                expected: vec![(0, 1)],
            },
            Case {
                what: "siblings: nobody, where it cannot be told",
                scores: vec![candidate(0, 0, 0.33), candidate(0, 1, 0.30)],
                lead: 0.05,
                expected: vec![],
            },
            Case {
                what: "a sibling beyond the threshold by a hair is a doubt as well",
                scores: vec![candidate(0, 0, 0.51), candidate(0, 1, 0.49)],
                lead: 0.05,
                expected: vec![],
            },
            Case {
                what: "who is taken leaves the place to the next",
                scores: vec![candidate(0, 0, 0.2), candidate(1, 0, 0.3), candidate(1, 1, 0.4)],
                lead: 0.0,
                expected: vec![(0, 0), (1, 1)],
            },
        ];
        for case in cases {
            let found = assign(&case.scores, &point(0.5, case.lead));
            assert_eq!(found, given(&case.expected), "{}", case.what);
        }
    }

    #[test]
    fn a_score_is_a_distance() {
        assert!(Score::new(-0.1).is_none() && Score::new(f32::NAN).is_none());
        assert!(Score::new(f32::INFINITY).is_none() && Score::new(0.0).is_some());
    }

    proptest! {
        /// Whatever the scores: nobody twice, nothing beyond the threshold, no order that counts.
        #[test]
        fn nobody_is_given_twice_and_the_order_does_not_count(
            distances in prop::collection::vec((0..5_usize, 0..5_usize, 0..100_u32), 0..25),
            lead in 0..20_u32,
        ) {
            let scores: Vec<_> = distances
                .iter()
                .enumerate()
                .filter(|(at, (face, member, _))| {
                    !distances[..*at].iter().any(|(f, m, _)| (f, m) == (face, member))
                })
                .map(|(_, &(face, member, d))| candidate(face, member, d as f32 / 100.0))
                .collect();
            let point = point(0.5, lead as f32 / 100.0);
            let found = assign(&scores, &point);
            for (at, one) in found.iter().enumerate() {
                prop_assert!(found[..at].iter().all(|other| other.face != one.face && other.member != one.member));
                let own = scores.iter().find(|c| (c.face, c.member) == (one.face, one.member)).unwrap();
                prop_assert!(point.admits(own.score));
            }
            let mut turned = scores.clone();
            turned.reverse();
            prop_assert_eq!(assign(&turned, &point), found);
        }
    }
}
