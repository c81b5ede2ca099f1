use std::fmt::Write as _;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::digest::Digest;
use crate::id::counting::CountingRng;
use crate::id::{AccountId, ActId, AlbumId, GuardianId};
use crate::notice::{NoticeShown, NoticeVersion};
use crate::purpose::{Find, Notify, Publish};
use crate::subject::{Age, Country};

const ALBUM: AlbumId = AlbumId::from_bytes([1; 16]);
const MOTHER: GuardianId = GuardianId::from_bytes([2; 16]);
const FATHER: GuardianId = GuardianId::from_bytes([3; 16]);
const STAFF: AccountId = AccountId::from_bytes([4; 16]);

/// The day on which everything in the table is said.
fn said() -> Date {
    date(2026, 9, 1)
}

fn until() -> Date {
    date(2027, 6, 30)
}

fn publish() -> Publish {
    Publish { album: ALBUM, channel: "website".parse().unwrap() }
}

fn subject(age: Age, country: &str) -> Subject {
    let country: Country = country.parse().unwrap();
    Subject {
        id: SubjectId::from_bytes([9; 16]),
        age,
        country,
        guardians: Vec::new(),
        acts: Vec::new(),
        restriction: Restriction::None,
        erased: false,
        revision: Revision(7),
    }
}

fn guardian(id: GuardianId) -> Guardian {
    Guardian { id, verified_at: Some(start_of(said())), until: None }
}

fn notice() -> NoticeShown {
    let language = "fr".parse().unwrap();
    NoticeShown { version: NoticeVersion(1), language, hash: Digest::of(b"Oui ?") }
}

fn form(signed_on: Date) -> Means {
    Means::Paper(PaperForm { signed_on, reference: "folder 3, sheet 12".to_string(), recorded_by: STAFF })
}

fn act(question: Question, speaker: Speaker, kind: ActKind, means: Means, at: Timestamp) -> ConsentAct {
    ConsentAct { id: ActId::from_bytes([0; 16]), question, kind, speaker, means, notice: notice(), at }
}

/// Acts by their first letters, one a day from [`said`] on: (g)ive, (r)efuse, (w)ithdraw, a (p)aper
/// form signed that day, an (o)lder form signed before all this, a (n)o on paper signed that day, (c)ontest,
/// (e)xpire.
fn script(question: &Question, speaker: Speaker, letters: &str) -> Vec<ConsentAct> {
    let mut day = said();
    letters
        .chars()
        .map(|letter| {
            let give = ActKind::Give { until: until() };
            let (kind, means) = match letter {
                'g' => (give, Means::OwnSession),
                'p' => (give, form(day)),
                'o' => (give, form(date(2026, 8, 1))),
                'n' => (ActKind::Refuse, form(day)),
                'r' => (ActKind::Refuse, Means::OwnSession),
                'w' => (ActKind::Withdraw, Means::OwnSession),
                'c' => (ActKind::Contest, Means::OwnSession),
                'e' => (ActKind::Expire, Means::Clock),
                other => panic!("{other}"),
            };
            let act = act(question.clone(), speaker, kind, means, start_of(day));
            day = day.tomorrow().unwrap();
            act
        })
        .collect()
}

fn outcome<P: Purpose>(decision: Decision<P>) -> String {
    match decision {
        Decision::Yes(permit) => format!("YES until {}", permit.ends()),
        Decision::No(reason) => format!("no: {}", reason.as_str()),
    }
}

fn decide_at<P: Purpose>(subject: &Subject, purpose: &P, now: Timestamp) -> String {
    outcome(decide(subject, purpose, &AgeRules::default(), now))
}

/// The whole table, as a text that a reader can follow: `decisions.txt`. If this test fails and the
/// change is meant, put what it prints into that file.
#[test]
fn con_5_con_7_con_8_con_12_rts_10_the_table_of_decisions() {
    let mut table =
        String::from("# What was said from 2026-09-01 on, one act a day, valid until 2027-06-30.\n");
    adults(&mut table);
    children(&mut table);
    over_time(&mut table);
    let expected = include_str!("decisions.txt");
    if table != expected {
        panic!("decisions.txt differs; it would now be:\n{table}");
    }
}

