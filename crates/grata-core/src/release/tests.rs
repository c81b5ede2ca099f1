use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::consent::{ActKind, ConsentAct, Means, Speaker};
use crate::digest::Digest;
use crate::geometry::Size;
use crate::id::{AccountId, ActId, AlbumId, ObjectionId, TagId};
use crate::notice::{NoticeShown, NoticeVersion};
use crate::objection::{ObjectionTarget, Outcome};
use crate::photo::{Found, PhotoDigest};
use crate::purpose::Purpose as _;
use crate::subject::{Age, Restriction, Revision};
use crate::tag::{TagKind, Tagger};
use crate::time::start_of;

pub const ALBUM: AlbumId = AlbumId::from_bytes([1; 16]);
pub const ALICE: SubjectId = SubjectId::from_bytes([0xa; 16]);
pub const BOB: SubjectId = SubjectId::from_bytes([0xb; 16]);

pub fn now() -> Timestamp {
    start_of(date(2026, 10, 1))
}

pub fn website() -> Publish {
    Publish { album: ALBUM, channel: "website".parse().unwrap() }
}

/// A small world: one photo with faces in a row, people, and what was said.
#[derive(Clone)]
pub struct World {
    pub photo: Photo,
    pub tags: Vec<TagAct>,
    pub not_me: Vec<NotMe>,
    pub subjects: BTreeMap<SubjectId, Subject>,
    pub objections: Vec<Objection>,
    pub hidden_before: Vec<HiddenRegion>,
    pub rules: AgeRules,
}

pub fn face(number: u8) -> FaceId {
    FaceId::from_bytes([number; 16])
}

pub fn place(number: u8) -> PixelRect {
    PixelRect::new(u32::from(number) * 96, 96, 64, 80)
}

impl World {
    pub fn with_faces(count: u8) -> Self {
        let region = |number| Region { rect: place(number), shape: Shape::Rounded };
        let faces = (0..count)
            .map(|number| Face { id: face(number), region: region(number), found: Found::Detector })
            .collect();
        let photo = Photo {
            id: PhotoId::from_bytes([5; 16]),
            album: ALBUM,
            file: PhotoDigest(Digest::of(b"file")),
            pixels: None,
            size: Size::new(2000, 800),
            faces,
            review: Review::Clear,
        };
        Self {
            photo,
            tags: Vec::new(),
            not_me: Vec::new(),
            subjects: BTreeMap::new(),
            objections: Vec::new(),
            hidden_before: Vec::new(),
            rules: AgeRules::default(),
        }
    }

    pub fn tag(&mut self, number: u8, kind: TagKind) {
        let id = TagId::from_bytes([self.tags.len() as u8; 16]);
        let by = Tagger::Reviewer(AccountId::from_bytes([6; 16]));
        self.tags.push(TagAct { id, face: face(number), kind, by, at: now() });
    }

    pub fn says(&mut self, subject: SubjectId, publish: &Publish, kind: ActKind) {
        let entry = self.subjects.entry(subject).or_insert_with(|| Subject {
            id: subject,
            age: Age::Adult,
            country: "FR".parse().unwrap(),
            guardians: Vec::new(),
            acts: Vec::new(),
            restriction: Restriction::None,
            erased: false,
            revision: Revision(1),
        });
        let language = "en".parse().unwrap();
        entry.acts.push(ConsentAct {
            id: ActId::from_bytes([0; 16]),
            question: publish.question(),
            kind,
            speaker: Speaker::Subject,
            means: Means::OwnSession,
            notice: NoticeShown { version: NoticeVersion(1), language, hash: Digest::of(b"Yes?") },
            at: start_of(date(2026, 9, 1)),
        });
    }

    pub fn says_yes(&mut self, subject: SubjectId, publish: &Publish) {
        self.says(subject, publish, ActKind::Give { until: date(2027, 6, 30) });
    }

