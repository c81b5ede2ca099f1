use super::*;

#[test]
fn abu_2_a_picture_that_does_not_turn_its_head_is_no_person() {
    use Pose::{Left, Right, Straight};
    let asked = [Straight, Right, Left];
    for (turns, wrong) in [
        ([0.02, -0.08, 0.09], None),
        // The same still three times, as of a poster or a file.
        ([0.02, 0.02, 0.02], Some(1)),
        // Mirrored, or the wrong way round.
        ([0.02, 0.09, -0.08], Some(1)),
        ([0.02, -0.08, 0.04], Some(2)),
        ([0.15, 0.02, 0.20], Some(0)),
    ] {
        assert_eq!(not_as_asked(&asked, &turns), wrong, "{turns:?}");
    }
}

fn compare(members: usize, places: usize) -> GroupTask {
    let places = vec![Rect(0, 0, 8, 8); places];
    GroupTask::Compare { members, width: 128, places, threshold: 0.5, lead: 0.05 }
}

#[test]
fn bys_3_answers_of_a_worker_are_held_against_what_it_was_asked() {
    let compared = |found: &[(u32, u32)], embedded| GroupAnswer::Compared {
        found: found.to_vec(),
        embedded,
        is_doubtful: false,
    };
    let task = compare(3, 2);
    assert!(compared(&[(0, 2), (1, 0)], 2).answers(&task, 0));
    for (found, embedded) in [
        (&[(2, 0)][..], 1),
        (&[(0, 3)], 1),
        (&[(0, 1), (1, 1)], 2),
        (&[(0, 1), (0, 2)], 2),
        (&[(0, 1)], 0),
        (&[], 3),
    ] {
        assert!(!compared(found, embedded).answers(&task, 0), "{found:?} {embedded}");
    }
    assert!(!compared(&[], 0).answers(&task, 4), "numbers that nobody asked for");
    let enrol = GroupTask::Enrol { stills: vec![(10, Pose::Straight), (10, Pose::Left)], agreement: 0.5 };
    assert!(GroupAnswer::Enrolled { embedded: 2 }.answers(&enrol, 512));
    for (embedded, bytes) in [(1, 512), (2, 0), (2, 511), (2, 4096)] {
        assert!(!GroupAnswer::Enrolled { embedded }.answers(&enrol, bytes), "{embedded} {bytes}");
    }
    let refused = |reason: &str| GroupAnswer::NotEnrolled { reasons: vec![(1, reason.into())], embedded: 1 };
    for reason in ["no-face", DISAGREE, NOT_MOVED] {
        assert!(refused(reason).answers(&enrol, 0));
    }
    assert!(!refused("looks like Anna").answers(&enrol, 0), "reasons are a closed list");
    assert!(!refused("no-face").answers(&task, 0));
}

#[test]
fn bys_3_what_was_found_is_counted_before_each_is_held_against_each() {
    let found = (0..100_000).map(|number| (number, number)).collect();
    let answer = GroupAnswer::Compared { found, embedded: 2, is_doubtful: false };
    let begun = std::time::Instant::now();
    assert!(!answer.answers(&compare(3, 2), 0));
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn bys_5_a_photo_is_compared_with_members_or_not_at_all() {
    assert!(split(&[0; 100], 0, 4).is_err());
    assert!(split(&[0; 100], usize::MAX, 4).is_err());
    assert!(split(&[0; 31], 2, 4).is_err());
    assert_eq!(split(&[0; 40], 2, 4).unwrap().1.len(), 8);
}