fn adults(table: &mut String) {
    let now = start_of(date(2026, 10, 1));
    let _ = writeln!(table, "\n## An adult, on 2026-10-01\n");
    for (words, letters) in [
        ("never asked", ""),
        ("yes", "g"),
        ("no", "r"),
        ("no, then yes", "rg"),
        ("yes, then withdrawn", "gw"),
        ("yes, withdrawn, yes again", "gwg"),
        ("yes, recorded as expired", "ge"),
        ("paper form", "p"),
        ("paper form, contested", "pc"),
        ("paper form, contested, another form", "pcp"),
        ("paper form, contested, own yes", "pcg"),
        ("own no, then an older form", "ro"),
        ("own no, then a newer form", "rp"),
        ("own yes, then an older form", "go"),
        ("paper no, then an older form", "no"),
        ("paper no, then a newer form", "np"),
    ] {
        let mut person = subject(Age::Adult, "FR");
        for purpose in
            [publish().question(), Find { album: ALBUM }.question(), Notify { album: ALBUM }.question()]
        {
            person.acts.extend(script(&purpose, Speaker::Subject, letters));
        }
        let published = decide_at(&person, &publish(), now);
        let found = decide_at(&person, &Find { album: ALBUM }, now);
        let notified = decide_at(&person, &Notify { album: ALBUM }, now);
        let _ = writeln!(table, "{words:37} publish {published:34} find {found:34} notify {notified}");
    }
    for (words, change) in [
        (
            "yes, restricted",
            (|person| person.restriction = Restriction::Since(Timestamp::UNIX_EPOCH)) as fn(&mut Subject),
        ),
        ("yes, erased", |person| person.erased = true),
        ("yes, age unknown", |person| person.age = Age::Unknown),
    ] {
        let mut person = subject(Age::Adult, "FR");
        person.acts = script(&publish().question(), Speaker::Subject, "g");
        change(&mut person);
        let _ = writeln!(table, "{words:37} publish {}", decide_at(&person, &publish(), now));
    }
    let mut person = subject(Age::Adult, "FR");
    person.acts = script(&publish().question(), Speaker::Subject, "g");
    let print = Publish { album: ALBUM, channel: "print".parse().unwrap() };
    let _ =
        writeln!(table, "{:37} publish {}", "yes, but to another channel", decide_at(&person, &print, now));
    let other = Publish { album: AlbumId::from_bytes([8; 16]), ..publish() };
    let _ =
        writeln!(table, "{:37} publish {}", "yes, but for another album", decide_at(&person, &other, now));
}

fn children(table: &mut String) {
    let now = start_of(date(2026, 10, 1));
    let question = publish().question();
    for country in ["FR", "DE"] {
        let _ = writeln!(table, "\n## A child of 14 in {country}, on 2026-10-01: publish\n");
        let childs = ["", "g", "r", "gw"];
        let _ = writeln!(table, "{:40} | child silent | child yes | child no | child withdrew", "guardians");
        for (words, mother, father) in [
            ("silent", "", ""),
            ("mother yes", "g", ""),
            ("mother yes on paper", "p", ""),
            ("mother no", "r", ""),
            ("mother withdrew", "gw", ""),
            ("mother yes, father no", "g", "r"),
            ("mother yes, father withdrew", "g", "gw"),
            ("both yes", "g", "g"),
            ("unverified mother yes", "u", ""),
            ("unverified mother yes, father yes", "u", "g"),
            ("mother yes, powers ended", "x", ""),
        ] {
            let cells: Vec<String> = childs
                .iter()
                .map(|own| {
                    let mut person = subject(Age::Born(date(2012, 3, 15)), country);
                    let mut first = guardian(MOTHER);
                    if mother == "u" {
                        first.verified_at = None;
                    }
                    if mother == "x" {
                        first.until = Some(date(2026, 9, 30));
                    }
                    person.guardians = vec![first, guardian(FATHER)];
                    let mother = if matches!(mother, "u" | "x") { "g" } else { mother };
                    person.acts = script(&question, Speaker::Subject, own);
                    person.acts.extend(script(&question, Speaker::Guardian(MOTHER), mother));
                    person.acts.extend(script(&question, Speaker::Guardian(FATHER), father));
                    let decision = decide(&person, &publish(), &AgeRules::default(), now);
                    match decision {
                        Decision::Yes(_) => "YES".to_string(),
                        Decision::No(reason) => reason.as_str().to_string(),
                    }
                })
                .collect();
            let _ = writeln!(table, "{words:40} | {}", cells.join(" | "));
        }
    }
}

