//! Closed groups on the pages: what a person is asked, what a colleague sees, and what nobody sees. That faces are
//! compared is shown in `tests/groups.rs`, with a real model.

use grata::app::found;
use grata_core::audit::entry::EventKind;
use grata_core::basis::Profile;
use grata_core::consent::{Decision, decide};
use grata_core::digest::Digest;
use grata_core::enrolment::EnrolmentCode;
use grata_core::id::SubjectId;
use grata_core::purpose::Find;
use grata_core::tag::FaceStanding;
use grata_core::time::hours_before;
use grata_store::queries::accounts::Role;

use crate::site::{Site, Who};
use crate::support::event;
use crate::world::ANNA;

pub const TESTS: &[(&str, fn())] = &[
    ("con_3_abu_19_comparison_is_a_question_of_its_own_for_members_alone", con_3_a_question_of_its_own),
    ("con_2_abu_1_no_account_enrols_anybody", con_2_no_account_enrols_anybody),
    ("rts_13_qua_6_a_yes_is_a_tag_and_a_no_holds", rts_13_a_yes_is_a_tag_and_a_no_holds),
    ("con_5_rts_10_a_no_and_a_freeze_end_it_at_once", con_5_rts_10_a_no_and_a_freeze),
    ("rts_2_the_package_tells_of_a_template", rts_2_the_package_tells_of_a_template),
    ("bys_7_tra_4_the_desk_sees_what_is_missing_and_not_by_whom", bys_7_what_is_missing),
    ("abu_2_a_person_is_told_and_ends_it_with_one_press", abu_2_a_person_is_told),
    ("abu_2_bys_7_the_desk_hands_out_codes_and_a_text", abu_2_the_desk_hands_out_codes),
    ("acc_7_con_5_the_desk_gives_a_threshold_and_deletes_a_group", acc_7_con_5_the_desk_deletes_a_group),
    ("tra_3_bys_7_the_status_page_names_the_basis", tra_3_the_status_page_names_the_basis),
];

/// A closed group of the album with this person in it.
pub fn group(site: &Site, who: SubjectId) {
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.insert_group(site.world.album, Profile::Free).unwrap();
    assert!(tx.add_to_roster(site.world.album, who).unwrap());
    tx.commit(event(EventKind::GroupCreated)).unwrap();
}

/// The same, after they said yes, enrolled and are asked about the stranger's face: which question that is.
pub fn asked(site: &Site, who: SubjectId) -> String {
    enrolled(site, who, 25)
}

/// The same, so many hours ago.
fn enrolled(site: &Site, who: SubjectId, ago: u32) -> String {
    group(site, who);
    let person = site.person(who);
    site.post(&person, "/me/answer", &[("purpose", "find"), ("answer", "yes")]).expect(303);
    let reader = site.store.read().unwrap();
    let known = reader.subject(who).unwrap().unwrap();
    let decision = decide(&known, &Find { album: site.world.album }, reader.age_rules(), site.now());
    let Decision::Yes(permit) = decision else { panic!("{decision:?}") };
    let stranger = reader.photo(site.photo).unwrap().unwrap().faces[2].id;
    drop(reader);
    // Long enough ago that something is shown (ABU-2).
    let mut tx = site.store.begin(hours_before(site.now(), ago)).unwrap();
    let code = EnrolmentCode::random(&mut site.store.rng());
    tx.put_enrolment_code(site.world.album, who, &code).unwrap();
    tx.use_enrolment_code(site.world.album, who, &code).unwrap();
    tx.insert_template(&permit, Digest([5; 32]), &[0.25; 128]).unwrap();
    assert!(tx.insert_suggestion(&permit, site.photo, stranger).unwrap());
    tx.commit(event(EventKind::GroupCompared)).unwrap();
    let reader = site.store.read().unwrap();
    reader.suggestions_to(who).unwrap()[0].id.to_string()
}

