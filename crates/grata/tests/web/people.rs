//! The page of a person: their answers, their photos, their rights.

use grata::app::channels;
use grata_core::signed::Document;
use grata_store::blobs::BlobKey;
use grata_store::queries::accounts::Role;
use serde_json::Value;

use crate::site::{Site, Who};
use crate::world::ANNA;

pub const TESTS: &[(&str, fn())] = &[
    ("con_3_con_5_yes_and_no_are_one_tap_each_and_nothing_is_ticked", con_3_con_5_one_tap_each),
    ("con_5_rts_12_a_withdrawal_takes_a_photo_out_of_the_gallery_at_once", con_5_a_withdrawal_acts_at_once),
    ("con_5_pub_7_a_retired_channel_takes_nothing_new_and_lets_go", con_5_pub_7_a_retired_channel),
    ("tra_4_who_looked_is_told_to_the_person", tra_4_who_looked_is_told_to_the_person),
    ("tra_4_a_picture_without_its_page_is_a_look_too", tra_4_a_picture_is_a_look),
    ("rts_12_who_objects_to_everything_reads_it_and_takes_it_back", rts_12_who_objects_to_everything),
    ("con_8_whoever_is_invited_is_of_a_country_and_nothing_that_was_filled_in_is_lost", con_8_a_country),
    ("con_8_con_10_a_child_of_fourteen_and_a_guardian_both_have_to_say_yes", con_8_con_10_both_say_yes),
    ("tra_1_a_child_reads_the_notice_for_children", tra_1_the_notice_for_children),
    ("rts_7_not_me_holds_against_the_reviewer", rts_7_not_me_holds_against_the_reviewer),
    ("rts_2_the_package_has_their_photo_and_nobody_else_s_face", rts_2_the_package),
    ("rts_8_a_person_erases_themselves_and_gets_the_certificate", rts_8_a_person_erases_themselves),
    ("bys_8_anybody_hides_a_place_without_an_account", bys_8_anybody_hides_a_place),
    ("abu_18_one_person_s_link_opens_nothing_of_another", abu_18_one_link_opens_nothing_of_another),
];

fn answer(site: &Site, who: &Who, what: &str) {
    site.post(who, "/me/answer", &[("purpose", "publish:website"), ("answer", what)]).expect(303);
}

fn con_3_con_5_one_tap_each() {
    let site = Site::new();
    let ben = site.person(site.world.ben);
    let page = site.get(&ben, "/me").expect(200).text();
    assert!(!page.contains(" checked") && !page.contains(" selected"), "CON-3");
    assert_eq!(page.matches("aria-pressed=\"true\"").count(), 0, "nothing is answered before");
    // Each question has one form with two buttons: a tap for yes, a tap for no, no page in between.
    assert_eq!(page.matches("action=\"/me/answer\"").count(), 4);
    answer(&site, &ben, "yes");
    let page = site.get(&ben, "/me").text();
    assert_eq!(page.matches("aria-pressed=\"true\"").count(), 1, "one answer leaves the others as they are");
    assert!(page.contains("Shown, until 2 October 2027"), "{page}");
    answer(&site, &ben, "no");
    assert!(site.get(&ben, "/me").text().contains("You took your yes back: hidden."));
}

fn con_5_a_withdrawal_acts_at_once() {
    let site = Site::new();
    let file = site.release().remove(0);
    let (anna, guest) = (site.person(site.world.anna), site.guest());
    let picture = format!("/gallery/{file}");
    site.get(&guest, &picture).expect(200);
    site.get(&guest, &format!("{picture}/small")).expect(200);
    let kept = site.store.read().unwrap().rendition_called(&file).unwrap().unwrap().rendition;
    let blobs = BlobKey::of_rendition(kept.photo, kept.id);
    assert!(blobs.iter().all(|blob| site.store.blobs().get(site.store.vault(), *blob).is_ok()));
    answer(&site, &anna, "no");
    // Whether or not the recall has run by now.
    site.get(&guest, &picture).expect(404);
    site.get(&guest, &format!("{picture}/small")).expect(404);
    assert!(!site.get(&guest, "/gallery").expect(200).text().contains(&file));
    // And it runs by itself: the webmaster's list names the file and the one that takes its place.
    let publisher = site.staff(Role::Publisher);
    let table = || site.get(&publisher, "/desk/recalls.csv").text();
    site.wait_for(|| table().contains(&format!("{file},")) && table().contains(",replace,"));
    assert!(!table().contains(ANNA));
    // PUB-7: the small picture is dead as well.
    assert!(blobs.iter().all(|blob| site.store.blobs().get(site.store.vault(), *blob).is_err()));
}

