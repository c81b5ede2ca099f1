//! `--regions` and `--no-detect`.

use std::fs;

use serde_json::{Value, json};

use crate::world::World;

pub const TESTS: &[(&str, fn())] = &[
    ("what_detect_prints_is_what_regions_reads", what_detect_prints_is_what_regions_reads),
    ("given_regions_are_hidden_besides_or_alone", given_regions_are_hidden_besides_or_alone),
    ("photos_are_matched_by_printed_or_real_path", photos_are_matched_by_printed_or_real_path),
    ("pub_1_a_photo_without_a_line_fails_without_detection", a_photo_without_a_line_fails_without_detection),
    ("pub_1_regions_of_another_picture_fail", regions_of_another_picture_fail),
    ("a_line_that_makes_no_sense_stops_before_anything_is_done", a_line_that_makes_no_sense),
];

fn what_detect_prints_is_what_regions_reads() {
    let world =
        World::with(&[("a.png", "OK"), ("b.png", "NOFACE"), ("c.jpg", "REFUSE"), ("d.txt.jpg", "OK")]);
    world.file("photos/notes.txt", b"hello");
    for (more, lines) in [(&[][..], 3), (&["--json"][..], 5)] {
        let ran = world.run(&[&["detect", "photos"], more].concat());
        ran.expect(2);
        assert_eq!(ran.lines.len(), lines, "{:?}", ran.lines);
        assert!(ran.errors.contains("photos/c.jpg: damaged"), "{}", ran.errors);
        let face = json!({"x": 8, "y": 8, "w": 20, "h": 20, "score": 0.5});
        assert_eq!(
            *ran.line("photos/a.png"),
            json!({"photo": "photos/a.png", "width": 100, "height": 80, "faces": [face]})
        );
        assert_eq!(ran.line("photos/b.png")["faces"], json!([]));
        let text: String = ran.lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(world.path("regions"), text).unwrap();
        let obscured = world.obscure(&["--regions", "regions", "--no-detect", "--overwrite"]);
        obscured.expect(2);
        let given = json!([{"x": 8, "y": 8, "w": 20, "h": 20, "score": null}]);
        assert_eq!(obscured.line("photos/a.png")["faces"], given);
        assert_eq!(obscured.line("photos/b.png")["faces"], json!([]));
        assert!(obscured.reason("photos/c.jpg").contains("no regions"));
    }
}

fn given_regions_are_hidden_besides_or_alone() {
    let world = World::with(&[("a.png", "OK")]);
    world.file("regions", br#"{"photo":"photos/a.png","faces":[{"x":30,"y":40,"w":5,"h":6}]}"#);
    let given = json!({"x": 30, "y": 40, "w": 5, "h": 6, "score": null});
    let both = world.obscure(&["--regions", "regions", "--min-face", "30"]);
    let found = json!({"x": 8, "y": 8, "w": 30, "h": 30, "score": 0.5});
    assert_eq!(both.expect(0).line("photos/a.png")["faces"], json!([found, given]));
    assert!(both.errors.contains("detect model wanted"));
    let alone = world.obscure(&["--regions", "regions", "--no-detect", "--overwrite"]);
    assert_eq!(alone.expect(0).line("photos/a.png")["faces"], json!([given]));
    assert!(!alone.errors.contains("detect model wanted"), "no model is needed: {}", alone.errors);
}

fn photos_are_matched_by_printed_or_real_path() {
    let world = World::with(&[("a.png", "OK"), ("s/b.png", "OK"), ("c.png", "OK")]);
    let line = |photo: &str| {
        format!("{{\"photo\":{},\"faces\":[{{\"x\":1,\"y\":1,\"w\":1,\"h\":1}}]}}\n", json!(photo))
    };
    let text = line("./photos/a.png")
        + &line(world.path("photos/s/b.png").to_str().unwrap())
        + &line("photos/c.png")
        + &line("elsewhere/x.png");
    fs::write(world.path("regions"), text).unwrap();
    let ran = world.obscure(&["--regions", "regions", "--no-detect"]);
    ran.expect(0);
    assert!(
        ran.lines.iter().all(|line| line["faces"].as_array().map(Vec::len) == Some(1)),
        "{:?}",
        ran.lines
    );
    assert!(ran.errors.contains("photo that is not here: elsewhere/x.png"), "{}", ran.errors);
}

fn a_photo_without_a_line_fails_without_detection() {
    let world = World::with(&[("a.png", "OK"), ("b.png", "OK")]);
    world.file("regions", br#"{"photo":"photos/a.png","faces":[]}"#);
    let ran = world.obscure(&["--regions", "regions", "--no-detect"]);
    ran.expect(2);
    assert_eq!(ran.statuses(), [("photos/a.png", "ok"), ("photos/b.png", "failed")]);
    assert_eq!(world.files("out"), ["a.png"]);
}

fn regions_of_another_picture_fail() {
    let cases: [(Value, &str); 2] = [
        (
            json!({"photo": "photos/a.png", "width": 80, "height": 100, "faces": []}),
            "made for a picture of 80 x 100",
        ),
        (
            json!({"photo": "photos/a.png", "faces": [{"x": 100, "y": 0, "w": 9, "h": 9}]}),
            "outside the picture",
        ),
    ];
    for (line, words) in cases {
        let world = World::with(&[("a.png", "NOFACE")]);
        fs::write(world.path("regions"), line.to_string()).unwrap();
        let ran = world.obscure(&["--regions", "regions"]);
        ran.expect(2);
        assert!(ran.reason("photos/a.png").contains(words), "{}", ran.reason("photos/a.png"));
        assert_eq!(world.files("out"), [""; 0]);
    }
}

fn a_line_that_makes_no_sense() {
    let world = World::with(&[("a.png", "OK")]);
    world.file("regions", b"{\"photo\":\"photos/a.png\",\"faces\":[]}\n\nnonsense\n");
    let ran = world.obscure(&["--regions", "regions"]);
    ran.expect(1);
    assert!(ran.errors.contains("line 3 of regions"), "{}", ran.errors);
    assert!(!world.path("out").exists());
    world.obscure(&["--regions", "nowhere"]).expect(1);
    assert!(!world.path("out").exists());
}