    pub fn object(&mut self, target: ObjectionTarget) {
        let id = ObjectionId::from_bytes([self.objections.len() as u8; 16]);
        self.objections.push(Objection { id, target, raised: now(), outcome: Outcome::Open });
    }

    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            tags: &self.tags,
            not_me: &self.not_me,
            subjects: &self.subjects,
            objections: &self.objections,
            hidden_before: &self.hidden_before,
            rules: &self.rules,
        }
    }

    pub fn plan(&self, publish: &Publish) -> PhotoPlan {
        match plan_photo(&self.photo, publish, &self.evidence(), now()) {
            Planned::Leaves(plan) => plan,
            Planned::Withheld(why) => panic!("{why:?}"),
        }
    }

    pub fn release(&mut self, publish: &Publish, number: u8) -> Rendition {
        let (rendition, _) = self.plan(publish).into_rendition(RenditionId::from_bytes([number; 16]), now());
        self.hidden_before.extend(&rendition.hidden);
        rendition
    }
}

fn words(plan: &PhotoPlan) -> Vec<&'static str> {
    plan.faces()
        .iter()
        .map(|planned| match planned.treatment() {
            Treatment::Show(_) => "shown",
            Treatment::Obscure(reason) => reason.as_str(),
            Treatment::NotAFace => "no face",
        })
        .collect()
}

#[test]
fn pub_1_con_11_only_who_said_yes_to_this_album_and_channel_is_shown() {
    let mut world = World::with_faces(5);
    world.tag(0, TagKind::Is(ALICE));
    world.tag(1, TagKind::Is(BOB));
    world.tag(2, TagKind::Is(SubjectId::from_bytes([9; 16])));
    world.tag(4, TagKind::NotAFace);
    world.says_yes(ALICE, &website());
    let print = Publish { channel: "print".parse().unwrap(), ..website() };
    world.says_yes(BOB, &print);
    assert_eq!(words(&world.plan(&website())), ["shown", "never-asked", "unknown", "unknown", "no face"]);
    assert_eq!(words(&world.plan(&print)), ["never-asked", "shown", "unknown", "unknown", "no face"]);
    let hidden: Vec<_> = world.plan(&website()).hidden().iter().map(|hidden| hidden.face).collect();
    assert_eq!(hidden, [Some(face(1)), Some(face(2)), Some(face(3))]);
}

#[test]
fn pub_1_a_doubtful_photo_waits_for_a_person() {
    let mut world = World::with_faces(1);
    world.photo.review = Review::Doubtful;
    let planned = plan_photo(&world.photo, &website(), &world.evidence(), now());
    assert!(matches!(planned, Planned::Withheld(Withheld::WaitsForReview)));
    world.photo.review = Review::Done;
    assert_eq!(words(&world.plan(&website())), ["unknown"]);
}

#[test]
fn con_11_a_photo_of_another_album_does_not_leave() {
    let mut world = World::with_faces(1);
    world.photo.album = AlbumId::from_bytes([2; 16]);
    let planned = plan_photo(&world.photo, &website(), &world.evidence(), now());
    assert!(matches!(planned, Planned::Withheld(Withheld::OtherAlbum)));
}

#[test]
fn bys_8_rts_12_an_objection_acts_at_once_on_photo_place_or_person() {
    let mut world = World::with_faces(2);
    for number in 0..2 {
        world.tag(number, TagKind::Is(ALICE));
    }
    world.says_yes(ALICE, &website());
    let digest = world.photo.file;

    let mut by_place = world.clone();
    by_place.object(ObjectionTarget::Region(digest, PixelRect::new(100, 100, 30, 30)));
    let plan = by_place.plan(&website());
    assert_eq!(words(&plan), ["shown", "objection"]);
    assert_eq!(plan.hidden().len(), 2, "the face, and the place that was pointed at");

    let mut nowhere_near = world.clone();
    nowhere_near.object(ObjectionTarget::Region(digest, PixelRect::new(1000, 400, 50, 50)));
    let plan = nowhere_near.plan(&website());
    assert_eq!(words(&plan), ["shown", "shown"]);
    assert_eq!(plan.hidden_besides_faces().map(|(_, why)| why).collect::<Vec<_>>(), [HideReason::Objection]);

    let mut by_person = world.clone();
    by_person.object(ObjectionTarget::Subject(ALICE));
    assert_eq!(words(&by_person.plan(&website())), ["objection", "objection"]);
    by_person.objections[0].outcome = Outcome::Rejected(now());
    assert_eq!(words(&by_person.plan(&website())), ["shown", "shown"]);

    let mut whole = world.clone();
    whole.object(ObjectionTarget::Photo(digest));
    let planned = plan_photo(&whole.photo, &website(), &whole.evidence(), now());
    assert!(matches!(planned, Planned::Withheld(Withheld::Objection)));
}

