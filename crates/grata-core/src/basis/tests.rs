use super::*;
use crate::consent::{ActKind, ConsentAct, Means, Speaker};
use crate::id::ActId;
use crate::id::counting::CountingRng;
use crate::notice::Notice;
use crate::purpose::Purpose as _;
use crate::scope::{Scope, ScopeRefused, Why};
use crate::subject::{Age, Restriction, Revision};
use crate::taken::Taken;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn record() -> Option<Record> {
    Some(Record { reference: "file 7".into(), on: date("2026-10-01") })
}

struct World {
    attested: Attestation,
    roster: Vec<Subject>,
    rng: CountingRng,
}

impl World {
    /// Two members who agreed, and everything on record.
    fn new(profile: Profile) -> Self {
        let mut rng = CountingRng::default();
        let album = AlbumId::random(&mut rng);
        let mut world = Self {
            roster: Vec::new(),
            attested: Attestation {
                album,
                profile,
                closed: None,
                all_agreed: Some(date("2026-11-01")),
                assessment: Some(Assessment { record: record().unwrap(), sha256: Digest([1; 32]) }),
                notice_on: Some(date("2026-09-01")),
                captured_from: Some(date("2026-09-05")),
                accountable: Some("the head of the club".into()),
                until: Some(date("2027-06-30")),
                ceiling: Some(10),
                calibration: Some(Calibrated {
                    model: Digest([2; 32]),
                    point: point(0.45, 0.04).unwrap(),
                    promised: 0.05,
                    fmr_upper: 1e-5,
                    on_children: true,
                }),
                opinion: record(),
                consultation: record(),
                alternative: record(),
                window: None,
                is_paused: false,
            },
            rng,
        };
        for _ in 0..2 {
            let id = SubjectId::random(&mut world.rng);
            world.roster.push(Subject {
                id,
                age: Age::Adult,
                country: "FR".parse().unwrap(),
                guardians: Vec::new(),
                acts: Vec::new(),
                restriction: Restriction::None,
                erased: false,
                revision: Revision(1),
            });
            let last = world.roster.len() - 1;
            world.say(last, ActKind::Give { until: date("2027-03-01") });
        }
        world.attest_roster();
        world
    }

    fn attest_roster(&mut self) {
        let ids: Vec<SubjectId> = self.roster.iter().map(|one| one.id).collect();
        self.attested.closed = Some((date("2026-11-01"), roster_digest(&ids)));
    }

    fn say(&mut self, member: usize, kind: ActKind) {
        let notice = Notice::first([("fr".parse().unwrap(), "Oui ?".to_string())].into()).unwrap();
        let act = ConsentAct {
            id: ActId::random(&mut self.rng),
            question: Find { album: self.attested.album }.question(),
            kind,
            speaker: Speaker::Subject,
            means: Means::OwnSession,
            notice: notice.shown_in(&"fr".parse().unwrap()).unwrap(),
            at: "2026-11-01T10:00:00Z".parse().unwrap(),
        };
        self.roster[member].acts.push(act);
    }

    fn gate(&self, faces: u64, waiting: u64) -> Result<Basis, Vec<Missing>> {
        let rules = AgeRules::default();
        let model = Some(Digest([2; 32]));
        in_force(
            &self.attested,
            &Present {
                roster: &self.roster,
                model,
                faces,
                waiting,
                keeps_times: false,
                rules: &rules,
                now: now(),
            },
        )
    }

    #[track_caller]
    fn misses(&self, what: &[Missing]) {
        assert_eq!(self.gate(100, 0).unwrap_err(), what);
    }
}

#[test]
fn bys_7_a_group_with_everything_on_record_is_in_force_until_the_first_consent_ends() {
    for profile in Profile::ALL {
        let basis = World::new(profile).gate(100, 10).unwrap();
        assert_eq!(basis.permits().len(), 2);
        assert_eq!(basis.ends(), end_of(date("2027-03-01")), "before the group's own end");
        assert_eq!(Profile::named(profile.as_str()), Some(profile));
    }
}