fn over_time(table: &mut String) {
    let _ = writeln!(table, "\n## As time goes by: publish\n");
    let question = publish().question();
    let mut adult = subject(Age::Adult, "FR");
    adult.acts = script(&question, Speaker::Subject, "g");
    let mut child = subject(Age::Born(date(2012, 3, 15)), "FR");
    child.guardians = vec![guardian(MOTHER)];
    child.acts = script(&question, Speaker::Subject, "g");
    child.acts.extend(script(&question, Speaker::Guardian(MOTHER), "g"));
    let mut asked_again = child.clone();
    let give = ActKind::Give { until: until() };
    let birthday = start_of(date(2027, 3, 15));
    asked_again.acts.push(act(question.clone(), Speaker::Subject, give, Means::OwnSession, birthday));
    let mut spoken_for = subject(Age::Born(date(2012, 3, 15)), "FR");
    spoken_for.guardians = vec![guardian(MOTHER)];
    spoken_for.acts = script(&question, Speaker::Guardian(MOTHER), "g");
    for (words, person) in [
        ("adult, yes", adult),
        ("child of 14 and mother, yes", child),
        ("the same, the child asked again at 15", asked_again),
        ("child of 14, mother alone yes", spoken_for),
    ] {
        for moment in [
            "2026-08-31T23:59:59Z",
            "2026-09-01T00:00:00Z",
            "2027-03-14T23:59:59Z",
            "2027-03-15T00:00:00Z",
            "2027-06-30T23:59:59Z",
            "2027-07-01T00:00:00Z",
        ] {
            let outcome = decide_at(&person, &publish(), moment.parse().unwrap());
            let _ = writeln!(table, "{words:40} {moment} {outcome}");
        }
    }
}

/// CON-7: no yes lasts more than twelve months, even one that got into the list by another way.
#[test]
fn con_7_a_yes_ends_after_twelve_months_whatever_it_says() {
    let question = publish().question();
    let mut person = subject(Age::Adult, "FR");
    let long = ActKind::Give { until: date(2099, 1, 1) };
    person.acts = vec![act(question, Speaker::Subject, long, Means::OwnSession, start_of(said()))];
    assert_eq!(decide_at(&person, &publish(), start_of(date(2027, 9, 2))), "no: expired");
    assert_eq!(person.acts[0].check(&person, &AgeRules::default()), Err(ActRefused::TooLong));
}

#[test]
fn con_12_abu_14_what_may_be_recorded_and_what_not() {
    let person = subject(Age::Adult, "FR");
    let website = publish().question();
    let find = Find { album: ALBUM }.question();
    let at = start_of(date(2026, 10, 1));
    let give = ActKind::Give { until: until() };
    let own = Means::OwnSession;
    let nameless = PaperForm { signed_on: said(), reference: " ".to_string(), recorded_by: STAFF };
    let cases = [
        (website.clone(), Speaker::Subject, give, own.clone(), Ok(())),
        (website.clone(), Speaker::Subject, give, form(said()), Ok(())),
        (find.clone(), Speaker::Subject, give, form(said()), Err(ActRefused::NotOnPaper)),
        (find, Speaker::Subject, give, own.clone(), Ok(())),
        (website.clone(), Speaker::Subject, give, Means::Paper(nameless), Err(ActRefused::NoEvidence)),
        (website.clone(), Speaker::Subject, give, form(date(2026, 10, 2)), Err(ActRefused::SignedLater)),
        (
            website.clone(),
            Speaker::Subject,
            ActKind::Contest,
            form(said()),
            Err(ActRefused::ContestedByStaff),
        ),
        (website.clone(), Speaker::Subject, ActKind::Withdraw, form(said()), Ok(())),
        (website.clone(), Speaker::Subject, give, Means::Clock, Err(ActRefused::ClockOnly)),
        (website.clone(), Speaker::Subject, ActKind::Expire, own.clone(), Err(ActRefused::ClockOnly)),
        (website.clone(), Speaker::Guardian(MOTHER), give, own.clone(), Err(ActRefused::NotTheirGuardian)),
        (
            website.clone(),
            Speaker::Subject,
            ActKind::Give { until: date(2026, 9, 30) },
            own.clone(),
            Err(ActRefused::AlreadyOver),
        ),
        (
            website,
            Speaker::Subject,
            ActKind::Give { until: date(2027, 10, 2) },
            own,
            Err(ActRefused::TooLong),
        ),
    ];
    for (question, speaker, kind, means, expected) in cases {
        let act = act(question, speaker, kind, means, at);
        assert_eq!(act.check(&person, &AgeRules::default()), expected, "{act:?}");
    }
}

