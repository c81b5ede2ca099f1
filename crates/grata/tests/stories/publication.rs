//! The story of twenty photos, told by commands alone.
//!
//! Anna said yes to the website, Ben signed a form for the printed magazine, Carla was never asked, and
//! nobody knows who the others are. Read it from top to bottom.

use std::collections::BTreeSet;

use crate::house::ALBUM;
use crate::real_photos;
use crate::steps::{Story, in_restored};

pub const TESTS: &[(&str, fn())] = &[(
    "col_2_con_3_con_5_con_6_con_11_pub_1_pub_5_pub_7_pub_8_rts_2_rts_8_rts_9_rts_14_acc_1_acc_3_acc_9_key_5_\
     twenty_photos_from_the_first_day_to_the_last",
    twenty_photos,
)];

pub const ANNA: &str = "Anna Kanarienvogel";
pub const ANNAS_ADDRESS: &str = "anna.kanarienvogel@example.org";
pub const BEN: &str = "Ben Zaunkoenig";
pub const CARLA: &str = "Carla Rotkehlchen";

fn twenty_photos() {
    let Some(photos) = real_photos::folder_and_model("twenty_photos") else { return };
    let story = Story::begin(&photos);

    // An installation, whose log is also kept on another medium; and an album, which has to say what it is.
    story.run(&["init", "--name", "photos.example.org"]).expect(0);
    story.run(&["log", "keep", "--folder", "second/log", "--witness", "second/heads"]).expect(0);
    story.an_album_of_unknown_origin_is_refused();
    story.house.album(ALBUM);

    // The photos come in. A reviewer looks through them and marks what the detector has missed.
    let added = story.json(&["add", ALBUM, "photos"]).expect(0).lines();
    assert_eq!(added.iter().filter(|line| line["status"] == "ok").count(), 20, "{added:?}");
    story.a_reviewer_marks_faces_that_were_missed();

    // People are asked, each by their own link. Each channel is a question of its own.
    let anna = story.invite(&["--name", ANNA, "--contact", ANNAS_ADDRESS, "--adult"]);
    let ben = story.invite(&["--name", BEN, "--adult"]);
    story.invite(&["--name", CARLA, "--adult"]);
    story.says(&anna, "website", "--yes");
    story.signs_a_form(BEN, "print");
    assert_eq!(story.channels_with_a_yes(ANNA), ["website"]);
    assert_eq!(story.channels_with_a_yes(BEN), ["print"]);
    assert_eq!(story.channels_with_a_yes(CARLA), [""; 0]);
    assert!(story.says(&ben, "website", "--no")["hidden_because"] == "refused");

    // A reviewer says who is who. That alone shows nobody.
    for (letter, name) in [("A", ANNA), ("B", BEN), ("C", CARLA)] {
        story.tag_everywhere(letter, name);
    }

    // One album, two ways out. What is hidden differs, and can be counted before anything leaves.
    assert_eq!(story.planned_to_show("website"), BTreeSet::from([ANNA.to_string()]));
    assert_eq!(story.planned_to_show("print"), BTreeSet::from([BEN.to_string()]));
    let website = story.release("website");
    let print = story.release("print");
    story.shows_exactly("website", &website, &["A"]);
    story.shows_exactly("print", &print, &["B"]);
    assert!(story.both_are_in_one_photo(&website, &print), "one of them in each");
    story.says_nothing_about_anybody("website");
    story.says_nothing_about_anybody("print");

    // The night's backup. Anna is in it.
    let identity = story.backup("monday.age");

    // Anna changes her mind, by the link alone. What showed her is recalled, and nothing else.
    assert_eq!(story.may_no_longer_be_shown(), [""; 0]);
    let showed_anna = story.files_showing(&website, "A");
    story.run(&["consent", "withdraw", "--link", &anna]).expect(0);
    assert_eq!(story.may_no_longer_be_shown(), showed_anna);
    story.recall(&showed_anna);
    let website_now = story.release("website");
    story.are_gone_from("website", &showed_anna);
    story.shows_exactly("website", &website_now, &[]);
    story.still_hides_what_it_hid(&website, &website_now);
    assert_eq!(story.release("print"), print, "the magazine is as it was");

    // Anna asks what is held about her, and gets it: her own face, and nobody else's.
    story.access_shows_her_all_of_it();
    // Then she wants to be gone. What would go is said first.
    story.run(&["rights", "erase", ANNA]).expect(0);
    story.run(&["rights", "erase", ANNA, "--yes", "--certificate", "certificate.json"]).expect(0);
    // There is nothing left to be shown to her.
    let nobody = story.run(&["rights", "access", ANNA, "--out", "for-anna-again"]).expect(1);
    assert!(nobody.errors.contains("no such person") && !story.path("for-anna-again").exists());
    story.nothing_is_left_of(&[ANNA, "Kanarienvogel", ANNAS_ADDRESS]);

    // All of it is on record: for the organisation, and for whoever has no more than files and the key.
    let log = story.json(&["log", "verify"]).expect(0).line();
    assert!(log["compared_with"].as_u64() >= Some(5), "{log}");
    let key = log["key"].as_str().unwrap().to_string();
    story.an_outsider_verifies_the_log(&key);

    // The disk breaks, and Monday's backup is all there is. It does not know that Anna is gone; the log does.
    story.restore("monday.age", &identity);
    story.run(&in_restored(&["rights", "access", ANNA, "--out", "for-anna-again"])).expect(1);
    assert_eq!(story.planned_to_show_in("print", "restored"), BTreeSet::from([BEN.to_string()]));
    assert_eq!(story.planned_to_show_in("website", "restored"), BTreeSet::new());
    story.run(&in_restored(&["log", "verify"])).expect(0);

    // Years later the receipts and the certificate still say what they said, without grata's data.
    story.an_outsider_verifies_what_people_were_given(&key);
}