fn con_3_a_question_of_its_own() {
    let site = Site::new();
    group(&site, site.world.anna);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    let page = site.get(&anna, "/me").expect(200).text();
    let question = page.split("id=\"group\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(
        question.matches("aria-pressed=\"false\"").count(),
        2,
        "nothing is answered before: {question}"
    );
    for words in ["A no costs nothing", "under a key of the organisation", "twins"] {
        assert!(question.contains(words), "{words}: {question}");
    }
    assert!(!site.get(&ben, "/me").expect(200).text().contains("value=\"find\""), "Ben is in no group");
    site.post(&anna, "/me/answer", &[("purpose", "find"), ("answer", "yes")]).expect(303);
    let page = site.get(&anna, "/me").text();
    assert!(page.contains("the numbers are gone at once"), "CON-5: {page}");
    // One answer leaves the others as they are: Anna had said yes to the website before.
    assert_eq!(page.matches("aria-pressed=\"true\"").count(), 2, "{page}");
    // Closed as the group is, the page to enrol opens no camera.
    let page = site.get(&anna, "/me/enrol").expect(200).text();
    assert!(
        page.contains("Nothing is compared in this album at the moment") && !page.contains("<video"),
        "{page}"
    );
}

fn con_2_no_account_enrols_anybody() {
    let site = Site::new();
    asked(&site, site.world.anna);
    for role in Role::ALL {
        let staff = site.staff(role);
        let token = grata::web::csrf::token(staff.secret());
        let headers = [("x-csrf", token.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = site.ask(&staff, axum::http::Method::POST, "/me/enrol", &headers, vec![0; 64]);
        assert_eq!(answer.status.as_u16(), 404, "{role:?}");
        site.get(&staff, "/me/found").expect(404);
    }
    // A person without a challenge, and a guardian with one, are turned away as well.
    let anna = site.person(site.world.anna);
    let token = grata::web::csrf::token(anna.secret());
    let headers = [("x-csrf", token.as_str()), ("sec-fetch-site", "same-origin"), ("x-challenge", "made up")];
    let answer = site.ask(&anna, axum::http::Method::POST, "/me/enrol", &headers, vec![0; 64]);
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
}

fn rts_13_a_yes_is_a_tag_and_a_no_holds() {
    let site = Site::new();
    let question = asked(&site, site.world.anna);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    let page = site.get(&anna, "/me/found").expect(200).text();
    assert!(page.contains(&question) && page.contains("value=\"yes\""), "{page}");
    assert!(!site.get(&ben, "/me/found").expect(200).text().contains(&question));
    let picture = format!("/me/found/{question}/picture");
    site.get(&ben, &picture).expect(404);
    let shown = site.get(&anna, &picture).expect(200);
    assert_eq!(crate::photos::colours(&shown.body), vec![2], "the face she is asked about, and nobody else");
    // QUA-6: before she says so, nothing of it is hers.
    let standing_of = |face: usize| {
        let reader = site.store.read().unwrap();
        grata::app::tags::photo_tags(&reader, site.photo).unwrap().faces[face].1
    };
    assert_eq!(standing_of(2), FaceStanding::Unknown);
    site.post(&ben, &format!("/me/found/{question}"), &[("answer", "yes")]).expect(404);
    site.post(&anna, &format!("/me/found/{question}"), &[("answer", "yes")]).expect(303);
    assert_eq!(standing_of(2), FaceStanding::Confirmed(site.world.anna));
    assert!(!site.get(&anna, "/me/found").text().contains(&question));

    let site = Site::new();
    let question = asked(&site, site.world.anna);
    let anna = site.person(site.world.anna);
    site.post(&anna, &format!("/me/found/{question}"), &[("answer", "no")]).expect(303);
    let reader = site.store.read().unwrap();
    assert_eq!(reader.not_me_of(site.world.anna).unwrap().len(), 1);
    assert!(found::questions(&reader, site.world.anna, site.now()).unwrap().is_empty());
    drop(reader);
    // RTS-7: nobody tags her there afterwards.
    let reviewer = site.staff(Role::Reviewer);
    let face = site.store.read().unwrap().photo(site.photo).unwrap().unwrap().faces[2].id.to_string();
    let person = site.world.anna.to_string();
    let tag = [("face", face.as_str()), ("action", "is"), ("person", person.as_str())];
    site.post(&reviewer, &format!("/desk/photos/{}/faces", site.photo), &tag).expect(403);
}

fn con_5_rts_10_a_no_and_a_freeze() {
    let site = Site::new();
    let question = asked(&site, site.world.anna);
    let anna = site.person(site.world.anna);
    site.post(&anna, "/me/object", &[("wish", "freeze")]).expect(303);
    assert!(!site.get(&anna, "/me/found").expect(200).text().contains(&question), "RTS-10");
    site.get(&anna, &format!("/me/found/{question}/picture")).expect(404);
    assert_eq!(site.store.read().unwrap().group_counts().unwrap().0, 1, "frozen, and kept");
    site.post(&anna, "/me/object", &[("wish", "unfreeze")]).expect(303);
    assert!(site.get(&anna, "/me/found").text().contains(&question));
    site.post(&anna, "/me/answer", &[("purpose", "find"), ("answer", "no")]).expect(303);
    let reader = site.store.read().unwrap();
    assert_eq!(reader.group_counts().unwrap().0, 0, "CON-5");
    assert!(reader.suggestions_to(site.world.anna).unwrap().is_empty());
    drop(reader);
    let keys = site.store.vault().list().unwrap();
    assert!(!keys.iter().any(|key| key.to_string().starts_with("template:")), "KEY-4");
}

fn rts_2_the_package_tells_of_a_template() {
    let site = Site::new();
    // The package has it as the bytes that it is.
    let question = asked(&site, site.world.anna).replace('-', "");
    let data = |who: &Who| {
        let answer = site.post(who, "/me/download", &[]).expect(200);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).unwrap();
        let mut data = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("data.json").unwrap(), &mut data).unwrap();
        data
    };
    let own = data(&site.person(site.world.anna));
    assert!(own.contains("they mean something to one model only") && own.contains(&question), "{own}");
    // The page says the same in a word.
    for (who, says) in [(site.world.anna, "kept, since you enrolled"), (site.world.ben, "none: your face")] {
        let page = site.get(&site.person(who), "/me/data").expect(200).text();
        assert!(page.contains(says), "{says}");
    }
    let other = data(&site.person(site.world.ben));
    assert!(
        other.contains("no numbers are kept that were made from your face") && !other.contains(&question)
    );
    assert!(
        site.get(&site.person(site.world.anna), "/me/data")
            .expect(200)
            .text()
            .contains("Numbers made from your face")
    );
}