/// One table may record several forms of one person, in any order: the signature decides.
#[test]
fn con_12_a_paper_no_counts_from_the_day_it_was_signed() {
    let question = publish().question();
    let recorded = start_of(date(2026, 10, 2));
    let on = |kind, day| act(question.clone(), Speaker::Subject, kind, form(day), recorded);
    let own = |kind, at| act(question.clone(), Speaker::Subject, kind, Means::OwnSession, at);
    let yes = |day| on(ActKind::Give { until: until() }, day);
    let (before, no_day, after) = (date(2026, 9, 5), date(2026, 9, 20), date(2026, 9, 21));
    let withdrawn = || on(ActKind::Withdraw, no_day);
    let own_yes = own(ActKind::Give { until: until() }, recorded);
    for (said, decided) in [
        (vec![withdrawn(), yes(before)], "no: withdrawn"),
        (vec![yes(before), withdrawn()], "no: withdrawn"),
        (vec![withdrawn(), yes(no_day)], "no: withdrawn"),
        (vec![withdrawn(), yes(after)], "YES until 2027-07-01T00:00:00Z"),
        (vec![withdrawn(), on(ActKind::Refuse, before), yes(no_day)], "no: withdrawn"),
        (vec![withdrawn(), own_yes, yes(before)], "YES until 2027-07-01T00:00:00Z"),
        // What the person said themselves is not taken back by an older or another form.
        (vec![own(ActKind::Refuse, recorded), withdrawn(), yes(after)], "no: refused"),
        (vec![own(ActKind::Contest, start_of(before)), withdrawn(), yes(after)], "no: contested"),
    ] {
        let mut person = subject(Age::Adult, "FR");
        person.acts = said;
        assert_eq!(decide_at(&person, &publish(), recorded), decided, "{:?}", person.acts);
    }
}

#[test]
fn con_8_a_guardian_cannot_say_yes_for_somebody_of_age() {
    let mut person = subject(Age::Born(date(2008, 1, 1)), "FR");
    person.guardians = vec![guardian(MOTHER)];
    let give = ActKind::Give { until: until() };
    let speaker = Speaker::Guardian(MOTHER);
    let act = act(publish().question(), speaker, give, Means::OwnSession, start_of(said()));
    assert_eq!(act.check(&person, &AgeRules::default()), Err(ActRefused::OfAge));
}

#[test]
fn a_permit_knows_what_it_was_decided_on() {
    let mut person = subject(Age::Adult, "FR");
    person.acts = script(&publish().question(), Speaker::Subject, "g");
    let Decision::Yes(permit) = decide(&person, &publish(), &AgeRules::default(), start_of(said())) else {
        panic!("no")
    };
    assert_eq!((permit.subject(), permit.revision()), (person.id, Revision(7)));
    assert_eq!(permit.purpose(), &publish());
    assert_eq!(permit.ends(), end_of(until()));
}

fn any_act() -> impl Strategy<Value = ConsentAct> {
    let question = prop_oneof![
        Just(publish().question()),
        Just(Find { album: ALBUM }.question()),
        Just(Publish { album: ALBUM, channel: "print".parse().unwrap() }.question()),
    ];
    let speaker = prop_oneof![
        3 => Just(Speaker::Subject),
        1 => Just(Speaker::Guardian(MOTHER)),
        1 => Just(Speaker::Guardian(FATHER)),
    ];
    let kind = prop_oneof![
        4 => (0u16..24).prop_map(|months| ActKind::Give { until: months_after(said(), months) }),
        1 => Just(ActKind::Refuse),
        1 => Just(ActKind::Withdraw),
        1 => Just(ActKind::Contest),
        1 => Just(ActKind::Expire),
    ];
    let means = prop_oneof![Just(Means::OwnSession), Just(form(said())), Just(Means::Clock)];
    (question, speaker, kind, means, 0i64..700).prop_map(|(question, speaker, kind, means, days)| {
        let at = start_of(said()) + jiff::SignedDuration::from_hours(24 * days);
        act(question, speaker, kind, means, at)
    })
}

