use proptest::prelude::*;

use super::*;
use crate::digest::Digest;
use crate::geometry::Size;
use crate::id::{AlbumId, PhotoId};
use crate::photo::{Found, Review};
use crate::region::{Region, Shape};

const ALICE: SubjectId = SubjectId::from_bytes([1; 16]);
const BOB: SubjectId = SubjectId::from_bytes([2; 16]);
const FACE: FaceId = FaceId::from_bytes([3; 16]);
const REVIEWER: Tagger = Tagger::Reviewer(AccountId::from_bytes([4; 16]));

fn photo(file: u8, pixels: u8, rect: PixelRect) -> Photo {
    let face = Face { id: FACE, region: Region { rect, shape: Shape::Rectangle }, found: Found::Detector };
    Photo {
        id: PhotoId::from_bytes([file; 16]),
        album: AlbumId::from_bytes([0; 16]),
        file: PhotoDigest(Digest::of(&[file])),
        pixels: Some(PhotoDigest(Digest::of(&[0, pixels]))),
        size: Size::new(1000, 800),
        faces: vec![face],
        review: Review::Clear,
    }
}

const PLACE: PixelRect = PixelRect::new(96, 96, 64, 80);

fn tag(number: u8, kind: TagKind, by: Tagger) -> TagAct {
    TagAct { id: TagId::from_bytes([number; 16]), face: FACE, kind, by, at: Timestamp::UNIX_EPOCH }
}

fn undo(number: u8, of: u8) -> TagAct {
    tag(number, TagKind::Undo(TagId::from_bytes([of; 16])), REVIEWER)
}

fn not_me(subject: SubjectId, photo: &Photo, region: PixelRect) -> NotMe {
    NotMe {
        id: NotMeId::from_bytes([7; 16]),
        subject,
        photo: photo.file,
        region,
        at: Timestamp::UNIX_EPOCH,
        taken_back: None,
    }
}

fn stands(photo: &Photo, acts: &[TagAct], marks: &[NotMe]) -> FaceStanding {
    standing(photo, &photo.faces[0], acts, marks)
}

#[test]
fn a_tag_holds_until_it_is_undone_and_undoing_can_be_undone() {
    let photo = photo(1, 1, PLACE);
    let is_alice = tag(1, TagKind::Is(ALICE), REVIEWER);
    let is_bob = tag(2, TagKind::Is(BOB), REVIEWER);
    let cases = [
        (vec![], FaceStanding::Unknown),
        (vec![is_alice.clone()], FaceStanding::Confirmed(ALICE)),
        (vec![is_alice.clone(), is_bob.clone()], FaceStanding::Confirmed(BOB)),
        (vec![is_alice.clone(), is_bob.clone(), undo(3, 2)], FaceStanding::Confirmed(ALICE)),
        (vec![is_alice.clone(), undo(3, 1)], FaceStanding::Unknown),
        (vec![is_alice.clone(), undo(3, 1), undo(4, 3)], FaceStanding::Confirmed(ALICE)),
        (vec![is_alice, tag(5, TagKind::NotAFace, REVIEWER)], FaceStanding::NotAFace),
    ];
    for (acts, expected) in cases {
        assert_eq!(stands(&photo, &acts, &[]), expected, "{acts:?}");
    }
}

#[test]
fn rts_7_not_me_wins_over_tags_before_and_after_it() {
    let photo = photo(1, 1, PLACE);
    let mark = not_me(ALICE, &photo, PLACE);
    let mut acts = vec![tag(1, TagKind::Is(ALICE), REVIEWER)];
    assert_eq!(stands(&photo, &acts, std::slice::from_ref(&mark)), FaceStanding::Unknown);
    acts.push(tag(2, TagKind::Is(ALICE), REVIEWER));
    assert_eq!(stands(&photo, &acts, std::slice::from_ref(&mark)), FaceStanding::Unknown);
    let again = check(&photo, &acts[1], &acts[..1], std::slice::from_ref(&mark));
    assert_eq!(again, Err(TagRefused::SaidNotMe));
    acts.push(tag(3, TagKind::Is(BOB), REVIEWER));
    assert_eq!(stands(&photo, &acts, &[mark]), FaceStanding::Confirmed(BOB));
}

/// RTS-7: re-ingested under other ids, with other metadata, with boxes of another model.
#[test]
fn rts_7_not_me_survives_a_new_file_new_ids_and_new_boxes() {
    let before = photo(1, 1, PLACE);
    let mark = [not_me(ALICE, &before, PLACE)];
    let acts = [tag(1, TagKind::Is(ALICE), REVIEWER)];
    let other_boxes = photo(1, 1, PixelRect::new(88, 104, 80, 88));
    assert_eq!(stands(&other_boxes, &acts, &mark), FaceStanding::Unknown);
    let mut by_pixels = mark[0].clone();
    by_pixels.photo = before.pixels.unwrap();
    let stripped = photo(2, 1, PLACE);
    assert_eq!(stands(&stripped, &acts, &[by_pixels]), FaceStanding::Unknown);
    let elsewhere = photo(1, 1, PixelRect::new(400, 400, 64, 80));
    assert_eq!(stands(&elsewhere, &acts, &mark), FaceStanding::Confirmed(ALICE));
}

