use super::*;
use crate::consent::{ActKind, Reason};
use crate::geometry::PixelRect;
use crate::objection::{ObjectionTarget, Outcome};
use crate::photo::{Face, Found, Review};
use crate::region::Shape;
use crate::release::tests::{ALICE, BOB, World, face, now, place, website};
use crate::subject::Restriction;
use crate::tag::{NotMe, TagKind};
use crate::time::{Timestamp, start_of};

fn world() -> (World, Rendition) {
    let mut world = World::with_faces(3);
    world.tag(0, TagKind::Is(ALICE));
    world.tag(1, TagKind::Is(BOB));
    world.says_yes(ALICE, &website());
    world.says_yes(BOB, &website());
    let rendition = world.release(&website(), 1);
    (world, rendition)
}

fn causes(world: &World, rendition: &Rendition, at: Timestamp) -> Vec<RecallCause> {
    recall(rendition, &world.photo, &world.evidence(), at).map(|recall| recall.causes).unwrap_or_default()
}

type Change = fn(&mut World);

#[test]
fn pub_7_rts_10_rts_12_what_takes_a_released_photo_back() {
    let cases: [(&str, Change, Vec<RecallCause>); 10] = [
        ("nothing", |_| {}, vec![]),
        (
            "a withdrawal",
            |world| world.says(ALICE, &website(), ActKind::Withdraw),
            vec![RecallCause::Shows(face(0), HideReason::NoConsent(Reason::Withdrawn))],
        ),
        (
            "a restriction",
            |world| world.subjects.get_mut(&BOB).unwrap().restriction = Restriction::Since(now()),
            vec![RecallCause::Shows(face(1), HideReason::NoConsent(Reason::Restricted))],
        ),
        (
            "an erasure",
            |world| world.subjects.get_mut(&BOB).unwrap().erased = true,
            vec![RecallCause::Shows(face(1), HideReason::NoConsent(Reason::Erased))],
        ),
        (
            "an objection by a person",
            |world| world.object(ObjectionTarget::Subject(ALICE)),
            vec![RecallCause::Shows(face(0), HideReason::Objection)],
        ),
        (
            "an objection to the photo",
            |world| world.object(ObjectionTarget::Photo(world.photo.file)),
            vec![RecallCause::Withheld(Withheld::Objection)],
        ),
        (
            "an objection to a place",
            |world| world.object(ObjectionTarget::Region(world.photo.file, PixelRect::new(800, 400, 64, 64))),
            vec![RecallCause::Uncovered(Region {
                rect: PixelRect::new(800, 400, 64, 64),
                shape: Shape::Rectangle,
            })],
        ),
        (
            "not me",
            |world| {
                let id = crate::id::NotMeId::from_bytes([1; 16]);
                let mark = NotMe {
                    id,
                    subject: ALICE,
                    photo: world.photo.file,
                    region: place(0),
                    at: now(),
                    taken_back: None,
                };
                world.not_me.push(mark);
            },
            vec![RecallCause::Shows(face(0), HideReason::Unknown)],
        ),
        (
            "a face that the detector had missed",
            |world| {
                let region = Region { rect: place(7), shape: Shape::Rounded };
                world.photo.faces.push(Face { id: face(7), region, found: Found::Reviewer });
            },
            vec![RecallCause::Uncovered(Region { rect: place(7), shape: Shape::Rounded })],
        ),
        (
            "doubt",
            |world| world.photo.review = Review::Doubtful,
            vec![RecallCause::Withheld(Withheld::WaitsForReview)],
        ),
    ];
    for (words, change, expected) in cases {
        let (mut world, rendition) = world();
        change(&mut world);
        assert_eq!(causes(&world, &rendition, now()), expected, "{words}");
    }
}

#[test]
fn con_7_a_photo_is_recalled_when_the_consent_it_rests_on_expires() {
    let (world, rendition) = world();
    let last = start_of(jiff::civil::date(2027, 6, 30));
    assert_eq!(causes(&world, &rendition, last), []);
    let over = start_of(jiff::civil::date(2027, 7, 1));
    assert_eq!(causes(&world, &rendition, over).len(), 2);
}

#[test]
fn a_face_that_is_somebody_else_now_rests_on_nothing_it_was_released_with() {
    let (mut world, rendition) = world();
    world.tag(0, TagKind::Is(BOB));
    assert_eq!(causes(&world, &rendition, now()), [RecallCause::Shows(face(0), HideReason::Unknown)]);
}

#[test]
fn what_may_be_shown_now_and_was_hidden_then_needs_no_recall() {
    let (mut world, rendition) = world();
    world.tag(2, TagKind::Is(ALICE));
    assert_eq!(causes(&world, &rendition, now()), []);
    world.object(ObjectionTarget::Photo(world.photo.file));
    world.objections[0].outcome = Outcome::TakenBack(now());
    assert_eq!(causes(&world, &rendition, now()), []);
}