fn bys_7_what_is_missing() {
    let site = Site::new();
    let (privacy, album) = (site.staff(Role::Privacy), site.world.album);
    let path = format!("/desk/albums/{album}/group");
    let page = site.get(&privacy, &path).expect(200).text();
    assert!(page.contains("has no closed group") && page.contains("Consent may be invalid"), "{page}");
    site.post(&privacy, &path, &[("profile", "school")]).expect(303);
    let anna = site.world.anna.to_string();
    let expect = [("person", anna.as_str()), ("expected", "yes")];
    site.post(&privacy, &format!("{path}/roster"), &expect).expect(303);
    let attested = [
        ("closed", "yes"),
        ("all_agreed", "yes"),
        ("assessment", "file 7"),
        ("assessment_on", "2026-09-01"),
        ("assessment_sha256", &"ab".repeat(32)),
        ("notice_on", "2026-08-01"),
        ("captured_from", "2026-08-01"),
        ("accountable", "the head"),
        ("until", "2027-06-30"),
        ("ceiling", "5"),
        ("opinion", "file 8"),
        ("opinion_on", "2026-09-01"),
    ];
    site.post(&privacy, &format!("{path}/attest"), &attested).expect(303);
    let page = site.get(&privacy, &path).expect(200).text();
    for missing in [
        "The yes of somebody expected",
        "people were told too late",
        "A measured threshold",
        "Consultation of those concerned",
    ] {
        assert!(page.contains(missing), "{missing}: {page}");
    }
    // The form asks for both records; the list of what is missing names one.
    let list = page.split("id=\"gate-title\"").nth(1).unwrap().split("</ul>").next().unwrap();
    assert!(!list.contains("Opinion of the data protection officer"), "{list}");
    assert!(!list.contains(ANNA), "BYS-7: {list}");
    site.post(&privacy, &format!("{path}/compare"), &[]).expect(409);
    // TRA-4: that the list was looked at is on record.
    let reader = site.store.read().unwrap();
    let newest: Vec<Vec<u8>> =
        reader.newest_entries(3).unwrap().into_iter().map(|(_, entry)| entry).collect();
    assert!(newest.iter().any(|entry| String::from_utf8_lossy(entry).contains("\"listed\"")), "a look");
    drop(reader);
    site.post(&privacy, &format!("{path}/pause"), &[("paused", "yes")]).expect(303);
    assert!(site.get(&privacy, &path).text().contains("somebody has closed it for now"));
    for role in [Role::Photographer, Role::Reviewer, Role::Publisher] {
        site.get(&site.staff(role), &path).expect(403);
    }
}