#[test]
fn bys_7_each_field_that_is_missing_closes_it_by_its_name() {
    type Change = fn(&mut Attestation);
    let cases: [(Change, Missing); 20] = [
        (|a| a.closed = None, Missing::ClosedGroup),
        (|a| a.closed = Some((date("2026-11-01"), Digest([9; 32]))), Missing::RosterChanged),
        (|a| a.all_agreed = None, Missing::AllAgreed),
        (|a| a.assessment = None, Missing::Assessment),
        (|a| a.assessment.as_mut().unwrap().record.reference = " ".into(), Missing::Assessment),
        (|a| a.assessment.as_mut().unwrap().record.on = date("2026-11-23"), Missing::AssessmentToCome),
        (|a| a.notice_on = None, Missing::Notice),
        (|a| a.captured_from = None, Missing::CapturedFrom),
        (|a| a.notice_on = a.captured_from, Missing::NoticeTooLate),
        (|a| a.accountable = Some(String::new()), Missing::Accountable),
        (|a| a.until = None, Missing::Expiry),
        (|a| a.until = Some(date("2026-11-21")), Missing::Expired),
        (|a| a.ceiling = None, Missing::Ceiling),
        (|a| a.calibration = None, Missing::Calibration),
        (|a| a.calibration.as_mut().unwrap().model = Digest([3; 32]), Missing::OtherModel),
        (|a| a.calibration.as_mut().unwrap().fmr_upper = 1e-3, Missing::Outgrown),
        (|a| a.opinion = None, Missing::Opinion),
        (|a| a.consultation.as_mut().unwrap().on = date("2027-01-01"), Missing::Consultation),
        (|a| a.alternative = None, Missing::Alternative),
        (|a| a.is_paused = true, Missing::Paused),
    ];
    for (change, what) in cases {
        let mut world = World::new(Profile::Employer);
        change(&mut world.attested);
        world.misses(&[what]);
    }
    let words: BTreeSet<&str> = Missing::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(words.len(), Missing::ALL.len());
}

#[test]
fn con_9_qua_4_a_school_needs_its_records_and_a_calibration_for_children_and_a_club_does_not() {
    let mut school = World::new(Profile::School);
    school.attested.calibration.as_mut().unwrap().on_children = false;
    school.misses(&[Missing::NotForChildren]);
    let bare = |world: &mut World| {
        world.attested.calibration.as_mut().unwrap().on_children = false;
        (world.attested.opinion, world.attested.consultation, world.attested.alternative) =
            (None, None, None);
    };
    let mut club = World::new(Profile::Free);
    bare(&mut club);
    assert!(club.gate(100, 0).is_ok());
    let mut school = World::new(Profile::School);
    bare(&mut school);
    let records = [Missing::Opinion, Missing::Consultation, Missing::Alternative, Missing::NotForChildren];
    school.misses(&records);
}

#[test]
fn bys_7_a_refusal_a_withdrawal_and_silence_close_it_and_say_nothing_about_who() {
    for kind in [ActKind::Refuse, ActKind::Withdraw] {
        let mut world = World::new(Profile::Free);
        world.say(1, kind);
        world.misses(&[Missing::SomebodyHasNotAgreed]);
    }
    let mut world = World::new(Profile::Free);
    world.roster[0].restriction = Restriction::Since(now());
    world.misses(&[Missing::SomebodyHasNotAgreed]);
    world.roster.remove(0);
    world.misses(&[Missing::RosterChanged]);
    world.roster.clear();
    world.attest_roster();
    world.misses(&[Missing::Roster]);
}

#[test]
fn bys_7_qua_1_it_closes_when_too_many_photos_wait_and_when_the_album_has_outgrown_its_promise() {
    let world = World::new(Profile::Free);
    assert_eq!(world.gate(100, 11).unwrap_err(), [Missing::TooManyWaiting]);
    // 1 - (1 - 1e-5)^(faces x 2) reaches 5 % at some 2,560 faces.
    assert!(world.gate(2_500, 0).is_ok());
    assert_eq!(world.gate(2_600, 0).unwrap_err(), [Missing::Outgrown]);
}

#[test]
fn acc_7_another_model_makes_it_stale_and_so_does_none() {
    let world = World::new(Profile::Free);
    let rules = AgeRules::default();
    let with = |model| {
        let present = Present {
            roster: &world.roster,
            model,
            faces: 1,
            waiting: 0,
            keeps_times: false,
            rules: &rules,
            now: now(),
        };
        in_force(&world.attested, &present).unwrap_err()
    };
    assert_eq!(with(None), [Missing::Model]);
    assert_eq!(with(Some(Digest([7; 32]))), [Missing::OtherModel]);
}

