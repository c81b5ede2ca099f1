//! The sign of an event (TRA-2), read by another reader than the one that wrote it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "support/house.rs"]
mod house;

use std::fs;

use house::{ALBUM, House};
use lopdf::{Document, Object};

/// The words of the only page, without what breaks lines, and its width and height in points.
fn read(bytes: &[u8]) -> (String, [f32; 2]) {
    let document = Document::load_mem(bytes).unwrap();
    let pages = document.get_pages();
    assert_eq!(pages.len(), 1);
    let words = document.extract_text(&[1]).unwrap();
    let page = document.get_dictionary(pages[&1]).unwrap();
    let sides = page.get(b"MediaBox").unwrap().as_array().unwrap().iter().map(Object::as_float);
    let sides: Vec<f32> = sides.map(Result::unwrap).collect();
    // Every font is in the file: a printer has none of its own for this.
    let fonts = document.objects.values().filter_map(|object| object.as_dict().ok());
    let described = fonts.filter(|dict| dict.has_type(b"FontDescriptor")).collect::<Vec<_>>();
    assert_eq!(described.len(), 2);
    for font in described {
        assert!(font.has(b"FontFile2") || font.has(b"FontFile3"), "{font:?}");
    }
    (words.split_whitespace().collect(), [sides[2] - sides[0], sides[3] - sides[1]])
}

#[track_caller]
fn says(words: &str, what: &str) {
    let wanted: String = what.split_whitespace().collect();
    assert!(words.contains(&wanted), "{what}: {words}");
}

#[test]
fn tra_2_a_sign_in_each_language_says_what_the_album_says_and_where_to_read_it() {
    let house = House::new();
    house.run(&["settings", "set", "address", "https://photos.example.org"]).expect(0);
    let album = house.json(&["album", "list"]).expect(0).line();
    let lines = house.json(&["notice", "--album", ALBUM, "--out", "signs"]).expect(0).lines();
    let address = format!("https://photos.example.org/notice/{}", album["id"].as_str().unwrap());
    let languages: Vec<&str> = lines.iter().map(|line| line["language"].as_str().unwrap()).collect();
    assert_eq!(languages, ["en", "fr"]);
    for (line, heading, until) in [
        (&lines[0], "Photos are taken here", "31 December 2099"),
        (&lines[1], "Ici, on prend des photos", "31 décembre 2099"),
    ] {
        assert_eq!(line["address"], address.as_str());
        let (words, [width, height]) = read(&fs::read(house.path(line["sign"].as_str().unwrap())).unwrap());
        assert!((width - 595.28).abs() < 0.1 && (height - 841.89).abs() < 0.1, "A4: {width} x {height}");
        for what in [heading, ALBUM, &address, "privacy@example.org", "club news", "Mill Lane 1", until] {
            says(&words, what);
        }
    }
    let code = image::open(house.path("signs/code.png")).unwrap().to_luma8();
    let (width, height) = (code.width() as usize, code.height() as usize);
    let mut code = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        code.get_pixel(x as u32, y as u32).0[0]
    });
    assert_eq!(code.detect_grids()[0].decode().unwrap().1, address);
    // What is there is not written over.
    let again = house.run(&["notice", "--album", ALBUM, "--out", "signs"]).expect(1);
    assert!(again.errors.contains("is there already"), "{}", again.errors);
    house.run(&["notice", "--album", "Nowhere", "--out", "other"]).expect(1);
    assert!(!house.path("other").exists());
}

#[test]
fn tra_2_what_does_not_fit_on_a_sign_is_said_and_nothing_is_written() {
    let house = House::new();
    let long = "Summer party of everybody ".repeat(20);
    for (title, why) in
        [("運動会 2026", "which the sign cannot show"), (long.trim(), "too long for the sign")]
    {
        house.album(title);
        let refused = house.run(&["notice", "--album", title, "--out", "signs"]).expect(1);
        assert!(refused.errors.contains(why), "{}", refused.errors);
        assert!(fs::read_dir(house.path("signs")).map_or(0, Iterator::count) == 0, "nothing is left");
    }
    // Long is fine as long as it can be read.
    let title = "Fête des écoles du canton, avec la course des grands et le cœur des petits";
    house.album(title);
    house.run(&["notice", "--album", title, "--out", "signs"]).expect(0);
    says(&read(&fs::read(house.path("signs/sign-fr.pdf")).unwrap()).0, title);
}