fn tra_3_the_status_page_names_the_basis() {
    let site = Site::new();
    asked(&site, site.world.anna);
    let text = site.get(&Who::Nobody, "/status").expect(200).text();
    let says = |what: &str, value: &str| {
        let row = text.split(&format!("<dt>{what}</dt>")).nth(1).unwrap();
        assert!(row.starts_with(&format!("<dd>{value}</dd>")), "{what}: {row:.60}");
    };
    says("Face templates stored", "1");
    says("Face templates computed for a moment", "0");
    says("What kind of group", "People who come together of their own will");
    says("Photos that are compared", "all of the album");
    assert!(text.contains("Closed: faces are hidden, and compared with nobody"));
    assert!(!text.contains(ANNA) && !text.contains("Kanarienvogel"));
}

fn abu_2_a_person_is_told() {
    const TOLD: &str = "Somebody enrolled by this link";
    let site = Site::new();
    let question = enrolled(&site, site.world.anna, 1);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    for _ in 0..2 {
        let page = site.get(&anna, "/me").expect(200).text();
        assert!(page.contains(TOLD) && page.contains("This stays here for a day"), "on every visit: {page}");
    }
    assert!(!site.get(&ben, "/me").text().contains(TOLD));
    assert!(site.get_in(&anna, "/me", "fr").text().contains("Quelqu&#39;un s&#39;est inscrit par ce lien"));
    // Nothing is shown on the first day, not even to whoever knows where it would be.
    assert!(!site.get(&anna, "/me/found").expect(200).text().contains(&question));
    site.get(&anna, &format!("/me/found/{question}/picture")).expect(404);
    site.post(&anna, &format!("/me/found/{question}"), &[("answer", "yes")]).expect(404);
    site.post(&anna, "/me/enrolled", &[]).expect(409);
    // A day later there is something to see, and it can be put away.
    let site = site.at("2026-10-03T12:00:00Z");
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    assert!(site.get(&anna, "/me/found").expect(200).text().contains(&question));
    assert!(site.get(&anna, "/me").text().contains("action=\"/me/enrolled\""));
    site.post(&ben, "/me/enrolled", &[]).expect(409);
    site.post(&anna, "/me/enrolled", &[]).expect(303);
    assert!(!site.get(&anna, "/me").text().contains(TOLD));
    site.post(&anna, "/me/enrolled", &[]).expect(409);

    // One press ends it (CON-5), and it is told all the same, for thirty days.
    let site = Site::new();
    enrolled(&site, site.world.anna, 1);
    let anna = site.person(site.world.anna);
    site.post(&anna, "/me/answer", &[("purpose", "find"), ("answer", "no")]).expect(303);
    assert_eq!(site.store.read().unwrap().group_counts().unwrap().0, 0);
    let page = site.get(&anna, "/me").text();
    assert!(page.contains(TOLD) && page.contains("The numbers made then are gone"), "{page}");
    assert!(!page.contains("End it: the numbers"));
    let site = site.at("2026-11-02T12:00:00Z");
    let anna = site.person(site.world.anna);
    assert!(!site.get(&anna, "/me").text().contains(TOLD));
}