fn con_5_pub_7_a_retired_channel() {
    let site = Site::new();
    let file = site.release().remove(0);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    let (guest, publisher) = (site.guest(), site.staff(Role::Publisher));
    channels::retire(&site.store, &"website".parse().unwrap(), true, site.pages.by()).unwrap();
    // Nothing new: no question for who has not answered, no yes for who has, no release, no link.
    assert!(!site.get(&ben, "/me").expect(200).text().contains("publish:website"));
    let yes = [("purpose", "publish:website"), ("answer", "yes")];
    site.post(&ben, "/me/answer", &yes).expect(403);
    let page = site.get(&anna, "/me").expect(200).text();
    let question = page.split("publish:website").nth(1).unwrap().split("</li>").next().unwrap();
    assert!(!question.contains("value=\"yes\"") && question.contains("value=\"no\""), "{question}");
    assert!(question.contains("You can still take your yes back."));
    let album = format!("/desk/albums/{}", site.world.album);
    let order = [("channel", "website")];
    site.post(&publisher, &format!("{album}/release"), &order).expect(403);
    site.post(&publisher, &format!("{album}/share"), &order).expect(403);
    // What is out stays out ...
    site.get(&guest, &format!("/gallery/{file}")).expect(200);
    let page = site.get(&publisher, &format!("{album}/release?channel=website")).expect(200).text();
    assert!(page.contains("This channel is retired") && page.contains("/zip/website"));
    site.get(&publisher, &format!("{album}/zip/website")).expect(200);
    // ... until a yes behind it ends: then it is recalled and made anew, as ever.
    answer(&site, &anna, "no");
    site.get(&guest, &format!("/gallery/{file}")).expect(404);
    site.wait_for(|| site.showable().len() == 1);
    let new = site.get(&guest, &format!("/gallery/{}", site.showable()[0])).expect(200);
    assert_eq!(crate::photos::colours(&new.body), Vec::<usize>::new());
}

fn tra_4_who_looked_is_told_to_the_person() {
    let site = Site::new();
    let (anna, reviewer) = (site.person(site.world.anna), site.staff(Role::Reviewer));
    let looks = |site: &Site| site.get(&anna, "/me/data").expect(200).text().matches("Looked at").count();
    assert_eq!(looks(&site), 0);
    site.get(&reviewer, &format!("/desk/photos/{}", site.photo)).expect(200);
    assert_eq!(looks(&site), 1);
    let privacy = site.staff(Role::Privacy);
    site.get(&privacy, &format!("/desk/people/{}", site.world.anna)).expect(200);
    assert_eq!(looks(&site), 2);
}

fn tra_4_a_picture_is_a_look() {
    let site = Site::new();
    let anna = site.person(site.world.anna);
    let looks = || site.get(&anna, "/me/data").expect(200).text().matches("Looked at").count();
    let (page, picture) =
        (format!("/desk/photos/{}", site.photo), format!("/desk/photos/{}/review", site.photo));
    // The page and what is on it are one look.
    let reviewer = site.staff(Role::Reviewer);
    for path in [&page, &picture, &picture] {
        site.get(&reviewer, path).expect(200);
    }
    assert_eq!(looks(), 1);
    // Somebody else who takes the picture alone has looked as well, once.
    let other = site.staff(Role::Reviewer);
    for _ in 0..2 {
        site.get(&other, &picture).expect(200);
    }
    assert_eq!(looks(), 2);
    // Names by two letters at a time are the list, once an hour; fewer letters give nobody.
    let names = |letters: &str| format!("/desk/albums/{}/people?q={letters}", site.world.album);
    site.get(&other, &names("a")).expect(200);
    assert_eq!(looks(), 2);
    for letters in ["an", "be", "an"] {
        site.get(&other, &names(letters)).expect(200);
    }
    assert_eq!(looks(), 3);
}