#[test]
fn rts_7_only_the_person_takes_not_me_back() {
    let photo = photo(1, 1, PLACE);
    let mut mark = not_me(ALICE, &photo, PLACE);
    mark.taken_back = Some(Timestamp::UNIX_EPOCH);
    let acts = [tag(1, TagKind::Is(ALICE), REVIEWER)];
    assert_eq!(stands(&photo, &acts, &[mark]), FaceStanding::Confirmed(ALICE));
}

#[test]
fn people_tag_and_undo_only_themselves() {
    let photo = photo(1, 1, PLACE);
    let alice = Tagger::Subject(ALICE);
    let before = [tag(1, TagKind::Is(BOB), REVIEWER), tag(2, TagKind::Is(ALICE), REVIEWER)];
    let undo_by = |of: u8| tag(9, TagKind::Undo(TagId::from_bytes([of; 16])), alice);
    let cases = [
        (tag(9, TagKind::Is(ALICE), alice), Ok(())),
        (tag(9, TagKind::Is(BOB), alice), Err(TagRefused::NotYourself)),
        (tag(9, TagKind::NotAFace, alice), Err(TagRefused::NotYourself)),
        (undo_by(2), Ok(())),
        (undo_by(1), Err(TagRefused::NotYours)),
        (undo_by(8), Err(TagRefused::NothingToUndo)),
    ];
    for (act, expected) in cases {
        assert_eq!(check(&photo, &act, &before, &[]), expected, "{act:?}");
    }
}

proptest! {
    #[test]
    fn rts_7_no_sequence_of_tags_brings_somebody_back_who_said_not_me(
        steps in prop::collection::vec((0u8..4, 0u8..12), 0..12),
    ) {
        let photo = photo(1, 1, PLACE);
        let acts: Vec<TagAct> = (0u8..).zip(steps).map(|(number, (kind, of))| match kind {
            0 => tag(number, TagKind::Is(ALICE), REVIEWER),
            1 => tag(number, TagKind::Is(BOB), REVIEWER),
            2 => tag(number, TagKind::NotAFace, REVIEWER),
            _ => undo(number, of),
        }).collect();
        let mark = not_me(ALICE, &photo, PLACE);
        prop_assert_ne!(stands(&photo, &acts, &[mark]), FaceStanding::Confirmed(ALICE));
    }
}

/// QUA-6, RTS-12: what is compared and asked about is one question, answered in one place.
#[test]
fn qua_6_rts_12_a_face_is_open_while_nobody_said_what_it_is_and_nobody_objects() {
    use crate::id::ObjectionId;
    use crate::objection::{ObjectionTarget, Outcome};
    let own = photo(1, 1, PLACE);
    let elsewhere = PixelRect::new(400, 400, 64, 80);
    let open = |acts: &[TagAct], marks: &[NotMe], objections: &[Objection]| {
        is_open(&own, &own.faces[0], acts, marks, objections)
    };
    assert!(open(&[], &[], &[]));
    let is_alice = tag(1, TagKind::Is(ALICE), REVIEWER);
    assert!(!open(std::slice::from_ref(&is_alice), &[], &[]));
    assert!(!open(&[tag(1, TagKind::NotAFace, REVIEWER)], &[], &[]));
    assert!(open(&[is_alice.clone(), undo(2, 1)], &[], &[]));
    assert!(open(&[is_alice], &[not_me(ALICE, &own, PLACE)], &[]), "nobody is held to be there");
    let objection = |target, outcome| Objection {
        id: ObjectionId::from_bytes([8; 16]),
        target,
        raised: Timestamp::UNIX_EPOCH,
        outcome,
    };
    let place = |rect| ObjectionTarget::Region(own.file, rect);
    for (target, outcome, expected) in [
        (ObjectionTarget::Photo(own.file), Outcome::Open, false),
        (ObjectionTarget::Photo(own.file), Outcome::Rejected(Timestamp::UNIX_EPOCH), true),
        (ObjectionTarget::Photo(photo(2, 2, PLACE).file), Outcome::Open, true),
        (place(PLACE), Outcome::Upheld(Timestamp::UNIX_EPOCH), false),
        (place(PLACE), Outcome::TakenBack(Timestamp::UNIX_EPOCH), true),
        (place(elsewhere), Outcome::Open, true),
    ] {
        assert_eq!(open(&[], &[], &[objection(target, outcome)]), expected, "{target:?} {outcome:?}");
    }
}