fn abu_2_the_desk_hands_out_codes() {
    let site = Site::new();
    let (privacy, album) = (site.staff(Role::Privacy), site.world.album);
    let path = format!("/desk/albums/{album}/group");
    site.post(&privacy, &path, &[("profile", "free")]).expect(303);
    // Nobody is expected yet.
    site.post(&privacy, &format!("{path}/codes"), &[]).expect(404);
    let (anna, ben) = (site.world.anna, site.world.ben);
    for person in [anna, ben] {
        let person = person.to_string();
        let fields = [("person", person.as_str()), ("expected", "yes")];
        site.post(&privacy, &format!("{path}/roster"), &fields).expect(303);
    }
    let page = site.post(&privacy, &format!("{path}/codes"), &[]).expect(200).text();
    let codes: Vec<EnrolmentCode> = page
        .split("<strong class=\"code\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(codes.len(), 2, "{page}");
    assert!(page.contains(ANNA) && page.contains("never by the channel by which their link went"));
    // On paper each says what to do with it, in the words of the page where it is typed.
    let slip = "choose &#34;Let myself be found&#34;, and type this code";
    assert_eq!(page.matches(slip).count(), 2, "{page}");
    // Each is its person's, and nobody else's.
    let mut tx = site.store.begin(site.now()).unwrap();
    let right = [anna, ben]
        .map(|who| codes.iter().filter(|code| tx.use_enrolment_code(album, who, code).is_ok()).count());
    assert_eq!(right, [1, 1]);
    drop(tx);
    // The text to send is there for everybody expected, whoever enrolled, and in their language.
    let page = site.get(&privacy, &path).expect(200).text();
    assert_eq!(page.matches("class=\"copy\" readonly").count(), 2, "{page}");
    let language = site.store.read().unwrap().subject_language(anna).unwrap();
    let start = if language.as_str() == "fr" { "Bonjour " } else { "Hello " };
    assert!(page.contains(&format!("{start}{ANNA}")), "{page}");
    site.get(&site.staff(Role::Reviewer), &path).expect(403);
}

fn acc_7_con_5_the_desk_deletes_a_group() {
    let site = Site::new();
    asked(&site, site.world.anna);
    let (privacy, album) = (site.staff(Role::Privacy), site.world.album);
    let path = format!("/desk/albums/{album}/group");
    let manifest = grata::app::models::manifest::named("find").unwrap();
    let calibration = |model: &str| {
        format!(
            "grata_calibration = 1\npack = \"test\"\nmodel_sha256 = \"{model}\"\nmeasure = \"euclidean\"\n\
             threshold = 0.48\nlead = 0.02\nfalse_disclosures = 0.05\nfaces = 500\nroster = 10\n\
             fmr_upper = 0.00001\npeople = 1000\npairs = 499500\nmade = \"2026-11-22\"\n"
        )
    };
    let send = |text: &str| {
        let token = grata::web::csrf::token(privacy.secret());
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x\r\n\
             content-disposition: form-data; name=\"calibration\"; filename=\"album.toml\"\r\n\r\n{text}\r\n--x--\r\n"
        );
        let headers =
            [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
        site.ask(&privacy, axum::http::Method::POST, &format!("{path}/calibration"), &headers, body.into())
    };
    // A threshold of another model is refused, and so is what is none (ABU-16).
    send(&calibration(&"0".repeat(64))).expect(403);
    send("threshold = 0.9").expect(422);
    let has = || site.store.read().unwrap().group(album).unwrap().unwrap().attested.calibration.is_some();
    assert!(!has());
    send(&calibration(manifest.model.sha256.text())).expect(303);
    assert!(has());
    let page = site.get(&privacy, &path).expect(200).text();
    assert!(
        !page.contains("A measured threshold.") && page.contains("An impact assessment"),
        "ACC-7: {page}"
    );
    // Deleted by somebody who says that they mean it, with all templates and their keys.
    site.post(&privacy, &format!("{path}/delete"), &[]).expect(422);
    assert_eq!(site.store.read().unwrap().group_counts().unwrap().0, 1);
    site.post(&privacy, &format!("{path}/delete"), &[("sure", "yes")]).expect(303);
    let reader = site.store.read().unwrap();
    assert!(reader.group(album).unwrap().is_none());
    assert_eq!(reader.group_counts().unwrap().0, 0);
    assert!(reader.suggestions_to(site.world.anna).unwrap().is_empty());
    drop(reader);
    let keys = site.store.vault().list().unwrap();
    assert!(!keys.iter().any(|key| key.to_string().starts_with("template:")), "KEY-4");
    assert!(site.get(&privacy, &path).expect(200).text().contains("has no closed group"));
}