fn rts_12_who_objects_to_everything() {
    let site = Site::new();
    site.release();
    let (anna, publisher) = (site.person(site.world.anna), site.staff(Role::Publisher));
    let wish = |who: &Who, wish| site.post(who, "/me/object", &[("wish", wish)]);
    assert!(standing(&site, &anna).starts_with("Shown, until"));
    wish(&anna, "no-longer-object").expect(404);
    // Pressed twice it is one objection.
    wish(&anna, "object").expect(303);
    wish(&anna, "object").expect(303);
    let objections = || site.store.read().unwrap().objections_of(site.world.anna).unwrap().len();
    assert_eq!(objections(), 1);
    assert!(standing(&site, &anna).starts_with("You object to every picture: hidden"));
    assert!(site.get(&anna, "/me").text().contains("You are hidden in every picture"));
    // Those who work with photos read the same.
    let picked = format!("/desk/albums/{}/people?q=an", site.world.album);
    let reviewer = site.staff(Role::Reviewer);
    assert!(site.get(&reviewer, &picked).expect(200).text().contains("somebody objects"));
    let list = site.get(&publisher, "/desk/people").expect(200).text();
    let line = list.split(crate::world::ANNA).nth(1).unwrap().split("</tr>").next().unwrap().to_string();
    assert!(line.contains("somebody objects") && !line.contains("class=\"answer yes\""), "{line}");

    wish(&anna, "no-longer-object").expect(303);
    assert!(standing(&site, &anna).starts_with("Shown, until"));
    // Of a child and a guardian, neither takes back what may be the other's.
    let (_, _, child, parent) = site.child();
    wish(&child, "object").expect(303);
    for who in [&parent, &child] {
        wish(who, "no-longer-object").expect(403);
        assert!(!site.get(who, "/me").text().contains("value=\"no-longer-object\""));
    }

    // One photo that they object to says so from then on.
    let photo = site.photo;
    let page = site.get(&anna, "/me").text();
    assert!(page.contains("Do not use this photo") && !page.contains("not used any more"));
    for _ in 0..2 {
        site.post(&anna, &format!("/me/photos/{photo}/object"), &[]).expect(303);
    }
    let page = site.get(&anna, "/me").text();
    assert!(!page.contains("Do not use this photo") && page.contains("This photo is not used any more"));
    assert_eq!(site.store.read().unwrap().open_objections().unwrap().len(), 2, "the child's and this one");
}

fn con_8_a_country() {
    let site = Site::new();
    let privacy = site.staff(Role::Privacy);
    let album = site.world.album.to_string();
    let invite = |country, born| {
        let fields = [
            ("album", album.as_str()),
            ("name", "Lena"),
            ("contact", "lena@example.org"),
            ("age", "born"),
            ("born", born),
            ("country", country),
            ("guardian", ""),
            ("guardian_contact", ""),
        ];
        site.post(&privacy, "/desk/people", &fields)
    };
    let field = |page: &str| page.split("name=\"country\" value=\"").nth(1).unwrap()[..2].to_string();
    assert_eq!(field(&site.get(&privacy, "/desk/people").expect(200).text()), "FR");
    grata::app::settings::set(&site.store, "country", "DE", site.by()).unwrap();
    assert_eq!(field(&site.get(&privacy, "/desk/people").text()), "DE");
    assert!(grata::app::settings::set(&site.store, "country", "Germany", site.by()).is_err());
    let before = site.store.read().unwrap().subjects().unwrap();
    for (country, born) in [("DE", ""), ("Germany", "2011-05-01")] {
        let page = invite(country, born).expect(422).text();
        for kept in ["value=\"Lena\"", "value=\"lena@example.org\"", "value=\"born\" checked"] {
            assert!(page.contains(kept), "{kept}: {page}");
        }
        assert!(page.contains(&format!("name=\"country\" value=\"{country}\"")), "{page}");
    }
    assert_eq!(site.store.read().unwrap().subjects().unwrap(), before);
    // Fifteen years old: alone in France, with a guardian in Germany.
    invite("de", "2011-05-01").expect(200);
    let reader = site.store.read().unwrap();
    let new = reader.subjects().unwrap().into_iter().find(|one| !before.contains(one)).unwrap();
    assert_eq!(reader.subject(new).unwrap().unwrap().country.to_string(), "DE");
}