fn any_age() -> impl Strategy<Value = Age> {
    prop_oneof![
        Just(Age::Unknown),
        Just(Age::Adult),
        (2005i16..2016, 1i8..13).prop_map(|(year, month)| Age::Born(date(year, month, 1))),
    ]
}

proptest! {
    /// CON-5, CON-8: whatever was said before, a person's own no is the end of it.
    #[test]
    fn con_5_a_withdrawal_wins_over_any_history(
        acts in prop::collection::vec(any_act(), 0..12), age in any_age(), days in 0i64..700, fr in any::<bool>(),
    ) {
        let mut person = subject(age, if fr { "FR" } else { "DE" });
        person.guardians = vec![guardian(MOTHER), guardian(FATHER)];
        person.acts = acts;
        let now = start_of(said()) + jiff::SignedDuration::from_hours(24 * days);
        let no = act(publish().question(), Speaker::Subject, ActKind::Withdraw, Means::OwnSession, now);
        person.acts.push(no);
        prop_assert!(matches!(decide(&person, &publish(), &AgeRules::default(), now), Decision::No(_)));
    }

    /// CON-3, CON-11: an answer about one thing changes nothing about another.
    #[test]
    fn con_3_con_11_answers_to_other_questions_change_nothing(
        acts in prop::collection::vec(any_act(), 0..12), age in any_age(), days in 0i64..700,
    ) {
        let now = start_of(said()) + jiff::SignedDuration::from_hours(24 * days);
        let mut person = subject(age, "FR");
        person.guardians = vec![guardian(MOTHER), guardian(FATHER)];
        person.acts = acts;
        let mut only = person.clone();
        only.acts.retain(|act| act.question == publish().question());
        let had_guardians_elsewhere = decide_at(&person, &publish(), now);
        prop_assert_eq!(had_guardians_elsewhere, decide_at(&only, &publish(), now));
    }

    /// CON-1's shape: a yes always rests on an act that gave it, of somebody who may, not yet over.
    #[test]
    fn con_1_there_is_no_yes_without_an_act_that_gave_it(
        acts in prop::collection::vec(any_act(), 0..12), age in any_age(), days in 0i64..900,
    ) {
        let now = start_of(said()) + jiff::SignedDuration::from_hours(24 * days);
        let mut person = subject(age, "FR");
        person.guardians = vec![guardian(MOTHER), guardian(FATHER)];
        person.acts = acts;
        if let Decision::Yes(permit) = decide(&person, &publish(), &AgeRules::default(), now) {
            prop_assert!(now < permit.ends());
            let rests = person.acts.iter().any(|act| {
                let gives = matches!(act.kind, ActKind::Give { until } if now < end_of(until));
                gives && act.question == publish().question() && act.at <= now && act.means != Means::Clock
            });
            prop_assert!(rests);
            // And it ends when it says it does.
            let decision = decide(&person, &publish(), &AgeRules::default(), permit.ends());
            if let Decision::Yes(later) = decision {
                prop_assert!(later.ends() > permit.ends());
            }
        }
    }
}

#[test]
fn con_7_an_expiry_is_put_on_record_once() {
    let question = publish().question();
    let mut person = subject(Age::Adult, "FR");
    person.acts = script(&question, Speaker::Subject, "g");
    person.acts.extend(script(&Find { album: ALBUM }.question(), Speaker::Subject, "gw"));
    let over = end_of(until());
    assert_eq!(lapsed(&person, start_of(until())), []);
    let found = lapsed(&person, over);
    assert_eq!(found, [Lapsed { question: question.clone(), speaker: Speaker::Subject, notice: notice() }]);
    person.acts.push(act(question, Speaker::Subject, ActKind::Expire, Means::Clock, over));
    assert_eq!(lapsed(&person, over), []);
    assert_eq!(person.acts[3].check(&person, &AgeRules::default()), Ok(()));
}

#[test]
fn every_reason_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(words.len(), Reason::ALL.len());
    let _ = SubjectId::random(&mut CountingRng::default());
}
