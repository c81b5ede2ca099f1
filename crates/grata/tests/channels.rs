//! Channels are data: added, named, retired, by commands alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "support/house.rs"]
mod house;

use house::{ALBUM, House};

const TITLES: [&str; 4] = ["--title", "en=School magazine", "--title", "fr=Journal de l'école"];

fn notice(house: &House, language: &str) -> String {
    let line = house.json(&["consent", "notice", ALBUM, "--language", language]).expect(0).line();
    line["text"].as_str().unwrap().to_string()
}

#[test]
fn con_11_tra_5_a_channel_is_added_in_every_language_and_asked_by_itself() {
    let house = House::new();
    let link = house.invite("Alice Martin")["link"].clone();
    let say = ["consent", "record", "--link", link.as_str().unwrap(), "--purpose", "magazine", "--yes"];
    let refused = house.run(&say).expect(1);
    assert!(refused.errors.contains("there is no channel magazine"), "{}", refused.errors);

    // A language is missing, the key is taken or none, a title says nothing: nothing is done.
    let add = ["channel", "add", "magazine"];
    for (arguments, says) in [
        (&["--title", "en=School magazine"][..], "no title in the language `fr`"),
        (&["--title", "en=School magazine", "--title", "fr= "], "the title in `fr` has to be one line"),
        (&[&TITLES[..], &["--title", "de=Schulzeitung"]].concat(), "nobody is asked in the language `de`"),
        (&["--title", "School magazine"], "give a language and a title"),
    ] {
        let refused = house.run(&[&add[..], arguments].concat()).expect(1);
        assert!(refused.errors.contains(says), "{}", refused.errors);
    }
    for key in ["website", "find", "Two Words"] {
        house.run(&[&["channel", "add", key][..], &TITLES].concat()).expect(1);
    }
    assert_eq!(house.json(&["channel", "list"]).expect(0).lines().len(), 4);

    let line = house.json(&[&add[..], &TITLES].concat()).expect(0).line();
    assert_eq!(line["titles"]["fr"], "Journal de l'école");
    assert_eq!((line["audience"].as_str(), line["notices_changed"].as_u64()), (Some("everyone"), Some(1)));
    // Who is asked reads what they are asked.
    assert!(notice(&house, "en").contains("- School magazine\n- Print\n"), "{}", notice(&house, "en"));
    assert!(notice(&house, "fr").contains("- Journal de l'école\n"));
    let said = house.say(&link, "magazine", "--yes");
    assert_eq!((said["answer"].as_str(), said["purpose"].as_str()), (Some("yes"), Some("publish:magazine")));
    // A yes to the one is none to the other.
    let shown = house.json(&["person", "show", "Alice Martin"]).expect(0).line();
    let answers = shown["answers"].as_array().unwrap();
    let of = |channel: &str| answers.iter().find(|one| one["channel"] == channel).unwrap().clone();
    assert!(of("magazine")["shown_until"].is_string() && of("website")["shown_until"].is_null());

    let renamed = ["channel", "rename", "magazine", "--title", "en=The Mill", "--title", "fr=Le Moulin"];
    assert_eq!(house.json(&renamed).expect(0).line()["channel"], "magazine", "the key stays");
    assert!(notice(&house, "en").contains("- The Mill\n"));
    house.run(&["log", "verify"]).expect(0);
}

#[test]
fn con_5_pub_7_a_retired_channel_takes_nothing_new_and_a_yes_to_it_can_be_taken_back() {
    let house = House::new();
    let (alice, bob) =
        (house.invite("Alice Martin")["link"].clone(), house.invite("Bob Durand")["link"].clone());
    house.say(&alice, "print", "--yes");
    let line = house.json(&["channel", "retire", "print"]).expect(0).line();
    assert!(line["retired_on"].is_string());
    assert!(!notice(&house, "en").contains("- Print\n"));
    let again = house.run(&["channel", "retire", "print"]).expect(1);
    assert!(again.errors.contains("is retired already"), "{}", again.errors);
    house.run(&["channel", "retire", "nowhere"]).expect(1);

    let bob = bob.as_str().unwrap();
    for answer in ["--yes", "--no"] {
        let refused =
            house.run(&["consent", "record", "--link", bob, "--purpose", "print", answer]).expect(1).errors;
        assert!(refused.contains("the channel print is retired"), "{refused}");
    }
    let form = ["consent", "form", "Bob Durand", "--album", ALBUM, "--purpose", "print", "--yes"];
    house.run(&[&form[..], &["--signed", "2026-01-05", "--reference", "1"]].concat()).expect(1);
    for order in [
        &["release", "plan", ALBUM, "--channel", "print"][..],
        &["release", "make", ALBUM, "--channel", "print", "--out", "out"],
    ] {
        assert!(house.run(order).expect(1).errors.contains("is retired"), "{order:?}");
    }
    assert!(!house.path("out").exists());
    let alice = alice.as_str().unwrap();
    house.run(&["consent", "withdraw", "--link", alice, "--purpose", "print"]).expect(0);
    // Taken back: it takes new answers again.
    house.run(&["channel", "retire", "print", "--undo"]).expect(0);
    house.run(&["consent", "record", "--link", bob, "--purpose", "print", "--yes"]).expect(0);
}