/// What the page says about the website, in English.
fn standing(site: &Site, who: &Who) -> String {
    let page = site.get(who, "/me").expect(200).text();
    let card = page.split("value=\"publish:website\"").nth(1).unwrap();
    let says = card.split("class=\"standing").nth(1).unwrap().split_once('>').unwrap().1;
    says.split('<').next().unwrap().to_string()
}

fn con_8_con_10_both_say_yes() {
    let site = Site::new();
    let (subject, guardian, child, parent) = site.child();
    let says = |to_child: &str, to_parent: &str| {
        for (who, expected) in [(&child, to_child), (&parent, to_parent)] {
            let says = standing(&site, who);
            assert!(says.starts_with(expected), "{expected}: {says}");
        }
    };
    // The child alone; then a guardian whom nobody has checked; then one who was.
    answer(&site, &child, "yes");
    says("A guardian has to say yes as well", "You have to say yes as well");
    answer(&site, &parent, "yes");
    let unchecked = "Somebody still has to check that the guardian may answer";
    says(unchecked, unchecked);
    grata::app::people::verify_guardian(&site.store, subject, guardian, "by telephone", site.by()).unwrap();
    says("Shown, until", "Shown, until");
    // Neither overrules the other's no.
    answer(&site, &child, "no");
    says("You took your yes back", "The child took the yes back");
    answer(&site, &parent, "no");
    answer(&site, &parent, "yes");
    says("You took your yes back", "The child took the yes back");
    answer(&site, &child, "yes");
    says("Shown, until", "Shown, until");
    answer(&site, &parent, "no");
    says("A guardian took the yes back", "A guardian took the yes back");
    // Somebody else's guardian answers for nobody here.
    let (_, _, other, _) = site.child();
    assert!(standing(&site, &other).starts_with("Not answered"));
    // The guardian alone is not enough either.
    let (subject, guardian, child, parent) = site.child();
    grata::app::people::verify_guardian(&site.store, subject, guardian, "by telephone", site.by()).unwrap();
    answer(&site, &parent, "yes");
    assert!(standing(&site, &child).starts_with("You have to say yes as well"));
    assert!(standing(&site, &parent).starts_with("The child has to say yes as well"));
}

fn tra_1_the_notice_for_children() {
    let site = Site::new();
    let (_, _, child, parent) = site.child();
    let anna = site.person(site.world.anna);
    let words = "child-notice notice-text\">";
    for language in ["en", "fr"] {
        for who in [&child, &parent] {
            let page = site.get_in(who, "/me", language).expect(200).text();
            assert!(page.contains(words), "open, before everything else: {language}");
        }
        let page = site.get_in(&anna, "/me", language).expect(200).text();
        assert!(!page.contains(words) && page.contains("<details class=\"card notice\""), "{language}");
    }
    assert!(site.get_in(&parent, "/me", "fr").text().contains("Pour Zoé Enfant"));
}

fn rts_7_not_me_holds_against_the_reviewer() {
    let site = Site::new();
    let (anna, reviewer) = (site.person(site.world.anna), site.staff(Role::Reviewer));
    assert!(site.get(&anna, "/me").text().contains("Not me"));
    site.post(&anna, &format!("/me/photos/{}/not-me", site.photo), &[]).expect(303);
    assert!(!site.get(&anna, "/me").text().contains("Not me"));
    let face = site.store.read().unwrap().photo(site.photo).unwrap().unwrap().faces[0].id.to_string();
    let person = site.world.anna.to_string();
    let tag = [("face", face.as_str()), ("action", "is"), ("person", person.as_str())];
    let path = format!("/desk/photos/{}/faces", site.photo);
    site.post(&reviewer, &path, &tag).expect(403);
}