#[test]
fn pub_7_a_region_that_was_hidden_stays_hidden_without_a_yes() {
    let mut world = World::with_faces(2);
    world.release(&website(), 1);
    // The next model finds only the second face, and another box for it.
    world.photo.faces.remove(0);
    let plan = world.plan(&website());
    let hidden: Vec<_> = plan.hidden().iter().map(|hidden| hidden.face).collect();
    assert_eq!(hidden, [Some(face(1)), Some(face(0))]);
    let why: Vec<_> = plan.hidden_besides_faces().map(|(_, why)| why).collect();
    assert_eq!(why, [HideReason::HiddenBefore]);
}

#[test]
fn pub_7_a_yes_or_a_reviewer_uncovers_what_was_hidden() {
    let mut world = World::with_faces(3);
    world.release(&website(), 1);
    world.tag(0, TagKind::Is(ALICE));
    world.says_yes(ALICE, &website());
    world.tag(1, TagKind::NotAFace);
    let hidden: Vec<_> = world.plan(&website()).hidden().iter().map(|hidden| hidden.face).collect();
    assert_eq!(hidden, [Some(face(2))]);
}

#[test]
fn a_plan_becomes_a_rendition_with_the_permits_it_rests_on() {
    let mut world = World::with_faces(3);
    world.tag(0, TagKind::Is(ALICE));
    world.says_yes(ALICE, &website());
    let (rendition, permits) = world.plan(&website()).into_rendition(RenditionId::from_bytes([1; 16]), now());
    assert_eq!(rendition.shown, [(face(0), ALICE)]);
    assert_eq!(permits.iter().map(Permit::subject).collect::<Vec<_>>(), [ALICE]);
    assert_eq!(rendition.hidden.len(), 2);
}

proptest! {
    /// PUB-7 over any history: what an earlier rendition hid is hidden, or is a face that is shown by
    /// a permit, or no face at all.
    #[test]
    fn pub_7_hidden_regions_never_shrink(
        steps in prop::collection::vec((0u8..7, 0u8..6), 0..25),
    ) {
        let mut world = World::with_faces(6);
        let mut next = 0;
        for (what, number) in steps {
            match what {
                0 => world.tag(number, TagKind::Is(ALICE)),
                1 => world.tag(number, TagKind::NotAFace),
                2 => world.says_yes(ALICE, &website()),
                3 => world.says(ALICE, &website(), ActKind::Withdraw),
                4 => { world.photo.faces.retain(|kept| kept.id != face(number)); }
                5 => world.object(ObjectionTarget::Region(world.photo.file, place(number))),
                _ => {
                    for objection in &mut world.objections {
                        objection.outcome = Outcome::Rejected(now());
                    }
                }
            }
            let plan = world.plan(&website());
            for earlier in &world.hidden_before {
                let hidden = plan.hidden().iter().any(|hidden| hidden.region == earlier.region);
                let uncovered = plan.faces().iter().any(|planned| {
                    Some(planned.face().id) == earlier.face
                        && !matches!(planned.treatment(), Treatment::Obscure(_))
                });
                prop_assert!(hidden || uncovered);
            }
            for planned in plan.faces() {
                if let Treatment::Show(permit) = planned.treatment() {
                    prop_assert_eq!(planned.standing(), FaceStanding::Confirmed(permit.subject()));
                }
            }
            next += 1;
            world.release(&website(), next);
        }
    }
}