#[test]
fn bys_5_bys_6_a_scope_takes_permits_of_the_roster_for_this_album_and_at_least_one() {
    let (world, other) = (World::new(Profile::Free), World::new(Profile::Free));
    let basis = world.gate(100, 0).unwrap();
    let own: Vec<&Permit<Find>> = basis.permits().iter().take(1).collect();
    let scope = Scope::closed_group(&basis, &own, now()).unwrap();
    assert_eq!(scope.why(), Why::ClosedGroup { members: 1 });
    assert_eq!(Scope::closed_group(&basis, &[], now()).unwrap_err(), ScopeRefused::NoMember);
    // Somebody who agreed, for an album whose group they are not in.
    let mut stranger = other;
    stranger.roster[0].id = SubjectId::from_bytes([7; 16]);
    stranger.attest_roster();
    let foreign = stranger.gate(100, 0).unwrap();
    let permit = foreign.permit(SubjectId::from_bytes([7; 16])).unwrap();
    assert_eq!(Scope::closed_group(&basis, &[permit], now()).unwrap_err(), ScopeRefused::NotOfTheGroup);
    let late = end_of(date("2027-03-01"));
    assert_eq!(Scope::closed_group(&basis, &own, late).unwrap_err(), ScopeRefused::Over);
}

#[test]
fn bys_9_photos_are_compared_again_once_a_day_and_so_often_at_most() {
    let hour = |hours: u32| hours_after(now(), hours);
    assert!(may_compare_again(0, None, now()));
    assert!(!may_compare_again(1, Some(now()), hour(23)));
    assert!(may_compare_again(1, Some(now()), hour(24)));
    // Fifty enrolments a day: one round a day, and twelve in all.
    let (mut rounds, mut last) = (0, None);
    for enrolment in 0..50 * 30 {
        let at = crate::time::minutes_after(now(), enrolment * 24 * 60 / 50);
        if may_compare_again(rounds, last, at) {
            (rounds, last) = (rounds + 1, Some(at));
        }
    }
    assert_eq!(rounds, MOST_LATE_ROUNDS);
}

/// CON-9: one gate for the server and for the person's own device.
#[test]
fn con_9_on_their_own_device_too_a_school_needs_its_four_records() {
    let today = date("2026-11-22");
    let all = World::new(Profile::School).attested.records();
    for profile in [Profile::School, Profile::Employer] {
        assert_eq!(own_device(profile, &all, today), Ok(()));
        let none =
            Err(vec![Missing::Assessment, Missing::Opinion, Missing::Consultation, Missing::Alternative]);
        assert_eq!(own_device(profile, &Records::default(), today), none);
        let early = date("2026-09-30");
        let announced =
            vec![Missing::AssessmentToCome, Missing::Opinion, Missing::Consultation, Missing::Alternative];
        assert_eq!(own_device(profile, &all, early), Err(announced), "what is announced is not done");
        let empty = Some(Record { reference: " ".into(), ..record().unwrap() });
        let three = Records { opinion: empty, ..all.clone() };
        assert_eq!(own_device(profile, &three, today), Err(vec![Missing::Opinion]));
        let opinion = Records { opinion: record(), ..Records::default() };
        assert_eq!(own_device(profile, &Records { opinion: None, ..all.clone() }.or(opinion), today), Ok(()));
    }
    assert_eq!(own_device(Profile::Free, &Records::default(), today), Ok(()));
}

#[test]
fn bys_6_a_window_holds_the_photos_of_its_days_and_none_without_a_day() {
    let window = Window::new(date("2026-09-05"), date("2026-09-06")).unwrap();
    let taken = |text: &str| text.parse::<Taken>().ok();
    for (text, expected) in [
        ("2026-09-04T23:45", false),
        ("2026-09-05T00:00", true),
        ("2026-09-06T23:45", true),
        ("2026-09-07T00:00", false),
    ] {
        assert!(taken(text).is_some());
        assert_eq!(window.holds(taken(text)), expected, "{text}");
    }
    assert!(!window.holds(None), "an unknown day is no day of the window");
    assert_eq!(Window::new(date("2026-09-06"), date("2026-09-05")), None);
    // Where no times are kept, a window closes the group rather than comparing nothing without a word.
    let mut world = World::new(Profile::Free);
    world.attested.window = Some(window);
    world.misses(&[Missing::NoTimes]);
    world.attested.window = None;
    assert!(world.gate(100, 0).is_ok());
}