fn rts_2_the_package() {
    let site = Site::new();
    let anna = site.person(site.world.anna);
    let answer = site.post(&anna, "/me/download", &[]).expect(200);
    assert_eq!(answer.kind(), "application/zip");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).unwrap();
    let mut data = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("data.json").unwrap(), &mut data).unwrap();
    assert!(data.contains(ANNA) && !data.contains("Ben Example"));
    let name = zip
        .file_names()
        .map(|name| name.unwrap().to_string())
        .find(|name| name.starts_with("photos/"))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("own.jpg");
    std::io::copy(&mut zip.by_name(&name).unwrap(), &mut std::fs::File::create(&place).unwrap()).unwrap();
    assert_eq!(crate::world::seen(&place), [0], "Anna is red; everybody else is hidden");
}

fn rts_8_a_person_erases_themselves() {
    let site = Site::new();
    let file = site.release().remove(0);
    let (anna, guest) = (site.person(site.world.anna), site.guest());
    assert!(site.get(&anna, "/me/erase").expect(200).text().contains("1 released photo that shows you"));
    let page = site.post(&anna, "/me/erase", &[]).expect(200).text();
    let certificate = page.split("rows=\"12\"").nth(1).unwrap().split('>').nth(1).unwrap();
    let certificate = certificate.split("</textarea").next().unwrap().replace("&#34;", "\"");
    let certificate: Value = serde_json::from_str(&certificate).unwrap();
    Document::verify(&certificate.to_string(), Some(&site.store.verifying_key())).unwrap();
    site.get(&anna, "/me").expect(404);
    site.get(&guest, &format!("/gallery/{file}")).expect(404);
}

fn bys_8_anybody_hides_a_place() {
    let site = Site::new();
    let file = site.release().remove(0);
    let nobody = &Who::Nobody;
    // An address as it is copied from a website leads to the picture.
    let found = site.get(nobody, &format!("/object?file=https://club.example/img/{file}?w=300"));
    assert_eq!(found.expect(303).location(), format!("/object/{file}"));
    site.get(nobody, &format!("/object/{file}")).expect(200);
    // Anna is shown at the left; the place around her is pointed at.
    let place = [("x", "30"), ("y", "100"), ("width", "90"), ("height", "110")];
    let done = site.post_without_token(nobody, &format!("/object/{file}"), &place, "same-origin").expect(303);
    assert_eq!(done.location(), "/object?done=1");
    site.get(nobody, &format!("/object/{file}/picture")).expect(404);
    assert!(!site.showable().contains(&file));
    // The new one hides it, and the privacy officer sees what to decide.
    site.wait_for(|| site.showable().len() == 1);
    let privacy = site.staff(Role::Privacy);
    let page = site.get(&privacy, "/desk/requests").expect(200).text();
    assert!(page.contains("To a place in a photo"));
    let new = site.get(nobody, &format!("/object/{}/picture", site.showable()[0])).expect(200);
    assert_eq!(crate::photos::colours(&new.body), Vec::<usize>::new());
}

fn abu_18_one_link_opens_nothing_of_another() {
    let site = Site::new();
    let stranger = site.stranger("Zoe Other");
    let zoe = site.person(stranger);
    let photo = site.photo;
    site.get(&zoe, "/me").expect(200);
    site.get(&zoe, &format!("/me/photos/{photo}")).expect(404);
    site.post(&zoe, &format!("/me/photos/{photo}/not-me"), &[]).expect(404);
    site.post(&zoe, &format!("/me/photos/{photo}/object"), &[]).expect(404);
    site.get(&zoe, "/me/receipts/1").expect(404);
    assert!(!site.get(&zoe, "/me/data").text().contains(ANNA));
    // A page of the desk is no page for a person.
    assert_eq!(site.get(&zoe, "/desk").expect(303).location(), "/sign-in");
}
